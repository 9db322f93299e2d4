"""The pHash of a square, of its turns, and of windows in it, each for the price of a small product.

The hash is ``imagehash.phash`` (the DCT hash of Zauner 2010, "Implementation and benchmarking of
perceptual image hash functions"): which of the lowest 16 x 16 frequencies of a square of 64 x 64
pixels are above their median. A mirrored square has the same frequencies, every other one negative;
one on its side has them transposed. A window is a part of the square, stretched; stretching it and
taking its frequencies are both products with a matrix, which are made once.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from matchers.pictures.prints import BITS, HASH_SIDE

SIDE: Final = HASH_SIDE * 4
"""Pixels of each side of a square."""

Numbers = npt.NDArray[np.float64]
Share = tuple[float, float, float, float]
"""Left, top, right and bottom of a window, in shares of the sides of the whole."""

_TURNS: Final[Mapping[str, tuple[bool, bool, bool]]] = {
    "same": (False, False, False),
    "mirror": (False, False, True),
    "flip": (False, True, False),
    "rotate-90": (True, False, True),
    "rotate-180": (False, True, True),
    "rotate-270": (True, True, False),
    "transpose": (True, False, False),
    "transverse": (True, True, True),
}
"""``ORIENTATIONS``: whether rows and columns change places; then whether rows, and columns, are
reversed."""


@cache
def _cosines() -> Numbers:
    """Return the rows of the DCT (type II) that are the lowest frequencies."""
    number, place = np.arange(HASH_SIDE)[:, None], np.arange(SIDE)[None]
    return np.asarray(2 * np.cos(np.pi * number * (2 * place + 1) / (2 * SIDE)))


@cache
def _stretched(first: float, last: float) -> Numbers:
    """Return the frequencies of a window between two shares of a side, shape (16, 64)."""
    places = (first + (last - first) * (np.arange(SIDE) + 0.5) / SIDE) * SIDE - 0.5
    near = 1 - np.abs(places[:, None] - np.arange(SIDE)[None])
    weights = np.maximum(near, 0)
    return np.asarray(_cosines() @ (weights / weights.sum(axis=1, keepdims=True)))


@cache
def _stacked(windows: tuple[Share, ...]) -> tuple[Numbers, Numbers]:
    """Return the frequencies of windows, down and across, shape (windows, 16, 64) each."""
    rows = np.stack([_stretched(top, bottom) for _, top, _, bottom in windows])
    return rows, np.stack([_stretched(left, right) for left, _, right, _ in windows])


def hash_windows(square: npt.NDArray[Any], windows: tuple[Share, ...]) -> list[bytes]:
    """Return the packed hashes of windows in a square of shades, shape (64, 64)."""
    rows, columns = _stacked(windows)
    low = (rows.reshape(-1, SIDE) @ square).reshape(rows.shape) @ columns.swapaxes(1, 2)
    return _pack(low)


def hash_turned(square: npt.NDArray[Any]) -> list[bytes]:
    """Return the packed hashes of a square of shades, shape (64, 64), in all ``ORIENTATIONS``."""
    low, signs = _cosines() @ square @ _cosines().T, (-1.0) ** np.arange(HASH_SIDE)
    turned = []
    for swapped, rows, columns in _TURNS.values():
        frequencies = low.T if swapped else low
        frequencies = frequencies * signs[:, None] if rows else frequencies
        turned.append(frequencies * signs if columns else frequencies)
    return _pack(np.stack(turned))


def turn(cells: npt.NDArray[Any], orientation: str) -> npt.NDArray[Any]:
    """Return cells, shape (rows, columns, ...), as they lie in a turned picture."""
    swapped, rows, columns = _TURNS[orientation]
    cells = cells.swapaxes(0, 1) if swapped else cells
    return cells[:: -1 if rows else 1, :: -1 if columns else 1]


def _pack(low: Numbers) -> list[bytes]:
    """Return the hashes of frequencies, shape (squares, 16, 16)."""
    frequencies = low.reshape(-1, BITS)
    middle = np.partition(frequencies, (BITS // 2 - 1, BITS // 2), axis=1)
    median = middle[:, BITS // 2 - 1 : BITS // 2 + 1].mean(axis=1, keepdims=True)
    return [row.tobytes() for row in np.packbits(frequencies > median, axis=1)]
