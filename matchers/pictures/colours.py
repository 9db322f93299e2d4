"""Whether the colours of two views agree."""

from __future__ import annotations

import numpy as np

_WORST = 4
"""Cells, those that differ most, of which the difference is taken: the ground seldom differs."""
MAX_COLOUR_DIFFERENCE = 30
"""Difference of two layouts up to which the colours agree; set by hand, not yet measured."""


def compare_colours(ours: bytes, theirs: bytes) -> int:
    """Return how far the colours of the cells that differ most are apart, 0 to 255."""
    a, b = (
        np.frombuffer(cells, np.uint8).reshape(-1, 3).astype(np.int32) for cells in (ours, theirs)
    )
    cells = np.sqrt(((a - b) ** 2).mean(axis=1))
    return round(float(np.sort(cells)[-_WORST:].mean()))
