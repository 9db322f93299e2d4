"""Points that a picture has many times say little."""

from __future__ import annotations

import numpy as np
import pytest

from matchers.pictures.geometry import Points
from matchers.pictures.repeats import find_rarity


def _scatter(kinds: int, repeats: int, gap: float = 0.05) -> Points:
    """Return points of so many kinds, each so many times at places a gap apart."""
    rng = np.random.default_rng(3)
    codes = np.repeat(rng.integers(0, 2**64, (kinds, 4), dtype=np.uint64), repeats, axis=0)
    places = np.zeros((kinds * repeats, 4), np.float32)
    places[:, 0] = np.arange(kinds * repeats) * gap
    return Points(places, codes)


@pytest.mark.parametrize(("kinds", "repeats", "rarity"), [(200, 1, 1.0), (4, 50, 0.02)])
def test_a_point_counts_by_its_share(kinds: int, repeats: int, rarity: float) -> None:
    points = _scatter(kinds, repeats)
    assert find_rarity(points, np.arange(len(points.codes))) == pytest.approx(rarity)


def test_points_of_one_place_are_one() -> None:
    points = _scatter(4, 50, gap=0.0001)
    assert find_rarity(points, np.arange(len(points.codes))) == 1


def test_only_those_that_were_chosen_are_asked() -> None:
    one, many = _scatter(1, 1), _scatter(1, 40)
    far = many.places + np.array([1, 0, 0, 0], np.float32)
    other = np.uint64(2**64 - 1) ^ many.codes
    points = Points(np.concatenate([one.places, far]), np.concatenate([one.codes, other]))
    assert find_rarity(points, np.array([0])) == 1
    assert find_rarity(points, np.array([5])) == pytest.approx(1 / 40)
    assert find_rarity(points, np.zeros(0, np.int64)) == 1
