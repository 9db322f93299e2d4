"""Known dates: what a lawyer counts on a wall calendar."""

from __future__ import annotations

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.config import TakedownConfig, takedown_problem
from crawler.errors import InputError
from crawler.store.notice_events import NoticeEvent
from pipelines.takedown.calendars import (
    UnpublishedError,
    add_working_days,
    is_working_day,
    next_working_day,
)
from pipelines.takedown.deadlines import (
    RULES,
    answer_deadlines,
    deadlines_of,
    find_rule,
    rules_of,
    run_deadline,
    running_deadlines,
)
from pipelines.takedown.kinds import KINDS, find_kind

NEW_YORK, SHANGHAI = ZoneInfo("America/New_York"), ZoneInfo("Asia/Shanghai")
DMCA_COUNTER, CN_ECL_43 = find_rule("DMCA_COUNTER"), find_rule("CN_ECL_43")


def test_counter_notice_before_thanksgiving() -> None:
    got = run_deadline(DMCA_COUNTER, datetime(2026, 11, 25, 12, tzinfo=NEW_YORK))
    # 26 November is Thanksgiving; the Friday after it is a business day
    assert (got.due, got.latest) == (date(2026, 12, 10), date(2026, 12, 16))


@pytest.mark.parametrize(
    ("received", "due", "latest"),
    [
        (date(2026, 6, 26), date(2026, 7, 13), date(2026, 7, 17)),  # 3 July is observed for the 4th
        (date(2026, 12, 18), date(2027, 1, 5), date(2027, 1, 11)),  # Christmas and New Year
        (date(2026, 10, 31), date(2026, 11, 16), date(2026, 11, 20)),  # a Saturday; Veterans Day
    ],
)
def test_counter_notices_about_federal_holidays(received: date, due: date, latest: date) -> None:
    start = datetime(received.year, received.month, received.day, 9, tzinfo=NEW_YORK)
    got = run_deadline(DMCA_COUNTER, start)
    assert (got.due, got.latest) == (due, latest)


def test_day_is_that_of_the_place() -> None:
    start = datetime(2026, 11, 26, 3, tzinfo=UTC)  # the evening of the 25th in New York
    assert run_deadline(DMCA_COUNTER, start).started_on == date(2026, 11, 25)
    assert run_deadline(DMCA_COUNTER, start, "Asia/Shanghai").started_on == date(2026, 11, 26)
    late = datetime(2026, 3, 1, 17, tzinfo=UTC)  # 1 a.m. of the 2nd in Beijing
    assert run_deadline(CN_ECL_43, late).started_on == date(2026, 3, 2)


def test_fifteen_days_end_in_the_spring_festival() -> None:
    got = run_deadline(CN_ECL_43, datetime(2026, 2, 1, 9, tzinfo=SHANGHAI))
    assert got.due == date(2026, 2, 16)  # New Year's Eve: on the safe side
    assert got.latest == date(2026, 2, 24)  # the first day after the days off
    # 20 working days on: 28 February, a Saturday, is made up for
    assert got.extended == date(2026, 3, 23)
    assert "Fa Shi [2020] 9" in got.notes[0]


def test_fifteen_days_end_on_a_made_up_saturday() -> None:
    got = run_deadline(CN_ECL_43, datetime(2026, 9, 25, 9, tzinfo=SHANGHAI))
    assert got.due == date(2026, 10, 10)
    assert got.latest is None


def test_china_made_up_for_national_day() -> None:
    assert is_working_day(date(2026, 9, 20), "CN")  # a Sunday
    assert is_working_day(date(2026, 10, 10), "CN")  # a Saturday
    assert not any(is_working_day(date(2026, 10, day), "CN") for day in range(1, 8))
    assert add_working_days(date(2026, 9, 30), 3, "CN") == date(2026, 10, 10)
    assert is_working_day(date(2025, 1, 26), "CN")
    assert not is_working_day(date(2025, 10, 8), "CN")


def test_what_china_has_not_published_is_not_guessed() -> None:
    with pytest.raises(UnpublishedError, match="China in 2031 are not published yet"):
        next_working_day(date(2031, 1, 4), "CN")
    got = run_deadline(CN_ECL_43, datetime(2030, 12, 25, 9, tzinfo=SHANGHAI))
    assert got.due == date(2031, 1, 9)
    assert (got.latest, got.extended) == (None, None)
    assert "not published yet" in got.notes[-1]
    assert is_working_day(date(2031, 1, 6), "US")


@pytest.mark.parametrize(
    ("told", "due"),
    [
        (datetime(2026, 3, 15, 9, tzinfo=UTC), date(2026, 9, 15)),
        (datetime(2026, 8, 31, 9, tzinfo=UTC), date(2027, 2, 28)),
        (datetime(2026, 12, 31, 23, 30, tzinfo=UTC), date(2027, 7, 1)),  # next day in Brussels
    ],
)
def test_six_months_for_a_complaint(told: datetime, due: date) -> None:
    assert run_deadline(find_rule("DSA_20"), told).due == due


def test_restored_work_is_barred_for_good() -> None:
    got = run_deadline(find_rule("CN_RTC_17"), datetime(2026, 5, 1, tzinfo=UTC))
    assert got.due is None
    assert "again" in got.rule.action


def test_events_start_the_clocks_of_their_kind() -> None:
    at = datetime(2026, 3, 2, 9, tzinfo=UTC)

    def ids(kind: str, event: str) -> list[str]:
        return [one.rule.id for one in deadlines_of(find_kind(kind), event, at)]

    assert ids("dmca", "countered") == ["DMCA_COUNTER"]
    assert ids("dmca", "decided") == []
    assert ids("cn-gi", "countered") == ["CN_ECL_43"]
    assert ids("cn-copyright", "restored") == ["CN_RTC_17"]
    assert ids("eu-gi", "decided") == ["DSA_20"]
    assert ids("us-trademark", "sent") == ["SHOPIFY_TM"]


def test_every_rule_is_of_a_kind_and_every_kind_has_known_rules() -> None:
    named = {name for kind in KINDS for name in kind.deadlines}
    assert named == {rule.id for rule in RULES}
    assert all(find_rule(name).action for name in named)
    assert [rule.id for rule in RULES if not rule.binding] == ["SHOPIFY_TM"]


def test_no_answer_is_brought_up_again() -> None:
    sent = datetime(2026, 11, 1, 22, tzinfo=UTC)
    days = [one.due for one in answer_deadlines(sent, (3, 7, 14), "Asia/Shanghai")]
    assert days == [date(2026, 11, 5), date(2026, 11, 9), date(2026, 11, 16)]


def test_wrong_input_is_told() -> None:
    with pytest.raises(InputError, match="time zone"):
        run_deadline(DMCA_COUNTER, datetime(2026, 1, 1))  # noqa: DTZ001 - the refusal is tested
    with pytest.raises(InputError, match="Asia/Shanghai, got 'Mars/Base'"):
        run_deadline(DMCA_COUNTER, datetime(2026, 1, 1, tzinfo=UTC), "Mars/Base")
    with pytest.raises(InputError, match="'X'; expected one of: DMCA_COUNTER"):
        find_rule("X")


@given(st.dates(date(2026, 1, 1), date(2026, 10, 1)), st.integers(1, 20))
def test_working_days_are_counted_one_by_one(start: date, count: int) -> None:
    for calendar in ("US", "CN"):
        end = add_working_days(start, count, calendar)
        between = [date.fromordinal(n) for n in range(start.toordinal() + 1, end.toordinal() + 1)]
        assert sum(is_working_day(day, calendar) for day in between) == count
        assert is_working_day(end, calendar)


Told = tuple[str, int, dict[str, str]]
"""An event of March 2026: name, day, record."""


def steps(*told: Told) -> list[NoticeEvent]:
    return [
        NoticeEvent(
            id=number,
            notice="N-2026-000001",
            event=event,
            record=record,
            by="wei",
            at=datetime(2026, 3, day, 9, tzinfo=UTC),
            entry=number,
        )
        for number, (event, day, record) in enumerate(told, start=1)
    ]


def running(kind: str, *told: Told) -> list[tuple[str, date | None]]:
    found = running_deadlines(find_kind(kind), steps(*told), (3, 7))
    return [(one.rule.id, one.due) for one in found]


def test_clocks_run_from_what_was_told_until_they_end() -> None:
    sent: Told = ("sent", 2, {})
    house = [("HOUSE_ANSWER", date(2026, 3, 5)), ("HOUSE_ANSWER", date(2026, 3, 9))]
    assert running("dmca", ("approved", 1, {})) == []
    assert running("dmca", sent) == house
    assert running("dmca", sent, ("acknowledged", 3, {})) == house
    countered: Told = ("countered", 12, {"received_at": "2026-03-10T12:00:00.000000Z"})
    clock = [("DMCA_COUNTER", date(2026, 3, 24))]
    assert running("dmca", sent, countered) == clock
    assert running("dmca", sent, countered, ("restored", 25, {})) == []
    assert running("dmca", sent, countered, ("withdrawn", 13, {})) == []
    assert running("dmca", sent, ("withdrawn", 13, {}), ("countered", 14, {})) == []
    again: Told = ("countered", 14, {"received_at": "2026-03-11T12:00:00.000000Z"})
    assert running("dmca", sent, countered, again) == [("DMCA_COUNTER", date(2026, 3, 25))]


def test_bar_stays_after_the_end() -> None:
    told: list[Told] = [("sent", 2, {}), ("restored", 9, {}), ("closed", 10, {})]
    assert running("cn-copyright", *told) == [("CN_RTC_17", None)]


@pytest.mark.parametrize(
    ("span", "due", "latest"),
    [
        ("15 days", date(2026, 3, 17), None),
        ("20 days", date(2026, 3, 22), date(2026, 3, 23)),  # a Sunday
        ("20 working days", date(2026, 3, 30), None),
    ],
)
def test_how_long_article_43_runs_is_for_counsel_to_say(
    span: str, due: date, latest: date | None
) -> None:
    rules = rules_of(TakedownConfig(cn_ecl_43=span))
    at = datetime(2026, 3, 2, 9, tzinfo=SHANGHAI)
    [clock] = deadlines_of(find_kind("cn-gi"), "countered", at, rules)
    assert (clock.due, clock.latest) == (due, latest)
    is_ours = "set by this office" in clock.notes[0]
    assert is_ours is not ("confirmed by counsel" in clock.notes[0])
    assert is_ours is (span != "15 days")
    [read] = running_deadlines(find_kind("cn-gi"), steps(("countered", 2, {})), (), rules)
    assert read.due == due


@pytest.mark.parametrize(
    "span", ["", "15", "0 days", "-3 days", "1000 days", "15 Days", "２０ days"]
)
def test_what_is_no_span_is_refused(span: str) -> None:
    said = takedown_problem(TakedownConfig(cn_ecl_43=span))
    assert said is not None
    assert said.startswith("cn_ecl_43: expected")
    with pytest.raises(InputError, match="working days"):
        rules_of(TakedownConfig(cn_ecl_43=span))
