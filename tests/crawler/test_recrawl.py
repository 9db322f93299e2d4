from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from crawler.recrawl import LONGEST, due_at, gone_until, is_full_look_due, rests_until
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


def known(**told: Any) -> Visit:
    return Visit(
        url="https://shop.example/p/1",
        site="shop.example",
        kind="listing",
        plan="",
        seen_at=timestamp(FIRST),
        **told,
    )


@pytest.mark.parametrize(
    ("gone", "has_hit", "days"),
    [(0, False, None), (1, False, None), (2, False, 1), (3, False, 2), (6, False, 16),
     (7, False, 30), (99, False, 30), (5, True, 7), (4, True, 4)],
)  # fmt: skip
def test_what_is_gone_is_asked_for_ever_less_often(
    gone: int, has_hit: bool, days: int | None
) -> None:
    until = gone_until(known(gone=gone, gone_at=timestamp(FIRST)), has_hit=has_hit)
    assert until == (None if days is None else FIRST + timedelta(days=days))


def test_a_page_is_read_in_full_after_so_many_days_and_by_a_draw_before() -> None:
    visit = known(read_at=timestamp(FIRST))

    def due(days: float, share: float, sweep: str = "w-1") -> bool:
        at = FIRST + timedelta(days=days)
        return is_full_look_due(visit, at, sweep, days=30, share=share)

    assert is_full_look_due(known(), FIRST, "w-1", days=30, share=0)
    assert (due(29.9, 0), due(30, 0)) == (False, True)
    assert (due(0.1, 1), due(1, 1)) == (False, True)
    drawn = sum(due(1, 0.02, f"w-{number}") for number in range(5000))
    assert 60 <= drawn <= 140  # 100 are expected, with a standard deviation of 10


@pytest.mark.parametrize(
    ("missed", "hit", "days"), [(1, False, None), (2, False, 1), (4, False, 4), (9, True, 7)]
)
def test_what_was_not_had_rests_as_what_is_gone(missed: int, hit: bool, days: float | None) -> None:
    until = rests_until(known(missed=missed, missed_at=timestamp(FIRST)), lambda _: hit)
    assert until == (None if days is None else FIRST + timedelta(days=days))


@pytest.mark.parametrize(("days", "due"), [(29, False), (31, True)])
def test_a_page_that_is_sent_each_night_has_its_full_look_all_the_same(
    days: float, due: bool
) -> None:
    at = FIRST + timedelta(days=days)
    visit = known(read_at=timestamp(at), looked_at=timestamp(FIRST))
    assert is_full_look_due(visit, at, "w-1", days=30, share=0) is due
