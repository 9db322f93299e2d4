"""The queue: what waits, riskiest first, and one group of it, card after card."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from urllib.parse import urlencode

from starlette.responses import Response

from console.web.cards import make_hit_card
from console.web.group_pages import current_hit, hold, place_of, undo_of
from console.web.pages import Entry, action, page
from console.web.queue_filters import KINDS, STATES, filter_query, parse_filter, parse_key, waited
from console.web.routes.hits import load_exact_hit
from console.web.visits import Visit
from crawler.store.bulks import FEWEST, MOST, find_bulks, sample_size
from crawler.store.database import now, writing
from crawler.store.leases import release_lease
from crawler.store.queue import (
    PAGE,
    Filter,
    Group,
    count_left,
    find_filter_values,
    find_groups,
    find_riskiest,
    load_group,
    take_next_group,
)
from crawler.store.queue_views import drop_view, find_place, find_views, record_view
from crawler.store.queued_hits import find_beside, find_queued

ENTRY = Entry(path="/queue", words="queue.menu")


def show_queue(visit: Visit) -> Response:
    """Show the groups that a filter leaves, a page at a time."""
    assert visit.account is not None
    at, account = now(), visit.account
    wanted = parse_filter(visit, visit.query)
    after, before = (
        parse_key(visit.query.get("after", "")),
        parse_key(visit.query.get("before", "")),
    )
    groups = find_groups(
        visit.db, wanted, account=account, at=at, after=after, before=before, limit=PAGE + 1
    )
    more = len(groups) > PAGE
    backwards = after is None and before is not None
    groups = groups[-PAGE:] if backwards else groups[:PAGE]
    place = find_place(visit.db, account)
    query = filter_query(visit.query)
    overdue = _overdue(visit)
    return visit.render(
        "queue.html",
        groups=groups,
        wanted=wanted,
        query=query,
        chosen={**visit.query},
        values=find_filter_values(visit.db),
        kinds=KINDS,
        states=STATES,
        left=count_left(visit.db, wanted, account=account, at=at, overdue=overdue),
        riskiest=() if after or before else find_riskiest(visit.db, account=account, at=at),
        views=find_views(visit.db, account),
        place=place and load_group(visit.db, place.group, at=at),
        days=overdue.days,
        late=at - overdue,
        since=lambda moment: waited(visit, moment, at),
        newer=_link(query, "before", groups) if (after or (backwards and more)) else "",
        older=_link(query, "after", groups, last=True) if (backwards or more) else "",
    )


def _overdue(visit: Visit) -> timedelta:
    return timedelta(days=visit.workspace.config.console.days_to_judge)


def _link(query: str, side: str, groups: Sequence[Group], *, last: bool = False) -> str:
    if not groups:
        return ""
    end = groups[-1 if last else 0]
    return f"/queue?{query}{'&' if query else ''}{urlencode({side: f'{end.risk}~{end.id}'})}"


def show_group(visit: Visit) -> Response:
    """Show a group: the hit that is decided next, and the list of the rest."""
    return group_page(visit, visit.part("group"))


def group_page(visit: Visit, group_id: str) -> Response:
    """Return the page of a group; whoever may decide has it in hand from then on."""
    assert visit.account is not None
    at = now()
    group = load_group(visit.db, group_id, at=at)
    place = place_of(visit, group)
    queued = current_hit(visit, group, place)
    lease = hold(visit, group, queued.hit if queued else None, at=at)
    mine = lease is not None and lease.account == visit.account.id
    query = filter_query(visit.query)
    base = f"/queue/{group.id}?{query}{'&' if query else ''}"
    stored = load_exact_hit(visit, queued.hit) if queued else None
    before, behind = find_beside(visit.db, queued) if queued else (None, None)
    overdue = _overdue(visit)
    return visit.render(
        "queue_group.html",
        group=group,
        queued=queued,
        stored=stored,
        card=make_hit_card(visit, stored) if stored else None,
        hit=queued.hit if queued else "",
        findings=stored.findings if stored else 0,
        to=f"{base}after={queued.hit}" if queued else base,
        right=stored.right if stored else None,
        seller=stored.listing.seller if stored else None,
        base=base,
        query=query,
        hits=find_queued(visit.db, group.id, around=queued.hit if queued else None),
        before=before,
        behind=behind,
        lease=lease,
        mine=mine,
        undo=undo_of(visit, place, queued),
        bulks=find_bulks(visit.db, group.id),
        fewest=FEWEST,
        most=MOST,
        sample=sample_size(min(group.waiting, MOST)),
        late=at - overdue,
        since=lambda moment: waited(visit, moment, at),
    )


def next_group(visit: Visit) -> Response:
    """Take the next group that nobody has in hand, and give up the one that is left."""
    assert visit.account is not None
    given = {name: visit.field(name) for name in visit.form}
    wanted, left = parse_filter(visit, given), visit.field("leave")
    query = filter_query(given)
    if left:
        with writing(visit.db):
            release_lease(visit.db, left, visit.account)
    group = take_next_group(visit.db, _waiting(wanted), visit.account, at=now(), but=left)
    if group is None:
        return visit.redirect(f"/queue?{query}" if query else "/queue", said="nothing_waits")
    return visit.redirect(f"/queue/{group}?{query}" if query else f"/queue/{group}")


def _waiting(wanted: Filter) -> Filter:
    """Return the filter, where it shows what is judged, as one for what waits."""
    if wanted.state in {"judged", "unsure", "all"}:
        return replace(wanted, state="waiting")
    return wanted


def leave_group(visit: Visit) -> Response:
    """Give a group out of hand."""
    assert visit.account is not None
    until = _moment(visit.field("until"))
    with writing(visit.db):
        release_lease(visit.db, visit.part("group"), visit.account, until=until)
    query = filter_query({name: visit.field(name) for name in visit.form})
    return visit.redirect(f"/queue?{query}" if query else "/queue")


def _moment(text: str) -> datetime | None:
    try:
        return datetime.fromisoformat(text).astimezone(UTC)
    except (ValueError, OverflowError):  # also of a day before the first in UTC
        return None


def save_view(visit: Visit) -> Response:
    """Save the filter under a name."""
    assert visit.account is not None
    given = {name: visit.field(name) for name in visit.form}
    parse_filter(visit, given)
    query = filter_query(given)
    shared = visit.field("shared") == "1"
    record_view(visit.db, visit.account, visit.field("name"), query, shared=shared, at=now())
    return visit.redirect(f"/queue?{query}" if query else "/queue", said="saved")


def drop(visit: Visit) -> Response:
    """Drop a saved view."""
    assert visit.account is not None
    drop_view(visit.db, visit.account, visit.part("view"), at=now())
    return visit.redirect("/queue", said="view_dropped")


ROUTES = (
    page("/queue", show_queue),
    action("/queue/next", next_group),
    action("/queue/views", save_view),
    action("/queue/views/{view}/drop", drop),
    page("/queue/{group}", show_group),
    action("/queue/{group}/leave", leave_group),
)
