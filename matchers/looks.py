"""What a 16 x 16 DCT hash does not see: how much a picture shows."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from matchers.pictures.prints import Look

_Numbers = npt.NDArray[np.int32]

EDGE = 4
"""Least step of brightness, in percent, that counts as an edge."""
FLAT_EDGES = 0.13
"""Share of pixels with an edge below which a picture is a mere outline."""
PLAIN_GROUND = 0.60
"""Share of pixels in the shade of a corner above which a picture is something on a plain ground."""
_SHADE = 12
"""How far a shade may stray and still be the ground, 0 to 255."""

Shades = npt.NDArray[np.uint8]
"""Shape (64, 64)."""

MIN_DETAIL = 10.0
"""Least detail of a picture, or of a part that is compared by itself; see ``find_detail``."""


Steps = tuple[_Numbers, _Numbers]
"""Steps of brightness to the right and downwards, in percent."""


def find_steps(square: Shades) -> Steps:
    """Return the steps between neighbouring pixels."""
    pixels = square.astype(np.int32)
    across, down = (np.abs(np.diff(pixels, axis=axis)) * 100 // 255 for axis in (1, 0))
    return across, down


def find_detail(square: Shades, steps: Steps | None = None) -> float:
    """Return how much there is to see: 0 for one colour or a smooth shade, 100 and more for photos.

    The sum of the steps between neighbouring pixels at 64 x 64, as in PDQ's quality metric
    (Facebook, "The TMK+PDQF Video-Hashing Algorithm and the PDQ Image-Hashing Algorithm", 2019),
    but without the small steps, of which shades and noise consist.

    :param steps: those of the square, where they are at hand
    """
    return sum(int(way[way >= EDGE].sum()) for way in steps or find_steps(square)) / 90


def find_look(square: Shades, steps: Steps | None = None) -> Look:
    """Return whether a picture is an outline, something on a plain ground, or more.

    ``flat``: a T-shirt or phone case of one colour; all of its kind have nearly one hash.
    ``plain``: goods, a wordmark or a table on white. ``rich``: everything else.

    :param steps: those of the square, where they are at hand
    """
    across, down = steps or find_steps(square)
    pixels = square.astype(np.int32)
    edges = np.zeros(pixels.shape, bool)
    edges[:, :-1] |= across >= EDGE
    edges[:-1, :] |= down >= EDGE
    if np.count_nonzero(edges) / edges.size < FLAT_EDGES:
        return "flat"
    corners = (pixels[0, 0], pixels[0, -1], pixels[-1, 0], pixels[-1, -1])
    ground = max(np.count_nonzero(np.abs(pixels - corner) <= _SHADE) for corner in corners)
    return "plain" if ground / pixels.size > PLAIN_GROUND else "rich"
