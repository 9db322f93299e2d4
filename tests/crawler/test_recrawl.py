from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from crawler.recrawl import LONGEST, due_at
from crawler.store.database import timestamp
from crawler.store.visits import Visit

FIRST = datetime(2026, 11, 1, tzinfo=UTC)


def wait(days: float, changes: int) -> timedelta:
    last = FIRST + timedelta(days=days)
    visit = Visit(
        url="https://shop.example/p/1",
        site="shop.example",
        kind="listing",
        plan="",
        seen_at=timestamp(last),
        first_at=timestamp(FIRST),
        changes=changes,
    )
    return due_at(visit) - last


def test_what_changes_daily_is_looked_at_daily() -> None:
    assert wait(days=10, changes=10) < timedelta(days=1)


def test_what_never_changed_is_looked_at_ever_less_often() -> None:
    waits = [wait(days, 0) for days in (0, 2, 5, 9)]
    assert waits == sorted(waits)
    assert waits[0] > timedelta(days=1)
    assert wait(days=1000, changes=0) == LONGEST


@pytest.mark.parametrize("days", [3, 30, 300])
def test_half_of_the_mean_time_between_changes_and_a_little(days: float) -> None:
    """The half-life of a Poisson process: ln 2 of the mean time."""
    mean = days / 6
    assert wait(days, changes=6) == pytest.approx(
        min(timedelta(days=0.693 * mean), LONGEST), rel=0.3
    )
