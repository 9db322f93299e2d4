"""Local features of a picture, by OpenCV's SIFT."""

from __future__ import annotations

import math

import cv2
import numpy as np
import numpy.typing as npt
from PIL import Image

from matchers.pictures.codes import encode
from matchers.pictures.prints import NO_FEATURES, LocalFeatures

MAKER = f"sift-1 opencv-{cv2.__version__}"

SIDE = 512
"""Pixels of the longer side of the picture in which points are looked for."""
POINTS = 500
"""Points of most contrast that are kept."""
COARSE_SIDE, COARSE_POINTS = 192, 120
"""The same once more, small: a copy may be a small part of another picture."""


def find_features(image: Image.Image, size: tuple[int, int] | None = None) -> LocalFeatures:
    """Return the points of a picture.

    :param image: mode L, the longer side at most ``SIDE``
    :param size: width and height of the picture itself, where it is of another shape; very thin
        pictures are worked on as wider ones
    """
    cv2.setNumThreads(1)
    size = size or image.size
    found = [_detect(image, size, POINTS)]
    scale = COARSE_SIDE / max(image.size)
    if scale < 1:
        width, height = (max(1, round(side * scale)) for side in image.size)
        small = image.resize((width, height), Image.Resampling.BOX)
        found.append(_detect(small, size, COARSE_POINTS))
    places, descriptors = (np.concatenate(parts) for parts in zip(*found, strict=True))
    if not len(places):
        return NO_FEATURES
    return LocalFeatures(places, encode(descriptors))


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
