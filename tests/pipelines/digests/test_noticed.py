"""Deadlines near and noticed listings that came back, each told when it matters."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlite_utils import Database

from crawler.config import TakedownConfig
from crawler.model import TargetState
from crawler.store.database import writing
from crawler.store.looks import Relisting, StoredLook, record_look, record_relisting
from crawler.store.notice_events import record_notice_event
from crawler.workspace import make_workspace
from pipelines.digests.noticed import find_back_items, find_deadline_items, stage_of
from pipelines.takedown.deadlines import find_rule, run_deadline
from tests.servers.notices import CASE, SOME_TIME_AGO, approved_notices

SENT = datetime(2026, 11, 10, 12, 0, tzinfo=UTC)
DAYS = TakedownConfig(answer_days=(3, 7, 14))


@pytest.fixture(scope="module")
def noticed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    """Return the store of a notice of one listing, sent on the 10th."""
    workspace = make_workspace(tmp_path_factory.mktemp("noticed") / "w")
    [notice] = approved_notices(workspace.folder)
    with workspace.store() as db:
        with writing(db):
            for event in ("queued", "sending", "sent"):
                record_notice_event(db, notice, event, {}, by="mei", at=SENT)
        yield db


def told(db: Database, days: float, scope: frozenset[str] | None = None) -> list[tuple[str, str]]:
    items = find_deadline_items(db, DAYS, SENT + timedelta(days=days), scope)
    return [(item.words, item.state) for item in items]


def test_an_answer_that_is_missing_is_told_on_each_of_its_days(noticed: Database) -> None:
    assert told(noticed, 2.4) == []
    assert told(noticed, 3) == [("deadline_due", "2026-11-13 due")]
    assert told(noticed, 5) == [("deadline_due", "2026-11-13 due")]
    assert told(noticed, 8) == [("deadline_due", "2026-11-17 due")]  # the newest alone
    assert told(noticed, 8, frozenset({"night"})) == [("deadline_due", "2026-11-17 due")]
    assert told(noticed, 8, frozenset({"fair"})) == []
    assert told(noticed, 60) == []


@pytest.mark.parametrize(
    ("day", "stage"),
    [(20, None), (21, "near"), (23, "near"), (24, "last"), (25, "past"), (38, "past"), (39, None)],
)
def test_a_clock_of_the_law_is_told_before_on_and_after_its_last_day(
    day: int, stage: str | None
) -> None:
    clock = run_deadline(find_rule("DMCA_COUNTER"), SENT)
    clock = replace(clock, due=date(2026, 11, 24))
    moment = datetime(2026, 11, 1, 17, tzinfo=UTC) + timedelta(days=day - 1)
    assert stage_of(clock, moment) == stage


def test_a_day_is_that_of_the_place_where_the_clock_runs() -> None:
    clock = replace(run_deadline(find_rule("DMCA_COUNTER"), SENT), due=date(2026, 11, 24))
    late = datetime(2026, 11, 25, 4, 30, tzinfo=UTC)  # in New York it is the 24th still
    assert stage_of(clock, late) == "last"
    assert stage_of(replace(clock, due=None), late) is None


def test_what_came_back_is_told_once_each_time(noticed: Database) -> None:
    url, at = "https://shop.example/p/1", SENT + timedelta(days=9)
    sighting = noticed.execute("SELECT id FROM sightings").fetchone()[0]
    look = StoredLook(
        notice="N-2026-000001", url=url, state=TargetState.SEEN, kind="listing", reason=None,
        verdict="back", sweep="w-1", sighting=sighting, at=at,
    )  # fmt: skip
    elsewhere = Relisting(
        id="rl-1", case=CASE, old=url, new="https://shop.example/p/新", sighting=sighting,
        reasons=("same picture",), found_at=at,
    )  # fmt: skip
    with writing(noticed):
        record_look(noticed, replace(look, verdict="gone", at=at - timedelta(days=1)))
        record_look(noticed, look)
        record_relisting(noticed, elsewhere)
    again, moved = find_back_items(noticed, SOME_TIME_AGO, None)
    assert (again.words, again.facts["notice"]) == ("back_again", "N-2026-000001")
    assert (moved.words, moved.facts["url"]) == ("back_elsewhere", "https://shop.example/p/新")
    assert len(list(find_back_items(noticed, SOME_TIME_AGO, {"night"}))) == 2
    assert list(find_back_items(noticed, SOME_TIME_AGO, {"fair"})) == []
    assert list(find_back_items(noticed, at + timedelta(days=1), None)) == []
