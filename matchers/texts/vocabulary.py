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

    def _find(self, keys: Hashes, spelt: list[str]) -> Points:
        ids = self._ids
        found = [ids.setdefault(word, len(ids)) for word in spelt]
        known = len(self._keys)
        self._keys += [key for key, id_ in zip(keys.tolist(), found, strict=True) if id_ >= known]
        return np.array(found, np.uint32) + np.uint32(FIRST_WORD)

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

    def find(keys: Hashes, spelt: list[str]) -> Points:
        found = np.full(len(keys), UNKNOWN, np.uint32)
        places = np.searchsorted(words.keys, keys)
        places[places == len(words.keys)] = 0
        for place in np.flatnonzero(words.keys[places] == keys).tolist():
            id_ = int(words.ids[places[place]])
            start, end = words.first[id_ - FIRST_WORD : id_ - FIRST_WORD + 2].tolist()
            if words.letters[start:end].tobytes() == spelt[place].encode():
                found[place] = id_
        return found

    if not len(words.keys):
        return np.where(reading.kinds <= WORD, np.uint32(UNKNOWN), reading.keys.astype(np.uint32))
    return _number(reading, find, UNKNOWN)


def _number(
    reading: Reading, find: Callable[[Hashes, list[str]], Points], ambiguous: int
) -> Points:
    tokens = reading.keys.astype(np.uint32)
    places = np.flatnonzero(reading.kinds <= WORD)
    if not len(places):
        return tokens
    keys, first, which = np.unique(reading.keys[places], return_index=True, return_inverse=True)
    chosen = places[first]
    ids = find(keys, spell(reading, chosen))
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
