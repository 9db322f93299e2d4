"""How a name stands where its letters were found: whole, set apart, joined, split. Compiled."""

from __future__ import annotations

from matchers.index.compiled import Buffer, compiled
from matchers.index.hashing import SEED, find_word, hash_run
from matchers.index.tables import HAN_LIKE, Names
from matchers.index.views import (
    BLANK,
    BROKEN,
    GAP,
    LONG_GAP,
    PRODUCT,
    SIGNS,
    SOFT,
    START,
    ZIPF,
    Run,
)

SPACED, PUNCTUATED, SPLIT, JOINED = (1 << i for i in range(8, 12))
NO_USE = -1
"""The letters stand there, but not as the name."""

ORDINARY, EVERYDAY = 40, 60
"""Zipf frequencies, times ten: of words that say little by themselves, of those in every text."""


@compiled
def is_compound(run: Run, start: int, end: int, words: Buffer) -> bool:
    """Whether letters inside a longer word are set off: camelCase, digits, a word for goods.

    A name of five letters and more may also be joined to another ordinary word, unless the whole
    is a word itself: "washing" is not "Wash" and "ing".
    """
    if end - start < 4:
        return False
    if run.bounds[end] & (START | SOFT):
        return end - start > 4 or run.bounds[start] & START != 0
    if not run.bounds[start] & START:
        return False
    last = run.starts[run.tokens[end - 1] + 1]
    rest = find_word(words, hash_run(run.letters, end, last, SEED))
    if rest & PRODUCT == 0 and (end - start < 5 or last - end < 3 or rest < ORDINARY):
        return False
    return find_word(words, hash_run(run.letters, start, last, SEED)) & ZIPF == 0


@compiled
def find_shape(
    run: Run, start: int, end: int, name: int, names: Names, words: Buffer, hidden: bool
) -> int:
    """Return how text and form differ in their gaps, as edits; ``NO_USE`` when it is no use.

    :param hidden: letters are disguised, so that a short name may be split too
    """
    form_gaps, gaps, extra, union, torn = names.name_gaps[name], 0, 0, 0, False
    for place in range(start + 1, end):
        gap = run.gaps[place]
        if gap & GAP:
            gaps += 1
            union |= gap
            torn |= gap & BROKEN != 0 and gap & BLANK != 0
            if place - start > 62 or not form_gaps >> (place - start) & 1:
                extra += 1
    if union & LONG_GAP:
        return NO_USE
    if extra == 0:
        if union & BROKEN:
            return NO_USE
        return JOINED if gaps < _count(form_gaps) else 0
    signs = union & SIGNS != 0
    if names.name_flags[name] & HAN_LIKE:
        alone = run.gaps[start] & GAP and run.gaps[end] & GAP
        if union & BROKEN or not (end - start >= 4 or alone):
            return NO_USE
        return PUNCTUATED if signs else SPACED
    return _find_split(run, start, end, words, union & BROKEN != 0, torn, signs, hidden)


@compiled
def _find_split(
    run: Run,
    start: int,
    end: int,
    words: Buffer,
    broken: bool,
    torn: bool,
    signs: bool,
    hidden: bool,
) -> int:
    """Tell letters that are set apart from a name in two pieces, and both from words in a row."""
    pieces, letters, longest, last, rarest = 0, 0, 0, start, ZIPF
    for place in range(start + 1, end + 1):
        if place < end and not run.bounds[place] & START:
            continue
        pieces += 1
        if place - last == 1:
            letters += 1
        else:
            longest = max(longest, place - last)
            zipf = find_word(words, hash_run(run.letters, last, place, SEED)) & ZIPF
            rarest = min(rarest, zipf)
        last = place
    spelt = pieces >= 3 and end - start >= 4 and pieces - letters <= 1 and longest <= pieces
    if spelt and (longest == 0 or rarest < ORDINARY):
        if torn:
            return NO_USE
        return (PUNCTUATED | SPACED) if signs else SPACED
    if broken or (letters and end - start < (4 if hidden else 6)):
        return NO_USE
    if rarest >= (ORDINARY if end - start < 6 else EVERYDAY):
        return NO_USE
    return PUNCTUATED if signs else SPLIT


@compiled
def _count(bits: int) -> int:
    count = 0
    while bits:
        bits &= bits - 1
        count += 1
    return count
