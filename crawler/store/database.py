"""Opening the workspace's database: SQLite in WAL mode, foreign keys on, schema migrated."""

from __future__ import annotations

import logging
import os
import shutil
import sqlite3
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from sqlite_utils import Database

from crawler.errors import LostDatabaseError, WorkspaceError
from crawler.store.schema import migrations

logger = logging.getLogger(__name__)
BUSY_TIMEOUT = 30.0
"""Seconds that a writer waits for another one."""
MIGRATION_TIMEOUT = 3600.0
"""Seconds that a command waits while another one brings the database up to date."""
TOLD_FROM = 1000
"""Sightings in a database from which on bringing it up to date takes so long that it is told."""


def open_store(path: Path, *, handed_on: bool = False) -> Database:
    """Open the database, making it or bringing its schema up to date.

    :param handed_on: whether it goes from thread to thread, in one at a time
    :raises WorkspaceError: when it is no database, or was made by a newer version
    :raises LostDatabaseError: when it is gone, and what belongs to it is there
    """
    _refuse_lost(path)
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
            _bring_up_to_date(db, path)
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
    if not path.exists() or can_write_beside(path):
        db = open_store(path)
        try:
            yield db
        finally:
            db.close()
        return
    with tempfile.TemporaryDirectory(prefix="markhound-") as folder:
        db = open_store(copy_store(path, Path(folder)))
        try:
            db.execute("PRAGMA query_only = ON")
            yield db
        finally:
            db.close()


def can_write_beside(path: Path) -> bool:
    """Tell whether SQLite can have its files beside a database."""
    return os.access(path.parent, os.W_OK)


def copy_store(path: Path, folder: Path) -> Path:
    """Copy a database with its log into a folder; return where the copy is."""
    copy = folder / path.name
    shutil.copyfile(path, copy)
    log = path.with_name(f"{path.name}-wal")
    if log.exists():
        shutil.copyfile(log, copy.with_name(log.name))
    return copy


EVIDENCE = ("evidence/captures", "evidence/stamps", "outbox", "answers", "attachments", "pictures")
"""Folders of a workspace that hold something only after its database did."""


def _refuse_lost(path: Path) -> None:
    """Refuse to make a new database in the place of one that is gone: nobody would miss it."""
    log = path.with_name(f"{path.name}-wal")
    if any(file.exists() and file.stat().st_size for file in (path, log)):
        return
    for name in EVIDENCE:
        folder = path.parent / name
        if folder.is_dir() and any(folder.iterdir()):
            raise LostDatabaseError(
                f"the database {path} is {'empty' if path.exists() else 'not there'}, though"
                f" {folder} holds what was recorded in it. Put it back, or restore a backup into an"
                " empty folder (`markhound --workspace NEW restore BACKUP`). Nothing was changed."
            )


def _bring_up_to_date(db: Database, path: Path) -> None:
    """Apply what is pending, all in one transaction: a kill leaves the database as it was.

    Several commands that start at once wait for the first; then nothing is pending any more.
    """
    large = db.table("sightings").exists() and _count_sightings(db) >= TOLD_FROM
    if large:
        # a warning goes to stderr unless told otherwise: it is for who waits for the command
        logger.warning(
            "%s was made by an older version of Markhound and is being brought up to date, which"
            " takes about a second for every 1,000 of its %s sightings. It is safe to stop this:"
            " the next command begins anew.",
            path,
            f"{_count_sightings(db):,}",
        )
    db.execute(f"PRAGMA busy_timeout = {MIGRATION_TIMEOUT * 1000:.0f}")
    with writing(db):
        migrations.apply(db)
    db.execute(f"PRAGMA busy_timeout = {BUSY_TIMEOUT * 1000:.0f}")
    if large:
        logger.warning("%s is up to date", path)


def _count_sightings(db: Database) -> int:
    return int(db.execute("SELECT count(*) FROM sightings").fetchone()[0])


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


def flush_erased(db: Database) -> None:
    """Empty the write-ahead log, which may still hold what was just erased from the database.

    Where somebody reads just now, it is emptied by a later command.
    """
    db.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def timestamp(moment: datetime) -> str:
    """Return the moment as stored: UTC, ISO 8601 with Z, to the microsecond (so it sorts)."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def now() -> datetime:
    """Return the present moment in UTC."""
    return datetime.now(UTC)
