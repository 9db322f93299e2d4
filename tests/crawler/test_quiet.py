from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from crawler.quiet import find_quiet, is_never, parse_quiet_hours


def at(text: str) -> datetime:
    return datetime.fromisoformat(text)


@pytest.mark.parametrize(
    ("hours", "moment", "quiet"),
    [
        ("08:00-22:00 Asia/Shanghai", "2026-05-01T00:00:00+00:00", True),
        ("08:00-22:00 Asia/Shanghai", "2026-05-01T14:00:00+00:00", False),
        ("08:00-22:00 Asia/Shanghai", "2026-04-30T23:59:59+00:00", False),
        ("22:00-06:00 Europe/Rome", "2026-01-01T23:30:00+01:00", True),
        ("22:00-06:00 Europe/Rome", "2026-07-01T05:59:00+02:00", True),
        ("22:00-06:00 Europe/Rome", "2026-07-01T06:00:00+02:00", False),
    ],
)
def test_hours_hold_in_their_own_zone(hours: str, moment: str, quiet: bool) -> None:
    assert (find_quiet([hours], at(moment)) == hours) is quiet


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("8-22", 'expected "HH:MM-HH:MM Area/City"'),
        ("08:00-22:00", 'expected "HH:MM-HH:MM Area/City"'),
        ("25:00-26:00 UTC", r"got '25:00-26:00 UTC' \(hour must be in 0\.\.23"),
        ("08:00-22:00 Mars/Base", "expected a time zone of the tz database .*got 'Mars/Base'"),
        ("08:00-22:00 ../../etc/passwd", "expected a time zone"),
        ("08:00-08:00 UTC", "expected two different times"),
    ],
)
def test_what_is_wrong_is_told(text: str, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        parse_quiet_hours(text)


def test_hours_that_leave_nothing_are_found() -> None:
    assert is_never(["00:00-12:00 UTC", "12:00-00:00 UTC"])
    assert not is_never(["00:00-12:00 UTC", "12:01-00:00 UTC"])
    assert not is_never([])


def test_every_minute_is_either_quiet_or_not() -> None:
    day = at("2026-03-01T00:00:00+00:00")
    minutes = [day + timedelta(minutes=minute) for minute in range(1440)]
    assert sum(bool(find_quiet(["23:15-01:00 UTC"], minute)) for minute in minutes) == 105
