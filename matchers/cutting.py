"""How much of a listing is read."""

from __future__ import annotations

from dataclasses import replace

from crawler.model import Listing

_MAX_LENGTHS = {"title": 2_000, "brand": 500, "description": 20_000}
"""Characters of each field that are read; pages are hostile, and no honest field is longer."""
_SHORT = min(_MAX_LENGTHS.values())
"""Characters of all fields together up to which none is too long."""


def cut_listing(listing: Listing) -> Listing:
    """Return the listing with the fields that are read cut to ``_MAX_LENGTHS``."""
    brand, description = listing.brand or "", listing.description or ""
    if len(listing.title) + len(brand) + len(description) <= _SHORT:
        return listing
    cut = {
        field: text[:limit]
        for field, limit in _MAX_LENGTHS.items()
        if (text := getattr(listing, field)) is not None and len(text) > limit
    }
    return replace(listing, **cut) if cut else listing
