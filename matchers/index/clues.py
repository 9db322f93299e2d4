"""Clues: what a name and a text share although they are not written the same. Compiled.

Every clue is a hash of something derived from letters, salted by its kind, so that all kinds live
in one table. A name is kept under each of its clues, and a text is looked up by its own:

- ``SHORT`` and ``LONG``: what is left when up to one letter (names of 4 to 7) or two (of the
  first 8 letters of longer names) are deleted. Whatever is within that many edits shares a clue,
  so nothing is missed: Garbe's symmetric delete spelling correction (2012), prefix length 8.
- ``SOUND``, ``LOOSE_SOUND``: how Latin letters sound (``matchers.index.sound``).
- ``SYLLABLES``: how Han characters sound, as toneless Mandarin syllables.
- ``DRAWN``: a Han name with one character replaced by one that is drawn nearly like it.
- ``INITIAL``: a Han name whose first character is given by its Latin initial (N克).
- ``WILD``: a Han name without one of its four to eight characters, ``ANAGRAM``: their sum.
- ``REORDERED``: the words of a name, rotated.
- ``VOWELLESS``: the words of a name by their consonants alone (NK DK).
- ``DIGITS``: the digits of a name; these are only in the bit map.
"""

from __future__ import annotations

from matchers.index.compiled import Buffer, compiled
from matchers.index.hashing import SEED, count_bits, step
from matchers.index.tables import Names

(
    SHORT,
    LONG,
    SOUND,
    LOOSE_SOUND,
    SYLLABLES,
    DRAWN,
    INITIAL,
    REORDERED,
    VOWELLESS,
    DIGITS,
    WILD,
    ANAGRAM,
) = ((SEED * (kind + 3) * 2654435761) & 0x7FFFFFFF for kind in range(12))
"""The salt of each kind."""

PREFIX = 8
SHORTEST_TYPO = 4
"""Characters of the shortest Han name of which one may be any other."""
MOST = 40
"""Room for the clues of one kind of one name or span."""

_TAG_BITS = 9
TAG = (1 << _TAG_BITS) - 1
"""The part of an entry that comes from its clue; then come an outline of its key, and the key."""
_WORDS_AT, _MASK_AT, KEY_AT = _TAG_BITS + 4, _TAG_BITS + 7, 37
"""Where the parts of an entry begin after the tag and the length: in all 63 bits."""
MOST_KEYS = 1 << (63 - KEY_AT)
_LETTERS = KEY_AT - _MASK_AT
_LEAST, _LONGEST, _MANY = 3, 15, 4

_VOWELS = (97, 101, 105, 111, 117)
_BETWEEN = 32
"""Stands between words in ``VOWELLESS``."""


@compiled
def find_budget(length: int) -> int:
    """Return how many edits a misspelling of a name of so many letters may have."""
    if length < 4:
        return 0
    return 1 if length < PREFIX else 2


@compiled
def delete_clues(
    letters: Buffer, start: int, end: int, depth: int, seed: int, out: Buffer, base: int
) -> int:
    """Write the hashes of what is left without up to ``depth`` (1 or 2) letters; return how many.

    :param base: where in ``out`` the first one goes
    :param end: at most ``start + PREFIX``
    """
    found, count = seed, base
    for skipped in range(start, end):
        # found: the hash of all letters before the one that is skipped
        rest = found
        for second in range(skipped + 1, end):
            if depth == 2:
                deep = rest
                for place in range(second + 1, end):
                    deep = step(deep, letters[place])
                out[count] = deep
                count += 1
            rest = step(rest, letters[second])
        out[count] = rest
        count += 1
        found = step(found, letters[skipped])
    out[count] = found
    return count + 1 - base


@compiled
def rotated_clue(letters: Buffer, start: int, cut: int, end: int) -> int:
    """Return the hash of a run whose two parts have changed places."""
    found = REORDERED
    for place in range(cut, end):
        found = step(found, letters[place])
    for place in range(start, cut):
        found = step(found, letters[place])
    return found


@compiled
def consonants(letters: Buffer, start: int, end: int, seed: int, ends_only: bool) -> int:
    """Return the hash of a word's consonants and the gap after it; -1 when it has too few.

    The first letter counts whatever it is; a doubled letter counts once.

    :param ends_only: only the first and the last consonant
    """
    found, count, last = step(seed, letters[start]), 1, letters[start]
    for place in range(start + 1, end):
        letter = letters[place]
        if letter not in _VOWELS and letter != last:
            if not ends_only:
                found = step(found, letter)
            count += 1
            last = letter
    if ends_only and count > 1:
        found = step(found, last)
    return step(found, _BETWEEN) if count > 1 else -1


@compiled
def is_vowelless(letters: Buffer, start: int, end: int) -> bool:
    """Whether two to five Latin letters could be a word without its vowels."""
    if not 2 <= end - start <= 5 or not 97 <= letters[start] <= 122:
        return False
    for place in range(start + 1, end):
        if letters[place] in _VOWELS or not 97 <= letters[place] <= 122:
            return False
    return True


@compiled
def split_clue(clue: int, names: Names) -> tuple[int, int]:
    """Return the bucket and the tag of a clue."""
    buckets = len(names.clue_starts) - 1
    return clue & (buckets - 1), (clue // buckets) & TAG


@compiled
def letter_mask(letters: Buffer, start: int, end: int) -> int:
    """Return which letters stand in a run, as 21 bits, some of which mean two letters."""
    mask = 0
    for place in range(start, end):
        mask |= 1 << letters[place] % _LETTERS
    return mask


@compiled
def outline(names: Names, key: int) -> int:
    """Return how long a key is, how many words and which letters it has, as part of its entries.

    It saves a look at keys, which lie far apart in memory.
    """
    first, end = names.key_starts[key], names.key_starts[key + 1]
    words = min(names.name_words[names.key_names[key]] + 0, _MANY)
    for name in range(names.key_names[key] + 1, names.key_names[key + 1]):
        if min(names.name_words[name] + 0, _MANY) != words:
            words = 0  # it may be either
    length = min(max(end - first - _LEAST, 0), _LONGEST)
    mask = letter_mask(names.key_letters, first, end)
    return length << _TAG_BITS | words << _WORDS_AT | mask << _MASK_AT


@compiled
def may_suit(entry: int, size: int, words: int, mask: int, budget: int) -> bool:
    """Whether a name with that entry may be a span of so many letters and words.

    :param words: 0 for any; a name of several words may also be written as one
    :param mask: the letters of the span
    :param budget: edits: on neither side more letters may be missing than they account for
    """
    length = (entry >> _TAG_BITS) & 15
    if length < _LONGEST and abs(length + _LEAST - size) > budget:
        return False
    asked = (entry >> _WORDS_AT) & 7
    if words > 1 and asked != 0 and asked != min(words, _MANY):
        return False
    other = (entry >> _MASK_AT) & ((1 << _LETTERS) - 1)
    return count_bits(mask & ~other) <= budget and count_bits(other & ~mask) <= budget
