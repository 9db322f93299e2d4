"""One hit: its card, the decision, what to teach, and what happened to it."""

from __future__ import annotations

from starlette.responses import Response

from console.web.cards import make_hit_card
from console.web.pages import page
from console.web.visits import Visit
from crawler.errors import NotFoundError
from crawler.store.hits import StoredHit, find_hits, is_recorded


def show_hit(visit: Visit) -> Response:
    """Show a hit."""
    stored = load_exact_hit(visit, visit.part("hit"))
    return visit.render(
        "hit.html",
        card=make_hit_card(visit, stored),
        hit=stored.hit.id,
        findings=stored.findings,
        stored=stored,
        right=stored.right,
        seller=stored.listing.seller,
        to=f"/hits/{stored.hit.id}",
    )


def load_exact_hit(visit: Visit, hit: str) -> StoredHit:
    """Return the hit of that id.

    :raises NotFoundError: when there is none, or it is a hit no longer
    """
    for stored in find_hits(visit.db, visit.workspace.pictures, ids=[hit]):
        return stored
    key = "hit.no_longer" if is_recorded(visit.db, hit) else "hit.none"
    raise NotFoundError(visit.say(key, hit=hit[:80]))


ROUTES = (page("/hits/{hit}", show_hit),)
