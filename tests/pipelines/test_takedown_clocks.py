"""Which clocks run for a notice."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from crawler.store.notice_events import NoticeEvent
from pipelines.takedown.clocks import find_clocks
from pipelines.takedown.kinds import find_kind

SENT = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)


def step(number: int, word: str) -> NoticeEvent:
    name, _, received = word.partition("@")
    record: dict[str, Any] = {"received_at": received} if received else {}
    at = SENT + timedelta(days=number)
    return NoticeEvent(
        id=number, notice="N-1", event=name, record=record, by="x", at=at, entry=number + 1
    )


def clocks(kind: str, course: str) -> list[tuple[str, str]]:
    events = [step(number, word) for number, word in enumerate(course.split())]
    return [(c.rule.id, str(c.due)) for c in find_clocks(find_kind(kind), events, (3, 7))]


ASKED = [("HOUSE_ANSWER", "2026-11-05"), ("HOUSE_ANSWER", "2026-11-09")]


@pytest.mark.parametrize(
    ("kind", "course", "running"),
    [
        ("dmca", "", []),
        ("dmca", "queued", []),
        ("dmca", "sent", ASKED),
        ("dmca", "sent acknowledged checked", ASKED),
        ("dmca", "sent withdrawn", []),
        ("dmca", "sent decided", []),
        # 26 November 2026 is Thanksgiving
        ("dmca", "sent decided countered@2026-11-20T15:00:00+00:00",
         [("DMCA_COUNTER", "2026-12-07")]),
        ("dmca", "sent decided countered closed", []),
        ("dmca", "sent decided countered restored", []),
        ("dsa", "sent decided", [("DSA_20", "2027-05-03")]),
        ("cn-copyright", "sent decided restored", [("CN_RTC_17", "None")]),
    ],
)  # fmt: skip
def test_clocks_run_from_step_to_step(
    kind: str, course: str, running: list[tuple[str, str]]
) -> None:
    assert clocks(kind, course) == running
