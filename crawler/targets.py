"""The components that keep the book of a sweep's targets.

``TargetsMiddleware`` (a Scrapy spider middleware): every request of a spider passes through, and
every answer, failure and item settles a target. ``BudgetMiddleware`` (a downloader middleware) lets
only so many pages of a site be fetched.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Self

from scrapy import Request, signals
from scrapy.crawler import Crawler
from scrapy.http import Response
from sqlite_utils import Database
from twisted.python.failure import Failure

from crawler.book import OVER_BUDGET, Targets
from crawler.errors import SkipError
from crawler.failures import OverBudgetError, outcome_of_failure
from crawler.frontier import Frontier
from crawler.model import Listing, PageWarning, TargetState
from crawler.sites import canonical_url, site_of
from crawler.store.database import open_store
from crawler.store.frontier import (
    StoredRows,
    count_fetched,
    count_rows,
    find_addresses,
    find_last_number,
    find_taken,
)
from crawler.workspace import open_workspace

STORE_FAILURE = "markhound/store_failure"
"""Key of Scrapy's statistics that says why something was not recorded."""
CATALOGUE_LAYERS = frozenset(("api", "feed"))
"""A listing whose URL comes from one of these was read from a page that holds many."""


FETCHED = (
    TargetState.SEEN,
    TargetState.UNCHANGED,
    TargetState.GONE,
    TargetState.BLOCKED,
    TargetState.FAILED,
)
"""How targets end that were asked for, and count against the budget of pages."""


class _Page:
    """A page that is being read: it ends when all that it yielded has been taken care of."""

    __slots__ = ("items", "listings", "read", "verdict")

    def __init__(self) -> None:
        self.read = False
        """Whether the spider has yielded everything."""
        self.items = 0
        """Listings that are still in the item pipelines."""
        self.listings = 0
        """Listings read from it as from a catalogue."""
        self.verdict: tuple[TargetState, str | None, str | None] | None = None
        """State, reason and kind."""


class TargetsMiddleware:
    """Keeps the targets of the running sweep. Stands nearest to the spider."""

    def __init__(self, crawler: Crawler) -> None:
        self.crawler = crawler
        settings = crawler.settings
        ahead = settings.getint("CONCURRENT_REQUESTS_PER_DOMAIN") + 1
        pages = settings.getint("MARKHOUND_PAGES_PER_SITE")
        workspace, sweep = settings.get("MARKHOUND_WORKSPACE"), settings.get("MARKHOUND_SWEEP")
        self._db: Database | None = None
        if workspace and sweep:
            self._db = open_store(open_workspace(Path(workspace)).database)
            self.targets = restored_targets(self._db, sweep, pages, ahead)
        else:
            self.targets = Targets(pages, Frontier(ahead=ahead))
        self._pages: dict[str, _Page] = {}
        self._from_catalogues: dict[str, str] = {}

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Connect to the item signals: a listing's target ends when its item has."""
        self = cls(crawler)
        crawler.signals.connect(self.item_scraped, signals.item_scraped)
        crawler.signals.connect(self.item_dropped, signals.item_dropped)
        crawler.signals.connect(self.item_error, signals.item_error)
        crawler.signals.connect(self.spider_closed, signals.spider_closed)
        return self

    def spider_closed(self) -> None:
        """Close the store, of which only this reads."""
        if self._db is not None:
            self._db.close()

    async def process_start(self, start: AsyncIterator[Any]) -> AsyncIterator[Any]:
        """Take the seeds; their sites are the ones that are swept."""
        async for seed in start:
            if isinstance(seed, Request):
                self.targets.add_seed(seed.url)
                seed = self._taken(seed)
            if seed is not None:
                yield seed

    async def process_spider_output(
        self, response: Response, result: AsyncIterator[Any]
    ) -> AsyncIterator[Any]:
        """Let each new URL of the sites through once, and settle the page that was read.

        A page ends after everything that it led to was taken on and its listings are recorded, so
        that nothing is lost whenever the sweep is killed.
        """
        target = target_of(response)
        page = self._pages[target] = _Page()
        try:
            async for output in result:
                passed = self._passed(output, response, page)
                if passed is not None:
                    yield passed
        except SkipError as error:
            page.verdict = (*outcome_of_failure(error), None)
            self._read(target, response)
        except Exception as error:  # whatever a spider raises, its target must not stay open
            page.verdict = (TargetState.FAILED, f"spider error: {error!r}", None)
            self._read(target, response)
            raise
        else:
            self._read(target, response)

    def _read(self, target: str, response: Response) -> None:
        """Note that the spider has yielded everything, and was not cut off by the sweep's end."""
        self._pages[target].read = True
        self._finish(target, response)

    def _passed(self, output: object, response: Response, page: _Page) -> object | None:
        if isinstance(output, PageWarning):
            self.targets.warn(output.url, output.message)
            return None
        if isinstance(output, Request):
            return self._taken(output)
        if isinstance(output, Listing):
            listing = self._once(output, response, page)
            page.items += listing is not None
            return listing
        return output

    def _once(self, listing: Listing, response: Response, page: _Page) -> Listing | None:
        """Return the listing under the URL at which it stands; None when it was met before.

        The page's own canonical link is no address of ours: whoever writes the page chooses it.
        It only tells which pages with the same title are one and the same listing.
        """
        if listing.layers.get("url") in CATALOGUE_LAYERS:
            return self._from_catalogue(listing, response, page)
        fetched = canonical_url(response.url) or response.url
        first = self.targets.first_address((listing.url, listing.title), fetched)
        if first != fetched:
            reason = f"another address of {first}"
            page.verdict = page.verdict or (TargetState.SEEN, reason, "listing")
            return None
        layers = {name: layer for name, layer in listing.layers.items() if name != "url"}
        return replace(listing, url=fetched, site=site_of(fetched), layers=layers)

    def _from_catalogue(self, listing: Listing, response: Response, page: _Page) -> Listing | None:
        url = canonical_url(listing.url)
        page.listings += 1
        if url is None or not self.targets.read_elsewhere(url):
            return None
        self._from_catalogues[url] = f"read from {response.url}"
        return replace(listing, url=url, site=site_of(url))

    def _taken(self, request: Request) -> Request | None:
        if "target" in request.meta:
            return request  # it continues a target that was taken before
        target = self.targets.take(request.url, request.meta.get("label"))
        if target is None:
            return None
        url = canonical_url(request.url)
        return request.replace(url=url, meta={**request.meta, "target": target}, dont_filter=True)

    def item_scraped(self, item: object, response: Response) -> None:
        """End a listing's target: everything of it is recorded."""
        self._item_ended(item, response, (TargetState.SEEN, _way(response), "listing"))

    def item_dropped(self, item: object, response: Response, exception: BaseException) -> None:
        """End the target of a listing that could not be used."""
        reason = f"listing dropped: {exception}"
        self._item_ended(item, response, (TargetState.FAILED, reason, "listing"))

    def item_error(self, item: object, response: Response, failure: Failure) -> None:
        """End the target of a listing on which our own code failed."""
        reason = f"internal error: {failure.value!r}"
        self._item_ended(item, response, (TargetState.FAILED, reason, "listing"))

    def _item_ended(
        self, item: object, response: Response, verdict: tuple[TargetState, str | None, str]
    ) -> None:
        target = target_of(response)
        page = self._pages[target]
        page.items -= 1
        url = getattr(item, "url", None)
        source = self._from_catalogues.pop(url, None) if url else None
        if url and source:
            state, reason, kind = verdict
            self.targets.note(url, state, source if state is TargetState.SEEN else reason, kind)
        else:
            page.verdict = page.verdict or verdict
        self._finish(target, response)

    def _finish(self, target: str, response: Response) -> None:
        """End a page of which everything is taken care of."""
        page = self._pages[target]
        if not page.read or page.items:
            return
        del self._pages[target]
        seen = _way(response)
        if page.listings:
            seen = f"catalogue of {page.listings} listings"
        self.targets.settle(target, *(page.verdict or (TargetState.SEEN, seen, "page")))


class BudgetMiddleware:
    """Lets a site's budget of pages be fetched, and no more; stands behind robots.txt.

    Counted when a page is about to be fetched, not when a link to it is found, so that the
    spider's priorities decide what a small budget is spent on.
    """

    def __init__(self, crawler: Crawler) -> None:
        self.crawler = crawler

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Make one as Scrapy does."""
        return cls(crawler)

    def process_request(self, request: Request) -> None:
        """Let the request pass, or refuse it.

        :raises OverBudgetError: the site's budget is used up
        """
        target = request.meta.get("target")
        if target is None or request.meta.get("counted"):
            return
        if not targets_of(self.crawler).spend(target):
            raise OverBudgetError(OVER_BUDGET)
        request.meta["counted"] = True


def targets_of(crawler: Crawler) -> Targets:
    """Return the book of targets of the running sweep.

    :raises RuntimeError: when settings.py was changed so that nobody keeps one
    """
    middleware = crawler.get_spider_middleware(TargetsMiddleware)
    if middleware is None:
        raise RuntimeError("SPIDER_MIDDLEWARES must hold crawler.targets.TargetsMiddleware")
    return middleware.targets


def restored_targets(db: Database, sweep: str, pages: int, ahead: int) -> Targets:
    """Return the book of a sweep as the store has it: empty, or as a former run left it."""
    stored = StoredRows(db, sweep)
    frontier = Frontier(stored, ahead=ahead, first_number=find_last_number(db, sweep) + 1)
    targets = Targets(pages, frontier)
    targets.restore(
        find_taken(db, sweep), count_fetched(db, sweep, FETCHED), find_addresses(db, sweep)
    )
    frontier.restore(count_rows(db, sweep))
    return targets


def words_of_reason(reason: str) -> str:
    """Return Scrapy's reason for closing a spider in plain words."""
    words = {
        "finished": "nothing left to fetch",
        "shutdown": "stopped by a signal",
        "closespider_timeout": "time budget is used up",
    }
    return words.get(reason, reason)


def target_of(response: Response) -> str:
    """Return the target whose request, perhaps through redirects, led to the response."""
    target: str = response.meta["target"]
    return target


def _way(response: Response) -> str | None:
    hops: Sequence[str] = response.meta.get("redirect_urls", ())
    return f"redirected to {response.url}" if hops else None
