"""How sure it is that a picture shows a logo: a few points of it, somewhere in a scene."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

import numpy as np

from matchers.pictures.geometry import Fit, Points
from matchers.pictures.matches import PictureMatch
from matchers.pictures.prints import Box
from matchers.pictures.votes import count_bits

LEAST: Final = 1.0
"""Strength from which it is told at all; ``matchers.weights`` says from where on it is flagged."""
SURE: Final = 2.5
"""Strength from which it settles what a hash leaves in doubt."""
LEAST_PAIRS: Final = 3
"""Points that must look alike for a logo to be looked at."""

_EVEN, _SCALE, _MOST = 45, 20, 1.5
"""Bits in which points differ that lie as they should: of a logo that is there half of them differ
in 22 and nine of ten in fewer than 33, by chance half differ in 43. Points that differ in more than
the first number speak against it, each by at most 1."""

_SURER, _SAME_PLACE = 2.0, 0.3
"""How much stronger another logo is that is there instead, and the least share of a box in its."""


def find_strength(fit: Fit, theirs: Points, ours: Points, shown: float, density: float) -> float:
    """Return how sure it is that a picture shows a logo: by chance in 1 of 100 more than about 1.6.

    :param theirs: points of the logo
    :param ours: points of the picture
    :param shown: share of the logo over which the points spread that were found again
    :param density: share of the places within that area that were found again
    """
    differ = count_bits(theirs.codes[fit.theirs] ^ ours.codes[fit.ours])
    likeness = np.clip((_EVEN - differ) / _SCALE, -1.0, _MOST).sum()
    return float(likeness * min(1.0, shown) ** 0.5 * density**1.5)


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
