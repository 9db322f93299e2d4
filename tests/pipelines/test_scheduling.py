"""What becomes of a night by how its sweep ended, and whether the next one goes on with it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlite_utils import Database

from crawler.campaign import Campaign
from crawler.store.database import open_store
from crawler.store.schedule import (
    PlannedRun,
    RunOutcome,
    claim_run,
    find_runs,
    find_sweep_since,
    record_run_end,
)
from crawler.store.sweeps import record_sweep, record_sweep_end, record_sweep_resume
from crawler.sweep import RUN_OVER
from pipelines.scheduling import goes_on, tell_sweep

AT = datetime(2026, 11, 22, 2, tzinfo=UTC)
NIGHT = Campaign(name="night", seeds=("https://shop.example/",))


@pytest.fixture
def db(tmp_path: Path) -> Iterator[Database]:
    db = open_store(tmp_path / "markhound.db")
    yield db
    db.close()


def run_of(due: datetime, sweep: str | None = None) -> PlannedRun:
    return PlannedRun(
        id=f"n-{due:%d%H%M}", campaign="night", file="night.toml", due=due, why="due", runner="r 1",
        claimed_at=due, sweep=sweep,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("state", "reason", "status", "asked", "outcome", "next_goes_on"),
    [
        ("finished", None, 0, False, "done", False),
        ("stopped", RUN_OVER, 3, False, "out of time", True),
        ("stopped", "quiet hours have begun: 08:00-22:00 UTC", 3, False, "out of time", True),
        ("stopped", "stopped by a signal", 3, True, "stopped", True),
        ("stopped", "stopped by a signal", 3, False, "stopped", True),
        # what the campaign itself allows is used up: there is nothing to go on with
        ("stopped", "time budget is used up", 3, False, "done", False),
        ("stopped", "page budget of the site is used up: a.example", 3, False, "done", False),
        ("failed", "OperationalError: disk full", 2, False, "failed", True),
        ("unfinished", None, -9, False, "interrupted", True),
        ("unfinished", None, -15, True, "stopped", True),
    ],
)
def test_a_night_is_told_by_its_sweep(
    db: Database,
    state: str,
    reason: str | None,
    status: int,
    asked: bool,
    outcome: RunOutcome,
    next_goes_on: bool,
) -> None:
    record_sweep(db, "w-1", NIGHT, AT)
    if state != "unfinished":
        record_sweep_end(db, "w-1", state, reason, AT + timedelta(hours=1))
    told, why = tell_sweep(db, "w-1", status, asked_to_stop=asked)
    assert told == outcome
    assert bool(why) == (outcome != "done" or reason is not None)
    assert goes_on(db, "night", AT + timedelta(days=1)) is next_goes_on
    assert not goes_on(db, "night", AT + timedelta(days=60))
    assert not goes_on(db, "day", AT)


def test_a_sweep_that_failed_twice_does_not_go_on(db: Database) -> None:
    record_sweep(db, "w-1", NIGHT, AT)
    for night in (0, 1):
        due = AT + timedelta(days=night)
        assert goes_on(db, "night", due)
        record_sweep_end(db, "w-1", "failed", "it always does", due + timedelta(hours=1))
        assert claim_run(db, run_of(due)) == "claimed"
        record_run_end(db, run_of(due).id, "failed", "it always does", "w-1", due)
    assert not goes_on(db, "night", AT + timedelta(days=2))


def test_a_sweep_that_left_no_record_has_failed(db: Database) -> None:
    assert tell_sweep(db, None, 2, asked_to_stop=False) == (
        "failed",
        "the sweep ended with status 2",
    )


def test_a_time_is_claimed_once_and_a_campaign_has_one_run_at_once(db: Database) -> None:
    first, later = run_of(AT), run_of(AT + timedelta(days=1))
    assert claim_run(db, first) == "claimed"
    assert claim_run(db, first) == "taken"
    assert claim_run(db, later) == "busy"
    record_run_end(db, first.id, "interrupted", "killed", None, AT)
    record_run_end(db, first.id, "done", "", None, AT)  # it has an end
    assert claim_run(db, later) == "claimed"
    assert [run.outcome for run in find_runs(db, limit=9)] == [None, "interrupted"]


def test_the_sweep_of_a_run_is_the_first_that_began_or_went_on_since(db: Database) -> None:
    record_sweep(db, "w-1", NIGHT, AT)
    record_sweep(db, "w-2", NIGHT, AT + timedelta(hours=2))
    record_sweep_resume(db, "w-1", NIGHT, AT + timedelta(hours=1))
    found = [find_sweep_since(db, "night", AT + timedelta(hours=hours)) for hours in range(4)]
    assert found == ["w-1", "w-1", "w-2", None]
