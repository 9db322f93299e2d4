"""Whether what is near a name can be meant as it. Compiled.

Most of what is near is a word of its own ("hike" for Nike): on real titles 94% of it is ordinary
words, and half of it names of four letters. So a word that is in use counts only as a plain slip of
the pen, and the shorter a name the less is allowed.
"""

from __future__ import annotations

from matchers.index.clues import PREFIX
from matchers.index.compiled import Buffer, compiled
from matchers.index.distance import find_osa
from matchers.index.shape import ORDINARY
from matchers.index.tables import HAN_LIKE, Names
from matchers.index.views import Run

TYPO, DOUBLED, DROPPED, SWAPPED, SOUND_ALIKE = (1 << i for i in range(12, 17))

_LAST_GAP = 61
"""Letters of the longest name of which all gaps are known."""


@compiled
def find_slip(run: Run, start: int, end: int, names: Names, key: int) -> int:
    """Return which slip of the pen makes the text of a name, or ``TYPO``.

    A letter doubled (guccci), dropped (guci; neither the first nor the last, without which it may
    be another word), two swapped (nkie), or one replaced by one of the same sound (nyke).
    """
    first = names.key_starts[key]
    size, length = names.key_starts[key + 1] - first, end - start
    if abs(size - length) > 1:
        return TYPO
    i = 0
    while i < min(size, length) and run.letters[start + i] == names.key_letters[first + i]:
        i += 1
    skip_text, skip_name, found = 1, 0, DOUBLED
    if length == size:
        if _same_sound(run.letters[start + i], names.key_letters[first + i]):
            found, skip_text, skip_name = SOUND_ALIKE, 1, 1
        elif (
            i + 1 < size
            and run.letters[start + i] == names.key_letters[first + i + 1]
            and run.letters[start + i + 1] == names.key_letters[first + i]
        ):
            skip_text, skip_name, found = 2, 2, SWAPPED
        else:
            return TYPO
    elif length > size:
        if i == 0 or run.letters[start + i] != run.letters[start + i - 1]:
            return TYPO
    else:
        if i == 0 or i >= size - 1:
            return TYPO
        skip_text, skip_name, found = 0, 1, DROPPED
    for j in range(length - i - skip_text):
        if run.letters[start + i + skip_text + j] != names.key_letters[first + i + skip_name + j]:
            return TYPO
    return found


@compiled
def _same_sound(one: int, other: int) -> bool:
    """Whether two letters are often written for one another: i and y, c and k, s and z, v and w."""
    for pair in ((105, 121), (99, 107), (107, 113), (115, 122), (118, 119)):
        if one in pair and other in pair:
            return True
    return False


@compiled
def is_meant(
    run: Run,
    word: int,
    last: int,
    names: Names,
    starts: Buffer,
    zipfs: Buffer,
    rows: Buffer,
    key: int,
    name: int,
    distance: int,
    slip: int,
) -> bool:
    """Whether a near miss can be a misspelling of the name rather than words of their own."""
    start, end = starts[word] + 0, starts[last + 1] + 0
    first = names.key_starts[key]
    size = names.key_starts[key + 1] - first
    if names.name_flags[name] & HAN_LIKE:
        return False
    count = names.name_words[name]
    if last - word + 1 > count or (count > 1 and last > word and last - word + 1 < count):
        return False
    if last > word and size > _LAST_GAP:
        return False
    if last > word:
        return _are_meant(run, word, last, names, starts, zipfs, rows, key, name, distance)
    if count > 1 and distance > 1:
        return False
    if size < PREFIX and run.letters[start] != names.key_letters[first]:
        return False
    if size <= 5 and slip == TYPO and size != end - start:
        return False
    zipf = zipfs[word]
    slipped = slip != TYPO and slip != SOUND_ALIKE
    return zipf == 0 or (slipped and size >= 5 and zipf < ORDINARY)


@compiled
def _are_meant(
    run: Run,
    word: int,
    last: int,
    names: Names,
    starts: Buffer,
    zipfs: Buffer,
    rows: Buffer,
    key: int,
    name: int,
    distance: int,
) -> bool:
    """Compare word by word: no more edits than the whole, and only one in a word that is in use."""
    gaps = names.name_gaps[name]
    first, total, same, rare = names.key_starts[key] + 0, 0, False, False
    begin = first
    for i in range(word, last + 1):
        end = begin + 1
        while end < names.key_starts[key + 1] and not gaps >> (end - first) & 1:
            end += 1
        found = find_osa(
            run.letters, starts[i] + 0, starts[i + 1] + 0, names.key_letters, begin, end,
            distance, rows,
        )  # fmt: skip
        total += found
        if found == 0:
            same = same or end - begin >= 2
        elif zipfs[i] == 0:
            rare = True
        elif found > 1:
            return False
        begin = end
    return total <= distance and (same or rare)
