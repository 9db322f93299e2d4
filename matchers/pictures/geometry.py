"""Whether points that look alike also lie alike: one plane picture seen in another.

Every pair of points, with its size and angle, says how the one picture would lie in the other
(Lowe 2004). The proposal that most other pairs agree with is fitted to them, first as a similarity,
then as an affine map, and all points of both pictures are paired anew by it. There is no chance in
it: the same pictures always give the same answer.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from matchers.pictures.prints import Codes, Places
from matchers.pictures.votes import Numbers, count_bits, distinct, spread

Floats = npt.NDArray[np.float64]

_FIRST_REACH, _REACH = 0.05, 0.022
"""How far from where it should be a point may lie, in longer sides of the picture: by the proposal,
and by what is fitted."""
_FINE_REACH = 0.006
"""The same for the pairs to which the map is fitted that says where the one picture lies."""
_TURN = 0.8
"""Cosine of how far angles may differ."""
_SIZES = 0.7
"""How far sizes may differ, in octaves."""
_LIKE = 70
"""Bits that may differ where a point lies as it should."""
_ROUNDS = 4
_MOST_PAIRS = 300
"""Pairs from which proposals are made."""
LEAST = 4
"""Pairs at different places without which nothing is proposed."""
_ENOUGH = 6
"""Pairs from which an affine map is fitted."""
_MOST_SHEAR = 3.5
"""How much longer one axis may become than the other."""
SPOT = 0.006
"""Points nearer than this, in longer sides, are one place: SIFT may describe one several times."""


class Points(NamedTuple):
    """The points of one picture."""

    places: Places
    codes: Codes
    """Shape (points, 4)."""


class Fit(NamedTuple):
    """How one picture lies in another."""

    matrix: Floats
    """Shape (3, 2): ``[x, y, 1] @ matrix`` leads from the one to the other."""
    theirs: Numbers
    """Points of the one that were found again, one for each place."""
    ours: Numbers
    """The same in the other."""
    fine: npt.NDArray[np.bool_]
    """Which of them lie just where they should."""


def find_fit(theirs: Points, ours: Points, pairs: tuple[Numbers, Numbers]) -> Fit | None:
    """Return how one picture lies in another; None when their points do not agree.

    :param pairs: points of the one and of the other that look alike
    """
    start = _propose(theirs.places[pairs[0][:_MOST_PAIRS]], ours.places[pairs[1][:_MOST_PAIRS]])
    if start is None:
        return None
    matrix, reach, best = start, _FIRST_REACH, None
    known: tuple[Numbers, Numbers] = np.zeros(0, np.int64), np.zeros(0, np.int64)
    for _ in range(_ROUNDS):
        one, other = _pair(theirs, ours, matrix, reach)
        reach = _REACH
        if len(one) < LEAST:
            break
        if best is None or len(one) > len(best.theirs):
            best = Fit(matrix, one, other, np.ones(len(one), bool))
        if len(one) < _ENOUGH or (
            np.array_equal(one, known[0]) and np.array_equal(other, known[1])
        ):
            break  # too few, or what is fitted to them was fitted to them before
        known = one, other
        fitted = _fit(theirs.places[one], ours.places[other])
        if fitted is None:
            break
        matrix = fitted
    return None if best is None else _refine(theirs, ours, best)


def _refine(theirs: Points, ours: Points, fit: Fit) -> Fit:
    """Return the fit with a map that those follow which follow it best."""
    matrix, fine = fit.matrix, fit.fine
    for reach in (_REACH / 2, _FINE_REACH, _FINE_REACH):
        seen = theirs.places[fit.theirs, :2] @ matrix[:2] + matrix[2]
        near = ((seen - ours.places[fit.ours, :2]) ** 2).sum(axis=1) < reach**2
        if near.sum() < _ENOUGH:
            break
        fitted = _fit(theirs.places[fit.theirs[near]], ours.places[fit.ours[near]])
        if fitted is None:
            break
        matrix, fine = fitted, near
    return fit._replace(matrix=matrix, fine=fine)


def _propose(theirs: Places, ours: Places) -> Floats | None:
    """Return the similarity that most pairs agree with."""
    one, other = theirs.astype(np.float64), ours.astype(np.float64)
    scale, turn = other[:, 2] / one[:, 2], other[:, 3] - one[:, 3]
    across, down = scale * np.cos(turn), scale * np.sin(turn)
    x = one[None, :, 0] - one[:, None, 0]
    y = one[None, :, 1] - one[:, None, 1]
    off_x = across[:, None] * x - down[:, None] * y + other[:, None, 0] - other[None, :, 0]
    off_y = down[:, None] * x + across[:, None] * y + other[:, None, 1] - other[None, :, 1]
    octaves = np.log2(scale)
    agree = (
        (off_x**2 + off_y**2 < _FIRST_REACH**2)
        & (np.abs(octaves[None] - octaves[:, None]) < _SIZES)
        & (np.cos(turn[None] - turn[:, None]) > _TURN)
    )
    counts = agree.sum(axis=1)
    for best in np.argsort(-counts, kind="stable")[:3]:
        if counts[best] < LEAST:
            break  # so few cannot lie at so many places
        members = np.flatnonzero(agree[best])
        if min(count_spots(side[members, :2], 2 * SPOT) for side in (one, other)) >= LEAST:
            matrix = np.array([[across[best], down[best]], [-down[best], across[best]]])
            return np.vstack([matrix, other[best, :2] - one[best, :2] @ matrix])
    return None


def count_spots(places: Floats, size: float) -> int:
    """Return how many places there are, shape (places, 2), those nearer than a size being one."""
    return len(distinct(_find_cells(places, size)))


def find_spots(places: Floats, size: float) -> Floats:
    """Return one of the places, shape (places, 2), wherever several are nearer than a size."""
    _, first = np.unique(_find_cells(places, size), return_index=True)
    spots: Floats = places[first]
    return spots


def _find_cells(places: npt.NDArray[np.floating[Any]], size: float) -> Numbers:
    """Return the cell of a grid in which each place lies, as one number."""
    across, down = np.round(places / size).astype(np.int64).T
    cells: Numbers = (across << 32) + down
    return cells


def _pair(theirs: Points, ours: Points, matrix: Floats, reach: float) -> tuple[Numbers, Numbers]:
    """Return the points that lie and look as they should, each place once, nearest looks first."""
    seen = theirs.places[:, :2] @ matrix[:2] + matrix[2]
    one, other = pair_near(seen, ours.places[:, :2].astype(np.float64), reach)
    scale = np.sqrt(abs(np.linalg.det(matrix[:2]))) + 1e-9
    octaves = np.log2(ours.places[other, 2] / (theirs.places[one, 2] * scale))
    differ = count_bits(theirs.codes.take(one, axis=0) ^ ours.codes.take(other, axis=0))
    good = np.flatnonzero((differ <= _LIKE) & (np.abs(octaves) < _SIZES))
    good = good[np.argsort(differ[good], kind="stable")]
    for places, index in ((theirs.places, one), (ours.places, other)):
        cells = _find_cells(places[index[good], :2], SPOT)
        _, first = np.unique(cells, return_index=True)
        good = good[np.sort(first)]
    return one[good], other[good]


def pair_near(one: Floats, other: Floats, reach: float) -> tuple[Numbers, Numbers]:
    """Return which places of the one, shape (places, 2), are nearer than ``reach`` to the other's.

    Each pair once, ordered by the first. Only those are compared that are near from left to right.
    """
    order = np.argsort(other[:, 0], kind="stable")
    across, down = other[order].T.copy()
    first = np.searchsorted(across, one[:, 0] - reach, "left")
    count = np.searchsorted(across, one[:, 0] + reach, "right") - first
    right = spread(first, count)
    gaps = np.repeat(one[:, 1], count) - down.take(right)
    level = np.flatnonzero(np.abs(gaps) < reach)  # one in ten goes on
    left, right, gaps = np.repeat(np.arange(len(one)), count)[level], right[level], gaps[level]
    near = np.flatnonzero((one[:, 0].take(left) - across.take(right)) ** 2 + gaps**2 < reach**2)
    return left[near], order[right[near]]


def _fit(theirs: Places, ours: Places) -> Floats | None:
    """Return the affine map that fits best; None where it would squeeze a picture to a line."""
    sources = np.column_stack([theirs[:, :2], np.ones(len(theirs))]).astype(np.float64)
    solution = np.linalg.lstsq(sources, ours[:, :2].astype(np.float64), rcond=None)[0]
    matrix = solution.astype(np.float64)
    longer, shorter = np.linalg.svd(matrix[:2], compute_uv=False)
    return matrix if shorter > 1e-3 and longer / shorter <= _MOST_SHEAR else None
