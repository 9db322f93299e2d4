"""The convex hull of places."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from matchers.pictures.geometry import Floats

_TURNS = np.arange(16) * (np.pi / 8)
_DIRECTIONS = np.column_stack([np.cos(_TURNS), np.sin(_TURNS)])
"""Shape (16, 2), anticlockwise."""


def find_hull(places: Floats) -> Floats:
    """Return the corners of the convex hull, shape (corners, 2), by Andrew's monotone chain."""
    outer = _outer(places)
    across, down = outer.T
    placed = outer[np.lexsort((down, across))]
    changed = np.concatenate([np.ones((1, 2), bool)[: len(placed)], np.diff(placed, axis=0) != 0])
    ordered = placed[changed.any(axis=1)].tolist()
    if len(ordered) <= 2:
        return np.array(ordered, np.float64).reshape(-1, 2)
    halves = []
    for walk in (ordered, ordered[::-1]):
        half: list[list[float]] = []
        for x, y in walk:
            while len(half) > 1 and _turns(half[-2], half[-1], (x, y)) <= 0:
                half.pop()
            half.append([x, y])
        halves += half[:-1]
    return np.array(halves, np.float64)


def _outer(places: Floats) -> Floats:
    """Return the places without those that are surely inside (Akl, Toussaint 1978)."""
    if len(places) <= len(_DIRECTIONS):
        return places
    corners = places[(places @ _DIRECTIONS.T).argmax(axis=0)]
    sides = np.roll(corners, -1, axis=0) - corners
    cross = places @ (sides[:, ::-1] * (-1, 1)).T
    inside = cross - (sides[:, 0] * corners[:, 1] - sides[:, 1] * corners[:, 0]) > 1e-12
    # Two directions may have one corner: the side between has no length, and says nothing.
    says = sides.any(axis=1)
    outer: Floats = places[~np.all(inside[:, says], axis=1)] if says.any() else corners
    return outer


def _turns(a: list[float], b: list[float], c: tuple[float, float]) -> float:
    return (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0])


def hull_area(hull: Floats) -> float:
    """Return the area of a hull."""
    x, y = hull[:, 0], hull[:, 1]
    return abs(float(x @ np.roll(y, -1) - y @ np.roll(x, -1))) / 2


def is_inside(places: Floats, hull: Floats) -> npt.NDArray[np.bool_]:
    """Return which places lie in a hull or on its edge."""
    sides = np.roll(hull, -1, axis=0) - hull
    edges = sides[:, 0] * hull[:, 1] - sides[:, 1] * hull[:, 0]
    cross = places @ (sides[:, ::-1] * (-1, 1)).T - edges
    inside: npt.NDArray[np.bool_] = np.all(cross >= -1e-9, axis=1)
    return inside
