"""One seller: what it offers that is a hit, how that was decided, and who else it may be."""

from __future__ import annotations

from starlette.responses import Response

from console.hit_parts import safe_link
from console.web.pages import page
from console.web.visits import Visit, with_query
from crawler.errors import NotFoundError
from crawler.store.seller_contacts import find_contacts, find_seller
from crawler.store.seller_hits import (
    SellerRight,
    count_decisions,
    find_seller_cases,
    find_seller_hits,
    find_seller_names,
    find_seller_rights,
)
from pipelines.takedown.linked import find_linked_sellers

ROWS = 30


def show_seller(visit: Visit) -> Response:
    """Show a seller."""
    seller = find_seller(visit.db, visit.part("seller"))
    if seller is None:
        raise NotFoundError(visit.say("sellers.none", seller=visit.part("seller")[:80]))
    rights = find_seller_rights(visit.db, seller.id)
    chosen = _chosen(rights, visit.query.get("right", ""))
    after = visit.query.get("after", "")
    found = find_seller_hits(visit.db, chosen.group, after=after, most=ROWS + 1) if chosen else []
    rows = found[:ROWS]
    names = find_seller_names(visit.db, seller.id)
    return visit.render(
        "seller.html",
        seller=seller,
        names=[name for name in names if name != seller.name],
        contacts=[(contact, safe_link(contact)) for contact in find_contacts(visit.db, seller.id)],
        linked=find_linked_sellers(visit.db, seller.id),
        rights=rights,
        chosen=chosen,
        rows=rows,
        more=with_query(visit.query, after=rows[-1].key) if len(found) > ROWS else "",
        first=with_query(visit.query, after=None) if after else "",
        choose=lambda right: with_query(visit.query, right=right, after=None),
        decisions=count_decisions(visit.db, seller.id),
        cases=find_seller_cases(visit.db, seller.name, seller.site),
    )


def _chosen(rights: list[SellerRight], wanted: str) -> SellerRight | None:
    return next((one for one in rights if one.right == wanted), rights[0] if rights else None)


ROUTES = (page("/sellers/{seller}", show_seller),)
