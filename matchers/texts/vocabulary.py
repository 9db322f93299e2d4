"""Numbers for words: equal numbers are equal words, whatever their hashes.

A token that is one character of a script without spaces is its code point, a word stands above all
code points.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from matchers.texts.reading import WORD, Hashes, Ints, Points, Reading, spell

FIRST_WORD: Final = 0x110000
UNKNOWN: Final = 0xFFFFFFFF
"""A word of a page that no registered text has."""
_AMBIGUOUS: Final = 0xFFFFFFFE
"""A registered word that shares its hash with another in its text; equal to none of a page."""


class Words(NamedTuple):
    """The words of a registry, as arrays."""

    keys: Hashes
    """Their hashes, in order."""
    ids: Points
    """Of the word with each hash."""
    letters: NDArray[np.uint8]
    """All words in UTF-8, one after the other, in the order of their numbers."""
    first: Ints
    """Where each begins, and one entry more."""


class Vocabulary:
    """Words with their numbers, while texts are read."""

    def __init__(self) -> None:
        self._ids: dict[str, int] = {}
        self._keys: list[int] = []

    def number(self, reading: Reading) -> Points:
        """Return the tokens of a registered text as numbers."""
        return _number(reading, self._find, _AMBIGUOUS)

    def _find(self, key: int, word: str) -> int:
        found = self._ids.setdefault(word, len(self._ids))
        if found == len(self._keys):
            self._keys.append(key)
        return FIRST_WORD + found

    def freeze(self) -> Words:
        """Return the words as arrays."""
        encoded = [word.encode() for word in self._ids]
        keys = np.array(self._keys, np.uint64)
        order = np.argsort(keys, kind="stable")
        first = np.zeros(len(encoded) + 1, np.int64)
        np.cumsum([len(word) for word in encoded], out=first[1:])
        letters = np.frombuffer(b"".join(encoded), np.uint8)
        return Words(keys[order], (order + FIRST_WORD).astype(np.uint32), letters, first)


def number_tokens(reading: Reading, words: Words) -> Points:
    """Return the tokens of a page's text as numbers; words that are not there are ``UNKNOWN``."""

    def find(key: int, word: str) -> int:
        place = int(np.searchsorted(words.keys, np.uint64(key)))
        if place == len(words.keys) or int(words.keys[place]) != key:
            return UNKNOWN
        found = int(words.ids[place])
        start, end = words.first[found - FIRST_WORD : found - FIRST_WORD + 2]
        return found if words.letters[start:end].tobytes() == word.encode() else UNKNOWN

    return _number(reading, find, UNKNOWN)


def _number(reading: Reading, find: Callable[[int, str], int], ambiguous: int) -> Points:
    tokens = reading.keys.astype(np.uint32)
    places = np.flatnonzero(reading.kinds <= WORD)
    if not len(places):
        return tokens
    keys, first, which = np.unique(reading.keys[places], return_index=True, return_inverse=True)
    chosen = places[first]
    spelt = [spell(reading, token) for token in chosen.tolist()]
    ids = np.fromiter(map(find, keys.tolist(), spelt), np.uint32, len(keys))
    same = _are_same(reading, places, chosen[which])
    tokens[places] = np.where(same, ids[which], np.uint32(ambiguous))
    return tokens


def _are_same(reading: Reading, ones: Ints, others: Ints) -> NDArray[np.bool_]:
    """Whether pairs of tokens have the same letters."""
    sizes = np.diff(reading.first)[ones]
    same: NDArray[np.bool_] = sizes == np.diff(reading.first)[others]
    sizes = np.where(same, sizes, 0)
    pair = np.repeat(np.arange(len(ones)), sizes)
    within = np.arange(len(pair)) - (np.cumsum(sizes) - sizes)[pair]
    letters = reading.letters
    differ = (
        letters[reading.first[ones[pair]] + within]
        != (letters[reading.first[others[pair]] + within])
    )
    same[pair[differ]] = False
    return same
