"""What recipients think of our notices, counted from what they decided."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest

from crawler.store.notice_events import NoticeEvent
from crawler.takedown import StandingLimits
from pipelines.intervals import wilson
from pipelines.takedown.standing import Standing, find_danger, standing_with

NOW = datetime(2026, 11, 22, tzinfo=UTC)
REMOVED, PARTLY, REFUSED = (f"decided:{w}" for w in ("removed", "partly", "refused"))


def history(*steps: str, at: datetime = NOW - timedelta(days=1)) -> list[NoticeEvent]:
    """Return the steps of a notice that was sent, each a day's fraction after the other."""
    events = []
    for number, step in enumerate(("sent", *steps)):
        name, _, outcome = step.partition(":")
        events.append(
            NoticeEvent(
                id=number,
                notice="N-1",
                event=name,
                record={"outcome": outcome} if outcome else {},
                by="wei",
                at=at + timedelta(minutes=number),
                entry=number + 1,
            )
        )
    return events


def standing(histories: Sequence[Sequence[NoticeEvent]], limits: StandingLimits) -> Standing:
    return standing_with("示例平台", limits, histories, now=NOW)


ANY = StandingLimits()


@pytest.mark.parametrize(
    ("steps", "counts"),
    [
        ((), (0, 0, 0, 0, 1)),
        (("acknowledged",), (0, 0, 0, 0, 1)),
        ((REMOVED,), (1, 1, 0, 0, 0)),
        ((PARTLY,), (1, 1, 0, 0, 0)),
        ((REFUSED,), (1, 0, 0, 0, 0)),
        ((REFUSED, REMOVED), (1, 1, 0, 0, 0)),
        ((REMOVED, "countered"), (1, 1, 0, 0, 0)),
        ((REMOVED, "countered", "restored"), (1, 0, 1, 0, 0)),
        ((REMOVED, "restored"), (1, 1, 0, 0, 0)),
        (("withdrawn",), (1, 0, 0, 1, 0)),
        ((REMOVED, "withdrawn"), (1, 0, 0, 1, 0)),
        (("withdrawn", REMOVED), (1, 0, 0, 1, 0)),
    ],
)
def test_each_notice_counts_once(steps: tuple[str, ...], counts: tuple[int, ...]) -> None:
    got = standing([history(*steps)], ANY)
    assert (got.decided, got.accepted, got.countered, got.withdrawn, got.pending) == counts


def test_a_notice_withdrawn_before_it_was_sent_counts_nothing() -> None:
    got = standing([history("withdrawn")[1:]], ANY)
    assert (got.decided, got.withdrawn, got.pending) == (0, 0, 0)


def test_only_decisions_within_the_window_count() -> None:
    old, young = (history(REFUSED, at=NOW - timedelta(days=days)) for days in (91, 89))
    assert standing([old, young], ANY).decided == 1


def test_a_clock_that_was_set_back_hides_no_refusal() -> None:
    assert standing([history(REFUSED, at=NOW + timedelta(days=30))], ANY).decided == 1


def of(accepted: int, refused: int, countered: int = 0) -> Standing:
    histories = [history(REMOVED)] * accepted + [history(REFUSED)] * refused
    histories += [history(REMOVED, "countered", "restored")] * countered
    return standing(histories, ANY)


@pytest.mark.parametrize(
    ("accepted", "refused", "countered", "danger"),
    [
        (19, 0, 0, None),  # too few to tell
        (0, 19, 0, None),
        (20, 0, 0, None),
        (18, 2, 0, "and 3 of 21 (14.3%) if this one failed"),  # just at the limit
        (19, 1, 0, None),  # 2 of 21 are within it
        (17, 3, 0, "not accepted: 3 of 20 (15.0%), 10.0% at the most"),
        (38, 0, 2, "upheld counter-notices: 2 of 40, and 3 of 41"),
        (96, 0, 4, None),
        (90, 0, 10, "upheld counter-notices: 10 of 100 (10.0%), 5.0% at the most"),
    ],
)
def test_danger_is_named(accepted: int, refused: int, countered: int, danger: str | None) -> None:
    found = find_danger(of(accepted, refused, countered))
    assert found is None if danger is None else danger in (found or "")


def test_limits_may_be_the_recipients_own() -> None:
    strict = StandingLimits(least=1, accepted=1.0, countered=0.0)
    danger = find_danger(standing([history(REMOVED)], strict))
    assert danger is not None
    assert "not accepted" in danger
    assert "upheld counter-notices" in danger


def test_interval_is_wilsons() -> None:
    assert wilson(0, 0) is None
    low, high = wilson(81, 263) or (0, 0)
    # R. G. Newcombe, Two-sided confidence intervals for the single proportion, 1998, table I
    assert (round(low, 4), round(high, 4)) == (0.2553, 0.3662)
    assert (wilson(0, 20) or (1, 0))[0] == 0
    assert (wilson(20, 20) or (0, 0))[1] == pytest.approx(1)
