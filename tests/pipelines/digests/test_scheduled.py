"""Runs of the schedule that are told of: those at which nothing, or not all, was done."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlite_utils import Database

from crawler.store.database import open_store
from crawler.store.schedule import (
    PlannedRun,
    RunOutcome,
    claim_run,
    record_run_end,
    record_step_end,
    record_step_start,
    record_unrun,
)
from pipelines.digests.scheduled import find_not_run
from tests.servers.nightly import CAMPAIGN, FIRST_NIGHT, night


@pytest.fixture
def db(tmp_path: Path) -> Iterator[Database]:
    opened = open_store(tmp_path / "markhound.db")
    yield opened
    opened.close()


def due(number: int) -> datetime:
    return FIRST_NIGHT + timedelta(days=number)


def a_run(number: int) -> PlannedRun:
    return PlannedRun(
        id=f"n-{number}", campaign=CAMPAIGN.name, file="campaigns/a.toml", due=due(number),
        why="due", runner="host 1", claimed_at=due(number),
    )  # fmt: skip


def ran(
    db: Database, number: int, outcome: RunOutcome | None, sweep_id: str | None = None, **steps: int
) -> None:
    """Record a run whose commands ended with these statuses; None = it has no end."""
    run = a_run(number)
    assert claim_run(db, run) == "claimed"
    for name, status in steps.items():
        step = record_step_start(db, run.id, name.replace("_", "-"), 1, 1, run.due)
        record_step_end(db, step, status, run.due)
    if outcome is not None:
        record_run_end(db, run.id, outcome, f"the reason of {number}", sweep_id, run.due)


def told(db: Database, since: int = 0) -> list[tuple[int, str, str]]:
    return [
        ((one.due - FIRST_NIGHT).days, one.outcome, one.why) for one in find_not_run(db, due(since))
    ]


def test_times_at_which_nothing_ran_are_told(db: Database) -> None:
    record_unrun(db, a_run(0), "missed", "nobody ran at that time")
    record_unrun(db, a_run(1), "skipped", "the next time came first")
    ran(db, 2, "interrupted")
    ran(db, 3, "done", sweep=0)
    ran(db, 4, "out of time", sweep=3)
    assert told(db) == [
        (2, "interrupted", "the reason of 2"),
        (1, "missed", "the next time came first"),
        (0, "missed", "nobody ran at that time"),
    ]
    assert [number for number, _, _ in told(db, since=2)] == [2]


def test_a_sweep_that_began_and_a_digest_are_told_of_by_themselves(db: Database) -> None:
    ran(db, 0, "failed", night(db, 0), sweep=2)
    ran(db, 1, "failed", sweep=0, digest=1)
    ran(db, 2, "interrupted", night(db, 2, state="unfinished"), sweep=-9)
    assert told(db) == []
    ran(db, 3, "failed", sweep=0, follow_up=2)
    ran(db, 4, None, sweep=2)  # before its own end, which the digest of this very run tells
    assert told(db) == [
        (4, "failed", "sweep ended with status 2"),
        (3, "failed", "the reason of 3"),
    ]
