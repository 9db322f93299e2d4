"""Whether who offers a listing may use the mark."""

from __future__ import annotations

from functools import lru_cache
from urllib.parse import urlsplit

from crawler.model import Finding, Licensee, Listing
from crawler.sites import parse_site
from matchers.candidate import Candidate
from matchers.explain import context_finding
from matchers.tokens import joined_letters


def licensed_seller(candidate: Candidate) -> Finding | None:
    """Seller or site that the holder of the right has licensed."""
    for licensee in candidate.right.licensees:
        if not is_licensee(licensee, candidate.listing):
            continue
        who = " on ".join(part for part in (licensee.seller, licensee.site) if part)
        seller = candidate.listing.seller
        shown = (seller.name or seller.id) if seller and licensee.seller else None
        text = shown or candidate.listing.site or urlsplit(candidate.listing.url).netloc
        field = "seller" if licensee.seller else "site"
        return context_finding("licensed_seller", field, text, who)
    return None


def is_licensee(licensee: Licensee, listing: Listing) -> bool:
    """Whether a licence covers a listing: its seller, its site, or both when both are named."""
    if licensee.seller is None and licensee.site is None:
        return False
    if licensee.site is not None and not _covers(licensee.site, listing):
        return False
    if licensee.seller is None:
        return True
    seller = listing.seller
    wanted = joined_letters(licensee.seller)
    names = (seller.name, seller.id) if seller else ()
    return any(name is not None and joined_letters(name) == wanted for name in names)


def _covers(site: str, listing: Listing) -> bool:
    """Whether a licensee's site, in whatever form it was typed, is where the listing stands.

    A licence is no wider than it was given: one for ``store.market.example`` covers that host and
    those below, not the market; one for ``market.example/store`` the pages below that path, and
    what the seller offers whose own page stands there.
    """
    wanted, host, path = _parse(site)
    if not wanted:
        return False
    if host is None and not path:
        return parse_site(listing.site or listing.url) == wanted
    pages = [listing.url, listing.seller.url if listing.seller else None]
    return any(page is not None and _is_below(page, wanted, host, path) for page in pages)


def _is_below(page: str, site: str, host: str | None, path: str) -> bool:
    if parse_site(page) != site:
        return False
    given = _host(page)
    if host is not None and given != host and not given.endswith(f".{host}"):
        return False
    return f"{_path(page)}/".startswith(f"{path}/")


@lru_cache(maxsize=1024)
def _parse(site: str) -> tuple[str, str | None, str]:
    """Return of what was typed the site, the host when it is narrower than that, and the path."""
    wanted = parse_site(site)
    url = site.strip() if "://" in site else f"http://{site.strip()}"
    host = _host(url)
    return wanted, host if host.endswith(f".{wanted}") else None, _path(url)


def _host(url: str) -> str:
    try:
        return (urlsplit(url).hostname or "").rstrip(".").removeprefix("www.")
    except ValueError:
        return ""


def _path(url: str) -> str:
    try:
        return urlsplit(url).path.rstrip("/")
    except ValueError:
        return ""
