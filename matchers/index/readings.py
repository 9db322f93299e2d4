"""How a text is read, for people and tests: what the search sees, one reading at a time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from matchers.index.build import LETTERS
from matchers.index.compiled import Buffer, as_buffer, entry
from matchers.index.letters import Letters
from matchers.index.room import Room, new_room
from matchers.index.views import (
    GAP,
    PLAIN,
    ROMAN,
    SKELETON,
    SOFT,
    START,
    Run,
    View,
    differs,
    join_tokens,
    read_leet,
    read_view,
)
from matchers.index.word_table import load_word_table, read_points

KINDS = ("plain", "skeleton", "romanised", "leet")
"""As written; as it looks in Latin letters; as it is spelt in them; digits read as letters."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Reading:
    """One reading of a text, and its letters joined."""

    kind: str
    """One of ``KINDS``."""
    text: str
    starts: Sequence[int]
    """For each character of ``text`` where it begins in the original, in code points."""
    ends: Sequence[int]
    edits: Sequence[int]
    """What was undone in each character, as bits of ``matchers.normalize.EDITS``."""
    changed: Sequence[bool]
    """Whether only this reading reads the character so."""
    letters: str
    """The letters and digits, without what stands between them."""
    places: Sequence[int]
    """For each letter its place in ``text``."""
    bounds: Sequence[int]
    """Where tokens begin among the letters, and the end."""
    soft: Sequence[int]
    """Where a word may begin inside a token."""
    gaps: Sequence[int]
    """Where something stands before a letter."""

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Return the span of the original that ``letters[start:end]`` was read from."""
        places = range(self.places[start], self.places[end - 1] + 1)
        return min(self.starts[i] for i in places), max(self.ends[i] for i in places)


def find_readings(text: str) -> tuple[Reading, ...]:
    """Return every reading of a text that differs from the ones before it, ``plain`` first."""
    points, _ = read_points([text])
    letters, words = LETTERS.tables(points), load_word_table()
    room = new_room(len(text) * LETTERS.longest, 1)
    found = []
    for which, kind in enumerate(KINDS):
        size, length = read_all(as_buffer(points), letters, words, which, room)
        if size >= 0:
            view = (room.plain, room.skeleton)[which] if which <= SKELETON else room.other
            found.append(_reading(kind, view, size, room.run, length))
    return tuple(found)


def _reading(kind: str, view: View, size: int, run: Run, length: int) -> Reading:
    places = range(length)
    return Reading(
        kind=kind,
        text="".join(chr(view.letters[i]) for i in range(size)),
        starts=[int(view.starts[i]) for i in range(size)],
        ends=[int(view.ends[i]) for i in range(size)],
        edits=[int(view.edits[i]) for i in range(size)],
        changed=[bool(view.changed[i]) for i in range(size)],
        letters="".join(chr(run.letters[i]) for i in places),
        places=[int(run.at[i]) for i in places],
        bounds=[i for i in range(length + 1) if run.bounds[i] & START],
        soft=[i for i in places if run.bounds[i] & SOFT and not run.bounds[i] & START],
        gaps=[i for i in places if run.gaps[i] & GAP],
    )


@entry
def read_all(
    points: Buffer, letters: Letters, words: Buffer, which: int, room: Room
) -> tuple[int, int]:
    """Write one reading and its run; return the size of both, the first -1 when it adds nothing."""
    end = len(points)
    size = read_view(points, 0, end, letters, PLAIN, room.plain)
    view, adds = room.plain, which == PLAIN
    if which > PLAIN:
        size = read_view(points, 0, end, letters, SKELETON, room.skeleton)
        view, adds = room.skeleton, differs(room.skeleton, size)
    if which == ROMAN or (which > ROMAN and not adds):
        size = read_view(points, 0, end, letters, PLAIN, room.plain)
        view = room.plain
    if which == ROMAN:
        size = read_view(points, 0, end, letters, ROMAN, room.other)
        view, adds = room.other, differs(room.other, size)
    elif which > ROMAN:
        adds = read_leet(view, size, letters, room.other) > 0
        view = room.other
    length = join_tokens(points, 0, view, size, letters, words, room.run)
    return (size if adds else -1), length
