"""Candidates as the judge makes them: names found by the index, the listing read once."""

from __future__ import annotations

from typing import Any

from crawler.model import Listing, Right
from matchers.candidate import Candidate, FoundName
from matchers.marks import MarkIndex
from matchers.reading import Reading, find_brand_field

SHOP = "shop.example"


def make_candidate(title: str, *, right: dict[str, Any] | None = None, **fields: Any) -> Candidate:
    """Return the candidate of a listing and a right, which is the mark Aurelio unless told."""
    known = {"id": "TM-1", "kind": "trademark", "name": "Aurelio", "variants": ("奥雷利奥",)}
    if right and "name" in right:
        known["variants"] = ()
    registered = Right(**known | (right or {}))
    listing = Listing(url=f"https://www.{SHOP}/p/1", title=title, **fields)
    index = MarkIndex((0, name) for name in registered.names)
    texts = (("title", title), find_brand_field(listing) or ("brand", ""))
    return Candidate(
        listing=listing,
        right=registered,
        names=tuple(
            FoundName(field=field, match=match)
            for field, text in texts
            for match in (index.find(text) if text else ())
        ),
        pictures=(),
        reading=Reading(listing),
    )
