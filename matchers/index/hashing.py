"""Hashes of letters, and the bit maps and slots that hold them.

A hash has 31 bits and is made letter by letter, so that all prefixes of a run cost one pass. What a
hash finds is always compared letter by letter afterwards: a collision costs time, never a result.
"""

from __future__ import annotations

from matchers.index.compiled import Buffer, compiled

SEED = 0x2545F491
BITS = 31
_MASK = (1 << BITS) - 1
_TAGGED = BITS - 24
_FACTOR = 0x5BD1E995


def _step(found: int, letter: int) -> int:
    """Return the hash of a run that is longer by one letter."""
    mixed = ((found ^ letter) & _MASK) * _FACTOR
    return (mixed ^ (mixed >> 29)) & _MASK


step = compiled(_step)


def hash_text(text: str) -> int:
    """Return the hash of a whole text."""
    found = SEED
    for char in text:
        found = _step(found, ord(char))
    return found


@compiled
def hash_run(letters: Buffer, start: int, end: int, seed: int) -> int:
    """Return the hash of ``letters[start:end]``."""
    found = seed
    for place in range(start, end):
        found = step(found, letters[place])
    return found


@compiled
def has_bit(bits: Buffer, found: int) -> bool:
    """Whether a hash is in a bit map; its size is a power of two."""
    place = found & (len(bits) * 8 - 1)
    return (bits[place >> 3] >> (place & 7)) & 1 != 0


@compiled
def set_bit(bits: Buffer, found: int) -> None:
    """Put a hash into a bit map."""
    place = found & (len(bits) * 8 - 1)
    bits[place >> 3] |= 1 << (place & 7)


@compiled
def find_word(slots: Buffer, found: int) -> int:
    """Return what the table of words holds under a hash; 0 when it holds nothing.

    A slot holds the upper bits of the hash, whose lower bits are its place, and a value above 0.
    """
    size = len(slots)
    place = found & (size - 1)
    tag = found >> _TAGGED
    while slots[place] != 0:
        if slots[place] >> 8 == tag:
            return slots[place] & 255
        place = (place + 1) & (size - 1)
    return 0


def put_word(slots: Buffer, found: int, value: int) -> None:
    """Add bits to what the table of words holds under a hash."""
    size = len(slots)
    place = found & (size - 1)
    tag = found >> _TAGGED
    while slots[place] != 0 and slots[place] >> 8 != tag:
        place = (place + 1) & (size - 1)
    slots[place] = (tag << 8) | (slots[place] & 255) | value


@compiled
def count_bits(bits: int) -> int:
    """Return how many bits of a number are set."""
    count = 0
    while bits:
        bits &= bits - 1
        count += 1
    return count


@compiled
def is_milestone(size: int) -> bool:
    """Whether a search asks here if any name goes on like this: after 2, 4, 6, 9, 13 letters."""
    return size in (2, 4, 6, 9, 13)
