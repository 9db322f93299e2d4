"""What a 16 x 16 DCT hash does not see: how much a picture shows, and its colours."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from PIL import Image

from matchers.pictures.prints import Box, Look

_Numbers = npt.NDArray[np.int32]

SIDE = 64
EDGE = 4
"""Least step of brightness, in percent, that counts as an edge."""
FLAT_EDGES = 0.13
"""Share of pixels with an edge below which a picture is a mere outline."""
PLAIN_GROUND = 0.60
"""Share of pixels in the shade of a corner above which a picture is something on a plain ground."""
_SHADE = 12
"""How far a shade may stray and still be the ground, 0 to 255."""

MIN_DETAIL = 10.0
"""Least detail of a picture, or of a part that is compared by itself; see ``find_detail``."""

GRID = 4
"""Cells of the colour layout, each way."""


def _steps(image: Image.Image) -> tuple[_Numbers, _Numbers, _Numbers]:
    """Return the pixels at 64 x 64, and the steps to the right and downwards in percent."""
    pixels = np.asarray(image.resize((SIDE, SIDE), Image.Resampling.BOX)).astype(np.int32)
    across, down = (np.abs(np.diff(pixels, axis=axis)) * 100 // 255 for axis in (1, 0))
    return pixels, across, down


def find_detail(image: Image.Image) -> float:
    """Return how much there is to see: 0 for one colour or a smooth shade, 100 and more for photos.

    The sum of the steps between neighbouring pixels at 64 x 64, as in PDQ's quality metric
    (Facebook, "The TMK+PDQF Video-Hashing Algorithm and the PDQ Image-Hashing Algorithm", 2019),
    but without the small steps, of which shades and noise consist.
    """
    _, across, down = _steps(image)
    return sum(int(steps[steps >= EDGE].sum()) for steps in (across, down)) / 90


def find_look(image: Image.Image) -> Look:
    """Return whether a picture (mode L) is an outline, something on a plain ground, or more.

    ``flat``: a T-shirt or phone case of one colour; all of its kind have nearly one hash.
    ``plain``: goods, a wordmark or a table on white. ``rich``: everything else.
    """
    pixels, across, down = _steps(image)
    edges = np.zeros(pixels.shape, bool)
    edges[:, :-1] |= across >= EDGE
    edges[:-1, :] |= down >= EDGE
    if edges.mean() < FLAT_EDGES:
        return "flat"
    corners = (pixels[0, 0], pixels[0, -1], pixels[-1, 0], pixels[-1, -1])
    ground = max(float((np.abs(pixels - corner) <= _SHADE).mean()) for corner in corners)
    return "plain" if ground > PLAIN_GROUND else "rich"


def find_colours(image: Image.Image, box: Box) -> Image.Image:
    """Return the mean colours of 4 x 4 cells of a part of a picture (mode RGB), as a picture."""
    x, y, width, height = box
    return image.resize((GRID, GRID), Image.Resampling.BOX, (x, y, x + width, y + height))
