from __future__ import annotations

from datetime import UTC, datetime

import pytest

from crawler.lastmods import believed_dates, is_newer, latest_of

NOW = datetime(2026, 11, 30, 12, tzinfo=UTC)
GOOD = {"/a": "2026-11-02T10:00:00Z", "/b": "2026-10-05"}


@pytest.mark.parametrize(
    ("text", "latest"),
    [
        ("2026-11-02T10:00:00+08:00", datetime(2026, 11, 2, 2, tzinfo=UTC)),
        ("2026-11-02T10:00:00", datetime(2026, 11, 2, 22, tzinfo=UTC)),
        (" 2026-11-02 ", datetime(2026, 11, 3, 12, tzinfo=UTC)),
        ("2026-11", None),
        ("yesterday", None),
        ("", None),
        ("9999-12-31", None),
        ("2026-13-01T10:00:00Z", None),
    ],
)
def test_a_date_means_the_last_moment_that_it_may_mean(text: str, latest: datetime | None) -> None:
    assert latest_of(text) == latest


def test_dates_of_their_own_are_believed_and_what_is_none_is_left_out() -> None:
    assert believed_dates({**GOOD, "/c": "soon"}, NOW) == GOOD


@pytest.mark.parametrize(
    "lastmods",
    [
        {"/a": "2026-11-02", "/b": "2026-11-02"},
        {"/a": "2026-11-30T09:00:01Z", "/b": "2026-11-30T09:04:00Z"},
        {"/a": "2026-11-02"},
        {**GOOD, "/c": "2026-12-24"},
        {"/a": "", "/b": ""},
        {},
    ],
)
def test_dates_that_a_program_made_say_nothing(lastmods: dict[str, str]) -> None:
    assert believed_dates(lastmods, NOW) == {}


def test_today_in_any_zone_is_not_the_future() -> None:
    assert believed_dates({**GOOD, "/c": "2026-12-01"}, NOW) != {}


def test_a_page_may_have_changed_later_on_the_day_on_which_it_was_read() -> None:
    assert is_newer("2026-11-02", "2026-11-02T20:00:00.000000Z")
    assert not is_newer("2026-11-02", "2026-11-04T20:00:00.000000Z")
    assert not is_newer("2026-11-02", None)
