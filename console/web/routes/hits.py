"""One hit: its card, the decision, what to teach, and what happened to it."""

from __future__ import annotations

from starlette.responses import Response

from console.web.cards import make_hit_card
from console.web.pages import page
from console.web.visits import Visit
from crawler.errors import NotFoundError
from crawler.store.hits import StoredHit, find_ended_hit, find_hits, is_recorded


def show_hit(visit: Visit) -> Response:
    """Show a hit; one that is one no longer as it was last found, without a decision."""
    hit = visit.part("hit")
    current = find_hit(visit, hit)
    stored = current or find_ended_hit(visit.db, visit.workspace.pictures, hit)
    if stored is None:
        raise NotFoundError(visit.say("hit.none", hit=hit[:80]))
    return visit.render(
        "hit.html",
        card=make_hit_card(visit, stored),
        hit=stored.hit.id,
        ended=current is None,
        findings=stored.findings,
        stored=stored,
        right=stored.right,
        seller=stored.listing.seller,
        to=f"/hits/{stored.hit.id}",
    )


def find_hit(visit: Visit, hit: str) -> StoredHit | None:
    """Return the hit of that id; None when there is none, or it is a hit no longer."""
    found = find_hits(visit.db, visit.workspace.pictures, ids=[hit])
    return found[0] if found else None


def load_exact_hit(visit: Visit, hit: str) -> StoredHit:
    """Return the hit of that id.

    :raises NotFoundError: when there is none, or it is a hit no longer
    """
    if (stored := find_hit(visit, hit)) is not None:
        return stored
    key = "hit.no_longer" if is_recorded(visit.db, hit) else "hit.none"
    raise NotFoundError(visit.say(key, hit=hit[:80]))


ROUTES = (page("/hits/{hit}", show_hit),)
