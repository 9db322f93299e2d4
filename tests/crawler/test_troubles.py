"""What is told of a full or read-only disk and of a damaged database, and what to do."""

from __future__ import annotations

import errno
import sqlite3
from pathlib import Path

import pytest

from crawler import troubles
from crawler.errors import WorkspaceError
from crawler.troubles import Trouble, find_trouble, remedy_of


def of_sqlite(code: int) -> sqlite3.Error:
    error = sqlite3.OperationalError("as SQLite says it")
    error.sqlite_errorcode = code
    return error


@pytest.mark.parametrize(
    ("error", "trouble"),
    [
        (of_sqlite(sqlite3.SQLITE_FULL), "full"),
        (of_sqlite(sqlite3.SQLITE_CORRUPT), "damaged"),
        (of_sqlite(sqlite3.SQLITE_CORRUPT_INDEX), "damaged"),
        (of_sqlite(sqlite3.SQLITE_NOTADB), "damaged"),
        (of_sqlite(sqlite3.SQLITE_READONLY_DIRECTORY), "read_only"),
        (of_sqlite(sqlite3.SQLITE_IOERR_WRITE), "disk"),
        (of_sqlite(sqlite3.SQLITE_BUSY_SNAPSHOT), "busy"),
        (of_sqlite(sqlite3.SQLITE_CONSTRAINT), None),
        (sqlite3.ProgrammingError("closed"), None),
        (OSError(errno.ENOSPC, "No space left on device"), "full"),
        (OSError(errno.EROFS, "Read-only file system"), "read_only"),
        (FileNotFoundError(errno.ENOENT, "No such file"), None),
        (WorkspaceError("made by a newer version"), None),
        (None, None),
    ],
)
def test_errors_are_told_apart(error: Exception | None, trouble: Trouble | None) -> None:
    assert find_trouble(error) == trouble


def test_what_an_error_came_of_is_found() -> None:
    error = WorkspaceError("cannot open it")
    error.__cause__ = of_sqlite(sqlite3.SQLITE_NOTADB)
    assert find_trouble(error) == "damaged"


def test_an_error_of_a_disk_without_room_is_a_full_disk(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    error = of_sqlite(sqlite3.SQLITE_IOERR_SHMSIZE)
    assert find_trouble(error, tmp_path) == "disk"
    monkeypatch.setattr(troubles, "_free", lambda _: 4096)
    assert find_trouble(error, tmp_path) == "full"
    assert find_trouble(of_sqlite(sqlite3.SQLITE_CORRUPT), tmp_path) == "damaged"


def test_each_trouble_names_the_folder_and_what_to_do(tmp_path: Path) -> None:
    missing = tmp_path / "工作区" / "not there"
    told = {
        "full": ("MiB free of", "What was committed is kept", "sweep --resume"),
        "read_only": ("mount -o remount,rw", "Nothing was changed"),
        "damaged": ("restore BACKUP", ".recover", "has changed nothing in it"),
        "disk": ("MiB free of", "What was committed is kept"),
        "busy": ("Nothing was changed",),
    }
    for trouble, words in told.items():
        remedy = remedy_of(trouble, missing)  # type: ignore[arg-type]  # a key is a plain text
        assert str(missing) in remedy
        for word in words:
            assert word in remedy, (trouble, word)
