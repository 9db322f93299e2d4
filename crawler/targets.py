"""The components that keep the book of a sweep's targets.

``TargetsMiddleware`` (a Scrapy spider middleware): every request of a spider passes through, and
every answer, failure and item settles a target.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Self

from scrapy import Request, signals
from scrapy.crawler import Crawler
from scrapy.http import Response
from sqlite_utils import Database
from twisted.python.failure import Failure

from crawler.belief import Belief
from crawler.book import Targets
from crawler.doubting import tell_doubts
from crawler.errors import SkipError
from crawler.failures import AsBeforeError, outcome_of_failure
from crawler.frontier import Frontier
from crawler.identities import identities_of
from crawler.known import take_known, take_tips
from crawler.link import Link, Links
from crawler.model import Listing, PageWarning, TargetState
from crawler.reading import ReadPage
from crawler.restoring import restored_targets
from crawler.revisits import (
    Revisits,
    digest_of,
    pictures_digest,
    plan_of,
    visit_from_catalogue,
    visit_of,
    words_digest,
)
from crawler.sites import canonical_url, site_of
from crawler.store.database import open_store, timestamp
from crawler.store.sweeps import StoredSweep, load_sweep
from crawler.store.visits import StoredVisits, Visit
from crawler.workspace import open_workspace

STORE_FAILURE = "markhound/store_failure"
"""Key of Scrapy's statistics that says why something was not recorded."""
DIGEST = "body_digest"
"""Key of a response's meta: the digest of its content."""
AS_BEFORE = "what it offers is as it was"
SAME_CONTENT = "the content is the same"
OTHER_PICTURES = "other pictures than it had"
NO_LISTING = "it was a listing, and shows none any more"
_READ = (TargetState.SEEN, TargetState.UNCHANGED)
CATALOGUE_LAYERS = frozenset(("api", "feed"))
"""A listing whose URL comes from one of these was read from a page that holds many."""


class TargetsMiddleware:
    """Keeps the targets of the running sweep, behind what judges pages and renders them again."""

    def __init__(self, crawler: Crawler) -> None:
        self.crawler = crawler
        settings = crawler.settings
        ahead = settings.getint("CONCURRENT_REQUESTS_PER_DOMAIN") + 1
        pages = settings.getint("MARKHOUND_PAGES_PER_SITE")
        workspace, sweep = settings.get("MARKHOUND_WORKSPACE"), settings.get("MARKHOUND_SWEEP")
        self._db: Database | None = None
        self._plan: StoredSweep | None = None
        if workspace and sweep:
            opened = open_workspace(Path(workspace))
            self._db = open_store(opened.database)
            self.targets = restored_targets(self._db, sweep, pages, ahead)
            plan = self._plan = load_sweep(self._db, sweep)
            day = plan.started_at.date()
            rules = plan_of(self._db, plan.campaign, opened.config.matching, day)
            stored, campaign = StoredVisits(self._db), plan.campaign
            days, share = campaign.full_look_days, campaign.full_look_share
            belief = Belief(stored, sweep, days=days, share=share)
            self.targets.revisits = Revisits(stored, rules, belief)
        else:
            self.targets = Targets(pages, Frontier(ahead=ahead))
        self._pages: dict[str, ReadPage] = {}
        self._from_catalogues: dict[str, Visit | None] = {}

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Connect to the item signals: a listing's target ends when its item has."""
        self = cls(crawler)
        crawler.signals.connect(self.item_scraped, signals.item_scraped)
        crawler.signals.connect(self.item_dropped, signals.item_dropped)
        crawler.signals.connect(self.item_error, signals.item_error)
        crawler.signals.connect(self.spider_idle, signals.spider_idle)
        crawler.signals.connect(self.spider_closed, signals.spider_closed)
        return self

    def spider_idle(self) -> None:
        """Say of what was left alone that nothing led there: all else has ended."""
        self.targets.end_resting()

    def spider_closed(self) -> None:
        """Close the store, of which only this reads."""
        if self._db is not None:
            self._db.close()

    async def process_start(self, start: AsyncIterator[Any]) -> AsyncIterator[Any]:
        """Take the seeds; their sites are the ones that are swept. Then what is known of these."""
        sites: dict[str, None] = {}
        async for seed in start:
            if isinstance(seed, Request):
                self.targets.add_seed(seed.url)
                sites[site_of(seed.url)] = None
                seed = self._taken(seed)
            if seed is not None:
                yield seed
        self.targets.leave_others(sites)
        if self._db is None or self._plan is None or self._plan.campaign.only_seeds:
            return
        for site in sites:
            take_tips(self.targets, self._db, self._plan, site)
            take_known(self.targets, self._db, self._plan, site)
            await asyncio.sleep(0)  # the event loop turns, and what is known is written

    async def process_spider_output(
        self, response: Response, result: AsyncIterator[Any]
    ) -> AsyncIterator[Any]:
        """Let each new URL of the sites through once, and settle the page that was read.

        A page ends after everything that it led to was taken on and its listings are recorded, so
        that nothing is lost whenever the sweep is killed.
        """
        target = target_of(response)
        page = self._pages[target] = ReadPage(site_of(response.url))
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
            if page.verdict is None or page.verdict[0] in _READ:
                await tell_doubts(self.crawler, self.targets, page, response)
            self._read(target, response)

    def _read(self, target: str, response: Response) -> None:
        """Note that the spider has yielded everything, and was not cut off by the sweep's end."""
        self._pages[target].read = True
        self._finish(target, response)

    def _passed(self, output: object, response: Response, page: ReadPage) -> object | None:
        if isinstance(output, (Link, Links)):
            # not by way of a Request: pages repeat their menus, and most links are known by now
            depth = response.meta.get("depth", 0) + 1
            for link in output.links if isinstance(output, Links) else (output,):
                self.targets.take_link(link, page.site, depth)
            if isinstance(output, Links):
                output.learn()
                if output.lastmods is not None:
                    self.targets.learn_dates(target_of(response), page.site, output.lastmods)
            return None
        if isinstance(output, PageWarning):
            self.targets.warn(output.url, output.message)
            return None
        if isinstance(output, Request):
            page.continued = page.continued or "target" in output.meta
            return self._taken(output)
        if isinstance(output, Listing):
            listing = self._once(output, response, page)
            page.items += listing is not None
            return listing
        return output

    def _once(self, listing: Listing, response: Response, page: ReadPage) -> Listing | None:
        """Return the listing under the URL at which it stands; None when it was met before.

        The page's own canonical link is no address of ours: whoever writes the page chooses it.
        It only tells, as its numbers do, which pages are one and the same listing.
        """
        if listing.layers.get("url") in CATALOGUE_LAYERS:
            return self._from_catalogue(listing, response, page)
        fetched = canonical_url(response.url) or response.url
        if listing.target == "page":
            return self._if_changed(listing, fetched, response, page)
        # shells are all the same, whatever their scripts show
        content = None if response.meta.get("rendered") else response.meta.get(DIGEST)
        identities = identities_of(listing, page.site, content)
        page.identities = " ".join(identities)
        if first := self.targets.other_address(identities, fetched):
            reason = f"another address of {first}"
            page.verdict = page.verdict or (TargetState.SEEN, reason, "listing")
            page.complete = False  # when the other one is gone, this one counts
            return None
        layers = {name: layer for name, layer in listing.layers.items() if name != "url"}
        listing = replace(listing, layers=layers)
        page.kind = "listing"
        return self._if_changed(listing, fetched, response, page)

    def _if_changed(
        self, listing: Listing, fetched: str, response: Response, page: ReadPage
    ) -> Listing | None:
        """Return what stands at the URL that was fetched; None when it is what stood there."""
        listing = replace(listing, url=fetched, site=site_of(fetched))
        revisits, target = self.targets.revisits, target_of(response)
        if revisits is None:
            return listing
        page.listing, page.address = digest_of(listing), fetched
        page.words = words_digest(listing) if listing.target == "page" else None
        if revisits.looks_at(target, fetched, page.listing):
            return listing
        before = revisits.find(target)
        assert before is not None  # it is as it was
        page.looked_at, page.pictures = before.looked_at or before.read_at, before.pictures
        page.verdict = page.verdict or (TargetState.UNCHANGED, AS_BEFORE, page.kind)
        return None

    def _from_catalogue(
        self, listing: Listing, response: Response, page: ReadPage
    ) -> Listing | None:
        url = canonical_url(listing.url)
        page.listings += 1
        if url is None or not self.targets.read_elsewhere(url):
            return None
        listing = replace(listing, url=url, site=site_of(url))
        identities = identities_of(listing, page.site, None)
        if first := self.targets.other_address(identities, url):
            reason = f"read from {response.url}: another address of {first}"
            self.targets.note(url, TargetState.SEEN, reason, "listing")
            return None
        revisits = self.targets.revisits
        visit = None
        if revisits is not None:
            source = target_of(response)
            visit = visit_from_catalogue(listing, source, " ".join(identities), revisits.plan)
            before = revisits.find(url)
            looks = revisits.looks_at(url, url, visit.listing or "")
            revisits.forget(url)
            if before is not None and not looks:
                looked_at = before.looked_at or before.read_at
                visit = visit._replace(looked_at=looked_at, pictures=before.pictures)
                revisits.unwritten.read.append(visit)
                reason = f"read from {response.url}: {AS_BEFORE}"
                self.targets.note(url, TargetState.UNCHANGED, reason, "listing")
                return None
        self._from_catalogues[url] = visit
        return listing

    def _taken(self, request: Request) -> Request | None:
        if "target" in request.meta:
            return request  # it continues a target that was taken before, in another way
        target = self.targets.take(request.url, request.meta.get("label"))
        if target is None:
            return None
        url = canonical_url(request.url)
        return request.replace(url=url, meta={**request.meta, "target": target}, dont_filter=True)

    def item_scraped(self, item: object, response: Response) -> None:
        """End a listing's target: everything of it is recorded."""
        shown = pictures_digest(getattr(getattr(item, "sighting", None), "pictures", ()))
        self._item_ended(item, response, (TargetState.SEEN, _way(response)), shown)

    def item_dropped(self, item: object, response: Response, exception: BaseException) -> None:
        """End the target of a listing that is as it was, or could not be used."""
        if isinstance(exception, AsBeforeError):
            verdict = (TargetState.UNCHANGED, str(exception))
            self._item_ended(item, response, verdict, exception.pictures)
            return
        reason = f"{self._pages[target_of(response)].kind} dropped: {exception}"
        self._item_ended(item, response, (TargetState.FAILED, reason))

    def item_error(self, item: object, response: Response, failure: Failure) -> None:
        """End the target of a listing on which our own code failed."""
        reason = f"internal error: {failure.value!r}"
        self._item_ended(item, response, (TargetState.FAILED, reason))

    def _item_ended(
        self,
        item: object,
        response: Response,
        verdict: tuple[TargetState, str | None],
        pictures: str | None = None,
    ) -> None:
        target = target_of(response)
        page = self._pages[target]
        page.items -= 1
        complete = verdict[0] in _READ and getattr(item, "complete", True)
        page.complete = page.complete and complete
        url = getattr(item, "url", None)
        if url in self._from_catalogues:
            visit = self._from_catalogues.pop(url)
            state, reason = verdict
            if state is TargetState.SEEN:
                reason = "; ".join(filter(None, (f"read from {response.url}", self._back(url))))
            elif state is TargetState.UNCHANGED:
                reason = f"read from {response.url}: {reason}"
            self.targets.note(url, state, reason, "listing")
            if visit is not None and self.targets.revisits is not None and complete:
                self.targets.revisits.unwritten.read.append(visit._replace(pictures=pictures))
        else:
            page.pictures = pictures
            if verdict[0] is not TargetState.SEEN or page.kind == "listing":
                page.verdict = page.verdict or (*verdict, page.kind)
        self._finish(target, response)

    def _finish(self, target: str, response: Response) -> None:
        """End a page of which everything is taken care of."""
        page = self._pages[target]
        if not page.read or page.items:
            return
        del self._pages[target]
        if page.continued and page.verdict is None:
            return
        verdict = page.verdict or (TargetState.SEEN, self._words_of(target, page, response), "page")
        if verdict == (TargetState.SEEN, None, "listing"):
            verdict = (TargetState.SEEN, self._back(target), "listing")
        visit = self.targets.revisits and self.targets.revisits.find(target)
        if visit and visit.pictures != page.pictures:
            if verdict == (TargetState.SEEN, None, "listing") and page.listing == visit.listing:
                verdict = (TargetState.SEEN, OTHER_PICTURES, "listing")
        elif visit and page.verdict is None and visit.body == response.meta.get(DIGEST, ""):
            verdict = (TargetState.UNCHANGED, SAME_CONTENT, visit.kind)
        if verdict[0] in _READ:
            self._remember(target, page, response)
        self.targets.settle(target, *verdict)

    def _words_of(self, target: str, page: ReadPage, response: Response) -> str | None:
        """Return what is told of a page that was seen and holds no listing of its own."""
        if page.listings:
            return f"catalogue of {page.listings} listings"
        revisits = self.targets.revisits
        lost = None
        if revisits is not None and revisits.was_listing(target):
            lost = NO_LISTING
        return "; ".join(filter(None, (_way(response), lost))) or None

    def _back(self, target: str) -> str | None:
        """Say that what was gone is there again; None when it was not."""
        visit = self.targets.revisits and self.targets.revisits.known(target)
        if not visit or visit.gone_at is None:
            return None
        return f"it is back: gone when it was asked for on {visit.gone_at[:10]}"

    def _remember(self, target: str, page: ReadPage, response: Response) -> None:
        """Keep what the page was, for the next sweep."""
        revisits = self.targets.revisits
        if revisits is None or not self.targets.frontier.is_out(target):
            return
        if page.listings and page.complete and self._plan is not None:
            began = (target, timestamp(self._plan.started_at))
            revisits.unwritten.catalogues.append(began)
        row = self.targets.frontier.row_of(target)
        visit = visit_of(row, page, response, revisits.plan, response.meta.get(DIGEST))
        revisits.unwritten.read.append(visit)


def targets_of(crawler: Crawler) -> Targets:
    """Return the book of targets of the running sweep.

    :raises RuntimeError: when settings.py was changed so that nobody keeps one
    """
    middleware = crawler.get_spider_middleware(TargetsMiddleware)
    if middleware is None:
        raise RuntimeError("SPIDER_MIDDLEWARES must hold crawler.targets.TargetsMiddleware")
    return middleware.targets


def target_of(response: Response) -> str:
    """Return the target whose request, perhaps through redirects, led to the response."""
    target: str = response.meta["target"]
    return target


def _way(response: Response) -> str | None:
    hops: Sequence[str] = response.meta.get("redirect_urls", ())
    return f"redirected to {response.url}" if hops else None
