"""First stage: a listing that could not be used anywhere is dropped, and said so."""

from __future__ import annotations

from collections.abc import Iterator

from scrapy.exceptions import DropItem

from crawler.model import Listing
from crawler.sites import canonical_url


class ValidatePipeline:
    """Lets through listings that later stages can rely on."""

    def process_item(self, item: object) -> Listing:
        """Return the listing.

        :raises DropItem: with every reason why it cannot be used
        """
        if not isinstance(item, Listing):
            raise DropItem(f"expected a Listing from the spider, got {type(item).__name__}")
        problems = list(_problems(item))
        if problems:
            raise DropItem("; ".join(problems))
        return item


def _problems(listing: Listing) -> Iterator[str]:
    if canonical_url(listing.url) is None:
        yield f"expected an http(s) URL, got {listing.url!r}"
    if not listing.title.strip():
        yield "the title is empty"
    if not listing.site:
        yield "the site is missing"
    if listing.seen_at is None:
        yield "seen_at is missing"
    if listing.price is not None and not (listing.price.is_finite() and listing.price >= 0):
        yield f"expected a price of 0 or more, got {listing.price}"
