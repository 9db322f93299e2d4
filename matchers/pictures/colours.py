"""Colours of a view, and whether those of two views agree."""

from __future__ import annotations

from functools import cache

import numpy as np
import numpy.typing as npt

from matchers.pictures.phash import Share

GRID = 4
"""Cells of the colour layout, each way."""
CELLS = 40
"""Pixels of each side of the small picture of which layouts are taken."""

_WORST = 4
"""Cells, those that differ most, of which the difference is taken: the ground seldom differs."""
_MOST_GAIN = 2.0
_SAME_MEAN = 16
"""How far the means of two layouts may be apart of which only the contrast differs."""
Cells = npt.NDArray[np.float64]

MAX_COLOUR_DIFFERENCE = 30
"""Difference of two layouts up to which the colours agree; set by hand, not yet measured."""


def compare_colours(ours: bytes, theirs: bytes) -> int:
    """Return how far the colours of the cells that differ most are apart, 0 to 255.

    A picture that is darker or lighter as a whole, or of less contrast, has the same colours. Goods
    in another shade of grey do not, as the ground about them is what it was.
    """
    a, b = (
        np.frombuffer(cells, np.uint8).reshape(-1, 3).astype(np.float64) for cells in (ours, theirs)
    )
    made = [b, np.minimum(_gain(a, b) * b, 255)]
    if abs(a.mean() - b.mean()) < _SAME_MEAN:
        made.append(a.mean() + _gain(a - a.mean(), b - b.mean()) * (b - b.mean()))
    return min(round(_difference(a, other)) for other in made)


def _gain(ours: Cells, theirs: Cells) -> float:
    """Return the factor that leads from the one to the other best, within limits."""
    gain = float((ours * theirs).sum() / max(float((theirs**2).sum()), 1.0))
    return min(max(gain, 1 / _MOST_GAIN), _MOST_GAIN)


def _difference(ours: Cells, theirs: Cells) -> float:
    cells = np.sqrt(((ours - theirs) ** 2).mean(axis=1))
    return float(np.sort(cells)[-_WORST:].mean())


@cache
def _means(first: float, last: float) -> npt.NDArray[np.float32]:
    """Return what of each pixel belongs to each cell between two shares, shape (4, 40)."""
    edges = (first + (last - first) * np.arange(GRID + 1) / GRID) * CELLS
    pixels = np.arange(CELLS)
    right = np.minimum(edges[1:, None], pixels[None] + 1)
    inside = np.maximum(right - np.maximum(edges[:-1, None], pixels[None]), 0)
    return np.asarray(inside / inside.sum(axis=1, keepdims=True), np.float32)


@cache
def _stacked(
    windows: tuple[Share, ...],
) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.float32]]:
    """Return the means of windows, down and across: shape (4 windows, 40), and (windows, 4, 40)."""
    rows = np.concatenate([_means(top, bottom) for _, top, _, bottom in windows])
    return rows, np.stack([_means(left, right) for left, _, right, _ in windows])


def find_layouts(cells: npt.NDArray[np.uint8], windows: tuple[Share, ...]) -> npt.NDArray[np.uint8]:
    """Return the mean colours of 4 x 4 cells of windows, shape (windows, 4, 4, 3).

    :param cells: the picture, shape (40, 40, 3)
    """
    rows, columns = _stacked(windows)
    bands = rows @ cells.reshape(CELLS, -1).astype(np.float32)
    layouts = columns[:, None] @ bands.reshape(len(windows), GRID, CELLS, 3)
    return np.asarray(layouts.round(), np.uint8)
