"""The targets of a sweep: each URL is taken once and ends in exactly one honest state.

``Targets`` is the plain book-keeping. ``TargetsMiddleware`` (a Scrapy spider middleware) keeps it:
every request of a spider passes through, and every answer, failure and item settles a target.
``BudgetMiddleware`` (a downloader middleware) lets only so many pages of a site be fetched.
"""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import replace
from typing import Any, Self

from scrapy import Request, signals
from scrapy.crawler import Crawler
from scrapy.http import Response
from twisted.python.failure import Failure

from crawler.errors import SkipError
from crawler.failures import OverBudgetError, outcome_of_failure
from crawler.model import Listing, Outcome, PageWarning, TargetState
from crawler.sites import canonical_url, site_of

logger = logging.getLogger(__name__)

LONGEST_URL = 2083
"""Longer ones are made by traps; Internet Explorer set the measure, and shops keep to it."""
STORE_FAILURE = "markhound/store_failure"
"""Key of Scrapy's statistics that says why something was not recorded."""
OVER_BUDGET = "page budget of the site is used up"


class Targets:
    """Which URLs a sweep took on, and how each ended."""

    def __init__(self, pages_per_site: int) -> None:
        self._pages_per_site = pages_per_site
        self._sites: set[str] = set()
        self._taken: set[str] = set()
        self._open: dict[str, str] = {}
        self._pages: Counter[str] = Counter()
        self._addresses: dict[tuple[str, str], str] = {}
        self._outcomes: list[Outcome] = []
        self._warnings: list[PageWarning] = []
        self.settled: Counter[TargetState] = Counter()
        """How many targets ended in each state so far."""
        self.over_budget: set[str] = set()
        """Sites of which something was left out, since their page budget is used up."""

    @property
    def waiting(self) -> int:
        """How many targets have not ended yet."""
        return len(self._open)

    def add_seed(self, url: str) -> None:
        """Count the seed's site among those that are swept."""
        self._sites.add(site_of(url))

    def on_site(self, url: str) -> bool:
        """Whether the URL lies on a site that is swept."""
        return site_of(url) in self._sites

    def take(self, url: str) -> str | None:
        """Take a URL on, under its canonical form, which is returned.

        None when it is not to be fetched: it lies elsewhere, or was taken before.
        """
        target = canonical_url(url)
        if target is None or target in self._taken or not self.on_site(target):
            return None
        self._taken.add(target)
        self._open[target] = site_of(target)
        if len(target) > LONGEST_URL:
            self.settle(target, TargetState.SKIPPED, f"URL of more than {LONGEST_URL} characters")
            return None
        return target

    def spend(self, target: str) -> bool:
        """Count a page of the target's site as fetched; False when its budget is used up."""
        site = site_of(target)
        if self._pages[site] >= self._pages_per_site:
            self.over_budget.add(site)
            return False
        self._pages[site] += 1
        return True

    def claim(self, url: str) -> bool:
        """Mark a URL as fetched on the way to another target; False when it was taken before."""
        name = canonical_url(url)
        if name is None or name in self._taken:
            return False
        self._taken.add(name)
        return True

    def first_address(self, canonical: str, title: str, fetched: str) -> str:
        """Return the first URL at which the listing of that canonical link and title was met.

        The title counts too: a shop that names one canonical address on all of its pages must
        not make them one listing.
        """
        return self._addresses.setdefault((canonical, title), fetched)

    def settle(
        self, target: str, state: TargetState, reason: str | None = None, kind: str | None = None
    ) -> None:
        """End a target. The first word counts: a target that has ended stays as it ended."""
        site = self._open.pop(target, None)
        if site is None:
            logger.debug("already settled: %s (now %s, %s)", target, state, reason)
            return
        self.settled[state] += 1
        reason = None if reason is None else storable(reason)
        outcome = Outcome(url=target, site=site, state=state, reason=reason, kind=kind)
        self._outcomes.append(outcome)

    def settle_rest(self, reason: str) -> None:
        """End everything that is still open as not reached."""
        for target in list(self._open):
            self.settle(target, TargetState.NOT_REACHED, reason)

    def warn(self, url: str, message: str) -> None:
        """Note something that people must know of the sweep."""
        self._warnings.append(PageWarning(url=storable(url), message=storable(message)))

    def drain(self) -> tuple[list[Outcome], list[PageWarning]]:
        """Hand over what has ended, and the warnings, since the last call."""
        outcomes, self._outcomes = self._outcomes, []
        warnings, self._warnings = self._warnings, []
        return outcomes, warnings


class TargetsMiddleware:
    """Keeps the targets of the running sweep. Stands nearest to the spider."""

    def __init__(self, crawler: Crawler) -> None:
        self.crawler = crawler
        self.targets = Targets(crawler.settings.getint("MARKHOUND_PAGES_PER_SITE"))

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Connect to the item signals: a listing's target ends when its item has."""
        self = cls(crawler)
        crawler.signals.connect(self.item_scraped, signals.item_scraped)
        crawler.signals.connect(self.item_dropped, signals.item_dropped)
        crawler.signals.connect(self.item_error, signals.item_error)
        return self

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
        """Let each new URL of the sites through once, and settle the page that was read."""
        target = target_of(response)
        listings = continued = 0
        try:
            async for output in result:
                if isinstance(output, Request) and output.meta.get("target") == target:
                    continued += 1  # the same target, asked for in another way
                    yield output
                    continue
                listings += isinstance(output, Listing)
                passed = self._passed(output, response)
                if passed is not None:
                    yield passed
        except SkipError as error:
            self.targets.settle(target, *outcome_of_failure(error))
        except Exception as error:  # whatever a spider raises, its target must not stay open
            self.targets.settle(target, TargetState.FAILED, f"spider error: {error!r}")
            raise
        else:
            if not listings and not continued:
                self.targets.settle(target, TargetState.SEEN, _way(response), kind="page")

    def _passed(self, output: object, response: Response) -> object | None:
        if isinstance(output, PageWarning):
            self.targets.warn(output.url, output.message)
            return None
        if isinstance(output, Request):
            return self._taken(output)
        if isinstance(output, Listing):
            return self._once(output, response)
        return output

    def _once(self, listing: Listing, response: Response) -> Listing | None:
        """Return the listing under the URL at which it stands; None when it was met before.

        The page's own canonical link is no address of ours: whoever writes the page chooses it.
        It only tells which pages with the same title are one and the same listing.
        """
        fetched = canonical_url(response.url) or response.url
        first = self.targets.first_address(listing.url, listing.title, fetched)
        if first != fetched:
            reason = f"another address of {first}"
            self.targets.settle(target_of(response), TargetState.SEEN, reason, kind="listing")
            return None
        layers = {name: layer for name, layer in listing.layers.items() if name != "url"}
        return replace(listing, url=fetched, site=site_of(fetched), layers=layers)

    def _taken(self, request: Request) -> Request | None:
        target = self.targets.take(request.url)
        if target is None:
            return None
        return request.replace(
            url=target,
            meta={**request.meta, "target": target},
            errback=self._errback(target),
            dont_filter=True,
        )

    def _errback(self, target: str) -> Callable[[Failure], None]:
        def settle(failure: Failure) -> None:
            assert failure.value is not None
            state, reason = outcome_of_failure(failure.value)
            self.targets.settle(target, state, reason)

        return settle

    def item_scraped(self, item: object, response: Response) -> None:  # noqa: ARG002
        """End a listing's target: everything of it is recorded."""
        self.targets.settle(target_of(response), TargetState.SEEN, _way(response), kind="listing")

    def item_dropped(self, item: object, response: Response, exception: BaseException) -> None:  # noqa: ARG002
        """End the target of a listing that could not be used."""
        reason = f"listing dropped: {exception}"
        self.targets.settle(target_of(response), TargetState.FAILED, reason, kind="listing")

    def item_error(self, item: object, response: Response, failure: Failure) -> None:  # noqa: ARG002
        """End the target of a listing on which our own code failed."""
        reason = f"internal error: {failure.value!r}"
        self.targets.settle(target_of(response), TargetState.FAILED, reason, kind="listing")


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


def storable(text: str) -> str:
    """Return text that can be written as UTF-8: half a surrogate pair becomes a question mark."""
    return text.encode("utf-8", "replace").decode()


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
