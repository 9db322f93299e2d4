"""Whether a notice may leave the house: the one place where delivery asks for it."""

from __future__ import annotations

from collections.abc import Mapping

from sqlite_utils import Database

from crawler.store.approvals import find_considerations, lacking_approvals, record_need
from crawler.store.database import now, writing
from crawler.store.disputes import is_disputed
from crawler.store.hits import find_judgement
from crawler.store.notice_events import find_notice_events
from crawler.store.notices import load_notice
from crawler.workspace import Workspace
from pipelines.takedown.situations import RETRACTION, gather_standings
from pipelines.takedown.standing import find_danger


def approval_problem(db: Database, notice: str) -> str | None:
    """Say why a notice must not be sent yet; None when it may. The store's triggers say the same.

    It needs its approvals, by somebody else than who drafted it. A retraction needs none.
    """
    events = [event.event for event in find_notice_events(db, notice)]
    if "withdrawn" in events or "closed" in events:
        return "it was withdrawn or closed"
    drafted = load_notice(db, notice)
    if drafted.kind == RETRACTION:
        return None
    for hit in drafted.hits:
        judgement = find_judgement(db, hit)
        if judgement is None or judgement.decision != "infringing":
            return f"{hit} is not judged infringing any more"
        if is_disputed(db, hit):
            return f"{hit} is disputed; a third person decides"
    applying = {(c.hit, c.exception): c for c in find_considerations(db, notice)}
    for considered in applying.values():
        if considered.applies:
            return f"{considered.exception} applies to {considered.hit}, as {considered.by} found"
    lacking = lacking_approvals(db, notice)
    if lacking == ["ordinary"]:
        return "nobody has approved it"
    return f"it lacks approvals: {', '.join(lacking)}" if lacking else None


def find_dangers(workspace: Workspace, db: Database) -> dict[str, str]:
    """Return recipient -> what one more notice to it would put at risk; only those at risk."""
    standings = gather_standings(workspace, db, now=now())
    return {s.recipient: danger for s in standings if (danger := find_danger(s))}


def note_danger(db: Database, notice: str, dangers: Mapping[str, str], *, by: str) -> None:
    """Record that the notice needs an approval that says so, if it endangers our standing today.

    What was no danger at its approval may be one when it is sent.
    """
    drafted = load_notice(db, notice)
    danger = dangers.get(drafted.recipient.name)
    if danger and drafted.kind != RETRACTION:
        with writing(db):
            record_need(db, notice, "standing", danger, by=by, at=now())
