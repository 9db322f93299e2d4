"""Last stage: write sightings, hits and outcomes to the store, a batch at a time."""

from __future__ import annotations

import asyncio
import logging
import sqlite3
from pathlib import Path
from typing import Self

from scrapy import signals
from scrapy.crawler import Crawler
from scrapy.exceptions import NotConfigured
from scrapy.utils.asyncio import AsyncioLoopingCall, create_looping_call
from sqlite_utils import Database
from twisted.internet.task import LoopingCall

from crawler.model import Outcome, PageWarning
from crawler.store.database import open_store, writing
from crawler.store.hits import record_hits
from crawler.store.listings import record_sighting
from crawler.store.rights import find_rights
from crawler.store.sweeps import load_sweep, record_outcomes, record_warnings
from crawler.targets import STORE_FAILURE, targets_of, words_of_reason
from crawler.workspace import Workspace, open_workspace
from pipelines.sweep.match import MatchedSighting

logger = logging.getLogger(__name__)

BATCH = 200
"""Sightings in one transaction; measured, a batch costs a few per cent of one write an item."""
SECONDS = 2.0
"""Nothing waits longer than this to be written."""
PATIENCE = 0.5
"""Seconds that a write waits for another program's lock; crawling stands still meanwhile."""
LAST_PATIENCE = 60.0
"""The same, once the crawl is over."""
MOST_FAILURES = 60
"""Writes in a row that may fail before the sweep is given up, about two minutes."""


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
        self._outcomes: list[Outcome] = []
        self._warnings: list[PageWarning] = []
        self._failures = 0
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
        self._clock = create_looping_call(self.flush)
        self._clock.start(SECONDS, now=False)

    def process_item(self, item: MatchedSighting) -> MatchedSighting:
        """Queue the sighting for the next batch."""
        self._sightings.append(item)
        if len(self._sightings) == BATCH:
            self.flush()
        return item

    def flush(self) -> None:
        """Write what is waiting, all of it in one transaction; on failure it goes on waiting."""
        outcomes, warnings = targets_of(self._crawler).drain()
        self._outcomes += outcomes
        self._warnings += warnings
        if not (self._sightings or self._outcomes or self._warnings):
            return
        try:
            self._write()
        except sqlite3.Error as error:
            self._failed(error, give_up=self._failures + 1 == MOST_FAILURES)
            return
        except (TypeError, ValueError) as error:  # a record that cannot be written as it is
            self._failed(error, give_up=self._failures == 0)
            return
        logger.debug("recorded %d sightings", len(self._sightings))
        self._sightings, self._outcomes, self._warnings = [], [], []
        self._failures = 0

    def _write(self) -> None:
        with writing(self._db):
            for item in self._sightings:
                record_sighting(self._db, item.sighting)
                record_hits(self._db, item.sighting, item.hits, self._covered)
            record_outcomes(self._db, self._sweep, self._outcomes)
            record_warnings(self._db, self._sweep, self._warnings)

    def _failed(self, error: Exception, *, give_up: bool) -> None:
        self._failures += 1
        logger.warning("not recorded yet (%d times in a row): %s", self._failures, error)
        if give_up:
            assert self._crawler.engine is not None
            close = self._crawler.engine.close_spider_async(reason=f"cannot record: {error}")
            self._closing = asyncio.ensure_future(close)

    def spider_closed(self, reason: str) -> None:
        """End what is still open as not reached, and write the rest."""
        targets_of(self._crawler).settle_rest(f"the sweep ended first: {words_of_reason(reason)}")
        self._clock.stop()
        self._wait_for_locks(LAST_PATIENCE)
        self.flush()
        if self._failures:
            lost = f"{len(self._sightings)} sightings and {len(self._outcomes)} outcomes"
            self._crawler.stats.set_value(STORE_FAILURE, f"{lost} could not be recorded")
        self._db.close()

    def _wait_for_locks(self, seconds: float) -> None:
        self._db.execute(f"PRAGMA busy_timeout = {int(seconds * 1000)}")
