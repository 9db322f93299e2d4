"""Index over local features: which pictures have points that look like some points.

Codes are cut into ten pieces of 24 bits; points of which one piece is equal are compared whole
(multi-index hashing, Norouzi et al. 2012, doi:10.1109/CVPR.2012.6248043). Copies share many points,
so it does not matter that a part of them is missed.
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

Numbers = npt.NDArray[np.int64]


class Tables(NamedTuple):
    """The points of many pictures, one after the other."""

    starts: npt.NDArray[np.int64]
    """Where the points of each picture begin, and the end."""
    places: Places
    """Shape (points, 4)."""
    codes: Codes
    """Shape (points, 4)."""
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
    keys = np.empty((PIECES, len(codes)), np.uint32)
    points = np.empty((PIECES, len(codes)), np.int32)
    for piece in range(PIECES):
        found = _piece(codes, piece)
        points[piece] = order = np.argsort(found, kind="stable").astype(np.int32)
        keys[piece] = found[order]
    return Tables(starts, places, codes, keys, points)


def find_like(tables: Tables, codes: Codes) -> tuple[Numbers, Numbers]:
    """Return which points look like which: numbers among ``codes``, and in the tables.

    Each pair once, ordered by the first.
    """
    if not len(tables.codes) or not len(codes):
        return np.zeros(0, np.int64), np.zeros(0, np.int64)
    ours, theirs = [], []
    for piece in range(PIECES):
        keys, wanted = tables.keys[piece], _piece(codes, piece)
        order = np.argsort(wanted)  # in order they are looked up several times as fast
        wanted = wanted[order]
        first = np.searchsorted(keys, wanted, "left")
        there = keys[np.minimum(first, len(keys) - 1)] == wanted
        order, first, wanted = order[there], first[there], wanted[there]
        count = np.searchsorted(keys, wanted, "right") - first
        count[count > _CROWD] = 0
        ours.append(np.repeat(order, count))
        theirs.append(tables.points[piece][spread(first, count)])
    one, other = np.concatenate(ours), np.concatenate(theirs).astype(np.int64)
    near = count_bits(codes[one] ^ tables.codes[other]) <= LIKE
    pairs = distinct(one[near] << 32 | other[near])
    return pairs >> 32, pairs & 0xFFFFFFFF


def distinct(numbers: Numbers) -> Numbers:
    """Return each number once, ascending."""
    ordered = np.sort(numbers)
    return (
        ordered[np.concatenate([[True], ordered[1:] != ordered[:-1]])] if len(ordered) else ordered
    )


def count_bits(codes: Codes) -> Numbers:
    """Return how many bits are set; the last axis goes."""
    counts = np.bitwise_count(codes).astype(np.int64)
    bits: Numbers = counts[..., 0] + counts[..., 1] + counts[..., 2] + counts[..., 3]
    return bits


def spread(first: npt.NDArray[np.intp], count: npt.NDArray[np.intp]) -> npt.NDArray[np.intp]:
    """Return the numbers from each ``first`` on, ``count`` of each."""
    ends = np.cumsum(count)
    total = int(ends[-1]) if len(ends) else 0
    return np.arange(total) - np.repeat(ends - count - first, count)


def _piece(codes: Codes, piece: int) -> npt.NDArray[np.uint32]:
    word, shift = divmod(piece * _BITS, 64)
    bits = codes[:, word] >> np.uint64(shift)
    if shift + _BITS > 64:
        bits = bits | codes[:, word + 1] << np.uint64(64 - shift)
    return (bits & np.uint64((1 << _BITS) - 1)).astype(np.uint32)
