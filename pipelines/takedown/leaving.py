"""Before a notice leaves: its listings are captured once more, and what goes with it is made."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from sqlite_utils import Database

from crawler.errors import InputError, NotAllowedError
from crawler.model import TargetState
from crawler.store.captures import Capture
from crawler.store.database import now
from crawler.store.notice_events import find_notice_events
from crawler.store.notices import load_notice, load_noticed_hits
from crawler.workspace import Workspace
from pipelines.evidence.capture import capture_for_notices
from pipelines.takedown.attachments import Attachment, attachments_of
from pipelines.takedown.checking import blocking, check_notice
from pipelines.takedown.outbox import check_may_be_queued
from pipelines.takedown.pdf import PaperFont, find_paper_font
from pipelines.takedown.situations import RETRACTION, gather_situation

MOST_AT_ONCE = 10
"""Notices whose listings are captured before the first of them is queued."""


def check_may_leave(workspace: Workspace, db: Database, notices: Sequence[str]) -> None:
    """Refuse notices of which one may not be sent, before anything is done for any of them.

    What held when a notice was checked may hold no longer: a right that lapsed, a licence. Whether
    its listings are up is left to their capture, where there will be one.

    :raises NotAllowedError: with what is wrong of each
    """
    problems: list[str] = []
    for notice in notices:
        try:
            check_may_be_queued(db, notice)
        except NotAllowedError as error:
            problems.append(str(error))
            continue
        problems += [f"{notice}: {problem}" for problem in _changed(workspace, db, notice)]
    if problems:
        raise NotAllowedError("\n".join(problems))


def _changed(workspace: Workspace, db: Database, notice: str) -> list[str]:
    """Return what would stop the notice today, and did not when it was checked."""
    if not any(event.event == "checked" for event in find_notice_events(db, notice)):
        return []
    lines = blocking(check_notice(gather_situation(workspace, db, notice, now=now())))
    captured = workspace.config.evidence.capture != "off"
    return [
        f"{line.rule}: {line.text}" for line in lines if line.rule != "still-up" or not captured
    ]


def capture_listings(
    workspace: Workspace,
    db: Database,
    notices: Sequence[str],
    *,
    by: str,
    on_capture: Callable[[Capture], None] = lambda _: None,
) -> dict[str, str]:
    """Capture the listings of notices as they are when these are sent; none of a retraction.

    Nothing is captured where ``evidence.capture`` is off.

    :param on_capture: told each one when it is recorded
    :returns: notice -> why it is not to be sent: all that it is about is gone
    """
    about = [notice for notice in notices if load_notice(db, notice).kind != RETRACTION]
    if not about or workspace.config.evidence.capture == "off":
        return {}
    found = capture_for_notices(workspace, about, operator=by, on_capture=on_capture)
    gone: dict[str, str] = {}
    for notice, captures in found.items():
        if all(capture.state is TargetState.GONE for capture in captures):
            urls = ", ".join(dict.fromkeys(capture.url for capture in captures))
            gone[notice] = f"{notice} is not sent: what it is about is gone ({urls})"
    return gone


def find_font(workspace: Workspace) -> tuple[PaperFont | None, str]:
    """Return the font of PDFs, or None and why there is none."""
    try:
        return find_paper_font(workspace.font), ""
    except InputError as error:
        return None, str(error)


def make_attachments(
    workspace: Workspace, db: Database, notice: str, font: PaperFont | None
) -> list[Attachment]:
    """Return what goes with a notice; nothing goes with a retraction.

    :raises InputError: when a report for machines cannot be made
    """
    drafted = load_notice(db, notice)
    if drafted.kind == RETRACTION:
        return []
    hits = load_noticed_hits(db, workspace.pictures, drafted)
    return attachments_of(drafted, hits, workspace.config.sender, font)
