"""First stage: a listing that could not be used anywhere is dropped, and said so."""

from __future__ import annotations

import json

import orjson
from scrapy.exceptions import DropItem

from crawler.formats import dump_record, parse_record
from crawler.identities import storable
from crawler.listing_file import listing_problems
from crawler.model import Listing


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
    data = dump_record(listing)
    try:
        orjson.dumps(data)
    except orjson.JSONEncodeError:  # what is no UTF-8
        text = json.dumps(data, ensure_ascii=False)
        return parse_record(Listing, json.loads(storable(text)))
    return listing
