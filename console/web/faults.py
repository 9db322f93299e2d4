"""What a page says when the machine, not the person, was in the way: never a bare error.

Nothing was done then: what is written is written whole or not at all (``crawler.store.database``).
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from types import MappingProxyType

from crawler.errors import LostDatabaseError, WorkspaceError
from crawler.troubles import Trouble, find_trouble

logger = logging.getLogger(__name__)

RETRY_AFTER = "5"
"""Seconds, for programs that ask."""
_WORDS: Mapping[Trouble, str] = MappingProxyType(
    {"full": "disk", "read_only": "disk", "disk": "disk", "damaged": "damaged", "busy": "busy"}
)
"""Trouble -> key of its words."""
_DISK = frozenset({"full", "read_only", "disk"})


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
    if isinstance(error, LostDatabaseError):
        return Fault(words="lost", status=HTTPStatus.SERVICE_UNAVAILABLE)
    if trouble := find_trouble(cause):
        status = HTTPStatus.SERVICE_UNAVAILABLE
        if trouble in _DISK:
            status = HTTPStatus.INSUFFICIENT_STORAGE
        if trouble != "busy":
            logger.error("a page failed: %s", cause)
        why = cause.strerror if isinstance(cause, OSError) else str(cause)
        return Fault(words=_WORDS[trouble], status=status, why=why or type(cause).__name__)
    if isinstance(error, WorkspaceError):
        why = str(error)
        return Fault(words="workspace", status=HTTPStatus.SERVICE_UNAVAILABLE, why=why)
    logger.error("a page failed", exc_info=error)
    return Fault(words="broken", status=HTTPStatus.INTERNAL_SERVER_ERROR)
