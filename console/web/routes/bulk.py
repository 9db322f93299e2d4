"""Deciding in bulk: one seller, one right, one cause, after looking at a sample drawn by lot."""

from __future__ import annotations

from starlette.responses import Response

from console.web.cards import make_hit_card
from console.web.pages import Handler, action, page
from console.web.routes.deciding import stopped
from console.web.routes.hits import load_exact_hit
from console.web.visits import Visit
from crawler.accounts import MAY_WRITE
from crawler.causes import CAUSES
from crawler.errors import InputError, LeasedError, NotFoundError
from crawler.store.bulks import (
    Bulk,
    decide_bulk,
    draw_bulk,
    load_bulk,
    record_bulk_look,
    undo_bulk,
)
from crawler.store.database import now
from crawler.store.queue import load_group


def draw(visit: Visit) -> Response:
    """Draw the sample for a cause."""
    assert visit.account is not None
    group = load_group(visit.db, visit.part("group"), at=now())
    cause = CAUSES.get(visit.field("cause"))
    if cause is None or group.kind not in cause.kinds:
        raise InputError(visit.say("queue.bulk_needs_cause"))
    bulk = draw_bulk(
        visit.db,
        group.id,
        visit.account,
        decision=cause.decision,
        cause=cause.name,
        at=now(),
    )
    return visit.redirect(_path(bulk))


def show(visit: Visit) -> Response:
    """Show the next of the sample, or the form that decides all."""
    bulk = _bulk(visit)
    hit = None if bulk.failed or bulk.judged else bulk.next_look
    stored = load_exact_hit(visit, hit) if hit else None
    return visit.render(
        "queue_bulk.html",
        bulk=bulk,
        own=visit.account is not None and bulk.account == visit.account.id,
        group=load_group(visit.db, bulk.group, at=now()),
        cause=CAUSES[bulk.cause].words(visit.language),
        hit=hit,
        stored=stored,
        card=make_hit_card(visit, stored) if stored else None,
        right=stored.right if stored else None,
        path=_path(bulk),
    )


def look(visit: Visit) -> Response:
    """Record that a hit of the sample was looked at, and whether it fits."""
    assert visit.account is not None
    bulk, fits = _bulk(visit), visit.field("fits")
    if fits not in {"yes", "no"}:
        raise InputError(visit.say("queue.bad_form"))
    record_bulk_look(
        visit.db, bulk.id, visit.field("hit"), visit.account, fits=fits == "yes", at=now()
    )
    return visit.redirect(_path(bulk))


def decide(visit: Visit) -> Response:
    """Judge every hit of the bulk that is still as it was."""
    assert visit.account is not None
    bulk = _bulk(visit)
    reason = visit.field("reason") or CAUSES[bulk.cause].words(visit.language)
    made, left = decide_bulk(visit.db, bulk.id, visit.account, reason=reason, at=now())
    said = "bulk_left" if left else "bulk_done"
    return visit.redirect(f"/queue/{bulk.group}", said=said if made else "bulk_none")


def undo(visit: Visit) -> Response:
    """Take all judgements of a bulk back that stand."""
    assert visit.account is not None
    bulk = _bulk(visit)
    reason = visit.field("reason") or visit.say("queue.undone_by_hand")
    undo_bulk(visit.db, bulk.id, visit.account, reason=reason, at=now())
    return visit.redirect(f"/queue/{bulk.group}", said="undone")


def _in_hand(handler: Handler) -> Handler:
    """Return the handler of an action; where somebody else has the group in hand it says so."""

    def answer(visit: Visit) -> Response:
        try:
            return handler(visit)
        except LeasedError as error:
            return stopped(visit, "", f"/queue/{visit.part('group')}", leased=error)

    return answer


def _bulk(visit: Visit) -> Bulk:
    bulk = load_bulk(visit.db, visit.part("bulk"))
    if bulk.group != visit.part("group"):
        raise NotFoundError(visit.say("problem.not_found", path=visit.request.url.path))
    return bulk


def _path(bulk: Bulk) -> str:
    return f"/queue/{bulk.group}/bulk/{bulk.id}"


ROUTES = (
    action("/queue/{group}/bulk", _in_hand(draw)),
    page("/queue/{group}/bulk/{bulk}", show, roles=MAY_WRITE),
    action("/queue/{group}/bulk/{bulk}/look", _in_hand(look)),
    action("/queue/{group}/bulk/{bulk}/decide", _in_hand(decide)),
    action("/queue/{group}/bulk/{bulk}/undo", _in_hand(undo)),
)
