"""By what a listing is known again at another address of its site."""

from __future__ import annotations

from crawler.model import Listing, stable_id


def identities_of(listing: Listing, site: str, content: str | None) -> tuple[str, ...]:
    """Return by what a listing is known at another address of its site.

    By its canonical link and title, by its seller's article number or GTIN and title, and by the
    whole content of its page. The title counts as well, since a shop that names one canonical
    address, or one number, on all of its pages must not make them one listing.

    :param content: digest of what the page's server answered; None when that says nothing
    """
    seller = (listing.seller and (listing.seller.id or listing.seller.name)) or ""
    known: list[tuple[str, ...]] = [(listing.url, listing.title)]
    for kind, code in (("sku", listing.sku), ("gtin", listing.gtin)):
        if code:
            known.append((kind, site, seller, code, listing.title))
    if content:
        known.append(("content", site, content))
    return tuple(stable_id("i", *map(storable, parts)) for parts in known)


def storable(text: str) -> str:
    """Return text that can be written as UTF-8: half a surrogate pair becomes a question mark."""
    return text.encode("utf-8", "replace").decode()
