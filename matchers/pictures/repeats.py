"""Points that a picture has many times: spokes of a star, squares of a board, dots of a pattern.

Where one of them lies in another picture, all the others lie there too, and say nothing more: so
each counts by its share in the places of its picture that look like it. Of a ring with a hundred
spokes next to nothing is left, of a photograph nearly all.
"""

from __future__ import annotations

from typing import Final

from matchers.pictures.geometry import Points
from matchers.pictures.votes import LIKE, Numbers, count_bits

_APART = 0.02
"""Distance, in longer sides, below which two points are of one place."""
_SAMPLE: Final = 64
"""Points of which the mean is taken at the most."""


def find_rarity(points: Points, chosen: Numbers) -> float:
    """Return how much some points of a picture count, 0 to 1: the mean of their shares.

    :param chosen: numbers of the points
    """
    some = chosen[:: max(1, len(chosen) // _SAMPLE)]
    if not len(some):
        return 1.0
    differ = count_bits(points.codes[some][:, None] ^ points.codes[None])
    places = points.places[:, :2]
    gaps = ((places[some][:, None] - places[None]) ** 2).sum(axis=2)
    others = ((differ <= LIKE) & (gaps > _APART**2)).sum(axis=1)
    return float((1 / (1 + others)).mean())
