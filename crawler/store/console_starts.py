"""Sweeps that people started and stopped from the console."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlite_utils import Database

from crawler.accounts import Actor
from crawler.errors import NotFoundError
from crawler.store.database import timestamp
from crawler.store.ledger import append_entry


@dataclass(frozen=True, kw_only=True, slots=True)
class ConsoleStart:
    """A process that the console started."""

    id: str
    campaign: str
    """Name of the campaign."""
    file: str | None
    """Inside the workspace's folder; None when a sweep goes on by its own plan."""
    sha256: str | None
    """Of the file as it was then."""
    resumes: str | None
    """Id of the sweep that goes on."""
    pid: int
    pid_began: int
    """When the process began, in ticks since the machine did: no other one has both numbers."""
    by: str
    at: datetime
    stopped_by: str | None = None
    """Who asked it to stop last."""
    stopped_at: datetime | None = None


SOON = timedelta(minutes=10)
"""A process begins its sweep sooner, also where it compiles what it needs first; a later sweep of
that campaign was started elsewhere."""


def new_start_id() -> str:
    """Return the id of a start, before there is one."""
    return f"x-{secrets.token_hex(8)}"


def record_start(db: Database, start: ConsoleStart, actor: Actor) -> None:
    """Append a start, and to the ledger; inside the caller's transaction, with its lock."""
    assert actor.account is not None
    told = {
        "campaign": start.campaign,
        "file": start.file,
        "sha256": start.sha256,
        "resumes": start.resumes,
        "pid": start.pid,
        "pid_began": start.pid_began,
    }
    entry = append_entry(db, "sweep-started", start.id, told, by=actor.name, at=start.at)
    db.execute(
        "INSERT INTO console_starts (id, campaign, file, sha256, resumes, pid, pid_began, by,"
        " account, at, entry) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        [
            *(start.id, *told.values(), actor.name, actor.account.id),
            *(timestamp(start.at), entry.number),
        ],
    )


def record_stop(db: Database, start: ConsoleStart, actor: Actor, at: datetime) -> None:
    """Append that a start was asked to stop, and to the ledger; inside the caller's transaction."""
    assert actor.account is not None
    told = {"campaign": start.campaign, "pid": start.pid}
    entry = append_entry(db, "sweep-stopped", start.id, told, by=actor.name, at=at)
    db.execute(
        "INSERT INTO console_stops (start, by, account, at, entry) VALUES (?, ?, ?, ?, ?)",
        [start.id, actor.name, actor.account.id, timestamp(at), entry.number],
    )


def find_starts(db: Database, limit: int) -> list[ConsoleStart]:
    """Return the last starts, newest first."""
    return _starts(db, "1 ORDER BY s.at DESC, s.rowid DESC LIMIT ?", [limit])


def load_start(db: Database, start: str) -> ConsoleStart:
    """Return one start.

    :raises NotFoundError: when there is none of that id
    """
    for found in _starts(db, "s.id = ?", [start]):
        return found
    raise NotFoundError(f"the console started nothing with the id {start!r:.80}")


def find_start_of(db: Database, sweep: str) -> ConsoleStart | None:
    """Return the start by which a sweep runs, or ran last; None = the console did not start it.

    A process that was started sweeps once: the first sweep of its campaign soon after it, before
    the console started that campaign again; or the one that it was told to go on with.
    """
    where = (
        "s.rowid = (SELECT s.rowid FROM console_starts s, sweeps w WHERE w.id = ?1"
        " AND (s.resumes = w.id OR s.resumes IS NULL AND s.campaign = w.campaign"
        " AND w.id = (SELECT id FROM sweeps WHERE campaign = s.campaign AND started_at >= s.at"
        " ORDER BY started_at LIMIT 1)"
        " AND julianday(w.started_at) - julianday(s.at) <= ?2"
        " AND NOT EXISTS (SELECT 1 FROM console_starts n"
        " WHERE n.campaign = s.campaign AND n.at > s.at AND n.at <= w.started_at))"
        " ORDER BY s.at DESC LIMIT 1)"
    )
    return next(iter(_starts(db, where, [sweep, SOON / timedelta(days=1)])), None)


def find_sweep_of(db: Database, start: ConsoleStart) -> str | None:
    """Return the id of the sweep that a start is or was; None while it has not begun."""
    if start.resumes is not None:
        return start.resumes
    row = db.execute(
        "SELECT id FROM sweeps w WHERE campaign = ?1 AND started_at BETWEEN ?2 AND ?3"
        " AND NOT EXISTS (SELECT 1 FROM console_starts n WHERE n.campaign = ?1 AND n.at > ?2"
        " AND n.at <= w.started_at) ORDER BY started_at LIMIT 1",
        [start.campaign, timestamp(start.at), timestamp(start.at + SOON)],
    ).fetchone()
    return None if row is None else str(row[0])


def _starts(db: Database, where: str, values: list[Any]) -> list[ConsoleStart]:
    rows = db.query(
        "SELECT s.*, t.by AS stopped_by, t.at AS stopped_at FROM console_starts s"
        " LEFT JOIN console_stops t"
        " ON t.id = (SELECT max(id) FROM console_stops WHERE start = s.id)"
        f" WHERE {where}",
        values,
    )
    return [_start(row) for row in rows]


def _start(row: Mapping[str, Any]) -> ConsoleStart:
    stopped_at = row["stopped_at"]
    return ConsoleStart(
        id=row["id"],
        campaign=row["campaign"],
        file=row["file"],
        sha256=row["sha256"],
        resumes=row["resumes"],
        pid=row["pid"],
        pid_began=row["pid_began"],
        by=row["by"],
        at=datetime.fromisoformat(row["at"]),
        stopped_by=row["stopped_by"],
        stopped_at=None if stopped_at is None else datetime.fromisoformat(stopped_at),
    )
