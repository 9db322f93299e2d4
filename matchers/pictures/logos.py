"""How sure it is that a picture shows a logo, or a work of few strokes: few points, in a scene."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

import numpy as np

from matchers.pictures.geometry import Fit, Floats, Points, find_spots
from matchers.pictures.matches import PictureMatch
from matchers.pictures.prints import Box
from matchers.pictures.votes import count_bits

LEAST: Final = 1.0
"""Strength from which it is told at all; ``matchers.weights`` says from where on it is flagged."""
LEAST_SIZE: Final = 0.04
"""Longer side of a logo in a picture, in longer sides of that: of smaller ones nothing is seen."""
SURE: Final = 3.0
"""Strength from which it settles what a hash leaves in doubt."""
LEAST_PAIRS: Final = 3
"""Points that must look alike for a logo to be looked at."""

_EVEN, _SCALE, _MOST = 45, 20, 1.5
"""Bits in which points differ that lie as they should: of a logo that is there half of them differ
in 22 and nine of ten in fewer than 33, by chance half differ in 43. Points that differ in more than
the first number speak against it, each by at most 1."""

_WIDE, _LETTERS, _LEAST_THERE, _LEAST_AGAIN, _STRICT = 1.6, 8, 4, 0.4, 8
"""Width, in heights, from which a logo is looked at as a word; parts of a word; points of a part
from which it counts, and the share of them that must be found; the power to which the share of the
parts that are there is raised."""

_SPOT = 0.02
"""Size of a place of a word, in longer sides of its picture."""
_SURER, _SAME_PLACE = 2.0, 0.3
"""How much stronger another logo is that is there instead, and the least share of a box in its."""


def find_strength(
    likeness: Floats, fit: Fit, theirs: Points, shown: float, density: float
) -> float:
    """Return how sure it is that a picture shows a logo; ``matchers.weights`` makes bits of it.

    :param likeness: of the pairs of points, see ``find_likeness``
    :param theirs: points of the logo
    :param shown: share of the logo over which the points spread that were found again
    :param density: share of the places within that area that were found again
    """
    places = theirs.places[:, :2].astype(np.float64)
    whole = find_whole(places, places[fit.theirs])
    return float(likeness.sum() * min(1.0, shown) ** 0.5 * density**1.5 * whole)


def find_likeness(fit: Fit, theirs: Points, ours: Points) -> Floats:
    """Return how much each pair of points says: 1.5 of equal ones down to -1."""
    differ = count_bits(theirs.codes[fit.theirs] ^ ours.codes[fit.ours])
    return np.clip((_EVEN - differ) / _SCALE, -1.0, _MOST)


def find_whole(places: Floats, found: Floats) -> float:
    """Return how much of a word was found, from its first letter to its last: 0 to 1.

    Two words in one typeface share letters, and these share all their points. So of what is as wide
    as a word, each part of its width must be there. Of other logos a part is enough: 1.

    :param places: of all points of a logo, shape (points, 2)
    :param found: of those that were found again
    """
    first, last = np.percentile(places, (3, 97), axis=0)
    size = last - first
    along = int(size.argmax())
    if size[along] < _WIDE * size[1 - along]:
        return 1.0
    counts = []
    # A corner is one, at however many sizes it was described.
    for points in (find_spots(places, _SPOT), find_spots(found, _SPOT)):
        bins = ((points[:, along] - first[along]) / size[along] * _LETTERS).astype(np.int64)
        counts.append(np.bincount(np.clip(bins, 0, _LETTERS - 1), minlength=_LETTERS))
    there, again = counts
    holes = (there >= _LEAST_THERE) & (again < _LEAST_AGAIN * there)
    return float((1 - holes.mean()) ** _STRICT)


def find_outdone(matches: Sequence[PictureMatch]) -> Iterator[PictureMatch]:
    """Yield the logos that lie where another one is much surer to be: letters are like letters."""
    for match in matches:
        for other in matches:
            surer = other.strength > _SURER * match.strength
            if surer and _overlap(match.region, other.region) > _SAME_PLACE:
                yield match
                break


def _overlap(one: Box, other: Box) -> float:
    """Return which share of the smaller box lies in the other."""
    x, y = max(one[0], other[0]), max(one[1], other[1])
    right = min(one[0] + one[2], other[0] + other[2])
    bottom = min(one[1] + one[3], other[1] + other[3])
    smaller = min(one[2] * one[3], other[2] * other[3])
    return max(0, right - x) * max(0, bottom - y) / smaller
