"""One reading of a text, and its tokens joined into one run: compiled.

Words of spaced scripts are one token each; every character of an unspaced script (Han, kana, Thai)
is a token of its own. A name is looked for from token to token in the joined run, so "Aurelio",
"A u r e l i o", "Aure-lio" and "青瓷小筑" need no separate treatment.
"""

from __future__ import annotations

from typing import NamedTuple

from matchers.index.compiled import Buffer, compiled, empty
from matchers.index.hashing import SEED, find_word, step
from matchers.index.letters import (
    BREAK,
    COMPOSING_MARK,
    DIGIT,
    DROPPED_MARK,
    FIRST_LIST,
    NOTHING,
    REVERSING,
    SPACE,
    UNSPACED_CHAR,
    WORD,
    Letters,
)
from matchers.normalize import DIACRITIC, LEET, REVERSED, ROMANISED, ZERO_WIDTH

PLAIN, SKELETON, ROMAN, LEETED = range(4)
"""The readings, in the order in which they are searched."""

GAP, SIGNS, BROKEN, LONG_GAP, APOSTROPHE, BLANK = 1, 2, 4, 8, 16, 32
"""What stands between two letters of a run: anything, a sign, a break, more than three characters;
or nothing but an apostrophe, which is no gap; or a space besides others."""
_MAX_GAP = 3

START, SOFT = 1, 2
"""A token begins here; a word may begin here inside a token (camelCase, letters beside digits)."""

ZIPF, PRODUCT = 127, 128
"""Parts of an entry of the table of words: ten times its Zipf frequency, 1 at the least; and a
flag: a word for goods or copies, which may be written onto a name."""

_SPACE, _EXCLAMATION, _BAR = 32, 33, 124
_LEET_SIGNS = tuple(map(ord, "1!|03€4@5$789£¢¥"))
_LEET_LETTERS = tuple(map(ord, "iiioeeaasstbglcy"))

_POP = 0x202C
_EMBEDDING = 0x202A


class View(NamedTuple):
    """One reading; one entry for each character."""

    letters: Buffer
    starts: Buffer
    ends: Buffer
    edits: Buffer
    changed: Buffer
    """1 where only this view reads so."""


class Run(NamedTuple):
    """The letters of a view joined; one entry for each letter, and one more for the end."""

    letters: Buffer
    at: Buffer
    """Place in the view."""
    bounds: Buffer
    """``START`` and ``SOFT``; the end counts as a start."""
    gaps: Buffer
    """What stands before the letter."""
    changed: Buffer
    """How many letters before this one only this view reads so."""
    tokens: Buffer
    """Number of the token that the letter belongs to."""
    starts: Buffer
    """Where each token begins, and the end of the run; one entry for each token and one more."""


def new_view(size: int) -> View:
    """Return room for a view of up to ``size`` characters."""
    return View(*(empty(size + 1) for _ in View._fields))


def new_run(size: int) -> Run:
    """Return room for a run of up to ``size`` letters."""
    return Run(*(empty(size + 2) for _ in Run._fields))


@compiled
def read_view(points: Buffer, a: int, b: int, tables: Letters, which: int, view: View) -> int:
    """Read ``points[a:b]`` as ``PLAIN``, ``SKELETON`` or ``ROMAN``; return the size of the view.

    Places in the view count from ``a``.
    """
    size, hidden = 0, 0
    low, high, turned = 0, -1, 0
    for place in range(b - a):
        index = place
        if place <= high:
            index = low + high - place
            turned = REVERSED
        else:
            turned = 0
        point = points[a + index]
        flags = tables.flags[point]
        if flags & REVERSING and place > high:
            low, high = place + 1, place
            while a + high + 1 < b and not _EMBEDDING <= points[a + high + 1] <= _POP:
                high += 1
        if flags & COMPOSING_MARK and size and which != ROMAN:
            one = _find_composed(tables.composed, view.letters[size - 1], point)
            if one:
                view.letters[size - 1] = one
                view.starts[size - 1] = min(view.starts[size - 1], index)
                view.ends[size - 1] = max(view.ends[size - 1], index + 1)
                continue
        plain = tables.plain[point]
        entry, edits = plain, tables.plain_edits[point] | turned
        if which == SKELETON:
            entry, edits = tables.skeleton[point], tables.skeleton_edits[point] | turned
        elif which == ROMAN:
            entry = tables.roman[point]
            if entry != plain:
                edits |= ROMANISED
        if entry == NOTHING:
            if flags & DROPPED_MARK and size:
                view.starts[size - 1] = min(view.starts[size - 1], index)
                view.ends[size - 1] = max(view.ends[size - 1], index + 1)
                view.edits[size - 1] |= DIACRITIC
            else:
                hidden |= edits
            continue
        first, last = 0, 1
        if entry <= FIRST_LIST:
            first = tables.list_starts[FIRST_LIST - entry]
            last = tables.list_starts[FIRST_LIST - entry + 1]
        for part in range(first, last):
            letter = entry if entry >= 0 else tables.list_letters[part]
            view.letters[size] = letter
            view.starts[size] = index
            view.ends[size] = index + 1
            view.edits[size] = edits | hidden
            view.changed[size] = 1 if entry != plain else 0
            hidden = 0
            size += 1
    return size


@compiled
def _find_composed(pairs: Buffer, base: int, mark: int) -> int:
    key = base << 42 | mark << 21
    low, high = 0, len(pairs)
    while low < high:
        middle = (low + high) // 2
        if pairs[middle] < key:
            low = middle + 1
        else:
            high = middle
    if low < len(pairs) and pairs[low] >> 21 == key >> 21:
        found: int = pairs[low] & 0x1FFFFF
        return found
    return 0


@compiled
def read_leet(base: View, size: int, tables: Letters, view: View) -> int:
    """Read digits and signs of a view as letters; return how many there were.

    Only in a word that also has letters, or as a digit alone between spaces. What may be an i as
    well as an l is read as i (see ``matchers.index.leet``).
    """
    count, place = 0, 0
    while place < size and _leet_letter(base.letters[place]) == base.letters[place]:
        place += 1
    if place == size:
        return 0  # nothing to read otherwise
    place = 0
    while place < size:
        end, letters, others = place, 0, 0
        while end < size and _is_leet_run(base.letters[end], tables):
            letter = base.letters[end]
            if tables.kind[letter] in (WORD, UNSPACED_CHAR):
                letters += 1
            elif letter != _EXCLAMATION and letter != _BAR:
                others += 1
            end += 1
        alone = end == place + 1 and tables.kind[base.letters[place]] == WORD | DIGIT
        for i in range(place, max(end, place + 1)):
            letter = base.letters[i]
            new = _leet_letter(letter) if letters or alone else letter
            if (letter == _EXCLAMATION or letter == _BAR) and i == end - 1 and others == 0:
                new = letter  # these end sentences and columns
            view.letters[i] = new
            view.starts[i] = base.starts[i]
            view.ends[i] = base.ends[i]
            view.edits[i] = base.edits[i] | (LEET if new != letter else 0)
            view.changed[i] = 1 if new != letter else 0
            count += view.changed[i]
        place = max(end, place + 1)
    return count


@compiled
def _is_leet_run(letter: int, tables: Letters) -> bool:
    if tables.kind[letter] & 7 in (WORD, UNSPACED_CHAR):
        return True
    # _ @ $ € £ ¢ ¥ ! |
    return letter in (95, 64, 36, 0x20AC, 163, 162, 165, 33, 124)


@compiled
def _leet_letter(letter: int) -> int:
    if 97 <= letter <= 122 or letter == _SPACE:
        return letter  # as most are
    for i in range(len(_LEET_SIGNS)):
        if _LEET_SIGNS[i] == letter:
            return _LEET_LETTERS[i]
    return letter


@compiled
def differs(view: View, size: int) -> bool:
    """Whether a view reads anything otherwise than the plain one."""
    for place in range(size):
        if view.changed[place]:
            return True
    return False


@compiled
def join_tokens(
    points: Buffer, a: int, view: View, size: int, tables: Letters, words: Buffer, run: Run
) -> int:
    """Join the tokens of a view into ``run``; return the number of its letters.

    ``run.tokens`` of the end is the number of tokens.
    """
    length, tokens, changed = 0, 0, 0
    last = -2
    gap = GAP
    blank, quote = 0, False
    for place in range(size):
        letter = view.letters[place]
        kind = tables.kind[letter] & 7
        if kind != WORD and kind != UNSPACED_CHAR:
            blank += 1
            gap |= GAP
            quote = letter == 39 or letter == 0x2019
            if kind == BREAK:
                gap |= BROKEN | SIGNS
            else:
                gap |= BLANK if kind == SPACE else SIGNS
            if blank > _MAX_GAP:
                gap |= LONG_GAP
            continue
        start = last != place - 1 or kind == UNSPACED_CHAR
        if not start and tables.kind[view.letters[place - 1]] & 7 == UNSPACED_CHAR:
            start = True
        run.letters[length] = letter
        run.at[length] = place
        run.gaps[length] = APOSTROPHE if quote and blank == 1 and length else gap
        run.changed[length] = changed
        changed += view.changed[place]
        if start:
            run.starts[tokens] = length
            tokens += 1
            run.bounds[length] = START
        else:
            soft = _is_soft(points, a, view.starts[place])
            run.bounds[length] = SOFT if soft else 0
        run.tokens[length] = tokens - 1
        length += 1
        gap, blank, last = 0, 0, place
    run.letters[length] = 0
    run.at[length] = size
    run.gaps[length] = gap | GAP
    run.bounds[length] = START
    run.changed[length] = changed
    run.tokens[length] = tokens
    run.starts[tokens] = length
    _mark_product_words(run, tokens, words)
    return length


@compiled
def _is_soft(points: Buffer, a: int, index: int) -> bool:
    """Whether the original changes from small to capital letters, or between letters and digits."""
    if index == 0:
        return False
    before, here = points[a + index - 1], points[a + index]
    if 97 <= before <= 122:
        return 65 <= here <= 90 or 48 <= here <= 57
    if 65 <= before <= 90:
        return 48 <= here <= 57
    if 48 <= before <= 57:
        return 65 <= here <= 90 or 97 <= here <= 122
    return False


@compiled
def _mark_product_words(run: Run, tokens: int, words: Buffer) -> None:
    """Let a name begin after a word for goods that a token begins with (``shoesaurelio``)."""
    for token in range(tokens):
        first, end = run.starts[token], run.starts[token + 1]
        if end - first < 7 or not 97 <= run.letters[first] <= 122:
            continue
        found = SEED
        for place in range(first, end - 4):
            found = step(found, run.letters[place])
            if place - first >= 2 and find_word(words, found) & PRODUCT:
                run.bounds[place + 1] |= SOFT


@compiled
def edits_within(view: View, run: Run, start: int, end: int) -> int:
    """Return what was undone between two places of a run as a bit mask."""
    first, last = run.at[start], run.at[end - 1]
    # Something invisible before the first letter hides nothing.
    mask: int = view.edits[first] & ~ZERO_WIDTH
    for place in range(first + 1, last + 1):
        mask |= view.edits[place]
    return mask
