from __future__ import annotations

import sqlite3
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlite_utils import Database

from crawler.campaign import Campaign
from crawler.delivery import FollowUpConfig
from crawler.model import Outcome, TargetState
from crawler.store.database import writing
from crawler.store.looks import Noticed, StoredLook, find_noticed, record_look
from crawler.store.notice_events import record_notice_event
from crawler.store.outbox import find_step
from crawler.store.sweeps import record_outcomes, record_sweep
from crawler.targets import NO_LISTING
from crawler.workspace import Workspace, make_workspace
from pipelines.takedown.became import find_outcomes
from pipelines.takedown.follow_up import follow_up, is_due, judge_look, next_due
from pipelines.takedown.looks import Look
from tests.servers.notices import CASE, approved_notices

SENT = datetime(2026, 11, 10, 9, 0, tzinfo=UTC)
NOTICE, URL = "N-2026-000001", "https://shop.example/p/1"
NOTICED = Noticed(notice=NOTICE, case=CASE, url=URL, sent_at=SENT)
CONFIG = FollowUpConfig()
HOUR = timedelta(hours=1)


def look(state: str, hours: float = 0, kind: str | None = "listing", reason: str = "") -> Look:
    at = SENT + timedelta(hours=hours)
    return Look(
        url=URL, state=TargetState(state), kind=kind, reason=reason, at=at, sweep="w-1",
        sighting=None,
    )  # fmt: skip


def judged(*looks: Look, hours: float = 12) -> list[str]:
    """Return the verdict of each look after those before it."""
    before: list[StoredLook] = []
    for one in looks:
        verdict = judge_look(one, before, hours)
        before.append(stored(one, verdict))
    return [one.verdict for one in before]


def stored(one: Look, verdict: Any) -> StoredLook:
    return StoredLook(
        notice=NOTICE, url=URL, state=one.state, kind=one.kind, reason=one.reason, verdict=verdict,
        sweep="w-1", sighting=None, at=one.at,
    )  # fmt: skip


@pytest.mark.parametrize("state", ["blocked", "failed", "skipped", "not_reached"])
def test_what_was_not_had_is_never_gone(state: str) -> None:
    looks = [look(state, hours, None) for hours in range(0, 400, 24)]
    assert set(judged(*looks)) == {"unknown"}
    assert judged(look("gone"), look(state, 24), look(state, 48)) == [
        "gone once",
        "unknown",
        "unknown",
    ]


def test_gone_is_proven_by_two_looks_some_hours_apart() -> None:
    assert judged(look("gone"), look("gone", 11.9)) == ["gone once", "gone once"]
    assert judged(look("gone"), look("gone", 12)) == ["gone once", "gone"]
    assert judged(look("gone"), look("gone", 6), look("gone", 12))[-1] == "gone"
    assert judged(look("gone"), look("blocked", 6), look("gone", 12))[-1] == "gone"
    assert judged(look("gone"), look("gone", 0), hours=0)[-1] == "gone"


def test_a_clock_that_was_set_back_neither_proves_nor_prevents() -> None:
    ahead = look("gone", 24 * 30)
    assert judged(ahead, look("gone"), look("gone", 11), look("gone", 12)) == [
        "gone once", "gone once", "gone once", "gone",
    ]  # fmt: skip
    assert is_due(NOTICED, stored(ahead, "gone once"), CONFIG, 12, SENT + HOUR)
    assert is_due(NOTICED, None, CONFIG, 12, SENT - HOUR)


def test_seen_in_between_begins_anew() -> None:
    assert judged(look("gone"), look("seen", 6), look("gone", 12), look("gone", 30)) == [
        "gone once", "up", "gone once", "gone",
    ]  # fmt: skip


def test_what_is_back_after_it_was_gone_is_told_and_may_go_again() -> None:
    assert judged(
        look("gone"), look("gone", 24), look("gone", 25), look("unchanged", 48), look("seen", 50),
        look("gone", 60), look("gone", 90),
    ) == ["gone once", "gone", "gone", "back", "back", "gone once", "gone"]  # fmt: skip


def test_a_page_in_place_of_the_listing_is_neither_up_nor_gone() -> None:
    assert judged(look("seen", 0, "page", NO_LISTING)) == ["changed"]
    home = look("seen", 24, "page", "redirected to https://shop.example/")
    assert judged(look("seen"), home) == ["up", "changed"]
    assert judged(look("seen", 0, "page")) == ["up"]  # a noticed page that never was a listing


def test_the_schedule_goes_by_days_after_sending() -> None:
    at, due = SENT, []
    for _ in range(8):
        at = next_due(SENT, at, CONFIG)
        due.append((at - SENT).days)
    assert due == [1, 3, 7, 14, 30, 60, 90, 120]


@pytest.mark.parametrize(
    ("last", "hours", "due"),
    [
        (None, 23, False),
        (None, 24, True),
        (("up", 24), 71, False),
        (("up", 24), 72, True),
        (("up", 200), 335, False),  # the look of the seventh day was late
        (("gone once", 24), 35, False),
        (("gone once", 24), 36, True),
        (("gone", 36), 71, False),
        (("gone", 36), 72, True),
        (("unknown", 24), 35, False),
        (("unknown", 24), 36, True),
        (("up", 8700), 24 * 366, False),  # nobody looks for ever
    ],
)
def test_what_is_due(last: tuple[str, float] | None, hours: float, due: bool) -> None:
    before = last and stored(look("seen", last[1]), last[0])
    at = SENT + hours * HOUR
    assert is_due(NOTICED, before or None, CONFIG, 12, at) is due


# -- in the store ----------------------------------------------------------------------


@pytest.fixture
def office(tmp_path: Path) -> Workspace:
    workspace = make_workspace(tmp_path / "w")
    approved_notices(workspace.folder)
    return workspace


def send(db: Database, notice: str = NOTICE, *more: tuple[str, dict[str, Any]]) -> None:
    for event, record in (("queued", {}), ("sending", {}), ("sent", {}), *more):
        with writing(db):
            record_notice_event(db, notice, event, record, by="x", at=SENT)


def prove_gone(db: Database, url: str = URL) -> None:
    for hours, verdict in ((24, "gone once"), (48, "gone")):
        with writing(db):
            record_look(db, replace(stored(look("gone", hours), verdict), url=url))


def test_only_what_was_sent_is_followed(office: Workspace) -> None:
    with office.store() as db:
        assert list(find_noticed(db)) == []
        send(db)
        assert list(find_noticed(db)) == [NOTICED]
        with writing(db):
            record_notice_event(db, NOTICE, "withdrawn", {}, by="x", at=SENT)
        assert list(find_noticed(db)) == []


@pytest.mark.parametrize(
    ("before", "more", "state"),
    [
        ("seen", (), "removed"),
        ("gone", (), "gone-before"),
        ("blocked", (), "removed"),
        ("seen", (("bounced", {}),), "gone-before"),
        ("seen", (("decided", {"outcome": "refused"}),), "removed"),
    ],
)
def test_outcomes_are_kept_apart(
    office: Workspace, before: str, more: tuple[tuple[str, dict[str, Any]], ...], state: str
) -> None:
    with office.store() as db:
        asked_again(db, before, -30)
        send(db, NOTICE, *more)
        asked_again(db, "gone", 24)
        assert became(db) not in ("removed", "restored")
        asked_again(db, "failed", 40)
        asked_again(db, "gone", 48)
        assert became(db) == state
        asked_again(db, "blocked", 60)
        assert became(db) == state
        asked_again(db, "seen", 70, kind="page")  # the way to the shop's home, say
        assert became(db) == state
        asked_again(db, "seen", 80, kind="listing")
        assert became(db) == "restored"


def asked_again(db: Database, state: str, hours: float, kind: str | None = None) -> None:
    """Record a sweep so many hours after the sending, and what it had of the listing."""
    sweep, target = f"w-{state}-{hours}", TargetState(state)
    record_sweep(db, sweep, Campaign(name="night", seeds=(URL,)), SENT + hours * HOUR)
    outcome = Outcome(url=URL, site="shop.example", state=target, kind=kind)
    with writing(db):
        record_outcomes(db, sweep, [outcome])


def became(db: Database) -> str:
    return find_outcomes(db, CASE, [URL], apart=12 * HOUR)[URL].state


@pytest.mark.parametrize(("end", "after"), [("sent", "restored"), ("uncertain", "uncertain")])
def test_what_is_back_hides_no_sending_that_nobody_knows_the_end_of(
    office: Workspace, monkeypatch: pytest.MonkeyPatch, end: str, after: str
) -> None:
    with office.store() as db:
        with writing(db):
            for event in ("queued", "sending", end):
                record_notice_event(db, NOTICE, event, {}, by="x", at=SENT)
        prove_gone(db)
    there = look("seen", 72)
    monkeypatch.setattr("pipelines.takedown.follow_up.look_again", lambda *_, **__: [there])
    [found], _ = follow_up(office, everything=True)
    assert found.verdict == "back"
    with office.store() as db:
        step = find_step(db, NOTICE)
    assert step is not None
    assert step.event == after


def test_a_look_is_not_replaced_by_plain_sql(office: Workspace) -> None:
    with office.store() as db:
        send(db)
        prove_gone(db)
    plain = sqlite3.connect(office.folder / "markhound.db")
    with pytest.raises(sqlite3.IntegrityError, match="append-only"):
        plain.execute("INSERT OR REPLACE INTO looks SELECT * FROM looks")
    plain.close()


def test_one_listing_that_is_back_says_nothing_of_the_others(office: Workspace) -> None:
    other = "https://shop.example/p/2"
    with office.store() as db:
        told = {"url": other, "sweep": "w-1", "reason": ""}
        send(db, NOTICE, ("restored", told))
        assert became(db) == "noticed"
        send_back = {"reason": "by telephone"}
        with writing(db):
            record_notice_event(db, NOTICE, "restored", send_back, by="x", at=SENT)
        assert became(db) == "restored"
