"""The schedule's records: which runs of campaigns were due, which ran, how each ended.

A run is claimed before anything of it starts, and ended once. One that has no end while nobody
runs it was interrupted; it is never started again.
"""

from __future__ import annotations

import secrets
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from sqlite_utils import Database

from crawler.planning import Schedule
from crawler.store.database import timestamp, writing

RunOutcome = Literal["done", "out of time", "stopped", "failed", "interrupted", "missed", "skipped"]
RunWhy = Literal["due", "catch-up"]
Claim = Literal["claimed", "taken", "busy"]

NOT_RUN: tuple[RunOutcome, ...] = ("missed", "skipped")
"""Of runs of which nothing was started."""


@dataclass(frozen=True, kw_only=True, slots=True)
class RunStep:
    """One command of a run."""

    id: int
    step: str
    """``sweep``, ``follow-up``, ``digest``."""
    pid: int
    pid_began: int
    """When the process began, in ticks since the machine did."""
    started_at: datetime
    status: int | None = None
    """Its exit status; negative = ended by that signal; None = it has no end."""
    ended_at: datetime | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class PlannedRun:
    """One time at which a campaign was due, and what became of it."""

    id: str
    campaign: str
    file: str
    """Of the campaign, inside the workspace's folder."""
    due: datetime
    why: RunWhy
    """``due``: it came; ``catch-up``: it was made good, as nobody ran at its time."""
    runner: str
    """Who claimed it: host and process."""
    claimed_at: datetime
    outcome: RunOutcome | None = None
    """None = it has no end: it runs, or was interrupted and that is not recorded yet."""
    reason: str = ""
    sweep: str | None = None
    ended_at: datetime | None = None
    steps: tuple[RunStep, ...] = ()


RUN = "n-"
"""How the id of a run begins, and of no sweep."""


def new_run_id(due: datetime) -> str:
    """Return an id for a run that is due at a time."""
    return f"{RUN}{due:%Y%m%dT%H%M}-{secrets.token_hex(3)}"


def hold_plan(
    db: Database, campaign: str, file: str, schedule: Schedule, *, since: datetime, at: datetime
) -> datetime:
    """Return from when on a campaign's schedule holds; append it when it is new or was changed.

    :param since: from when on a schedule holds that is new: what was due before was never planned
    """
    assert schedule.cron is not None
    if (held := find_held_from(db, campaign, schedule)) is not None:
        return held
    with writing(db):
        if (held := find_held_from(db, campaign, schedule)) is not None:
            return held  # another runner was quicker
        db.execute(
            "INSERT INTO schedule_plans (campaign, file, cron, zone, holds_from, seen_at)"
            " VALUES (?, ?, ?, ?, ?, ?)",
            [campaign, file, schedule.cron, schedule.zone, timestamp(since), timestamp(at)],
        )
    return since


def find_held_from(db: Database, campaign: str, schedule: Schedule) -> datetime | None:
    """Return from when on a campaign's schedule holds; None when no runner has seen it yet."""
    row = db.execute(
        "SELECT cron, zone, holds_from FROM schedule_plans WHERE campaign = ?"
        " ORDER BY id DESC LIMIT 1",
        [campaign],
    ).fetchone()
    if row is None or (row[0], row[1]) != (schedule.cron, schedule.zone):
        return None
    return datetime.fromisoformat(row[2])


def claim_run(db: Database, run: PlannedRun) -> Claim:
    """Append a run before anything of it starts.

    :returns: ``taken`` when that time was claimed before, ``busy`` while another run of the
        campaign has no end; then nothing is appended
    """
    with writing(db):
        if _is_taken(db, run):
            return "taken"
        busy = db.execute(
            "SELECT 1 FROM planned_runs r WHERE r.campaign = ?"
            " AND NOT EXISTS (SELECT 1 FROM run_ends WHERE run = r.id) LIMIT 1",
            [run.campaign],
        ).fetchone()
        if busy is not None:
            return "busy"
        _insert(db, run)
    return "claimed"


def _is_taken(db: Database, run: PlannedRun) -> bool:
    sql = "SELECT 1 FROM planned_runs WHERE campaign = ? AND due = ?"
    return db.execute(sql, [run.campaign, timestamp(run.due)]).fetchone() is not None


def record_unrun(db: Database, run: PlannedRun, outcome: RunOutcome, reason: str) -> bool:
    """Append a run of which nothing starts, with its end; False when its time was claimed."""
    with writing(db):
        if _is_taken(db, run):
            return False
        _insert(db, run)
        _end(db, run.id, outcome, reason, None, run.claimed_at)
    return True


def _insert(db: Database, run: PlannedRun) -> None:
    db.execute(
        "INSERT INTO planned_runs (id, campaign, file, due, why, runner, claimed_at)"
        " VALUES (?, ?, ?, ?, ?, ?, ?)",
        [
            *(run.id, run.campaign, run.file, timestamp(run.due), run.why, run.runner),
            timestamp(run.claimed_at),
        ],
    )


def record_step_start(
    db: Database, run: str, step: str, pid: int, pid_began: int, at: datetime
) -> int:
    """Append that a command of a run was started; return the step's id."""
    with writing(db):
        cursor = db.execute(
            "INSERT INTO run_steps (run, step, pid, pid_began, started_at) VALUES (?, ?, ?, ?, ?)",
            [run, step, pid, pid_began, timestamp(at)],
        )
    return cursor.lastrowid or 0


def record_step_end(db: Database, step: int, status: int, at: datetime) -> None:
    """Append how a command of a run ended."""
    with writing(db):
        db.execute(
            "INSERT INTO run_step_ends (step, status, ended_at) VALUES (?, ?, ?)",
            [step, status, timestamp(at)],
        )


def record_run_end(
    db: Database, run: str, outcome: RunOutcome, reason: str, sweep: str | None, at: datetime
) -> None:
    """Append how a run ended; one that has an end keeps it."""
    with writing(db):
        if db.execute("SELECT 1 FROM run_ends WHERE run = ?", [run]).fetchone() is None:
            _end(db, run, outcome, reason, sweep, at)


def _end(
    db: Database, run: str, outcome: RunOutcome, reason: str, sweep: str | None, at: datetime
) -> None:
    db.execute(
        "INSERT INTO run_ends (run, outcome, reason, sweep, ended_at) VALUES (?, ?, ?, ?, ?)",
        [run, outcome, reason, sweep, timestamp(at)],
    )


def find_open_runs(db: Database) -> list[PlannedRun]:
    """Return the runs that have no end, oldest first."""
    return _runs(db, "e.run IS NULL ORDER BY r.due, r.rowid", [])


def find_runs(
    db: Database, *, campaign: str = "", until: datetime | None = None, limit: int
) -> list[PlannedRun]:
    """Return the last runs, newest first.

    :param campaign: name of theirs; empty = of all
    :param until: the last moment at which they may have been due; None = any: a clock that was
        wrong leaves runs in the future
    """
    where = "r.campaign = ?1" if campaign else "?1 = ''"
    values = [campaign]
    if until is not None:
        where += " AND r.due <= ?2"
        values.append(timestamp(until))
    return _runs(db, f"{where} ORDER BY r.due DESC, r.rowid DESC LIMIT {limit:d}", values)


def find_newest_due(db: Database, campaign: str, until: datetime) -> datetime | None:
    """Return the newest time of a campaign, up to a moment, of which is known what became of it."""
    row = db.execute(
        "SELECT max(due) FROM planned_runs WHERE campaign = ? AND due <= ?",
        [campaign, timestamp(until)],
    ).fetchone()
    return None if row[0] is None else datetime.fromisoformat(row[0])


def find_sweep_since(db: Database, campaign: str, at: datetime) -> str | None:
    """Return the id of the first sweep of a campaign that began, or went on, since a moment."""
    row = db.execute(
        "SELECT sweep FROM (SELECT id AS sweep, started_at AS at FROM sweeps WHERE campaign = ?1"
        " UNION ALL SELECT r.sweep, r.resumed_at FROM sweep_resumes r"
        " JOIN sweeps s ON s.id = r.sweep WHERE s.campaign = ?1)"
        " WHERE at >= ?2 ORDER BY at LIMIT 1",
        [campaign, timestamp(at)],
    ).fetchone()
    return None if row is None else str(row[0])


def find_last_activity(db: Database, sweep: str) -> datetime | None:
    """Return when a sweep last began, went on or ended; None when there is none of that id."""
    [(last,)] = db.execute(
        "SELECT max(at) FROM (SELECT started_at AS at FROM sweeps WHERE id = ?1"
        " UNION ALL SELECT resumed_at FROM sweep_resumes WHERE sweep = ?1"
        " UNION ALL SELECT ended_at FROM sweep_ends WHERE sweep = ?1)",
        [sweep],
    ).fetchall()
    return None if last is None else datetime.fromisoformat(last)


def _runs(db: Database, where: str, values: Sequence[str]) -> list[PlannedRun]:
    rows = list(
        db.query(
            "SELECT r.*, e.outcome, e.reason, e.sweep, e.ended_at FROM planned_runs r"
            f" LEFT JOIN run_ends e ON e.run = r.id WHERE {where}",
            values,
        )
    )
    steps: defaultdict[str, list[RunStep]] = defaultdict(list)
    for row in rows:
        for step in db.query(
            "SELECT s.id, s.step, s.pid, s.pid_began, s.started_at, e.status, e.ended_at"
            " FROM run_steps s LEFT JOIN run_step_ends e ON e.step = s.id"
            " WHERE s.run = ? ORDER BY s.id",
            [row["id"]],
        ):
            steps[row["id"]].append(RunStep(**_moments(step, "started_at", "ended_at")))
    return [_run(row, steps[row["id"]]) for row in rows]


def _run(row: dict[str, Any], steps: Sequence[RunStep]) -> PlannedRun:
    moments = _moments(row, "due", "claimed_at", "ended_at")
    return PlannedRun(**{**moments, "reason": row["reason"] or "", "steps": tuple(steps)})


def _moments(row: dict[str, Any], *names: str) -> dict[str, Any]:
    found = {name: row[name] and datetime.fromisoformat(row[name]) for name in names}
    return {**row, **found}
