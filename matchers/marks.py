"""Index over the names of all rights (marks, and titles of works): text -> name matches.

``matchers.index`` holds the tables and the compiled search; here forms go in and matches come out.
The index knows distinct forms only. Which rights bear a form is told when it is built or opened, so
that a changed registry adds the forms that are new and leaves the rest as it is.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from crawler.files import locked
from crawler.records import collecting_paused
from matchers.frequency import find_frequency
from matchers.index.edits import edit_names
from matchers.index.rows import BEGIN, DISTANCE, END, NAME, TEXT
from matchers.index.search import EXACT, GATED, LOSSLESS
from matchers.index.segment import Segment, Traits, find_folders
from matchers.normalize import HOMOGLYPH, ROMANISED, UNSPACED
from matchers.scripts import is_of_its_text
from matchers.vocabulary import load_words
from matchers.wordlists import are_ordinary, are_words

_WORD = re.compile(r"[^\W_]+")
_is_unspaced_char = re.compile(f"[{UNSPACED}]").match

DISGUISES = frozenset({"homoglyph", "zero_width", "leet", "spaced", "reversed"})
"""Edits that hide a name from a search and hardly happen by accident."""

OTHER_SCRIPT = "other_script"
"""Takes the place of ``homoglyph`` where a text simply is in another alphabet."""

SHORT = 3
"""Latin names up to this length are only found as they are written."""

_NEAR = frozenset({"typo", "doubled", "dropped", "swapped", "sound", "homophone", "han_lookalike"})


class NameMatch(NamedTuple):
    """A place in a text where a registered name stands, or nearly.

    A tuple, as they are made by the hundred thousand, and a frozen dataclass takes five times as
    long to make.
    """

    owner: int
    """Which right, as given to the index."""
    form: str
    """The name as registered."""
    span: tuple[int, int]
    """Start and end in code points of the text."""
    text: str
    edits: tuple[str, ...]
    """How the text differs from the form, sorted; empty when only case differs."""
    distance: int
    """Letters that differ after all disguises are undone."""
    length: int
    """Comparable letters of the form."""
    common: bool
    """Whether the words of the form are used often, as those of famous brands are too."""
    words: int
    """Words of the form; 1 for unspaced scripts."""
    unspaced: bool
    """Whether the form is in a script without spaces."""
    begins: bool = True
    """Of an unspaced name: whether a word plainly begins with it (start, space, sign, Latin letter,
    or a common word before it)."""
    ends: bool = True
    """The same of its end."""

    @property
    def ordinary(self) -> bool:
        """Whether the form consists of ordinary words: Apple, Gap and 现代, but not Sony."""
        if self.unspaced:
            return self.common
        return are_ordinary(self.form) or are_words(self.form)

    @property
    def disguised(self) -> bool:
        """Whether the name was hidden on purpose, as far as spelling shows it."""
        if not self.edits:
            return False  # as of most
        found = DISGUISES.intersection(self.edits)
        if OTHER_SCRIPT in self.edits or (found == {"spaced"} and self.ordinary):
            return False  # S A L E is how shops write "sale"
        return bool(found)


@dataclass(frozen=True, slots=True)
class NearPlace:
    """A whole-token span within the budget of a name, whatever it means."""

    text: int
    """Number of the text."""
    span: tuple[int, int]
    form: str
    distance: int


class MarkIndex:
    """Built once over all names; ``find`` is then independent calls."""

    def __init__(
        self, forms: Iterable[tuple[int, str]], segments: Sequence[Segment] | None = None
    ) -> None:
        """Take (owner, form) pairs; forms without a comparable letter are left out.

        :param segments: tables that hold all the forms, and maybe others; None builds them
        """
        owners = _group(forms)
        self._segments = [Segment.build(tuple(owners))] if segments is None else list(segments)
        self._owners = [
            [owners.get(form, ()) for form in segment.forms] for segment in self._segments
        ]

    @classmethod
    def open(cls, folder: Path, forms: Iterable[tuple[int, str]]) -> MarkIndex:
        """Return the index of these names with what a folder holds, and keep there what is new.

        Forms that are no longer asked for are passed over; the folder is written anew when they and
        the late ones are a quarter of it. The files are mapped into memory and shared by processes.

        :raises ValueError: when the folder holds something else, or a damaged index
        """
        pairs = list(forms)
        asked = tuple(dict.fromkeys(form for _, form in pairs))
        with locked(folder):
            return cls(pairs, _open_segments(folder, asked))

    def find(self, text: str, *, fuzzy: bool = True) -> list[NameMatch]:
        """Return where names stand in ``text``: of one owner no two overlap; ordered by span.

        :param fuzzy: whether misspellings are looked for too
        """
        return self.find_all([text], fuzzy=fuzzy)[0]

    def find_all(self, texts: Sequence[str], *, fuzzy: bool = True) -> list[list[NameMatch]]:
        """Return what ``find`` returns for each text; many at once are quicker."""
        with collecting_paused():
            return self._find_all(texts, fuzzy)

    def _find_all(self, texts: Sequence[str], fuzzy: bool) -> list[list[NameMatch]]:
        found: list[list[NameMatch]] = [[] for _ in texts]
        for segment, owners in zip(self._segments, self._owners, strict=True):
            for row in segment.search(texts, GATED if fuzzy else EXACT):
                traits = segment.traits_of(row[NAME])
                bearers = owners[traits.form]
                if bearers:
                    form, text = segment.forms[traits.form], row[TEXT]
                    _add_matches(found[text], texts[text], form, traits, row, bearers)
        return [_without_overlaps(matches) if len(matches) > 1 else matches for matches in found]

    def find_lossless(self, texts: Sequence[str]) -> Iterator[NearPlace]:
        """Yield every whole-token span within the budget of a name, spaces not counted.

        The budget is 0 for names of up to 3 letters, 1 for 4 to 7, 2 from 8 on, as optimal string
        alignment distance. Nothing is left out because it is a word of its own.
        """
        for segment, owners in zip(self._segments, self._owners, strict=True):
            for row in segment.search(texts, LOSSLESS):
                traits = segment.traits_of(row[NAME])
                if owners[traits.form] and traits.plain:
                    form, span = segment.forms[traits.form], (row[BEGIN], row[END])
                    yield NearPlace(row[TEXT], span, form, row[DISTANCE])


def _open_segments(folder: Path, asked: tuple[str, ...]) -> list[Segment]:
    """Open what a folder holds, and add what it lacks."""
    folders = find_folders(folder)
    if not all(map(Segment.is_current, folders)):
        return [Segment.save(asked, folder, replace=True)]
    segments = [Segment.open(path) for path in folders]
    known = {form for segment in segments for form in segment.forms}
    new = tuple(form for form in asked if form not in known)
    gone = len(known) + len(new) - len(asked)
    late = len(new) + sum(len(segment.forms) for segment in segments[1:])
    if segments and new and (gone + late) * 4 <= len(asked):
        segments.append(Segment.save(new, folder))
    elif new or not segments or gone * 4 > len(known):
        segments = [Segment.save(asked, folder, replace=True)]
    return segments


def _group(forms: Iterable[tuple[int, str]]) -> dict[str, tuple[int, ...]]:
    owners: dict[str, list[int]] = {}
    for owner, form in forms:
        owners.setdefault(form, []).append(owner)
    return {form: tuple(dict.fromkeys(bearers)) for form, bearers in owners.items()}


def _add_matches(
    found: list[NameMatch],
    text: str,
    form: str,
    traits: Traits,
    row: Sequence[int],
    owners: Iterable[int],
) -> None:
    """Add the matches of one row, unless the text shows that it is no use of the name."""
    _, _, start, end, mask, distance = row  # as matchers.index.rows has them
    _, length, words, common, unspaced, _, romanised = traits
    written = text[start:end]
    edits = edit_names(mask | ROMANISED if romanised else mask)
    if mask & HOMOGLYPH and is_of_its_text(text, start, end):
        if not _NEAR.isdisjoint(edits):
            return
        edits = tuple(sorted({OTHER_SCRIPT, *edits} - {"homoglyph"}))
    if length <= SHORT and not unspaced and not _is_short_use(written, form, edits):
        return
    if "vowels_dropped" in edits and not _is_bare_use(text, written):
        return
    begins, ends = _edges(text, start, end) if unspaced else (True, True)
    for owner in owners:
        match = NameMatch(  # in the order of the fields, which is twice as quick as by name
            owner,
            form,
            (start, end),
            written,
            edits,
            distance,
            length,
            common,
            words,
            unspaced,
            begins,
            ends,
        )
        found.append(match)


def _is_short_use(written: str, form: str, edits: tuple[str, ...]) -> bool:
    """Whether one to three letters are the name: too few to be read into anything else."""
    if not edits:
        return len(form) > 1 or written == form
    kinds = set(edits)
    if kinds == {"homoglyph"} and written.isupper():
        return True
    return kinds <= {"full_width", "spaced", "punctuated", "diacritic"}


def _is_bare_use(text: str, written: str) -> bool:
    """Whether words without vowels can be a name's: in capitals (NK DK), or no words in use."""
    if written.isupper() and not text.isupper():
        return True
    return not all(map(find_frequency, _WORD.findall(written.lower())))


_NEIGHBOURS = 3


def _edges(text: str, start: int, end: int) -> tuple[bool, bool]:
    """Whether a word plainly begins at ``start``, and whether one plainly ends at ``end``."""
    begins = start == 0 or not _is_unspaced_char(text[start - 1])
    ends = end == len(text) or not _is_unspaced_char(text[end])
    common = load_words("common_words_zh")
    begins = begins or any(
        text[start - size : start] in common for size in (2, _NEIGHBOURS) if size <= start
    )
    return begins, ends or any(text[end : end + size] in common for size in (2, _NEIGHBOURS))


def _without_overlaps(found: Sequence[NameMatch]) -> list[NameMatch]:
    """Keep of every owner's overlapping matches the best: nearest, longest, plainest."""
    kept = sorted(found, key=_by_place)
    if len({match.owner for match in kept}) == len(kept):
        return kept
    kept = []
    taken: dict[int, list[tuple[int, int]]] = {}
    ranked = sorted(
        found,
        key=lambda m: (m.distance, -m.length, "typo" in m.edits, len(m.edits), m.span, m.form),
    )
    for match in ranked:
        spans = taken.setdefault(match.owner, [])
        place = bisect_left(spans, match.span)
        after_previous = place == 0 or spans[place - 1][1] <= match.span[0]
        if after_previous and (place == len(spans) or match.span[1] <= spans[place][0]):
            spans.insert(place, match.span)
            kept.append(match)
    return sorted(kept, key=_by_place)


def _by_place(match: NameMatch) -> tuple[tuple[int, int], int, str]:
    return match.span, match.owner, match.form
