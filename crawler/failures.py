"""What a failed request means for its target: blocked, gone, skipped or failed, and why."""

from __future__ import annotations

from scrapy.exceptions import (
    CannotResolveHostError,
    DownloadCancelledError,
    DownloadConnectionRefusedError,
    DownloadTimeoutError,
    IgnoreRequest,
)
from scrapy.spidermiddlewares.httperror import HttpError

from crawler.errors import BlockedError, GuardError, NotAPageError, SkipError
from crawler.model import TargetState
from crawler.robots import RobotsForbidden, RobotsUnreachable


class OverBudgetError(IgnoreRequest):
    """The budget of the page's site is used up."""


class UnchangedError(IgnoreRequest):
    """The page is as it was when it was last read."""


GONE = frozenset({404, 410})
BLOCKED = frozenset({401, 403, 407, 429, 451, 503})
"""Statuses by which a server says that it will not show us the page (RFC 9110, 6585, 7725)."""


def outcome_of_failure(error: BaseException) -> tuple[TargetState, str]:
    """Return the state in which a target ends after ``error``, and the reason in words."""
    if isinstance(error, HttpError):
        return outcome_of_status(error.response.status)
    if isinstance(error, UnchangedError):
        return TargetState.UNCHANGED, str(error)
    if isinstance(error, OverBudgetError):
        return TargetState.NOT_REACHED, str(error)
    if isinstance(error, RobotsForbidden):
        return TargetState.SKIPPED, str(error)
    if isinstance(error, RobotsUnreachable):
        if error.__cause__ is not None:
            return TargetState.FAILED, f"robots.txt could not be asked: {_words(error.__cause__)}"
        return TargetState.BLOCKED, str(error)
    if isinstance(error, BlockedError):
        return TargetState.BLOCKED, str(error)
    if isinstance(error, GuardError | NotAPageError | IgnoreRequest):
        return TargetState.SKIPPED, str(error) or type(error).__name__
    if isinstance(error, SkipError):
        return TargetState.FAILED, str(error)
    return TargetState.FAILED, _words(error)


def outcome_of_status(status: int) -> tuple[TargetState, str]:
    """Return the state in which a target ends when the server answered with that status."""
    reason = f"HTTP {status}"
    if status in GONE:
        return TargetState.GONE, reason
    if status in BLOCKED:
        return TargetState.BLOCKED, reason
    return TargetState.FAILED, reason


def _words(error: BaseException) -> str:
    if isinstance(error, CannotResolveHostError):
        return "the host's name does not resolve"
    if isinstance(error, DownloadTimeoutError):
        return "no answer in time"
    if isinstance(error, DownloadConnectionRefusedError):
        return "connection refused"
    if isinstance(error, DownloadCancelledError):
        return f"answer too large: {error}"
    return f"{type(error).__name__}: {error}"
