"""One run of a campaign: plan, start Scrapy, report honestly."""

from __future__ import annotations

import asyncio
import errno
import gc
import json
import logging
import os
import secrets
import sqlite3
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, NoReturn

from scrapy import signals
from scrapy.crawler import AsyncCrawlerProcess, Crawler
from scrapy.settings import Settings
from sqlite_utils import Database

from crawler.budgets import BUDGETS
from crawler.campaign import FOLLOW_UP, UNNAMED, Campaign, evidence_of, matching_of
from crawler.errors import BrokenOffError, WorkspaceError
from crawler.failures import words_of_reason
from crawler.fetch import user_agent
from crawler.frontier import ACTIVE_SITES
from crawler.model import COMPARED_WITH_PAGES, PageWarning, Right
from crawler.queries import queries_of
from crawler.quiet import QUIET, find_quiet, words_of_quiet
from crawler.render import check_browser
from crawler.report import SweepReport, keep_report
from crawler.running import running
from crawler.site_order import order_seeds
from crawler.sites import site_of, words_of_shared_site
from crawler.store.database import now, writing
from crawler.store.frontier import find_spent
from crawler.store.rights import find_rights
from crawler.store.sweeps import (
    StoredSweep,
    find_sweeps,
    kept_no_frontier,
    load_sweep,
    record_sweep,
    record_sweep_end,
    record_sweep_resume,
    record_warnings,
)
from crawler.store.yields import find_site_pasts
from crawler.targets import STORE_FAILURE, targets_of
from crawler.troubles import DISK_FULL
from crawler.workspace import Workspace

SPIDER = "structured"
MOST_IN_FLIGHT = 512
"""Requests and pages under way at the most: each page that waits to be read, matched and recorded
holds half a megabyte, and 400 sites that take turns need one each."""
TIME_IS_UP = "closespider_timeout"
"""Scrapy's reason for the end of a sweep that took as long as it may."""
RUN_OVER = "time budget of this run is used up"
"""Why a sweep stopped that may go on in another run, as its campaign allows it more time."""
PAST_SWEEPS = 10
"""Sweeps of the workspace, the newest, that say which sites are taken up first."""
COLLECT_AFTER = (5_000, 5, 5)
"""Objects made since the last look for garbage before the next, and such looks before a longer and
a full one. The usual 700 are made several times a page; a page that is done with holds a megabyte,
its parsed form, until it is looked for."""


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
    *,
    resume: str | None = None,
    run_minutes: float | None = None,
) -> SweepReport:
    """Sweep the campaign's sites and return the report; once in a process (Scrapy's reactor).

    Ctrl-C or SIGTERM stops it cleanly: what was asked for is finished and kept. A second one
    stops at once; what was recorded is kept. Either way, and after a kill, it can go on later.

    Sites that are likely to yield most, and were not seen for longest, are taken up first.

    :param resume: id of the sweep that goes on with what it left; None = a new one
    :param run_minutes: after so long this run ends, and the sweep may go on in another
    :raises InputError: when that sweep is still running, or a browser is wanted and there is none
    """
    matching_of(campaign, workspace.config.matching)  # limits that do not fit start nothing
    check_browser(campaign.render)
    started_at = now()
    resume, begun = _begun(workspace, resume)
    sweep = resume or f"w-{started_at:%Y%m%dT%H%M%S}-{secrets.token_hex(2)}"
    with running(sweep, workspace.logs):
        with workspace.store() as db:
            record = record_sweep_resume if resume else record_sweep
            record(db, sweep, campaign, started_at)
            if told := _told_at_start(campaign, resume, begun):
                with writing(db):
                    record_warnings(db, sweep, told)
            used = find_spent(db, sweep).get("", (0, 0.0))[1]
            if reason := _why_not_now(campaign, used):
                record_sweep_end(db, sweep, "stopped", reason, now())
                return keep_report(db, sweep)
            rights = [stored.right for stored in find_rights(db, workspace.pictures)]
            search = _search(rights, campaign)
            works = _compared_with_pages(rights, campaign)
            past = find_site_pasts(db, PAST_SWEEPS)
            seeds = " ".join(order_seeds(campaign.seeds, past, started_at))
            del rights  # as large as the registry; what matches has its own
        seconds, over = _time_left(campaign, used, run_minutes)
        process = AsyncCrawlerProcess(_settings(workspace, campaign, sweep, seconds))
        # else Scrapy makes a record of each answer, and throws it away
        logging.getLogger("scrapy").setLevel(process.settings["LOG_LEVEL"])
        crawler = process.create_crawler(SPIDER)
        watch = _Watch(crawler, on_progress)
        alone = "yes" if campaign.only_seeds else ""
        crawl = process.crawl(crawler, url=seeds, search=search, works=works, alone=alone)
        process.start()
        state, reason = watch.end(crawl)
        if watch.disk_is_full:
            _break_off(workspace, sweep, reason)
        if reason == words_of_reason(TIME_IS_UP):
            reason = over
        with workspace.store() as db:
            record_sweep_end(db, sweep, state, reason, now())
            return keep_report(db, sweep)


def _break_off(workspace: Workspace, sweep: str, reason: str | None) -> NoReturn:
    """End a sweep whose disk is full; its end is recorded where there is room for that."""
    words = f"the disk has no room: {reason}"
    with suppress(sqlite3.Error, WorkspaceError), workspace.store() as db:
        record_sweep_end(db, sweep, "stopped", words, now())
        keep_report(db, sweep)
    raise BrokenOffError(
        f"the sweep {sweep} broke off, as {words}; `markhound sweep --resume {sweep}` goes on"
    ) from OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(workspace.database))


def find_resumable(
    db: Database, campaign: Campaign | None, sweep: str | None
) -> StoredSweep | None:
    """Return the sweep that can go on: of that id, else the newest of the campaign, else of all.

    None when it has finished, or there is none.

    :raises NotFoundError: when there is no sweep of that id
    """
    if sweep is not None:
        found = load_sweep(db, sweep)
        return None if found.state == "finished" else found
    for found in find_sweeps(db):
        if campaign is None and found.campaign.name == FOLLOW_UP:
            continue  # the next one looks at all that is due anyway
        if campaign is None or _is_same(found.campaign, campaign):
            return None if found.state == "finished" else found
    return None


def _begun(workspace: Workspace, resume: str | None) -> tuple[str | None, str | None]:
    """Return which sweep can really go on, and what is told when one starts again instead."""
    if resume is None:
        return None, None
    with workspace.store() as db:
        if not kept_no_frontier(db, load_sweep(db, resume)):
            return resume, None
    return None, (
        f"the sweep {resume} was begun by an older version, which did not keep what it had still"
        " to fetch: this one starts again from its seeds"
    )


def _told_at_start(campaign: Campaign, resume: str | None, begun: str | None) -> list[PageWarning]:
    """Return what must be known of a sweep before anything is fetched."""
    told = [PageWarning(url="", message=begun)] if begun else []
    if resume is None and not campaign.only_seeds:
        shared = ((seed, words_of_shared_site(seed)) for seed in campaign.seeds)
        told += [PageWarning(url=seed, message=words) for seed, words in shared if words]
    return told


def _why_not_now(campaign: Campaign, used: float) -> str | None:
    """Return why nothing may be asked now, in words; None when it may.

    :param used: seconds that former runs of the sweep took
    """
    if quiet := find_quiet(campaign.politeness.quiet_hours):
        return words_of_quiet(quiet)
    if campaign.limits.minutes is not None and used >= campaign.limits.minutes * 60:
        return words_of_reason(TIME_IS_UP)
    return None


def _time_left(campaign: Campaign, used: float, run_minutes: float | None) -> tuple[float, str]:
    """Return after how many seconds this run ends (0 = no limit), and why it then does, in words.

    :param used: seconds that former runs of the sweep took
    """
    minutes = campaign.limits.minutes
    left = None if minutes is None else minutes * 60 - used
    if run_minutes is not None and (left is None or run_minutes * 60 < left):
        return run_minutes * 60, RUN_OVER
    return left or 0, words_of_reason(TIME_IS_UP)


def _is_same(one: Campaign, other: Campaign) -> bool:
    """Tell whether two plans are of one campaign; those of the command line go by their seeds."""
    return one.name == other.name and (one.name != UNNAMED or one.seeds == other.seeds)


class _Watch:
    """Follows the crawler by its signals, to tell progress and how it ended."""

    def __init__(self, crawler: Crawler, on_progress: Callable[[Progress], None]) -> None:
        self._crawler = crawler
        self._tell = on_progress
        self._listings = 0
        self._closed: str | None = None
        crawler.signals.connect(_settle_memory, signals.spider_opened)
        crawler.signals.connect(self.response, signals.response_received)
        crawler.signals.connect(self.item, signals.item_scraped)
        crawler.signals.connect(self.closed, signals.spider_closed)

    def item(self, item: object) -> None:
        self._listings += getattr(item, "target", "listing") == "listing"
        self.response()

    def response(self) -> None:
        targets = targets_of(self._crawler)
        settled = sum(targets.settled.values())
        self._tell(Progress(listings=self._listings, settled=settled, waiting=targets.waiting))

    def closed(self, reason: str) -> None:
        self._closed = reason

    @property
    def disk_is_full(self) -> bool:
        """Whether what was had at last could not be recorded, for want of room."""
        return bool(self._crawler.stats.get_value(DISK_FULL))

    def end(self, crawl: asyncio.Task[None]) -> tuple[str, str | None]:
        """Return the sweep's state and the reason why it did not finish."""
        if crawl.done() and not crawl.cancelled() and (error := crawl.exception()) is not None:
            return "failed", f"{type(error).__name__}: {error}"
        if failure := self._crawler.stats.get_value(STORE_FAILURE):
            return "failed", str(failure)
        if self._closed is None:
            return "stopped", "stopped at once by a signal; the last seconds may be missing"
        if self._closed == "finished":
            left = targets_of(self._crawler).frontier.left
            if over := {site: why for site, why in left.items() if why in BUDGETS}:
                return "stopped", _words_of_budgets(over)
            return "finished", None
        if self._closed in ("shutdown", TIME_IS_UP) or self._closed.startswith(QUIET):
            return "stopped", words_of_reason(self._closed)
        return "failed", self._closed


def _words_of_budgets(over: Mapping[str, str]) -> str:
    """Return each budget with the sites that used it up."""
    reasons = sorted(set(over.values()))
    sites = {r: ", ".join(sorted(site for site in over if over[site] == r)) for r in reasons}
    return "; ".join(f"{reason}: {names}" for reason, names in sites.items())


def _settle_memory() -> None:
    """Keep the garbage collector off what was loaded: registry, indexes and code stay to the end.

    Else each of its full passes goes through millions of objects, in the midst of the downloads.
    """
    gc.collect()
    gc.freeze()
    gc.collect()  # else full looks wait for a quarter of what there was before the freeze
    gc.set_threshold(*COLLECT_AFTER)


def _in_flight(campaign: Campaign) -> int:
    """Return how many requests may wait in the downloader: few, so that priorities count."""
    sites = min(len({site_of(seed) for seed in campaign.seeds}), ACTIVE_SITES)
    return min(MOST_IN_FLIGHT, sites * max(4, campaign.politeness.concurrency))


def _compared_with_pages(rights: Iterable[Right], campaign: Campaign) -> str:
    """Return by what pages that are no listings are compared: works and designs, if there are any.

    ``pictures`` with the rest, ``text`` where no right has one; empty = not at all.
    """
    works = [r for r in rights if r.kind in COMPARED_WITH_PAGES and campaign.covers(r)]
    return "pictures" if any(right.images for right in works) else "text" if works else ""


def _search(rights: Iterable[Right], campaign: Campaign) -> str:
    """Return what the spider is told to search sites for; empty = nothing."""
    if campaign.search.mode == "off":
        return ""
    queries = queries_of(campaign, rights, now().date())
    told = {
        "words": queries.words,
        "pages": campaign.search.max_pages_per_query,
        "left_out": queries.left_out,
        "only": campaign.search.mode == "only",
    }
    return json.dumps(told, ensure_ascii=False)


def _settings(workspace: Workspace, campaign: Campaign, sweep: str, seconds: float) -> Settings:
    """Lay the campaign's and the workspace's choices over settings.py.

    :param seconds: after which it ends; 0 = no limit
    """
    settings = Settings()
    settings.setmodule("settings", priority="project")
    contact = workspace.config.crawl.contact
    limits, politeness = campaign.limits, campaign.politeness
    evidence = evidence_of(campaign, workspace.config.evidence)
    chosen: dict[str, Any] = {
        "MARKHOUND_WORKSPACE": str(workspace.folder),
        "MARKHOUND_SWEEP": sweep,
        "MARKHOUND_ALLOW_PRIVATE": campaign.allow_private,
        "MARKHOUND_KEEP_EXCHANGES": evidence.capture != "off",
        "MARKHOUND_RENDER": campaign.render,
        "MARKHOUND_PAGES_PER_SITE": limits.pages_per_site,
        "MARKHOUND_PICTURES_PER_LISTING": limits.pictures_per_listing,
        "MARKHOUND_MEGABYTES_PER_SITE": limits.megabytes_per_site or 0,
        "MARKHOUND_MINUTES_PER_SITE": limits.minutes_per_site or 0,
        "MARKHOUND_LONGEST_DELAY": politeness.longest_delay,
        "MARKHOUND_LONGEST_WAIT": politeness.longest_wait,
        "MARKHOUND_REFUSALS": politeness.refusals,
        "MARKHOUND_QUIET_HOURS": list(politeness.quiet_hours),
        "CLOSESPIDER_TIMEOUT": seconds,
        "DOWNLOAD_DELAY": politeness.delay,
        "CONCURRENT_REQUESTS_PER_DOMAIN": politeness.concurrency,
        "CONCURRENT_REQUESTS": _in_flight(campaign),
        "LOG_FILE": str(workspace.logs / f"{sweep}.log"),
    }
    chosen["USER_AGENT"] = user_agent(settings["USER_AGENT"], contact)
    settings.setdict(chosen, priority="cmdline")
    return settings
