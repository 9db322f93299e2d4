"""Descriptors of local features -> 256 bits that differ little where the descriptors do.

Each bit is the side of a plane on which a descriptor lies (Charikar 2002, "Similarity estimation
techniques from rounding algorithms", doi:10.1145/509907.509965). The planes are fixed: rows of
Hadamard matrices whose columns change their signs by chance, all of whole numbers, so that every
machine makes the same bits.

A descriptor is that of SIFT (Lowe 2004, doi:10.1023/B:VISI.0000029664.99615.94): 4 x 4 cells of 8
directions around a point, turned to its main direction. Of a mirrored picture it is the same with
rows and directions reversed; of a negative, whose main direction is the opposite, with rows and
columns reversed. So both are found without looking at the picture again.
"""

from __future__ import annotations

import random
from functools import cache
from typing import Any

import numpy as np
import numpy.typing as npt

from matchers.pictures.prints import BITS, Codes

Descriptors = npt.NDArray[np.float32]

SIZE = 128
_SEED = 20261129
_MEAN = (
    69, 60, 52, 54, 61, 44, 35, 44, 123, 83, 54, 53, 61, 47, 44, 71,
    87, 62, 54, 63, 76, 55, 41, 52, 162, 94, 59, 65, 76, 58, 50, 90,
)  # fmt: skip
"""Thousandths: the mean root of descriptors of photographs, of two rows and two columns of cells;
the others mirror them."""


def _reversed(*, rows: bool, columns: bool, directions: bool) -> npt.NDArray[np.intp]:
    """Return where each number of a descriptor comes from when the picture is altered."""
    cells = np.arange(SIZE).reshape(4, 4, 8)
    cells = cells[::-1] if rows else cells
    cells = cells[:, ::-1] if columns else cells
    return (cells[:, :, -np.arange(8) % 8] if directions else cells).reshape(-1)


_ORDERS = (
    np.arange(SIZE),
    _reversed(rows=True, columns=False, directions=True),
    _reversed(rows=True, columns=True, directions=False),
    _reversed(rows=False, columns=True, directions=True),
)
"""For each of ``prints.VARIANTS``."""


@cache
def _planes() -> npt.NDArray[np.float32]:
    """Return the planes, shape (128, 256)."""
    hadamard: npt.NDArray[Any] = np.ones((1, 1), np.int64)
    while len(hadamard) < SIZE:  # Sylvester's
        hadamard = np.kron([[1, 1], [1, -1]], hadamard)
    signs = random.Random(_SEED)  # noqa: S311 - for equal planes everywhere, not for secrets
    parts = []
    for _ in range(BITS // SIZE):
        plane = np.eye(SIZE, dtype=np.int64)
        for _ in range(3):
            plane = plane * [signs.choice((-1, 1)) for _ in range(SIZE)] @ hadamard
        parts.append(plane)
    return np.concatenate(parts, axis=1).astype(np.float32)


@cache
def _mean() -> npt.NDArray[np.float32]:
    corner = np.array(_MEAN, np.float32).reshape(2, 2, 8) / 1000
    quarter = np.zeros((4, 4, 8), np.float32)
    quarter[:2, :2] = corner
    flat = quarter.reshape(-1)
    mean: npt.NDArray[np.float32] = np.stack([flat[order] for order in _ORDERS]).sum(axis=0)
    return mean


def encode(descriptors: Descriptors) -> Codes:
    """Return the codes of descriptors as they are, mirrored, negative and both.

    :param descriptors: shape (points, 128), as SIFT makes them
    :returns: shape (4, points, 4)
    """
    sums = np.maximum(descriptors.sum(axis=1, keepdims=True), 1e-6)
    # Square roots of shares compare as Hellinger's distance does (Arandjelović, Zisserman 2012).
    centred = np.sqrt(descriptors / sums) - _mean()
    sides = [centred[:, order] @ _planes() > 0 for order in _ORDERS]
    return np.packbits(np.stack(sides), axis=2).view(np.uint64)
