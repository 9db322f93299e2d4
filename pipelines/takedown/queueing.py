"""From approved notices to queued ones: asked once more, captured, completed, and put in line."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from sqlite_utils import Database

from crawler.errors import InputError, NotAllowedError
from crawler.store.captures import Capture
from crawler.workspace import Workspace
from pipelines.takedown.approval import find_dangers, note_danger
from pipelines.takedown.attachments import is_pdf
from pipelines.takedown.leaving import (
    MOST_AT_ONCE,
    capture_listings,
    check_may_leave,
    find_font,
    make_attachments,
)
from pipelines.takedown.outbox import queue_notice

Say = Callable[[str], None]


def queue_notices(
    workspace: Workspace,
    db: Database,
    notices: Sequence[str],
    *,
    by: str,
    say: Say,
    is_stopped: Callable[[], bool] = lambda: False,
    at_once: bool = False,
) -> list[str]:
    """Queue approved notices, a few at a time; return why some of them are not sent.

    :param say: told what is done, in words
    :param is_stopped: asked after each few; True leaves the rest as it was
    :param at_once: without the time in which they can be cancelled
    :raises NotAllowedError: when one of them may not be sent; then none is
    """
    asked = list(dict.fromkeys(notices))
    dangers = find_dangers(workspace, db)
    for notice in asked:
        note_danger(db, notice, dangers, by=by)
    check_may_leave(workspace, db, asked)
    font, lack = find_font(workspace)
    if font is None:
        say(f"without a PDF: {lack}")
    if workspace.config.evidence.capture == "off":
        say("the listings are not captured: evidence.capture is off")
    left: list[str] = []
    for start in range(0, len(asked), MOST_AT_ONCE):
        some = asked[start : start + MOST_AT_ONCE]
        stopped = capture_listings(
            workspace, db, some, by=by, on_capture=lambda made: _tell_capture(made, say)
        )
        if is_stopped():  # the captures under way may have been cut short
            break
        for notice in some:
            if notice in stopped:
                left.append(f"{notice} is not sent: {stopped[notice]}")
                continue
            try:
                attached = make_attachments(workspace, db, notice, font)
                queued = queue_notice(
                    workspace, db, notice, by=by, attachments=attached, at_once=at_once
                )
            except (InputError, NotAllowedError) as error:  # the others are none the worse for it
                left.append(f"{notice} is not sent: {error}")
                continue
            if font is not None and attached and not any(map(is_pdf, attached)):
                say(f"{notice} goes without a PDF: an older version drafted it, as text alone")
            say(
                f"{notice} is queued for {queued.destination} ({queued.size} bytes,"
                f" SHA-256 {queued.sha256})"
            )
    return left


def _tell_capture(made: Capture, say: Say) -> None:
    say(f"captured {made.url} ({made.state.value}) as {made.id}")
    if not made.proof:
        say(f"  no proof: {'; '.join(made.doubts)}")
