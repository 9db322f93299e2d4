"""Multi-index hashing over 256-bit hashes (Norouzi et al. 2012, doi:10.1109/CVPR.2012.6248043).

A hash is cut into 16 pieces of 16 bits, each with a table of where it occurs. Two hashes that
differ in at most 15 bits have an equal piece; in at most 31 bits, one that differs in a single bit.
What the tables bring up is compared whole, so nothing is found that is not near.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from matchers.pictures.prints import Codes
from matchers.pictures.votes import Numbers, count_bits, distinct, spread

PIECES, BITS = 16, 16
EXACT = (PIECES - 1, 2 * PIECES - 1)
"""Distance up to which nothing is missed, without and with one flipped bit."""
_VALUES = 1 << BITS
_FLIPS = np.array([0, *(1 << bit for bit in range(BITS))])
_BATCH = 256
"""Hashes that are looked up at once; more would not stay in the processor's cache."""


class HashTables(NamedTuple):
    """Many hashes, and where each piece of them occurs."""

    hashes: Codes
    """Shape (hashes, 4)."""
    starts: npt.NDArray[np.int32]
    """Shape (pieces, 65,537): where the hashes with each value of a piece begin in ``rows``."""
    rows: npt.NDArray[np.int32]
    """Shape (pieces, hashes)."""


def build_tables(hashes: Codes) -> HashTables:
    """Return the tables of hashes, shape (hashes, 4)."""
    hashes = np.ascontiguousarray(hashes)
    pieces = _pieces(hashes)
    starts = np.zeros((PIECES, _VALUES + 1), np.int32)
    rows = np.empty((PIECES, len(hashes)), np.int32)
    for piece in range(PIECES):
        rows[piece] = np.argsort(pieces[:, piece], kind="stable")
        np.cumsum(np.bincount(pieces[:, piece], minlength=_VALUES), out=starts[piece, 1:])
    return HashTables(hashes, starts, rows)


def find_near(
    tables: HashTables, wanted: Codes, limit: int, flipped: int = 0
) -> tuple[Numbers, Numbers, Numbers]:
    """Return which hashes are near: number among ``wanted``, row, and distance, each pair once.

    :param limit: bits that may differ; up to ``EXACT`` nothing is missed
    :param flipped: how many pieces are also looked up with each single bit flipped: for all, 0 to
        ``PIECES``, the time is ten times that for none
    """
    found = [
        _find_batch(tables, wanted[first : first + _BATCH], limit, first, flipped)
        for first in range(0, len(wanted), _BATCH)
    ]
    if not found:
        return np.zeros(0, np.int64), np.zeros(0, np.int64), np.zeros(0, np.int64)
    ours, theirs, distances = (np.concatenate(part) for part in zip(*found, strict=True))
    return ours, theirs, distances


def _find_batch(
    tables: HashTables, wanted: Codes, limit: int, offset: int, flipped: int
) -> tuple[Numbers, Numbers, Numbers]:
    pieces = _pieces(np.ascontiguousarray(wanted)).astype(np.int64)
    pairs = []
    for piece in range(PIECES):
        masks = _FLIPS if piece < flipped else _FLIPS[:1]
        numbers = np.repeat(np.arange(len(wanted)), len(masks))
        values = (pieces[:, piece, None] ^ masks).reshape(-1)
        first = tables.starts[piece, values].astype(np.int64)
        count = tables.starts[piece, values + 1] - first
        ours, theirs = np.repeat(numbers, count), tables.rows[piece, spread(first, count)]
        # A quarter of the bits spares the rest of half of those that are not near.
        maybe = np.bitwise_count(tables.hashes[theirs, 0] ^ wanted[ours, 0]) <= limit
        ours, theirs = ours[maybe], theirs[maybe]
        near = count_bits(tables.hashes[theirs] ^ wanted[ours]) <= limit
        pairs.append(ours[near] << 32 | theirs[near])
    both = distinct(np.concatenate(pairs))
    ours, theirs = both >> 32, both & 0xFFFFFFFF
    distances = count_bits(tables.hashes[theirs] ^ wanted[ours])
    return ours + offset, theirs, distances


def _pieces(hashes: Codes) -> npt.NDArray[np.uint16]:
    return hashes.view(np.uint16).reshape(len(hashes), PIECES)
