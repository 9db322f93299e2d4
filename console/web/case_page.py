"""One case as its page shows it: a page of its listings, and all else that is known of it."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import timedelta

from sqlite_utils import Database

from console.web.visits import Visit
from crawler.model import Judgement, Listing
from crawler.sellers import seller_id
from crawler.store.case_list import CaseRow, find_capture_ids, find_case_row, find_newest_entries
from crawler.store.cases import CaseEvent, find_case_events, find_case_hits
from crawler.store.hits import (
    StoredHit,
    find_hit_url,
    find_hits,
    find_judgement,
    find_right_of_hit,
)
from crawler.store.ledger import Entry
from crawler.store.looks import Relisting, find_stored_relistings
from crawler.store.notice_list import NoticeRow, find_notice_rows
from pipelines.evidence.imported import HandedOver, find_handed_over
from pipelines.takedown.became import find_outcomes
from pipelines.takedown.linked import Link, find_linked_sellers
from pipelines.takedown.outcomes import ListingOutcome

LISTINGS = 50
"""On one page of a case."""
MOST_COUNTED = 300
"""Listings up to which the outcomes of all are counted, and not only of those on the page."""
MOST_NOTICES = 200
MOST_TOLD = 200
"""Hits of which judgements and captures stand in the timeline."""
MOST_ENTRIES = 100
"""Of the ledger, the newest, on the page; the audit pages have all."""


@dataclass(frozen=True, kw_only=True, slots=True)
class ShownHit:
    """A hit of a listing, and what people say of it."""

    id: str
    right: str
    right_name: str
    judgement: Judgement | None
    is_current: bool
    """Whether the listing as last seen is a hit still."""


@dataclass(frozen=True, kw_only=True, slots=True)
class ShownListing:
    """A listing of the case."""

    url: str
    listing: Listing | None
    """As last seen; None when it is a hit no longer."""
    hits: tuple[ShownHit, ...]
    outcome: ListingOutcome


@dataclass(frozen=True, kw_only=True, slots=True)
class CasePage:
    """What the page of a case shows."""

    row: CaseRow
    seller: str | None
    """Id of the seller, by its newest listing."""
    listings: tuple[ShownListing, ...]
    count: int
    """Of all listings of the case."""
    page: int
    """From 1."""
    pages: int
    outcomes: dict[str, int]
    """State -> listings in it; of the page alone where ``counted_all`` is False."""
    counted_all: bool
    notices: tuple[NoticeRow, ...]
    relistings: tuple[Relisting, ...]
    notes: tuple[CaseEvent, ...]
    files: tuple[CaseEvent, ...]
    links: tuple[Link, ...]
    imported: tuple[HandedOver, ...]
    entries: tuple[Entry, ...]
    """The newest of the ledger, newest first."""


def gather_page(visit: Visit, case: str, page: int) -> CasePage:
    """Return what the page shows.

    :raises NotFoundError: when there is no such case
    """
    db = visit.db
    row = find_case_row(db, case)
    urls: dict[str, list[str]] = {}
    for hit in find_case_hits(db, case):
        urls.setdefault(find_hit_url(db, hit), []).append(hit)
    pages = max(1, -(-len(urls) // LISTINGS))
    page = min(max(1, page), pages)
    shown = list(urls)[(page - 1) * LISTINGS : page * LISTINGS]
    counted_all = len(urls) <= MOST_COUNTED
    apart = timedelta(hours=visit.workspace.config.follow_up.confirm_hours)
    outcomes = find_outcomes(db, case, urls if counted_all else shown, apart=apart)
    listings = _listings(visit, {url: urls[url] for url in shown}, outcomes)
    events = list(find_case_events(db, case))
    notices = tuple(find_notice_rows(db, case=case, limit=MOST_NOTICES))
    told = [hit for hits in urls.values() for hit in hits][:MOST_TOLD]
    subjects = [case, *(one.id for one in notices), *told, *find_capture_ids(db, told)]
    seller = next((seller_id(one.listing) for one in listings if one.listing), None)
    return CasePage(
        row=row,
        seller=seller,
        listings=listings,
        count=len(urls),
        page=page,
        pages=pages,
        outcomes=dict(Counter(outcome.state for outcome in outcomes.values())),
        counted_all=counted_all,
        notices=notices,
        relistings=tuple(find_stored_relistings(db, [case])),
        notes=tuple(event for event in events if event.event == "noted")[::-1],
        files=tuple(event for event in events if event.event == "attached")[::-1],
        links=tuple(find_linked_sellers(db, seller)) if seller else (),
        imported=tuple(find_handed_over(db, case)),
        entries=tuple(find_newest_entries(db, subjects, most=MOST_ENTRIES)),
    )


def _listings(
    visit: Visit, urls: dict[str, list[str]], outcomes: dict[str, ListingOutcome]
) -> tuple[ShownListing, ...]:
    ids = [hit for hits in urls.values() for hit in hits]
    stored = {one.hit.id: one for one in find_hits(visit.db, visit.workspace.pictures, ids=ids)}
    return tuple(
        ShownListing(
            url=url,
            listing=next((stored[hit].listing for hit in hits if hit in stored), None),
            hits=tuple(_hit(visit.db, hit, stored.get(hit)) for hit in hits),
            outcome=outcomes[url],
        )
        for url, hits in urls.items()
    )


def _hit(db: Database, hit: str, stored: StoredHit | None) -> ShownHit:
    right, _ = find_right_of_hit(db, hit)
    return ShownHit(
        id=hit,
        right=right,
        right_name=(stored and stored.right.name) or right,
        judgement=stored.judgement if stored else find_judgement(db, hit),
        is_current=stored is not None,
    )
