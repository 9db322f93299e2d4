"""Before a notice leaves: its listings are captured once more, and what goes with it is made."""

from __future__ import annotations

from sqlite_utils import Database

from crawler.errors import InputError, NotAllowedError
from crawler.model import TargetState
from crawler.store.captures import Capture
from crawler.store.notices import load_notice, load_noticed_hits
from crawler.workspace import Workspace
from pipelines.evidence.capture import capture_for_notice
from pipelines.takedown.attachments import Attachment, attachments_of
from pipelines.takedown.outbox import check_may_be_queued
from pipelines.takedown.pdf import PaperFont, find_paper_font
from pipelines.takedown.situations import RETRACTION


def capture_listings(workspace: Workspace, db: Database, notice: str, *, by: str) -> list[Capture]:
    """Capture the listings of a notice as they are when it is sent; nothing for a retraction.

    :returns: none either where ``evidence.capture`` is off
    :raises NotAllowedError: the notice may not be sent, or all of its listings are gone
    """
    check_may_be_queued(db, notice)
    is_retraction = load_notice(db, notice).kind == RETRACTION
    if is_retraction or workspace.config.evidence.capture == "off":
        return []
    captures = capture_for_notice(workspace, notice, operator=by)
    if all(capture.state is TargetState.GONE for capture in captures):
        urls = ", ".join(dict.fromkeys(capture.url for capture in captures))
        raise NotAllowedError(f"{notice} is not sent: what it is about is gone ({urls})")
    return captures


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
