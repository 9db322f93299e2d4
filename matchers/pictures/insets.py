"""Pictures inside a picture: in a screenshot, a collage, or a box of one shade.

A page is cut at rows of one shade, each part at columns of one shade, and so on (the X-Y cut of
Nagy and Seth 1984). The largest parts are looked at as pictures of their own: a drawing in a
screenshot has too few points to be found by these. Photographs have no such rows, and cost next to
nothing. A box of one shade inside another picture, such as a white one, is found as the place of
the most common shade.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

import cv2
import numpy as np
import numpy.typing as npt
from PIL import Image

from matchers.pictures.prints import Box

MOST: Final = 4
"""Insets of a picture at the most."""
_EVEN = 24
"""How far shades of a row may be apart that is no part of anything: JPEGs ring near edges."""
_GAPS = (0.02, 0.0)
"""Least height of what is cut away, in longer sides: a drawing has gaps itself, so wide ones are
cut first, and then all."""
_CUTS = 3
"""How often parts are cut again."""
_LEAST_SIDE, _LEAST_AREA, _MOST_AREA = 32, 0.05, 0.9
"""Pixels, and shares of the whole, of an inset."""
_SAME = 0.9
"""Share of two boxes that lies in both if they are one."""
_GROUND = 6
"""How far a shade may be from the most common one to belong to it."""
_LINE = 0.015
"""Width of lines, in longer sides, that do not part one place from another."""

Shades = npt.NDArray[np.uint8]


def find_insets(image: Image.Image, known: Sequence[Box] = ()) -> list[Box]:
    """Return where pictures lie inside a picture, at most ``MOST`` of them.

    :param image: mode L
    :param known: boxes that are looked at anyway, besides the whole
    """
    cv2.setNumThreads(1)
    pixels = np.asarray(image)
    seen = [(0, 0, *image.size), *known]
    found: list[Box] = []
    for box in _propose(pixels):
        if _is_fit(box, image.size) and all(_find_share(box, other) < _SAME for other in seen):
            found.append(box)
            seen.append(box)
    return found[:MOST]


def _propose(pixels: Shades) -> Iterator[Box]:
    """Yield boxes that may be insets, the likeliest first."""
    height, width = pixels.shape
    for gap in _GAPS:
        boxes = _cut(pixels, (0, 0, width, height), max(1, round(gap * max(width, height))), _CUTS)
        yield from sorted(boxes, key=lambda box: -box[2] * box[3])[:MOST]
    ground = _find_ground(pixels)
    if ground:
        yield ground


def _cut(pixels: Shades, box: Box, gap: int, cuts: int, around: int | None = None) -> Iterator[Box]:
    """Yield the parts of a box between rows and columns of one shade.

    :param around: that shade; any will do unless given, which cuts a page with bars
    """
    x, y, width, height = box
    part, found = pixels[y : y + height, x : x + width], []
    for top, bottom in _find_runs(part, 1, gap, around):
        band, ground = part[top:bottom], _find_edge(part, top, bottom, around)
        for left, right in _find_runs(band, 0, gap, ground):
            one = (x + left, y + top, right - left, bottom - top)
            found.append((one, _find_edge(band.T, left, right, ground)))
    for one, beside in found:
        if min(one[2:]) < _LEAST_SIDE:
            continue
        framed = len(found) == 1  # its own ground may be of another shade
        if framed or not cuts:
            yield one
        if one != box and cuts:
            yield from _cut(pixels, one, gap, cuts - 1, None if framed else beside)


def _find_edge(part: Shades, first: int, last: int, around: int | None) -> int | None:
    """Return the shade of the line before or after some rows; what is known where they are all."""
    if first:
        return int(part[first - 1, 0])
    return int(part[last, 0]) if last < len(part) else around


def _find_runs(part: Shades, axis: int, gap: int, around: int | None) -> list[tuple[int, int]]:
    """Return where there is something, from and to, between gaps of so many lines or more.

    :param around: shade of the gaps; None = a line of any one shade is no part of anything
    """
    most, least = part.max(axis=axis).astype(np.int16), part.min(axis=axis).astype(np.int16)
    strays = most - least if around is None else np.maximum(most - around, around - least)
    lines = np.flatnonzero(strays > _EVEN)
    if not len(lines):
        return []
    ends = np.flatnonzero(np.diff(lines) > gap)
    firsts, lasts = lines[np.concatenate([[0], ends + 1])], lines[np.concatenate([ends, [-1]])]
    return list(zip(firsts.tolist(), (lasts + 1).tolist(), strict=True))


def _find_ground(pixels: Shades) -> Box | None:
    """Return the box of the largest place of the most common shade; None where there is no such."""
    shade = int(np.bincount(pixels.reshape(-1), minlength=256).argmax())
    near = cv2.inRange(pixels, np.array(shade - _GROUND), np.array(shade + _GROUND))
    if cv2.countNonZero(near) < _LEAST_AREA * pixels.size:
        return None
    across = max(3, round(_LINE * max(pixels.shape)))
    closed = cv2.morphologyEx(near, cv2.MORPH_CLOSE, np.ones((across, across), np.uint8))
    _, _, places, _ = cv2.connectedComponentsWithStats(closed, connectivity=4)
    x, y, width, height, _ = places[1:][places[1:, cv2.CC_STAT_AREA].argmax()].tolist()
    return x, y, width, height


def _is_fit(box: Box, size: tuple[int, int]) -> bool:
    """Whether a box is large enough to be a picture, and not nearly the whole."""
    share = box[2] * box[3] / (size[0] * size[1])
    return min(box[2:]) >= _LEAST_SIDE and _LEAST_AREA <= share <= _MOST_AREA


def _find_share(one: Box, other: Box) -> float:
    """Return how much of two boxes lies in both, 0 to 1."""
    across = min(one[0] + one[2], other[0] + other[2]) - max(one[0], other[0])
    down = min(one[1] + one[3], other[1] + other[3]) - max(one[1], other[1])
    both = max(0, across) * max(0, down)
    return both / (one[2] * one[3] + other[2] * other[3] - both)
