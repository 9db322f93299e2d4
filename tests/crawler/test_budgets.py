from __future__ import annotations

from crawler.budgets import OVER_BYTES, OVER_MINUTES, Budgets


def test_bytes_are_counted_by_site() -> None:
    budgets = Budgets(most_bytes=100, seconds=0)
    budgets.received("a.example", 99)
    assert budgets.find_over("a.example") is None
    budgets.received("a.example", 1)
    assert budgets.find_over("a.example") == OVER_BYTES
    assert budgets.find_over("b.example") is None


def test_time_runs_from_the_first_question_to_a_site() -> None:
    now = 1000.0
    budgets = Budgets(most_bytes=0, seconds=60, clock=lambda: now)
    assert budgets.find_over("a.example") is None
    now += 59
    assert budgets.find_over("b.example") is None
    now += 1
    assert budgets.find_over("a.example") == OVER_MINUTES
    assert budgets.find_over("b.example") is None


def test_no_limit_is_none() -> None:
    budgets = Budgets(most_bytes=0, seconds=0, clock=lambda: 1e12)
    budgets.received("a.example", 10**12)
    assert budgets.find_over("a.example") is None
