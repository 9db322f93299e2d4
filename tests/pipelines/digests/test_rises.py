"""Rises: how rare they are where nothing rises, and that a real one is found."""

from __future__ import annotations

import math
from fractions import Fraction

import numpy as np
import pytest

from pipelines.digests.rises import HISTORY, LEAST, LEAST_HISTORY, find_rises, forecast_chance


def exact_chance(count: int, before: list[int]) -> float:
    """Return the same by summing the probabilities below, for small numbers."""
    shape, n = sum(before) + 0.5, len(before)
    below = 0.0
    for x in range(count):
        ways = math.exp(math.lgamma(shape + x) - math.lgamma(shape) - math.lgamma(x + 1))
        below += ways * float(Fraction(n, n + 1)) ** shape * float(Fraction(1, n + 1)) ** x
    return 1 - below


@pytest.mark.parametrize(
    ("count", "before"),
    [(1, [0]), (3, [0, 0, 1]), (7, [1, 2, 3, 2]), (12, [4] * 14), (40, [20, 22, 18])],
)
def test_the_chance_is_that_of_the_distribution(count: int, before: list[int]) -> None:
    assert forecast_chance(count, before) == pytest.approx(exact_chance(count, before), rel=1e-6)


def test_large_counts_neither_overflow_nor_take_long() -> None:
    assert forecast_chance(20_000, [10_000] * 14) < 1e-100
    assert 0.01 < forecast_chance(10_100, [10_000] * 14) < 0.5
    assert forecast_chance(100_000, [0] * 4) < 1e-100
    assert forecast_chance(0, [0]) == 1.0


@pytest.mark.parametrize("mean", [0.3, 4.0, 60.0])
def test_where_nothing_rises_hardly_anything_is_told(mean: float) -> None:
    drawn = np.random.default_rng(8).poisson(mean, (300, HISTORY + 1, 40))
    told = 0
    for nights in drawn:
        history = [{f"TM-{n}": int(c) for n, c in enumerate(one) if c} for one in nights]
        told += bool(find_rises(history[0], history[1:]))
    assert told / 300 <= 0.02  # at most one of a hundred sweeps, give or take chance


@pytest.mark.parametrize(("mean", "times"), [(0.3, 30), (4.0, 5), (60.0, 2.5)])
def test_a_real_rise_is_told(mean: float, times: float) -> None:
    generator = np.random.default_rng(9)
    found = 0
    for _ in range(100):
        quiet = generator.poisson(mean, (HISTORY, 40))
        history = [{f"TM-{n}": int(c) for n, c in enumerate(one)} for one in quiet]
        now = {"TM-0": int(generator.poisson(mean * times)), "TM-1": int(mean)}
        found += [rise.right for rise in find_rises(now, history)] == ["TM-0"]
    assert found / 100 >= 0.75


def test_small_counts_and_short_histories_are_quiet() -> None:
    assert find_rises({"TM-1": LEAST - 1}, [{}] * HISTORY) == []
    assert find_rises({"TM-1": 500}, [{}] * (LEAST_HISTORY - 1)) == []
    assert find_rises({}, [{}] * HISTORY) == []
    [rise] = find_rises({"TM-1": 50}, [{"TM-1": 2}, {}, {"TM-1": 4}, {"TM-1": 2}])
    assert (rise.right, rise.count, rise.mean, rise.sweeps) == ("TM-1", 50, 2.0, 4)


def test_what_was_as_high_before_does_not_rise() -> None:
    """Copies come in batches: a night like one before is none of the past's exceptions."""
    history = [{"TM-1": 0}] * 13 + [{"TM-1": 40}]
    assert find_rises({"TM-1": 40}, history) == []
    assert find_rises({"TM-1": 90}, history) != []
