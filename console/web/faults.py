"""What a page says when the machine, not the person, was in the way: never a bare error.

Nothing was done then: what is written is written whole or not at all (``crawler.store.database``).
"""

from __future__ import annotations

import errno
import logging
import sqlite3
from dataclasses import dataclass
from http import HTTPStatus

from crawler.errors import WorkspaceError

logger = logging.getLogger(__name__)

RETRY_AFTER = "5"
"""Seconds, for programs that ask."""
_BUSY = frozenset({sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED})
_DISK = frozenset(
    {
        sqlite3.SQLITE_FULL,
        sqlite3.SQLITE_READONLY,
        sqlite3.SQLITE_IOERR,
        sqlite3.SQLITE_CANTOPEN,
        sqlite3.SQLITE_PERM,
    }
)
_DISK_ERRORS = frozenset(
    {errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EIO, errno.EACCES, errno.EPERM, errno.EFBIG}
)
_PRIMARY = 0xFF
"""The part of an extended result code that tells the kind (sqlite.org/rescode.html)."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Fault:
    """What was in the way, as a page tells it."""

    words: str
    """Key of ``phrases/problem.toml``, with a place ``why``."""
    status: HTTPStatus
    why: str = ""


def fault_of(error: Exception) -> Fault:
    """Return what a page says of an error that no handler foresaw; the log has all of it."""
    cause = error.__cause__ if isinstance(error, WorkspaceError) else error
    if isinstance(cause, sqlite3.Error):
        code = getattr(cause, "sqlite_errorcode", 0) & _PRIMARY
        if code in _BUSY:
            return Fault(words="busy", status=HTTPStatus.SERVICE_UNAVAILABLE)
        if code in _DISK:
            return Fault(words="disk", status=HTTPStatus.INSUFFICIENT_STORAGE, why=str(cause))
    if isinstance(cause, OSError) and cause.errno in _DISK_ERRORS:
        why = cause.strerror or type(cause).__name__
        return Fault(words="disk", status=HTTPStatus.INSUFFICIENT_STORAGE, why=why)
    if isinstance(error, WorkspaceError):
        why = str(error)
        return Fault(words="workspace", status=HTTPStatus.SERVICE_UNAVAILABLE, why=why)
    logger.error("a page failed", exc_info=error)
    return Fault(words="broken", status=HTTPStatus.INTERNAL_SERVER_ERROR)
