"""When a campaign is due, by its cron expression, its time zone and its window."""

from __future__ import annotations

from datetime import UTC, date, datetime
from itertools import islice, pairwise

import pytest

from crawler.planning import Schedule, Window, due_times


def times(cron: str, zone: str, after: str, count: int) -> list[str]:
    schedule = Schedule(cron=cron, zone=zone)
    found = islice(due_times(schedule, datetime.fromisoformat(after)), count)
    return [f"{due:%m-%d %H:%M}" for due in found]


@pytest.mark.parametrize(
    ("cron", "zone", "after", "expected"),
    [
        ("30 2 * * *", "UTC", "2027-03-27T02:30Z", ["03-28 02:30", "03-29 02:30"]),
        # at 02:00 it is 03:00: what is skipped is due then, once
        ("30 2 * * *", "Europe/Berlin", "2027-03-27T12:00Z", ["03-28 01:00", "03-29 00:30"]),
        ("0,30 2 * * *", "Europe/Berlin", "2027-03-27T12:00Z", ["03-28 01:00", "03-29 00:00"]),
        # at 03:00 it is 02:00 again: what comes twice is due the first time
        ("30 2 * * *", "Europe/Berlin", "2027-10-30T12:00Z", ["10-31 00:30", "11-01 01:30"]),
        ("30 2 * * *", "Europe/Berlin", "2027-10-31T00:30Z", ["11-01 01:30"]),
        ("30 2 * * *", "Europe/Berlin", "2027-10-31T01:15Z", ["11-01 01:30"]),
        # what is not at a time of day goes by the time that passes
        ("0 * * * *", "Europe/Berlin", "2027-10-30T23:30Z", ["10-31 00:00", "10-31 01:00"]),
        ("0 * * * *", "Europe/Berlin", "2027-03-28T00:00Z", ["03-28 01:00", "03-28 02:00"]),
        ("0 9 * * 1", "Asia/Shanghai", "2027-03-14T12:00Z", ["03-15 01:00", "03-22 01:00"]),
        ("15 0 29 2 *", "UTC", "2027-03-14T12:00Z", ["02-29 00:15"]),
    ],
)
def test_due_times_are_those_of_the_zone(
    cron: str, zone: str, after: str, expected: list[str]
) -> None:
    assert times(cron, zone, after, len(expected)) == expected


def test_every_night_of_years_is_due_once() -> None:
    schedule = Schedule(cron="30 2 * * *", zone="Europe/Berlin")
    found = list(islice(due_times(schedule, datetime(2026, 12, 31, 12, tzinfo=UTC)), 1000))
    gaps = {(later - due).total_seconds() / 3600 for due, later in pairwise(found)}
    # before and after the skipped half hour of spring, and the longer day of autumn
    assert gaps == {23.5, 24.0, 25.0}


def test_a_window_is_whole_days_of_its_zone() -> None:
    days = Window(first_day=date(2026, 11, 5), last_day=date(2026, 11, 10), zone="Asia/Shanghai")
    inside = ("2026-11-04T16:00Z", "2026-11-10T15:59:59Z")
    assert [days.find_outside(datetime.fromisoformat(at)) for at in inside] == [None, None]
    before = days.find_outside(datetime.fromisoformat("2026-11-04T15:59:59Z"))
    assert before == "its window opens on 2026-11-05 (Asia/Shanghai)"
    after = days.find_outside(datetime.fromisoformat("2026-11-10T16:00Z"))
    assert after == "its window closed after 2026-11-10 (Asia/Shanghai)"
    assert Window().find_outside(datetime.now(UTC)) is None
    assert Window(last_day=date.max).closes_at() is None
