"""Local features of a picture, by OpenCV's SIFT."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import NamedTuple

import cv2
import numpy as np
import numpy.typing as npt
from PIL import Image

from matchers.pictures.codes import encode
from matchers.pictures.prints import NO_FEATURES, Depth, LocalFeatures

MAKER = f"sift-3 opencv-{cv2.__version__}"


class Level(NamedTuple):
    """A size of a picture in which points are looked for."""

    side: int
    """Pixels of the longer side at the most."""
    points: int
    """Points of most contrast that are kept."""


class Plan(NamedTuple):
    """Where points of a picture are looked for."""

    levels: tuple[Level, ...]
    """The largest first. What is small here is found where it is small there."""


ENLARGED, _LEAST_ENLARGED, _MOST_MORE = 512, 1.25, 500
"""Pixels of the longer side to which small pictures are brought, from which factor on, and how many
points are kept then."""
PICTURE = Plan((Level(512, 500), Level(192, 120)))
SMALL = Plan((Level(512, 500), Level(256, 300), Level(128, 200), Level(64, 100)))
"""Of what has few points, and may be small where it is found: logos, drawings of few strokes."""
PLANS: Mapping[Depth, Plan] = {
    "points": PICTURE,
    "scene": Plan((Level(1024, 1500), Level(384, 300))),
    "work": PICTURE,
    "logo": SMALL,
}


def find_features(
    image: Image.Image, size: tuple[int, int] | None = None, plan: Plan = PICTURE
) -> LocalFeatures:
    """Return the points of a picture.

    :param image: mode L, the longer side at most that of the first level
    :param size: width and height of the picture itself, where it is of another shape; very thin
        pictures are worked on as wider ones
    """
    cv2.setNumThreads(1)
    size = size or image.size
    (_, points), *smaller = plan.levels
    found = [_detect(image, size, points)]
    for side, points in smaller:
        scale = side / max(image.size)
        if scale < 1:
            width, height = (max(1, round(side * scale)) for side in image.size)
            small = image.resize((width, height), Image.Resampling.BOX)
            found.append(_detect(small, size, points))
    places, descriptors = (np.concatenate(parts) for parts in zip(*found, strict=True))
    if not len(places):
        return NO_FEATURES
    return LocalFeatures(places, encode(descriptors))


def add_enlarged(points: LocalFeatures, image: Image.Image, size: tuple[int, int]) -> LocalFeatures:
    """Return points with those that a small picture has when it is enlarged; a large one has none.

    SIFT sees next to nothing in a drawing of 100 pixels.

    :param image: mode L
    :param size: as for ``find_features``
    """
    scale = ENLARGED / max(image.size)
    if scale < _LEAST_ENLARGED:
        return points
    width, height = (max(1, round(side * scale)) for side in image.size)
    large = image.resize((width, height), Image.Resampling.BICUBIC)
    places, descriptors = _detect(large, size, _MOST_MORE)
    if not len(places):
        return points
    codes = encode(descriptors)
    if not len(points.places):
        return LocalFeatures(places, codes)
    return LocalFeatures(
        np.concatenate([points.places, places]), np.concatenate([points.codes, codes], axis=1)
    )


def _detect(
    image: Image.Image, size: tuple[int, int], count: int
) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.float32]]:
    """Return the places and descriptors of the points with most contrast."""
    points, descriptors = cv2.SIFT.create(count).detectAndCompute(np.asarray(image), None)
    across, down = (
        side / pixels / max(size) for side, pixels in zip(size, image.size, strict=True)
    )
    rows = [
        # Pixels have their centre at whole numbers there, at halves here.
        (
            (point.pt[0] + 0.5) * across,
            (point.pt[1] + 0.5) * down,
            point.size * max(across, down),
            math.radians(point.angle),
        )
        for point in points
    ]
    if not rows:
        return np.zeros((0, 4), np.float32), np.zeros((0, 128), np.float32)
    return np.array(rows, np.float32), np.asarray(descriptors, np.float32)
