"""Places that are near each other, and what surrounds them, against the plain definitions."""

from __future__ import annotations

import numpy as np
import pytest

from matchers.pictures.geometry import count_spots, find_spots, pair_near
from matchers.pictures.hull import find_hull, hull_area, is_inside


@pytest.mark.parametrize("count", [0, 1, 50, 300])
@pytest.mark.parametrize("reach", [0.01, 0.05, 2.0])
def test_near_places_are_those_of_the_definition(count: int, reach: float) -> None:
    rng = np.random.default_rng(count)
    one, other = rng.random((count, 2)), rng.random((count + 3, 2))
    gaps = ((one[:, None] - other[None]) ** 2).sum(axis=2)
    expected = list(zip(*(found.tolist() for found in np.nonzero(gaps < reach**2)), strict=True))
    ours, theirs = pair_near(one, other, reach)
    assert sorted(zip(ours.tolist(), theirs.tolist(), strict=True)) == expected
    assert ours.tolist() == sorted(ours.tolist())


@pytest.mark.parametrize("count", [0, 1, 40, 500])
def test_spots_are_the_cells_of_a_grid_that_have_a_place(count: int) -> None:
    places = np.random.default_rng(count).random((count, 2)) - 0.2
    cells = {(round(x / 0.05), round(y / 0.05)) for x, y in places.tolist()}
    spots = find_spots(places, 0.05)
    assert count_spots(places, 0.05) == len(spots) == len(cells)
    assert {(round(x / 0.05), round(y / 0.05)) for x, y in spots.tolist()} == cells


@pytest.mark.parametrize("count", [1, 2, 3, 16, 17, 40, 600])
@pytest.mark.parametrize("coarse", [False, True])
def test_a_hull_surrounds_all_places_by_corners_among_them(count: int, *, coarse: bool) -> None:
    places = np.random.default_rng(count).random((count, 2))
    places = np.round(places * 4) if coarse else places  # many in one place and in one line
    hull = find_hull(places)
    assert {tuple(corner) for corner in hull} <= {tuple(place) for place in places}
    if len(hull) > 2:
        assert is_inside(places, hull).all()
        # Each corner is needed: without it, it lies outside.
        for at in range(len(hull) if len(hull) > 3 else 0):
            assert not is_inside(hull[at : at + 1], np.delete(hull, at, axis=0)).any()


def test_the_hull_of_a_disc_has_its_area() -> None:
    turns = np.arange(2000) * 2.399963
    disc = np.sqrt(np.arange(2000) / 2000)[:, None] * np.column_stack(
        [np.cos(turns), np.sin(turns)]
    )
    assert hull_area(find_hull(disc)) == pytest.approx(np.pi, rel=0.02)


@pytest.mark.parametrize("count", [1, 30])
def test_the_hull_of_one_place_is_that_place(count: int) -> None:
    assert find_hull(np.ones((count, 2))).tolist() == [[1, 1]]
