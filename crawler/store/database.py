"""Opening the workspace's database: SQLite in WAL mode, foreign keys on, schema migrated."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from sqlite_utils import Database

from crawler.errors import WorkspaceError
from crawler.store.schema import migrations

BUSY_TIMEOUT = 30.0
"""Seconds that a writer waits for another one."""


def open_store(path: Path, *, handed_on: bool = False) -> Database:
    """Open the database, making it or bringing its schema up to date.

    :param handed_on: whether it goes from thread to thread, in one at a time
    :raises WorkspaceError: when it is no database, or was made by a newer version
    """
    try:
        # matching runs in worker threads, writing stays on the thread that opened it
        connection = sqlite3.connect(path, timeout=BUSY_TIMEOUT, check_same_thread=not handed_on)
        db = Database(connection)
        db.enable_wal()
        db.execute("PRAGMA foreign_keys = ON")
        db.execute("PRAGMA recursive_triggers = ON")  # else INSERT OR REPLACE deletes unasked
        db.execute("PRAGMA synchronous = NORMAL")
        _refuse_newer(db, path)
        if migrations.pending(db):
            migrations.apply(db)
    except sqlite3.DatabaseError as error:
        raise WorkspaceError(f"cannot open {path} as a Markhound database: {error}") from error
    return db


def _refuse_newer(db: Database, path: Path) -> None:
    known = {migration.name for migration in migrations.pending(db)}
    known |= {migration.name for migration in migrations.applied(db)}
    ours = {migration.name for migration in migrations._migrations}  # noqa: SLF001
    if unknown := sorted(known - ours):
        raise WorkspaceError(
            f"{path} was made by a newer version of Markhound (it has {', '.join(unknown)}); "
            "update Markhound, or use another workspace"
        )


@contextmanager
def writing(db: Database) -> Iterator[None]:
    """Hold the database for writing from the start of the block, which is written whole or not.

    A plain transaction takes the lock at its first write, when what it read before may be old.
    """
    db.execute("BEGIN IMMEDIATE")
    try:
        yield
    except BaseException:
        db.rollback()
        raise
    db.commit()


def timestamp(moment: datetime) -> str:
    """Return the moment as stored: UTC, ISO 8601 with Z, to the microsecond (so it sorts)."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def now() -> datetime:
    """Return the present moment in UTC."""
    return datetime.now(UTC)
