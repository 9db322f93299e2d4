"""Scrapy's downloader, polite to each site: one queue a site, whatever the number of its hosts.

Requests wait here, never in the frontier: what the frontier hands out is sent as soon as
``crawler.pace`` allows, or fails with the reason why it never will.
"""

from __future__ import annotations

from collections.abc import Coroutine
from time import monotonic
from typing import Any

from scrapy import Request, signals
from scrapy.core.downloader import Downloader, Slot
from scrapy.crawler import Crawler
from scrapy.exceptions import IgnoreRequest
from scrapy.http import Response
from scrapy.robotstxt import RobotParser
from scrapy.utils.asyncio import call_later
from scrapy.utils.defer import _schedule_coro
from scrapy.utils.httpobj import urlparse_cached
from twisted.internet.defer import Deferred

from crawler.failures import UNANSWERED, LeftAloneError, SweepEndedError, words_of
from crawler.pace import PAGE, PICTURE, Manners, Pace
from crawler.sites import site_of
from crawler.targets import targets_of

LOOK = 1.0
"""Seconds after which a queue that waits is looked at again: the sweep may have ended."""
ENDED = "the sweep ended while the site was waited for"


class SiteSlot(Slot):
    """The queue of one site."""

    def __init__(self, site: str, concurrency: int) -> None:
        super().__init__(concurrency, 0.0)
        self.site = site


class PoliteDownloader(Downloader):
    """Sends requests as the pace of their site allows.

    It counts a request as under way when it is started. Scrapy 2.19 counts it only when its task
    gets to run; until then its queue goes on starting requests: with a delay of 0, or a busy event
    loop, far more than CONCURRENT_REQUESTS_PER_DOMAIN.
    """

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        settings = crawler.settings
        manners = Manners(
            delay=settings.getfloat("DOWNLOAD_DELAY"),
            longest_delay=settings.getfloat("MARKHOUND_LONGEST_DELAY"),
            longest_wait=settings.getfloat("MARKHOUND_LONGEST_WAIT"),
            refusals=settings.getint("MARKHOUND_REFUSALS"),
        )
        self.pace = Pace(manners, warn=self._warn)
        crawler.signals.connect(self.answered, signals.response_downloaded)
        crawler.signals.connect(self.robots_parsed, signals.robots_parsed)

    def get_slot_key(self, request: Request) -> str:
        """Return the site of the URL: what earlier hops of a redirect left in meta is not it."""
        return site_of(request.url) or urlparse_cached(request).hostname or ""

    def _get_slot(self, request: Request, spider: Any = None) -> tuple[str, Slot]:  # noqa: ANN401, ARG002 (Scrapy's signature)
        site = self.get_slot_key(request)
        if site not in self.slots:
            self.slots[site] = SiteSlot(site, self.domain_concurrency)
            self._start_slot_gc()
        return site, self.slots[site]

    def _process_queue(self, slot: Slot) -> None:
        assert isinstance(slot, SiteSlot)
        if slot.latercall:
            return
        self._drop(slot)
        while slot.queue and slot.free_transfer_slots() > 0:
            if wait := self.pace.wait_of(slot.site):
                if self._is_closing():
                    self._fail(
                        slot, SweepEndedError("the sweep ended while the site was waited for")
                    )
                else:
                    slot.latercall = call_later(min(wait, LOOK), self._latercall, slot)
                return
            request, answer = slot.queue.popleft()
            slot.lastseen = monotonic()  # by which Scrapy forgets slots that are not used
            self.pace.sent(slot.site)
            _schedule_coro(self._wait_for_download(slot, request, answer))

    def _wait_for_download(
        self, slot: Slot, request: Request, queue_dfd: Deferred[Response]
    ) -> Coroutine[Any, Any, None]:
        slot.transferring.add(request)  # Scrapy takes it out again when the download ends
        return super()._wait_for_download(slot, request, queue_dfd)

    async def _download(self, slot: Slot, request: Request) -> Response:
        try:
            return await super()._download(slot, request)
        except UNANSWERED as error:
            if kind_of(request) == PAGE and not request.meta.get("retry_times"):
                self.pace.failed(self.get_slot_key(request), words_of(error))
            raise

    def _drop(self, slot: SiteSlot) -> None:
        """Fail what waits for a site that is left alone."""
        for kind in (PAGE, PICTURE):
            left = self.pace.find_left_alone(slot.site, kind)
            if left is not None:
                self._fail(slot, LeftAloneError(left.state, left.reason), kind)

    def _fail(self, slot: Slot, error: IgnoreRequest, kind: str | None = None) -> None:
        dropped = [pair for pair in slot.queue if kind in (None, kind_of(pair[0]) or PAGE)]
        for pair in dropped:
            slot.queue.remove(pair)
        for request, answer in dropped:
            answer.errback(error)
            # the frontier hands out the site's next request when this one has left
            self.signals.send_catch_log(
                signal=signals.request_left_downloader, request=request, spider=self.crawler.spider
            )

    def _is_closing(self) -> bool:
        """Tell whether the sweep ends; Scrapy says so nowhere else."""
        engine = self.crawler.engine
        assert engine is not None
        slot = engine._slot  # noqa: SLF001 (the only place where it stands)
        return slot is not None and slot.closing is not None

    def answered(self, response: Response, request: Request) -> None:
        """Note an answer; the next request of the site is sent only after this."""
        site, again = self.get_slot_key(request), bool(request.meta.get("retry_times"))
        kind = kind_of(request)
        self.pace.answered(site, kind, response.status, response.headers, again=again)
        self.pace.took(site, request.meta.get("download_latency", 0.0))

    def robots_parsed(self, robotparser: RobotParser, request: Request) -> None:
        """Keep to the crawl-delay that a robots.txt sets for our agent."""
        agent = self.settings.get("ROBOTSTXT_USER_AGENT") or self.settings["USER_AGENT"]
        delay = robotparser.crawl_delay(agent)
        if delay is not None and delay > 0:
            self.pace.slow_down(self.get_slot_key(request), delay, "Crawl-delay of its robots.txt")

    def _warn(self, message: str) -> None:
        targets_of(self.crawler).warn("", message)


def kind_of(request: Request) -> str | None:
    """Return whether a request is for a page or a picture; None for robots.txt and the like."""
    if "target" in request.meta:
        return PAGE
    return None if request.meta.get("dont_obey_robotstxt") else PICTURE


def pace_of(crawler: Crawler) -> Pace | None:
    """Return the pace of the running sweep; None when another downloader is used."""
    assert crawler.engine is not None
    downloader = crawler.engine.downloader
    return downloader.pace if isinstance(downloader, PoliteDownloader) else None
