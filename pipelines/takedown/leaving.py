"""Before a notice leaves: its listings are captured once more, and what goes with it is made."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import timedelta

from sqlite_utils import Database

from crawler.errors import InputError, NotAllowedError
from crawler.model import TargetState
from crawler.store.captures import Capture
from crawler.store.database import now
from crawler.store.hits import find_hit_url
from crawler.store.notice_events import find_notice_events
from crawler.store.notices import load_notice, load_noticed_hits
from crawler.store.observations import Observation, find_newest_look, observation_of
from crawler.workspace import Workspace
from pipelines.evidence.capture import capture_for_notices
from pipelines.takedown.approval import approval_problem
from pipelines.takedown.attachments import Attachment, attachments_of
from pipelines.takedown.checking import CheckLine, blocking, check_notice
from pipelines.takedown.outbox import check_may_be_queued
from pipelines.takedown.situations import RETRACTION, gather_situation
from pipelines.typesetting import PaperFont, find_paper_font

MOST_AT_ONCE = 10
"""Notices whose listings are captured before the first of them is queued."""
STILL_UP = "still-up"
"""The rule that looks at looks."""
BY_ITSELF = "markhound"
"""In whose name listings are captured again when a delivery finds them too old."""


def check_may_leave(workspace: Workspace, db: Database, notices: Sequence[str]) -> None:
    """Refuse notices of which one may not be sent, before anything is done for any of them.

    What held when a notice was checked may hold no longer: a right that lapsed, a licence. Whether
    its listings are up is left to their capture, where there will be one.

    :raises NotAllowedError: with what is wrong of each
    """
    captured = workspace.config.evidence.capture != "off"
    problems: list[str] = []
    for notice in notices:
        try:
            check_may_be_queued(db, notice)
            make_attachments(workspace, db, notice, None)  # all but the PDF
        except (NotAllowedError, InputError) as error:
            problems.append(str(error))
            continue
        problems += [
            f"{notice}: {line.rule}: {line.text}"
            for line in _changed(workspace, db, notice)
            if line.rule != STILL_UP or not captured
        ]
    if problems:
        raise NotAllowedError("\n".join(problems))


def find_stop(workspace: Workspace, db: Database, notice: str) -> str | None:
    """Say why a queued notice must not leave at this very moment; None when it may.

    Between queueing and sending lie minutes, or days where the recipient's server puts it off. What
    the store knows is asked again; listings that nobody looked at for ``takedown.fresh_hours`` are
    captured again, where captures are on, and else stop it.
    """
    if problem := approval_problem(db, notice):
        return problem
    changed = [line for line in _changed(workspace, db, notice) if line.rule != STILL_UP]
    if changed:
        return "; ".join(f"{line.rule}: {line.text}" for line in changed)
    drafted = load_notice(db, notice)
    if drafted.kind == RETRACTION:
        return None
    urls = dict.fromkeys(find_hit_url(db, hit) for hit in drafted.hits)
    looks = [look for url in urls if (look := find_newest_look(db, url)) is not None]
    if reason := _why_not(looks):
        return reason
    fresh_since = now() - timedelta(hours=workspace.config.takedown.fresh_hours)
    old = [url for url in urls if all(one.url != url or one.at < fresh_since for one in looks)]
    if not old or not _was_checked(db, notice):
        return None
    if workspace.config.evidence.capture == "off":
        return f"{STILL_UP}: {', '.join(old)} was not looked at since {fresh_since:%Y-%m-%d %H:%M}"
    return _capture(workspace, [notice], by=BY_ITSELF).get(notice)


def _changed(workspace: Workspace, db: Database, notice: str) -> list[CheckLine]:
    """Return what would stop the notice today, and did not when it was checked."""
    if not _was_checked(db, notice):
        return []
    return blocking(check_notice(gather_situation(workspace, db, notice, now=now())))


def _was_checked(db: Database, notice: str) -> bool:
    """Tell whether it went through the rules at all, which a retraction has none of."""
    return any(event.event == "checked" for event in find_notice_events(db, notice))


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
    :returns: notice -> why it is not to be sent: all that it is about is gone, or something else
        stands where one of its listings stood
    """
    about = [notice for notice in notices if load_notice(db, notice).kind != RETRACTION]
    if not about or workspace.config.evidence.capture == "off":
        return {}
    return _capture(workspace, about, by=by, on_capture=on_capture)


def _capture(
    workspace: Workspace,
    notices: Sequence[str],
    *,
    by: str,
    on_capture: Callable[[Capture], None] = lambda _: None,
) -> dict[str, str]:
    made = capture_for_notices(workspace, notices, operator=by, on_capture=on_capture)
    stopped = {notice: _why_not(list(map(observation_of, made[notice]))) for notice in notices}
    return {notice: reason for notice, reason in stopped.items() if reason}


def _why_not(looks: Sequence[Observation]) -> str | None:
    """Say why listings that look so now are not to be noticed; None when they may be."""
    other = dict.fromkeys(look.url for look in looks if look.changed)
    if other:
        return f"another page stands at {', '.join(other)}; check it again, and draft it anew"
    if looks and all(look.state is TargetState.GONE for look in looks):
        return f"what it is about is gone ({', '.join(dict.fromkeys(look.url for look in looks))})"
    return None


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
