"""How a name stands where its letters were found: whole, set apart, joined, split. Compiled."""

from __future__ import annotations

from matchers.index.compiled import Buffer, compiled
from matchers.index.hashing import SEED, count_bits, find_word, hash_run
from matchers.index.tables import BROKEN_NAME, HAN_LIKE, Names
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
NO_COMPOUND, LOOSE_COMPOUND, PLAIN_COMPOUND = range(3)
"""How a name is joined to others: not as a name; with any word; with what sets it off plainly."""
NO_USE = -1
"""The letters stand there, but not as the name."""

ORDINARY, FREQUENT, EVERYDAY = 40, 48, 60
"""Zipf frequencies, times ten: of words that say little by themselves, of those that do not say
much together either, and of those in every text."""


@compiled
def find_compound(run: Run, start: int, end: int, words: Buffer) -> int:
    """Tell whether letters inside a longer word are set off; return ``NO_COMPOUND`` and so on.

    By camelCase, digits, a word for goods; a name of five letters and more also by any other
    ordinary word, unless the whole is a word itself: "washing" is not "Wash" and "ing".
    """
    if end - start < 4:
        return NO_COMPOUND
    if run.bounds[end] & (START | SOFT):
        set_off = end - start > 4 or run.bounds[start] & START != 0
        return PLAIN_COMPOUND if set_off else NO_COMPOUND
    if not run.bounds[start] & START:
        return NO_COMPOUND
    last = run.starts[run.tokens[end - 1] + 1]
    rest = find_word(words, hash_run(run.letters, end, last, SEED))
    plain = rest & PRODUCT != 0
    if not plain and (end - start < 5 or last - end < 3 or rest < ORDINARY):
        return NO_COMPOUND
    if find_word(words, hash_run(run.letters, start, last, SEED)) & ZIPF:
        return NO_COMPOUND
    return PLAIN_COMPOUND if plain else LOOSE_COMPOUND


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
            if place - start < 62 and not form_gaps >> (place - start) & 1:
                extra += 1
    if union & LONG_GAP:
        return NO_USE
    flags = names.name_flags[name]
    if extra == 0:
        if union & BROKEN and not flags & BROKEN_NAME:
            return NO_USE
        return JOINED if gaps < count_bits(form_gaps) else 0
    signs = union & SIGNS != 0
    if flags & HAN_LIKE:
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
