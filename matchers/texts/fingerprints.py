"""Hashes of runs of tokens, and which of them are kept.

A gram is the shortest run from a token on that weighs enough: five words, six Han characters, ten
kana or Thai letters, or a mixture. Of a registered text some are kept by winnowing: the least of
each ``WINDOW`` in a row, so that every run that is longer by ``WINDOW - 1`` tokens holds one, and
equal runs of two texts hold the same. Of a page's text all are looked up.

Saul Schleimer, Daniel S. Wilkerson, Alex Aiken: Winnowing: Local Algorithms for Document
Fingerprinting, SIGMOD 2003.
"""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from matchers.texts.reading import Hashes, Ints, Points

WINDOW: Final = 4
GRAM: Final = 30
"""What a gram weighs at the least."""
GRAM_WEIGHTS: Final = np.array([0, 6, 6, 5, 3], np.int64)
"""What tokens weigh, by kind."""
LONGEST_GRAM: Final = GRAM // 3
"""Tokens of a gram at the most."""

_BASE: Final = 0xD6E8FEB86659FD93
_INVERSE: Final = pow(_BASE, -1, 1 << 64)


class Grams(NamedTuple):
    """Runs of tokens, one for each token that enough follow."""

    hashes: NDArray[np.uint32]
    ends: Ints
    """The token after the last; the first of gram ``i`` is token ``i``."""


def hash_grams(tokens: Points, kinds: NDArray[np.uint8]) -> Grams:
    """Return all grams of a text."""
    weights = np.zeros(len(tokens) + 1, np.int64)
    np.cumsum(GRAM_WEIGHTS[kinds], out=weights[1:])
    ends = np.searchsorted(weights, weights[:-1] + GRAM)
    ends = ends[ends <= len(tokens)]
    terms = _mix(tokens.astype(np.uint64)) * _powers(_BASE, len(tokens))
    sums = np.zeros(len(tokens) + 1, np.uint64)
    np.cumsum(terms, out=sums[1:])
    whole = (sums[ends] - sums[: len(ends)]) * _powers(_INVERSE, len(ends))
    return Grams((_mix(whole) >> np.uint64(32)).astype(np.uint32), ends)


def winnow(hashes: NDArray[np.uint32]) -> Ints:
    """Return which grams are kept, in order: of equal ones in a window the last."""
    if not len(hashes):
        return np.zeros(0, np.int64)
    width = min(WINDOW, len(hashes))
    windows = sliding_window_view(hashes, width)[:, ::-1]
    last = np.arange(len(windows)) + width - 1 - np.argmin(windows, axis=1)
    kept: Ints = last[np.diff(last, prepend=-1) != 0]
    return kept


def _powers(base: int, count: int) -> Hashes:
    powers = np.full(count, base, np.uint64)
    powers[:1] = 1
    return np.multiply.accumulate(powers)


def _mix(values: Hashes) -> Hashes:
    """Return numbers of which every bit depends on every bit (the end of SplitMix64)."""
    values = (values ^ (values >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    values = (values ^ (values >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return values ^ (values >> np.uint64(31))
