"""First stage: a listing that could not be used anywhere is dropped, and said so."""

from __future__ import annotations

import json
from collections.abc import Iterator

from scrapy.exceptions import DropItem

from crawler.formats import dump_record, parse_record
from crawler.model import Listing
from crawler.sites import canonical_url
from crawler.targets import storable


class ValidatePipeline:
    """Lets through listings that later stages can rely on."""

    def process_item(self, item: object) -> Listing:
        """Return the listing.

        :raises DropItem: with every reason why it cannot be used
        """
        if not isinstance(item, Listing):
            raise DropItem(f"expected a Listing from the spider, got {type(item).__name__}")
        problems = list(listing_problems(item))
        if item.site is None or item.seen_at is None:
            problems.append("expected a site and the time when it was seen")
        if problems:
            raise DropItem("; ".join(problems))
        return _storable(item)


def _storable(listing: Listing) -> Listing:
    """Return the listing with half surrogate pairs, which no file can hold, as question marks."""
    text = json.dumps(dump_record(listing), ensure_ascii=False)
    if text.isascii() or storable(text) == text:
        return listing
    return parse_record(Listing, json.loads(storable(text)))


def listing_problems(listing: Listing) -> Iterator[str]:
    """Say what is wrong with a listing, from a page or from a file."""
    if canonical_url(listing.url) is None:
        yield f"expected an http(s) URL, got {listing.url!r:.80}"
    if not listing.title.strip():
        yield "the title is empty"
    if listing.price is not None and not (listing.price.is_finite() and listing.price >= 0):
        yield f"expected a price of 0 or more, got {listing.price}"
