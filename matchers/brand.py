"""The brand that a listing gives: a field, or an attribute that takes its place."""

from __future__ import annotations

from urllib.parse import urlsplit

from crawler.model import Finding, Listing
from crawler.sites import parse_site
from matchers.candidate import Candidate
from matchers.explain import context_finding
from matchers.tokens import joined_letters


def other_brand(candidate: Candidate) -> Finding | None:
    """Brand field that names another brand: one that is watched, or stands in the title."""
    listing, stated = candidate.listing, candidate.read().brand
    if stated is None:
        return None
    given = joined_letters(stated.text)
    if not given or any(found.field == stated.field for found in candidate.names):
        return None
    # A mark may be known by part of its name: "Aurelio" for "Aurelio Milano".
    names = [joined_letters(name) for name in candidate.right.names]
    if not names or any(given in name or name in given for name in names if name):
        return None
    if given in _shop_names(listing):
        return None  # many shop programs put the shop there
    if not candidate.watched(given) and given not in joined_letters(listing.title):
        return None
    return context_finding(
        "other_brand", stated.field, stated.text, candidate.right.name, stated.span
    )


def _shop_names(listing: Listing) -> set[str]:
    """Return how the seller and the site call themselves, comparable."""
    seller, site = listing.seller, parse_site(listing.site or listing.url)
    host = urlsplit(listing.url).hostname or ""
    names = {site, site.split(".")[0], host, host.removeprefix("www.")}
    if seller is not None:
        names |= {name for name in (seller.name, seller.id) if name}
    return {joined_letters(name) for name in names}
