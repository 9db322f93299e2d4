"""Last stage: write sightings, hits, outcomes and the frontier to the store, in one transaction.

A page is taken out of the frontier in the transaction that holds its outcome, its listing and the
links that were found on it, so that a sweep that is killed loses nothing and repeats only what was
under way.
"""

from __future__ import annotations

import asyncio
import logging
import sqlite3
from dataclasses import replace
from pathlib import Path
from typing import Self

from scrapy import signals
from scrapy.crawler import Crawler
from scrapy.exceptions import NotConfigured
from scrapy.utils.asyncio import AsyncioLoopingCall, create_looping_call
from sqlite_utils import Database
from twisted.internet.task import LoopingCall

from crawler.book import Unwritten
from crawler.failures import words_of_reason
from crawler.model import Sighting
from crawler.store.database import open_store, writing
from crawler.store.frontier import record_frontier, record_rest, record_spent
from crawler.store.hits import append_hits
from crawler.store.listings import is_known, record_sighting
from crawler.store.queue_rows import refresh_queue
from crawler.store.rights import find_rights
from crawler.store.sweeps import load_sweep, record_outcomes, record_requests, record_warnings
from crawler.store.visits import record_visits
from crawler.targets import STORE_FAILURE, targets_of
from crawler.troubles import DISK_FULL, find_trouble
from crawler.workspace import Workspace, open_workspace
from pipelines.sweep.match import MatchedSighting

logger = logging.getLogger(__name__)

SECONDS = 2.0
"""Seconds between attempts to write what could not be written."""
PATIENCE = 0.5
"""Seconds that a write waits for another program's lock; crawling stands still meanwhile."""
LAST_PATIENCE = 60.0
"""The same, once the crawl is over."""
MOST_FAILURES = 60
"""Writes in a row that may fail before the sweep is given up, about two minutes."""
MOST_FULL = 3
"""The same, where the disk has no room: what waits for it only grows."""


class RecordPipeline:
    """MatchedSighting -> store. Outcomes go in with the sightings that they speak of.

    What could not be written is kept and tried again: another program may hold the database. A
    store that stays closed ends the sweep, as failed.
    """

    def __init__(self, crawler: Crawler, workspace: Workspace, sweep: str) -> None:
        self._crawler = crawler
        self._workspace = workspace
        self._sweep = sweep
        self._sightings: list[MatchedSighting] = []
        self._failures = 0
        self._full = False
        """Whether the last failure was for want of room."""
        self._given_up = False
        self._soon: asyncio.Handle | None = None
        self._covered: frozenset[str]
        self._db: Database
        self._clock: AsyncioLoopingCall | LoopingCall

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Bow out when no workspace is set (plain ``scrapy crawl``)."""
        folder = crawler.settings.get("MARKHOUND_WORKSPACE")
        sweep = crawler.settings.get("MARKHOUND_SWEEP")
        if not folder or not sweep:
            raise NotConfigured("no workspace: nothing is recorded")
        self = cls(crawler, open_workspace(Path(folder)), sweep)
        # not close_spider(): Scrapy sends only this one with the reason, and after all items
        crawler.signals.connect(self.spider_closed, signals.spider_closed)
        return self

    def open_spider(self) -> None:
        """Open the store; write at least every few seconds from now on."""
        self._db = open_store(self._workspace.database)
        campaign = load_sweep(self._db, self._sweep).campaign
        rights = find_rights(self._db, self._workspace.pictures)
        self._covered = frozenset(r.right.id for r in rights if campaign.covers(r.right))
        self._wait_for_locks(PATIENCE)
        targets = targets_of(self._crawler)
        targets.on_change = self._flush_soon
        targets.frontier.flush = self.flush
        self._clock = create_looping_call(self.flush)
        self._clock.start(SECONDS, now=False)

    def process_item(self, item: MatchedSighting) -> MatchedSighting:
        """Queue the sighting for the next batch, in which its target ends."""
        self._sightings.append(item)
        return item

    def _flush_soon(self) -> None:
        """Write what has ended once the event loop has turned, with what ends meanwhile.

        Measured, a transaction a page costs 57 microseconds, with five pages 21 a page.
        """
        if self._soon is None and not self._failures:
            self._soon = asyncio.get_running_loop().call_soon(self.flush)

    def flush(self) -> None:
        """Write what is waiting, all of it in one transaction; on failure it goes on waiting."""
        if self._soon is not None:
            self._soon.cancel()
            self._soon = None
        unwritten = targets_of(self._crawler).unwritten
        if not (self._sightings or unwritten):
            return
        try:
            self._write(unwritten)
        except sqlite3.Error as error:
            self._full = find_trouble(error, self._workspace.folder) == "full"
            most = MOST_FULL if self._full else MOST_FAILURES
            self._failed(error, give_up=self._failures + 1 >= most)
            return
        except (TypeError, ValueError) as error:  # a record that cannot be written as it is
            self._failed(error, give_up=self._failures == 0)
            return
        logger.debug("recorded %d sightings", len(self._sightings))
        self._sightings = []
        targets_of(self._crawler).written()
        self._failures = 0

    def _write(self, unwritten: Unwritten) -> None:
        with writing(self._db):
            changed: list[str] = []
            for item in self._sightings:
                # a page that a killed run had recorded, and not yet taken out, was fetched again
                sighting = self._kept(item)
                if sighting is not None and record_sighting(self._db, sighting):
                    found = item.hits
                    changed += append_hits(self._db, sighting, found, self._covered, is_new=True)
            refresh_queue(self._db, dict.fromkeys(changed))  # once, as hits of a site share groups
            record_outcomes(self._db, self._sweep, unwritten.outcomes)
            record_warnings(self._db, self._sweep, unwritten.warnings)
            record_frontier(self._db, self._sweep, unwritten.frontier)
            if unwritten.visits is not None:
                record_visits(self._db, unwritten.visits)
            record_requests(self._db, self._sweep, unwritten.requests)
            record_spent(self._db, self._sweep, unwritten.spent)

    def _kept(self, item: MatchedSighting) -> Sighting | None:
        """Return what is recorded of a sighting: of a listing all.

        A page is recorded with a hit, with links to files, with pictures that were not had, or
        when it was recorded before; its text, which may be long, only with a hit.
        """
        sighting, page = item.sighting, item.sighting.record
        if page.target == "listing" or item.hits:
            return sighting
        told = page.files or any(picture.problem for picture in sighting.pictures)
        if not told and not is_known(self._db, sighting.listing, "page"):
            return None
        return replace(sighting, record=replace(page, text=None))

    def _failed(self, error: Exception, *, give_up: bool) -> None:
        self._failures += 1
        logger.warning("not recorded yet (%d times in a row): %s", self._failures, error)
        if give_up and not self._given_up:
            self._given_up = True
            assert self._crawler.engine is not None
            close = self._crawler.engine.close_spider_async(reason=f"cannot record: {error}")
            self._closing = asyncio.ensure_future(close)

    def spider_closed(self, reason: str) -> None:
        """Write the rest, and say why what still waits was not reached."""
        targets = targets_of(self._crawler)
        targets.frontier.tell_left()
        self._clock.stop()
        self._wait_for_locks(LAST_PATIENCE)
        self.flush()
        if self._failures:
            lost = (
                f"{len(self._sightings)} sightings and {len(targets.unwritten.outcomes)} outcomes"
            )
            self._crawler.stats.set_value(STORE_FAILURE, f"{lost} could not be recorded")
            self._crawler.stats.set_value(DISK_FULL, self._full)
        else:
            with writing(self._db):
                ended = f"the sweep ended first: {words_of_reason(reason)}"
                record_rest(self._db, self._sweep, ended)
        self._db.close()

    def _wait_for_locks(self, seconds: float) -> None:
        self._db.execute(f"PRAGMA busy_timeout = {int(seconds * 1000)}")
