"""Opening the workspace's database: SQLite in WAL mode, foreign keys on, schema migrated."""

from __future__ import annotations

import os
import shutil
import sqlite3
import tempfile
from collections.abc import Iterator, Sequence
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


@contextmanager
def open_anywhere(path: Path) -> Iterator[Database]:
    """Open the database for the length of a ``with`` block, also where nothing can be written.

    SQLite needs files of its own beside a database with a log. On a read-only disk, as an expert
    has it who is to check evidence, a copy is read, and nothing can be written to it.

    :raises WorkspaceError: as ``open_store`` does
    """
    if not path.exists() or os.access(path.parent, os.W_OK):
        db = open_store(path)
        try:
            yield db
        finally:
            db.close()
        return
    with tempfile.TemporaryDirectory(prefix="markhound-") as folder:
        copy = Path(folder) / path.name
        shutil.copyfile(path, copy)
        log = path.with_name(f"{path.name}-wal")
        if log.exists():
            shutil.copyfile(log, copy.with_name(log.name))
        db = open_store(copy)
        try:
            db.execute("PRAGMA query_only = ON")
            yield db
        finally:
            db.close()


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


def write_if_free(db: Database, sql: str, values: Sequence[object]) -> bool:
    """Run one statement, a transaction of its own, unless that cannot be just now.

    For what may be lost: nobody waits for another writer, nor is stopped by a full or read-only
    disk, only so that it is kept.

    :returns: whether it was run
    """
    db.execute("PRAGMA busy_timeout = 0")
    try:
        with writing(db):
            db.execute(sql, values)
    except sqlite3.OperationalError:
        return False
    finally:
        db.execute(f"PRAGMA busy_timeout = {int(BUSY_TIMEOUT * 1000)}")
    return True


def timestamp(moment: datetime) -> str:
    """Return the moment as stored: UTC, ISO 8601 with Z, to the microsecond (so it sorts)."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def now() -> datetime:
    """Return the present moment in UTC."""
    return datetime.now(UTC)
