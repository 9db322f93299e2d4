"""Where a site's listings are named besides its links: sitemaps, feeds, its own search."""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from typing import Any

from scrapy import Request
from scrapy.http import Response

from crawler.conventions import ANY_SHOP, Conventions
from crawler.extract import page_of, parse_page
from crawler.feeds import parse_feed
from crawler.link import Link, LinkKind, Links
from crawler.links import find_link, find_links
from crawler.model import Listing, PageWarning
from crawler.searching import search_url
from crawler.sitemaps import parse_sitemap
from crawler.sites import site_of
from spiders.catalogues import LATE, Catalogues
from spiders.platforms import BY_NAME

SITEMAP_PRIORITY = 40
"""Before the listings: a sitemap names thousands at once."""
SEARCH_PRIORITY = 60
FOUND_PRIORITY = 50
"""Of what a search found: that is what the sweep is for."""
DEEPEST = 3
"""Indexes of indexes of sitemaps that are followed."""
MOST_SITEMAPS = 1000
"""Files of one site."""


class Discovery(Catalogues):
    """The part of a spider that follows what a site names."""

    def __init__(self) -> None:
        super().__init__()
        self._sitemaps: Counter[str] = Counter()

    def conventions_of(self, platform: str | None) -> Conventions:
        """Return what URLs mean on a site of that shop program."""
        known = BY_NAME.get(platform or "")
        return known.conventions if known else ANY_SHOP

    def follow(self, link: Link, platform: str | None) -> Link:
        """Return the link as it is followed on a site of that shop program."""
        if platform is None:
            return link
        rank = LATE.get(link.kind) if self.is_listed(link.url, platform) else None
        return dataclasses.replace(link, rank=rank, platform=platform)

    def parse(self, response: Response, platform: str | None = None) -> Iterator[Any]:
        """Read an ordinary page."""
        raise NotImplementedError

    def ask_sitemaps(self, urls: Iterable[str], platform: str | None, depth: int) -> Iterator[Any]:
        """Yield the requests of sitemaps, as many as a site may have."""
        for url in urls:
            site = site_of(url)
            self._sitemaps[site] += 1
            if self._sitemaps[site] > MOST_SITEMAPS:
                message = f"{site} names over {MOST_SITEMAPS} sitemaps; the rest is left out"
                yield PageWarning(url=url, message=message)
                return
            yield Request(
                url,
                callback=self.parse_sitemap,
                cb_kwargs={"platform": platform, "depth": depth},
                meta={"render": False},
                priority=SITEMAP_PRIORITY,
            )

    def parse_sitemap(
        self, response: Response, platform: str | None, depth: int
    ) -> Iterator[PageWarning | Request | Links]:
        """Yield the pages and the sitemaps that a sitemap names.

        :raises ExtractionError: it is none
        """
        sitemap, url = parse_sitemap(response.body, response.url), response.url
        for message in sitemap.warnings:
            yield PageWarning(url=url, message=message)
        inner = [entry.url for entry in sitemap.entries if entry.is_sitemap]
        if inner and depth >= DEEPEST:
            message = f"{len(inner)} sitemaps lie over {DEEPEST} deep and are left out"
            yield PageWarning(url=url, message=message)
        elif inner:
            yield from self.ask_sitemaps(inner, platform, depth + 1)
        conventions = self.conventions_of(platform)
        named = (
            (find_link(entry.url, conventions), entry.lastmod)
            for entry in sitemap.entries
            if not entry.is_sitemap
        )
        yield Links(
            [
                dataclasses.replace(self.follow(link, platform), lastmod=lastmod)
                for link, lastmod in named
                if link is not None
            ],
            lastmods={entry.url: entry.lastmod or "" for entry in sitemap.entries},
        )

    def ask_feeds(self, urls: Iterable[str], platform: str | None) -> Iterator[Request]:
        """Yield the requests of feeds."""
        for url in urls:
            yield Request(
                url,
                callback=self.parse_feed,
                cb_kwargs={"platform": platform},
                meta={"render": False},
                priority=SITEMAP_PRIORITY,
            )

    def parse_feed(
        self, response: Response, platform: str | None
    ) -> Iterator[Listing | PageWarning | Link]:
        """Yield the listings of a feed, and the pages that it only names.

        :raises ExtractionError: it is none
        """
        feed = parse_feed(response.body, response.url)
        seen_at = datetime.now(UTC)
        for listing in feed.listings:
            yield dataclasses.replace(listing, seen_at=seen_at)
        conventions = self.conventions_of(platform)
        for url in feed.links:
            if (link := find_link(url, conventions)) is not None:
                yield self.follow(link, platform)

    def ask_search(
        self, template: str, words: Iterable[str], pages: int, platform: str | None
    ) -> Iterator[Request]:
        """Yield the requests of a site's search for each of the words.

        :param pages: how many pages of results are followed for one of them
        """
        for word in words:
            yield self._results(search_url(template, word), pages, platform)

    def parse_results(
        self, response: Response, pages: int, platform: str | None
    ) -> Iterator[Listing | Link | Request]:
        """Yield what a page of results found, and the next page of it.

        :raises NotAPageError: the response is no HTML page
        """
        page = page_of(response)
        reading = parse_page(response.url, page, source=response.text)
        if reading.listing:  # the only result, to which shops lead at once; or no next page at all
            yield dataclasses.replace(reading.listing, seen_at=datetime.now(UTC))
            return
        links = find_links(page, response.url, self.conventions_of(platform))
        for link in links:
            if link.kind is LinkKind.LISTING:
                yield dataclasses.replace(link, rank=FOUND_PRIORITY, platform=platform)
            elif link.kind is LinkKind.NEXT and pages > 1:
                yield self._results(link.url, pages - 1, platform)

    def _results(self, url: str, pages: int, platform: str | None) -> Request:
        return Request(
            url,
            callback=self.parse_results,
            cb_kwargs={"pages": pages, "platform": platform},
            priority=SEARCH_PRIORITY,
        )
