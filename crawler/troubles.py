"""What is in the way when a disk is full or read-only, or a database is damaged, and what to do.

SQLite and the system tell it by codes (sqlite.org/rescode.html, errno(3)); people are told which
folder, how much room it has, that nothing committed is lost, and the commands that mend it.
"""

from __future__ import annotations

import errno
import shutil
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

from crawler.errors import DamagedDatabaseError

Trouble = Literal["busy", "full", "read_only", "damaged", "disk"]

_PRIMARY = 0xFF
"""The part of an extended result code that tells the kind."""
_BY_CODE: dict[int, Trouble] = {
    sqlite3.SQLITE_BUSY: "busy",
    sqlite3.SQLITE_LOCKED: "busy",
    sqlite3.SQLITE_FULL: "full",
    sqlite3.SQLITE_READONLY: "read_only",
    sqlite3.SQLITE_CORRUPT: "damaged",
    sqlite3.SQLITE_NOTADB: "damaged",
    sqlite3.SQLITE_IOERR: "disk",
    sqlite3.SQLITE_CANTOPEN: "disk",
    sqlite3.SQLITE_PERM: "disk",
}
_BY_ERRNO: dict[int, Trouble] = {
    errno.ENOSPC: "full",
    errno.EDQUOT: "full",
    errno.EFBIG: "full",
    errno.EROFS: "read_only",
    errno.EIO: "disk",
    errno.EACCES: "disk",
    errno.EPERM: "disk",
}
NO_ROOM = 2**20
"""Bytes that are free at the most where an error that could be anything means a full disk."""
DISK_FULL = "markhound/disk_full"
"""Key of Scrapy's statistics: whether a sweep could not record for want of room."""
_MIB = 2**20


def find_trouble(error: BaseException | None, folder: Path | None = None) -> Trouble | None:
    """Return what an error, or what it came of, tells of the machine; None where it tells nothing.

    :param folder: where was to be written; SQLite calls a disk without room for its small files
        beside the database an input/output error
    """
    while error is not None:
        if trouble := _trouble_of(error):
            full = trouble == "disk" and folder is not None and _free(folder) < NO_ROOM
            return "full" if full else trouble
        error = error.__cause__
    return None


def _trouble_of(error: BaseException) -> Trouble | None:
    if isinstance(error, DamagedDatabaseError):
        return "damaged"
    if isinstance(error, sqlite3.Error):
        return _BY_CODE.get(getattr(error, "sqlite_errorcode", 0) & _PRIMARY)
    return _BY_ERRNO.get(error.errno or 0) if isinstance(error, OSError) else None


def remedy_of(trouble: Trouble, folder: Path) -> str:
    """Return what is so and what to do, in whole sentences.

    :param folder: the workspace's, or where was to be written
    """
    return " ".join(_sentences(trouble, folder))


def _sentences(trouble: Trouble, folder: Path) -> Iterator[str]:
    if trouble == "full":
        yield f"The disk of {folder} has no room: {_room(folder)}."
        yield "What was committed is kept, and nothing is half-written."
        yield (
            "Make room (see `df -h`, and `markhound retention check` for what nobody needs), or"
            " move the folder to a larger disk; then give the command again (a sweep:"
            " `markhound sweep --resume`)."
        )
    elif trouble == "read_only":
        yield f"{folder} cannot be written: its disk, or a file in it, is read-only."
        yield "Nothing was changed."
        yield (
            "Mount the disk for writing (`mount -o remount,rw ...`), or give the command as the"
            " user who owns the folder."
        )
    elif trouble == "damaged":
        yield from _damaged(folder)
    elif trouble == "busy":
        yield f"Another program is writing to {folder} and did not end in time."
        yield "Nothing was changed; give the command again."
    else:
        yield f"The disk of {folder} cannot be read or written ({_room(folder)})."
        yield "What was committed is kept."
        yield f"See `ls -ld {folder}` for who may write there, and `dmesg` for a failing disk."


def _damaged(folder: Path) -> Iterator[str]:
    database = folder / "markhound.db"
    aside, mended = folder.with_name(f"{folder.name}-damaged"), folder / "mended.db"
    yield f"The database {database} is damaged. This command has changed nothing in it."
    yield "Stop whatever else uses the workspace, and mend it:"
    yield f"1. keep it as it is: `cp -a {folder} {aside}`;"
    yield (
        "2. with a backup: `markhound --workspace NEW restore BACKUP` (NEW is an empty folder),"
        " then `markhound --workspace NEW evidence verify --all`;"
    )
    yield (
        f"3. without one, save what can still be read: `sqlite3 {database} .recover | sqlite3"
        f" {mended}`, put it in the place of the damaged one and of its -wal and -shm, and see"
        " `markhound doctor --full` and `markhound evidence verify --all` for what is missing."
    )


def _room(folder: Path) -> str:
    try:
        usage = shutil.disk_usage(_existing(folder))
    except OSError as error:
        return f"how much is free cannot be told ({error.strerror})"
    return f"{usage.free / _MIB:,.1f} MiB free of {usage.total / _MIB:,.0f}"


def _free(folder: Path) -> int:
    try:
        return shutil.disk_usage(_existing(folder)).free
    except OSError:
        return NO_ROOM


def _existing(folder: Path) -> Path:
    folder = folder.resolve()
    while not folder.exists():
        folder = folder.parent
    return folder
