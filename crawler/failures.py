"""What a failed request means for its target: blocked, gone, skipped or failed, and why."""

from __future__ import annotations

import re

from OpenSSL.SSL import Error as TlsError
from scrapy.exceptions import (
    CannotResolveHostError,
    DownloadCancelledError,
    DownloadConnectionRefusedError,
    DownloadFailedError,
    DownloadTimeoutError,
    DropItem,
    IgnoreRequest,
    ResponseDataLossError,
)
from scrapy.spidermiddlewares.httperror import HttpError
from twisted.internet.error import ConnectError, ConnectionClosed
from twisted.web._newclient import ParseError
from twisted.web.client import ResponseFailed, ResponseNeverReceived
from twisted.web.http import _DataLoss, _MalformedChunkedDataError

from crawler.errors import BlockedError, GoneError, GuardError, NotAPageError, SkipError, TrapError
from crawler.model import TargetState
from crawler.pace import REFUSED
from crawler.robots import RobotsUnreachable


class OverBudgetError(IgnoreRequest):
    """A budget of the page's site is used up."""


class SweepEndedError(IgnoreRequest):
    """The sweep ended before the request could be sent."""


class LeftAloneError(IgnoreRequest):
    """The site refused, or failed, so often that it is asked nothing any more."""

    def __init__(self, state: TargetState, reason: str) -> None:
        super().__init__(reason)
        self.state = state


class RedirectError(IgnoreRequest):
    """Redirects that lead to no page: in a circle, or too many."""


class UnchangedError(IgnoreRequest):
    """The page is as it was when it was last read."""


class AsBeforeError(DropItem):
    """A listing is as it was when it was last matched, and so are its pictures."""

    def __init__(self, pictures: str) -> None:
        """Keep the digest of the pictures."""
        super().__init__("what it offers is as it was, and so are its pictures", log_level="DEBUG")
        self.pictures = pictures


class NotDueError(IgnoreRequest):
    """The page need not be asked for, by a word of its site that is believed."""

    def __init__(self, reason: str, kind: str) -> None:
        super().__init__(reason)
        self.kind = kind


GONE = frozenset({404, 410})
UNANSWERED = (
    CannotResolveHostError,
    DownloadConnectionRefusedError,
    DownloadFailedError,
    DownloadTimeoutError,
    ResponseDataLossError,
    ConnectError,
    ConnectionClosed,
)
"""What the network or a broken server does; the same of another page is likely to fail as well."""


_STATES: tuple[tuple[type[BaseException], TargetState], ...] = (
    (OverBudgetError, TargetState.NOT_REACHED),
    (SweepEndedError, TargetState.NOT_REACHED),
    (UnchangedError, TargetState.UNCHANGED),
    (RedirectError, TargetState.FAILED),
    (RobotsUnreachable, TargetState.BLOCKED),
    (BlockedError, TargetState.BLOCKED),
    (GoneError, TargetState.GONE),
    (GuardError, TargetState.SKIPPED),
    (TrapError, TargetState.SKIPPED),
    (NotAPageError, TargetState.SKIPPED),
    (DownloadCancelledError, TargetState.SKIPPED),
    (IgnoreRequest, TargetState.SKIPPED),
)
"""The first that fits counts; everything else failed."""


def outcome_of_failure(error: BaseException) -> tuple[TargetState, str]:
    """Return the state in which a target ends after ``error``, and the reason in words."""
    if isinstance(error, HttpError):
        return outcome_of_status(error.response.status)
    if isinstance(error, LeftAloneError):
        return error.state, str(error)
    if isinstance(error.__cause__, LeftAloneError | OverBudgetError):  # of its robots.txt
        return outcome_of_failure(error.__cause__)
    if isinstance(error, RobotsUnreachable) and error.__cause__ is not None:
        return TargetState.FAILED, f"robots.txt could not be asked: {words_of(error.__cause__)}"
    state = next((state for kind, state in _STATES if isinstance(error, kind)), TargetState.FAILED)
    return state, words_of(error)


def outcome_of_status(status: int) -> tuple[TargetState, str]:
    """Return the state in which a target ends when the server answered with that status."""
    reason = f"HTTP {status}"
    if status in GONE:
        return TargetState.GONE, reason
    if status in REFUSED:
        return TargetState.BLOCKED, reason
    return TargetState.FAILED, reason


def words_of(error: BaseException) -> str:
    """Return what an error of a download means, in words for people."""
    for kind, words in _WORDS:
        if isinstance(error, kind):
            return words
    if isinstance(error, DownloadCancelledError):
        return too_large(str(error))
    if isinstance(error, ResponseDataLossError):
        return _words_of_loss(error)
    if isinstance(error, DownloadFailedError) and error.__cause__ is not None:
        return words_of(error.__cause__)
    if isinstance(error, ResponseFailed):
        return _words_of_parts(error)
    if isinstance(error, IgnoreRequest | SkipError):
        return str(error) or type(error).__name__
    return f"{type(error).__name__}: {error}"


_WORDS: tuple[tuple[type[BaseException], str], ...] = (
    (CannotResolveHostError, "the host's name does not resolve"),
    (DownloadTimeoutError, "no answer in time"),
    (DownloadConnectionRefusedError, "connection refused"),
    (ConnectError, "no connection could be made"),
    (ConnectionClosed, "the connection was closed"),
    (TlsError, "TLS does not work with this server"),
)


def too_large(detail: str) -> str:
    """Return the words for an answer over the limit; Scrapy's ``detail`` may name it."""
    limit = re.search(r"(?:max size|MAXSIZE) \((\d+)", detail)
    size = f" of {int(limit[1]) / 1e6:g} MB" if limit else " of size"
    return f"rule: an answer over the limit{size} is not read"


def _words_of_loss(error: BaseException) -> str:
    cause = error.__cause__
    reasons = [f.value for f in getattr(cause, "reasons", ())]
    if any(isinstance(reason, _MalformedChunkedDataError) for reason in reasons):
        return "the answer's chunks are broken"
    return "the answer broke off before its end"


def _words_of_parts(error: ResponseFailed) -> str:
    """Say in words what Twisted reports as a list of failures."""
    reasons = [failure.value for failure in getattr(error, "reasons", ())]
    for reason in reasons:
        if isinstance(reason, GuardError):
            return str(reason)
        if isinstance(reason, TlsError):
            return "TLS does not work with this server"
        if isinstance(reason, ParseError | ValueError | KeyError):
            return "the answer is no HTTP"
        if isinstance(reason, _DataLoss):
            return "the answer broke off before its end"
    if isinstance(error, ResponseNeverReceived):
        return "the connection was closed without an answer"
    return "the connection was closed within the answer's head"


def words_of_reason(reason: str) -> str:
    """Return Scrapy's reason for closing a spider in plain words."""
    words = {
        "finished": "nothing left to fetch",
        "shutdown": "stopped by a signal",
        "closespider_timeout": "time budget is used up",
    }
    return words.get(reason, reason)
