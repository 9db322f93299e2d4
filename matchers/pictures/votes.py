"""Index over local features: which pictures have points that look like some points.

Codes are cut into ten pieces of 24 bits; points of which one piece is equal are compared whole
(multi-index hashing, Norouzi et al. 2012, doi:10.1109/CVPR.2012.6248043). Copies share many points,
so it does not matter that a part of them is missed.

Pieces are stirred to keys, which are told apart by their first bits already: so the points with a
key are found at one place of a table, and not by halving, which waits for memory at each step.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from matchers.pictures.prints import WORDS, Codes, LocalFeatures, Places

PIECES, _BITS = 10, 24
LIKE = 50
"""Bits of 256 that may differ: half of the true pairs differ in 22, one chance pair in 10,000 in
fewer than 64."""
_CROWD = 256
"""Points that share a piece from which they say nothing: blank cells, and textures."""
_STIR = 0x9E3779B1
"""Odd, so that no two pieces become one key: pieces themselves are anything but evenly spread."""
_LEAST_HEADS, _MOST_HEADS = 8, 20
"""First bits of a key that are looked up, at the least and the most: few points have the same."""
_NO_KEY = 1 << _BITS
"""Above all keys: that of points that say nothing."""

Numbers = npt.NDArray[np.int64]


class Tables(NamedTuple):
    """The points of many pictures, one after the other."""

    starts: npt.NDArray[np.int64]
    """Where the points of each picture begin, and the end."""
    places: Places
    """Shape (points, 4)."""
    codes: Codes
    """Shape (points, 4)."""
    heads: npt.NDArray[np.int32]
    """Shape (pieces, heads + 1): where the keys with each value of the first bits begin."""
    keys: npt.NDArray[np.uint32]
    """Shape (pieces, points): ascending."""
    points: npt.NDArray[np.int32]
    """Shape (pieces, points): the point of each key."""


def build_tables(pictures: Sequence[LocalFeatures]) -> Tables:
    """Return the tables of pictures; only the first variant of their codes is kept."""
    counts = [len(picture.places) for picture in pictures]
    starts = np.concatenate([[0], np.cumsum(counts, dtype=np.int64)]).astype(np.int64)
    places = np.concatenate([np.zeros((0, 4), np.float32), *(p.places for p in pictures)])
    codes = np.concatenate([np.zeros((0, WORDS), np.uint64), *(p.codes[0] for p in pictures)])
    bits = min(max(len(codes).bit_length() - 2, _LEAST_HEADS), _MOST_HEADS)
    heads = np.zeros((PIECES, (1 << bits) + 1), np.int32)
    keys = np.empty((PIECES, len(codes)), np.uint32)
    points = np.empty((PIECES, len(codes)), np.int32)
    for piece in range(PIECES):
        found = _without_crowds(_keys(codes, piece))
        points[piece] = order = np.argsort(found, kind="stable").astype(np.int32)
        keys[piece] = found[order]
        sizes = np.bincount(found >> (_BITS - bits), minlength=1 << bits)
        np.cumsum(sizes[: 1 << bits], out=heads[piece, 1:])
    return Tables(starts, places, codes, heads, keys, points)


def find_like(tables: Tables, codes: Codes) -> tuple[Numbers, Numbers]:
    """Return which points look like which: numbers among ``codes``, and in the tables.

    Each pair once, ordered by the first.
    """
    bits = (tables.heads.shape[1] - 1).bit_length() - 1
    ours, theirs = [], []
    for piece in range(PIECES):
        heads, wanted = tables.heads[piece], _keys(codes, piece)
        head = wanted >> (_BITS - bits)
        first = heads[head]
        count = heads[head + 1] - first
        rows, mine = spread(first, count), np.repeat(np.arange(len(codes)), count)
        same = np.flatnonzero(tables.keys[piece].take(rows) == wanted.take(mine))
        ours.append(mine.take(same))
        theirs.append(tables.points[piece].take(rows.take(same)))
    one, other = np.concatenate(ours), np.concatenate(theirs).astype(np.int64)
    # To take rows is several times as fast as to index them.
    differ = count_bits(codes.take(one, axis=0) ^ tables.codes.take(other, axis=0))
    near = np.flatnonzero(differ <= LIKE)
    pairs = distinct(one.take(near) << 32 | other.take(near))
    return pairs >> 32, pairs & 0xFFFFFFFF


def distinct(numbers: Numbers) -> Numbers:
    """Return each number once, ascending."""
    ordered = np.sort(numbers)
    return (
        ordered[np.concatenate([[True], ordered[1:] != ordered[:-1]])] if len(ordered) else ordered
    )


def count_bits(codes: Codes) -> Numbers:
    """Return how many bits are set; the last axis goes."""
    counts = np.bitwise_count(codes)
    bits = counts[..., 0].astype(np.int64)
    for word in range(1, WORDS):
        bits += counts[..., word]
    return bits


def spread(first: npt.NDArray[np.intp], count: npt.NDArray[np.intp]) -> npt.NDArray[np.intp]:
    """Return the numbers from each ``first`` on, ``count`` of each."""
    ends = np.cumsum(count)
    total = int(ends[-1]) if len(ends) else 0
    return np.arange(total) - np.repeat(ends - count - first, count)


def _keys(codes: Codes, piece: int) -> Numbers:
    """Return the keys of a piece of codes, shape (codes, 4)."""
    word, shift = divmod(piece * _BITS, 64)
    bits = codes[:, word] >> np.uint64(shift)
    if shift + _BITS > 64:
        bits = bits | codes[:, word + 1] << np.uint64(64 - shift)
    stirred = (bits & np.uint64(_NO_KEY - 1)) * np.uint64(_STIR)
    return (stirred & np.uint64(_NO_KEY - 1)).astype(np.int64)


def _without_crowds(keys: Numbers) -> Numbers:
    """Return keys of which those are none that too many points have."""
    values, place, count = np.unique(keys, return_inverse=True, return_counts=True)
    values[count > _CROWD] = _NO_KEY
    return values[place]
