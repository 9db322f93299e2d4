"""Any shop: structured data where there is some, else careful reading of the page."""

from __future__ import annotations

import dataclasses
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime
from typing import Any

from scrapy import Request, Spider
from scrapy.http import Response

from crawler.errors import (
    BlockedError,
    ExtractionError,
    GrowsByScriptError,
    NeedsBrowserError,
)
from crawler.extract import page_of, parse_page
from crawler.extract.growth import grows_by_script
from crawler.links import find_links
from crawler.model import Listing, PageWarning
from crawler.sites import canonical_url


class StructuredSpider(Spider):
    """Follows lists and listings within the sites of its seeds.

    Arguments: ``url``, one or several seeds separated by white space.
    """

    name = "structured"

    def __init__(self, url: str = "", **kwargs: Any) -> None:  # noqa: ANN401 (Scrapy's signature)
        super().__init__(**kwargs)
        self.seeds = tuple(url.split())

    async def start(self) -> AsyncIterator[Request]:
        """Yield a Request for each seed."""
        for seed in self.seeds:
            yield Request(canonical_url(seed) or seed, callback=self.parse)

    def parse(self, response: Response) -> Iterator[Listing | PageWarning | Request]:
        """Yield the page's listing, what is broken on it, and the links to follow.

        :raises NotAPageError: the response is no HTML page
        :raises BlockedError: a challenge stands in place of the page
        :raises NeedsBrowserError: only a browser can show the page
        :raises GrowsByScriptError: a list whose rest only a browser can show
        :raises ExtractionError: the page is made so that it cannot be read
        """
        page = page_of(response)
        reading = parse_page(response.url, page, source=response.text)
        for message in reading.warnings:
            yield PageWarning(url=response.url, message=message)
        if reading.blocked_by:
            raise BlockedError(reading.blocked_by)
        if reading.listing:
            yield dataclasses.replace(reading.listing, seen_at=datetime.now(UTC))
        links = find_links(page, response.url)
        for link in links:
            yield Request(link.url, callback=self.parse, priority=link.priority)
        if reading.needs_browser:
            raise NeedsBrowserError("the page is made by its scripts")
        if reading.unread:
            raise ExtractionError(reading.unread)
        if reading.listing is None and grows_by_script(page.root, links):
            raise GrowsByScriptError("the rest of its list comes by clicks or scrolling alone")
