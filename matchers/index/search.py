"""The search: texts -> places where names stand, or nearly. Compiled.

Each reading of a text is joined into one run of letters; names are then looked up from token to
token, exactly in a hash table, nearly through clues. What is found is written to rows of numbers.
"""

from __future__ import annotations

from matchers.index.alike import find_sounds
from matchers.index.compiled import Buffer, compiled, entry
from matchers.index.han_clues import find_han
from matchers.index.hashing import SEED, has_bit, is_milestone, step
from matchers.index.leet import LEET_CLUE, find_leet_key, one_of_i_and_l
from matchers.index.letters import Letters
from matchers.index.near import find_near, find_words
from matchers.index.room import Room
from matchers.index.rows import ROW, TEXT, find_key, write_row
from matchers.index.shape import (
    JOINED,
    LOOSE_COMPOUND,
    NO_COMPOUND,
    NO_USE,
    PLAIN_COMPOUND,
    find_compound,
    find_shape,
)
from matchers.index.tables import Names
from matchers.index.views import (
    LEETED,
    PLAIN,
    ROMAN,
    SKELETON,
    START,
    Run,
    View,
    differs,
    edits_within,
    join_tokens,
    read_leet,
    read_view,
)

EXACT, GATED, LOSSLESS = range(3)
"""Modes: names as they are written; also misspellings that can be meant; all within the budget."""


@entry
def search(
    points: Buffer,
    starts: Buffer,
    first: int,
    letters: Letters,
    names: Names,
    words: Buffer,
    mode: int,
    room: Room,
    out: Buffer,
    rows: int,
) -> tuple[int, int]:
    """Search texts from number ``first`` on; return the number of the first one not searched.

    Also returns how many rows were written. A text whose rows do not fit is left for the next call.

    :param points: code points of all texts; text ``i`` is ``points[starts[i]:starts[i + 1]]``
    :param rows: how many rows there are already: 0
    :param words: table of ordinary words and words for goods
    """
    for text in range(first, len(starts) - 1):
        before = rows
        rows = _search_text(
            points, starts[text], starts[text + 1], letters, names, words, mode, room, out, rows
        )
        if rows < 0:
            return text, before
        for row in range(before, rows):
            out[row * ROW + TEXT] = text
    return len(starts) - 1, rows


@compiled
def _search_text(
    points: Buffer,
    a: int,
    b: int,
    letters: Letters,
    names: Names,
    words: Buffer,
    mode: int,
    room: Room,
    out: Buffer,
    rows: int,
) -> int:
    wide = False
    for place in range(a, b):
        if points[place] >= 128:
            wide = True
            break
    base = read_view(points, a, b, letters, PLAIN, room.plain)
    on_skeleton = False
    for which in range(PLAIN, LEETED + 1):
        # One place that calls each function: more would be compiled again and again.
        view, size = room.other, base
        if which == PLAIN:
            view = room.plain
        elif mode == LOSSLESS or (which <= ROMAN and not wide):
            continue
        elif which <= ROMAN:
            if which == SKELETON:
                view = room.skeleton
            size = read_view(points, a, b, letters, which, view)
            if not differs(view, size):
                continue
            if which == SKELETON:
                on_skeleton, base = True, size
        elif not read_leet(room.skeleton if on_skeleton else room.plain, base, letters, view):
            continue
        rows = _search_view(
            points, a, view, size, which, letters, names, words,
            EXACT if which > ROMAN else mode, wide, room, out, rows,
        )  # fmt: skip
        if rows < 0:
            break
    return rows


@compiled
def _search_view(
    points: Buffer,
    a: int,
    view: View,
    size: int,
    which: int,
    letters: Letters,
    names: Names,
    words: Buffer,
    mode: int,
    wide: bool,
    room: Room,
    out: Buffer,
    rows: int,
) -> int:
    """Write the rows of one reading; return how many rows there are then, -1 when out is full.

    :param wide: whether the text has other characters than ASCII
    """
    run = room.run
    length = join_tokens(points, a, view, size, letters, words, run)
    if mode != LOSSLESS:
        rows = _find_exact(view, run, length, which, names, words, out, rows)
    if mode != EXACT and rows >= 0:
        find_words(points, a, view, run, length, letters, words, mode == LOSSLESS, room.near)
        rows = find_near(view, run, which, mode == LOSSLESS, letters, names, room.near, out, rows)
        if mode == GATED and rows >= 0:
            rows = find_sounds(view, run, which, names, room.near, out, rows)
            if rows >= 0 and which == PLAIN and wide:
                rows = find_han(view, run, length, letters, names, words, out, rows)
    return rows


@compiled
def _find_exact(
    view: View,
    run: Run,
    length: int,
    which: int,
    names: Names,
    words: Buffer,
    out: Buffer,
    rows: int,
) -> int:
    leet = which == LEETED
    for start in range(length):
        if run.bounds[start] == 0:
            continue
        if which != PLAIN:
            reach = min(length, start + names.longest[0])
            if run.changed[reach] == run.changed[start]:
                continue
        found = LEET_CLUE if leet else SEED
        for end in range(start + 1, min(length, start + names.longest[0]) + 1):
            letter = run.letters[end - 1]
            found = step(found, one_of_i_and_l(letter) if leet else letter)
            if is_milestone(end - start) and not has_bit(names.prefix_bits, found):
                break
            if not has_bit(names.clue_bits if leet else names.exact_bits, found):
                continue
            if which != PLAIN and run.changed[end] == run.changed[start]:
                continue
            if leet:
                key = find_leet_key(names, found, run, start, end)
            else:
                key = find_key(names, found, run, start, end)
            if key >= 0:
                rows = _write_exact(view, run, start, end, which, key, names, words, out, rows)
                if rows < 0:
                    return rows
    return rows


@compiled
def _write_exact(
    view: View,
    run: Run,
    start: int,
    end: int,
    which: int,
    key: int,
    names: Names,
    words: Buffer,
    out: Buffer,
    rows: int,
) -> int:
    joined, compound = 0, PLAIN_COMPOUND
    if not (run.bounds[start] & START and run.bounds[end] & START):
        compound = find_compound(run, start, end, words)
        if compound == NO_COMPOUND:
            return rows
        joined = JOINED
    for name in range(names.key_names[key], names.key_names[key + 1]):
        shape = find_shape(run, start, end, name, names, words, which == SKELETON)
        if shape == NO_USE:
            continue
        if compound == LOOSE_COMPOUND and names.name_zipf[name]:
            continue  # two ordinary words in one
        edits = edits_within(view, run, start, end) & ~names.name_edits[name]
        rows = write_row(view, run, start, end, name, edits | joined | shape, 0, out, rows)
        if rows < 0:
            break
    return rows
