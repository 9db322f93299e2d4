"""Hashed views of many references, compared with all at once."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import numpy.typing as npt

from matchers.pictures.hamming import build_tables, find_near
from matchers.pictures.prints import BITS, HashedView

FLAT = 500_000
"""Views up to which all are compared, which misses none."""
_FLIPPED = 4
"""Pieces looked up with flips beyond that: none within 15 bits is missed, about one in 500 within
31, and more beyond, which is left to local features."""


class Rows:
    """Views of many references as one array of 64-bit words."""

    def __init__(self, rows: Sequence[tuple[int, HashedView]]) -> None:
        """Take (entry, view) pairs."""
        self._rows = rows
        words = find_words([view for _, view in rows])
        self._columns = np.ascontiguousarray(words.T)
        self._tables = build_tables(words) if len(rows) > FLAT else None

    def near(
        self, views: Sequence[HashedView], limit: int
    ) -> Iterator[tuple[int, HashedView, int, HashedView]]:
        """Yield (distance, our view, entry, its view) of every pair within ``limit``."""
        if not self._rows:
            return
        if self._tables is not None:
            ours, theirs, distances = find_near(self._tables, find_words(views), limit, _FLIPPED)
            for number, row, distance in zip(ours, theirs, distances, strict=True):
                entry, reference = self._rows[int(row)]
                yield int(distance), views[int(number)], entry, reference
            return
        first, second, third, fourth = self._columns
        for view, (a, b, c, d) in zip(views, find_words(views), strict=True):
            half = np.bitwise_count(first ^ a) + np.bitwise_count(second ^ b)
            (near,) = np.nonzero(half <= limit)  # one in a hundred goes on
            rest = np.bitwise_count(third[near] ^ c) + np.bitwise_count(fourth[near] ^ d)
            distances = half[near].astype(np.int64) + rest
            for row, distance in zip(near.tolist(), distances.tolist(), strict=True):
                if distance <= limit:
                    entry, reference = self._rows[row]
                    yield distance, view, entry, reference


def find_words(views: Sequence[HashedView]) -> npt.NDArray[np.uint64]:
    """Return the bits of the views as an array of shape (views, 4)."""
    return np.frombuffer(b"".join(view.bits for view in views), np.uint64).reshape(-1, BITS // 64)
