"""Which hit of a group is shown, who has the group in hand, and what can be undone there."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from console.web.visits import Visit
from crawler.accounts import MAY_WRITE
from crawler.errors import LeasedError
from crawler.model import JudgementKind
from crawler.store.database import writing
from crawler.store.hits import find_judged_hit
from crawler.store.leases import Lease, find_lease, take_lease
from crawler.store.queue import Group
from crawler.store.queue_views import Place, find_place, keep_place
from crawler.store.queued_hits import QueuedHit, find_next_waiting, find_queued_hit


@dataclass(frozen=True, kw_only=True, slots=True)
class Undo:
    """The decision that the visitor can take back."""

    hit: str
    judgement: str
    decision: JudgementKind
    title: str


def place_of(visit: Visit, group: Group) -> Place | None:
    """Return where the visitor was in the group."""
    assert visit.account is not None
    return find_place(visit.db, visit.account, group.id)


def current_hit(visit: Visit, group: Group, place: Place | None) -> QueuedHit | None:
    """Return the hit that is asked for, else the next that waits from where the visitor was."""
    asked = visit.query.get("hit", "")
    if asked:
        found = find_queued_hit(visit.db, asked)
        if found is not None and found.group == group.id and found.state != "ended":
            return found
    after = visit.query.get("after", "")
    if not after and place is not None:
        found = find_queued_hit(visit.db, place.hit)
        if found is not None and found.group == group.id and found.waiting:
            return found
        after = place.hit
    hit = find_next_waiting(visit.db, group.id, after or None)
    return find_queued_hit(visit.db, hit) if hit else None


def hold(visit: Visit, group: Group, hit: str | None, *, at: datetime) -> Lease | None:
    """Take the group in hand where there is something to decide; return whose hand it is in."""
    account = visit.account
    assert account is not None
    if account.role not in MAY_WRITE:
        return group.lease
    ahead = "prefetch" in visit.request.headers.get("sec-purpose", "")
    with writing(visit.db):
        if hit is None or ahead:
            return find_lease(visit.db, group.id, at=at)
        keep_place(visit.db, account, group.id, hit, at=at)
        try:
            return take_lease(visit.db, group.id, account, at=at)
        except LeasedError:
            return find_lease(visit.db, group.id, at=at)


def undo_of(visit: Visit, place: Place | None, queued: QueuedHit | None) -> Undo | None:
    """Return the decision that can be undone: of the hit that is shown, else the last one here."""
    assert visit.account is not None
    if queued is not None and (undo := _undo(visit, queued)):
        return undo
    if place is None or place.judgement is None:
        return None
    hit = find_judged_hit(visit.db, place.judgement)
    found = find_queued_hit(visit.db, hit) if hit else None
    return _undo(visit, found) if found and found.judgement == place.judgement else None


def _undo(visit: Visit, queued: QueuedHit) -> Undo | None:
    assert visit.account is not None
    if queued.judgement is None or queued.decision is None:
        return None
    if queued.judged_by != visit.account.name:
        return None
    return Undo(
        hit=queued.hit,
        judgement=queued.judgement,
        decision=queued.decision,
        title=queued.title,
    )
