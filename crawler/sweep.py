"""One run of a campaign: plan, start Scrapy, report honestly."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from scrapy import signals
from scrapy.crawler import AsyncCrawlerProcess, Crawler
from scrapy.settings import Settings

from crawler.campaign import Campaign, matching_of
from crawler.errors import InputError
from crawler.render import check_browser
from crawler.report import SweepReport, report_on
from crawler.sites import site_of
from crawler.store.database import now
from crawler.store.sweeps import record_sweep, record_sweep_end
from crawler.targets import OVER_BUDGET, STORE_FAILURE, targets_of, words_of_reason
from crawler.workspace import Workspace

SPIDER = "structured"
MOST_IN_FLIGHT = 256


@dataclass(frozen=True, kw_only=True, slots=True)
class Progress:
    """How far a running sweep is."""

    listings: int
    settled: int
    """Targets that have ended."""
    waiting: int
    """Targets taken on that have not ended."""


def run_sweep(
    workspace: Workspace,
    campaign: Campaign,
    on_progress: Callable[[Progress], None] = lambda _: None,
) -> SweepReport:
    """Sweep the campaign's sites and return the report; once in a process (Scrapy's reactor).

    Ctrl-C or SIGTERM stops it cleanly: what was asked for is finished and kept. A second one
    stops at once; what was recorded is kept.
    """
    matching_of(campaign, workspace.config.matching)  # limits that do not fit start nothing
    check_browser(campaign.render)
    started_at = now()
    sweep = f"w-{started_at:%Y%m%dT%H%M%S}-{secrets.token_hex(2)}"
    with workspace.store() as db:
        record_sweep(db, sweep, campaign, started_at)
    workspace.logs.mkdir(exist_ok=True)
    process = AsyncCrawlerProcess(_settings(workspace, campaign, sweep))
    crawler = process.create_crawler(SPIDER)
    watch = _Watch(crawler, on_progress)
    crawl = process.crawl(crawler, url=" ".join(campaign.seeds))
    process.start()
    state, reason = watch.end(crawl)
    with workspace.store() as db:
        record_sweep_end(db, sweep, state, reason, now())
        return report_on(db, sweep)


class _Watch:
    """Follows the crawler by its signals, to tell progress and how it ended."""

    def __init__(self, crawler: Crawler, on_progress: Callable[[Progress], None]) -> None:
        self._crawler = crawler
        self._tell = on_progress
        self._listings = 0
        self._closed: str | None = None
        crawler.signals.connect(self.response, signals.response_received)
        crawler.signals.connect(self.item, signals.item_scraped)
        crawler.signals.connect(self.closed, signals.spider_closed)

    def item(self) -> None:
        self._listings += 1
        self.response()

    def response(self) -> None:
        targets = targets_of(self._crawler)
        settled = sum(targets.settled.values())
        self._tell(Progress(listings=self._listings, settled=settled, waiting=targets.waiting))

    def closed(self, reason: str) -> None:
        self._closed = reason

    def end(self, crawl: asyncio.Task[None]) -> tuple[str, str | None]:
        """Return the sweep's state and the reason why it did not finish."""
        if crawl.done() and not crawl.cancelled() and (error := crawl.exception()) is not None:
            return "failed", f"{type(error).__name__}: {error}"
        if failure := self._crawler.stats.get_value(STORE_FAILURE):
            return "failed", str(failure)
        if self._closed is None:
            return "stopped", "stopped at once by a signal; the last seconds may be missing"
        if self._closed == "finished":
            over = targets_of(self._crawler).over_budget
            if over:
                return "stopped", f"{OVER_BUDGET}: {', '.join(sorted(over))}"
            return "finished", None
        if self._closed in ("shutdown", "closespider_timeout"):
            return "stopped", words_of_reason(self._closed)
        return "failed", self._closed


def _in_flight(campaign: Campaign) -> int:
    """Return how many requests may wait in the downloader: few, so that priorities count."""
    sites = len({site_of(seed) for seed in campaign.seeds})
    return min(MOST_IN_FLIGHT, sites * max(4, campaign.politeness.concurrency))


def _settings(workspace: Workspace, campaign: Campaign, sweep: str) -> Settings:
    """Lay the campaign's and the workspace's choices over settings.py."""
    settings = Settings()
    settings.setmodule("settings", priority="project")
    contact = workspace.config.crawl.contact
    limits, politeness = campaign.limits, campaign.politeness
    chosen: dict[str, Any] = {
        "MARKHOUND_WORKSPACE": str(workspace.folder),
        "MARKHOUND_SWEEP": sweep,
        "MARKHOUND_ALLOW_PRIVATE": campaign.allow_private,
        "MARKHOUND_RENDER": campaign.render,
        "MARKHOUND_PAGES_PER_SITE": limits.pages_per_site,
        "MARKHOUND_PICTURES_PER_LISTING": limits.pictures_per_listing,
        "CLOSESPIDER_TIMEOUT": (limits.minutes or 0) * 60,
        "DOWNLOAD_DELAY": politeness.delay,
        "CONCURRENT_REQUESTS_PER_DOMAIN": politeness.concurrency,
        "CONCURRENT_REQUESTS": _in_flight(campaign),
        "LOG_FILE": str(workspace.logs / f"{sweep}.log"),
    }
    if contact:
        if not contact.isprintable():
            raise InputError(f"crawl.contact: expected one line of text, got {contact!r}")
        chosen["USER_AGENT"] = f"{settings['USER_AGENT'][:-1]}; +{contact})"
    settings.setdict(chosen, priority="cmdline")
    return settings
