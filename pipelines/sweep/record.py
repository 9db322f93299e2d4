"""Last stage: write sightings, hits and outcomes to the store, a batch at a time."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Self

from scrapy import signals
from scrapy.crawler import Crawler
from scrapy.exceptions import NotConfigured
from scrapy.utils.asyncio import AsyncioLoopingCall, create_looping_call
from sqlite_utils import Database
from twisted.internet.task import LoopingCall

from crawler.model import Sighting
from crawler.store.database import open_store
from crawler.store.hits import record_hits
from crawler.store.listings import record_sighting
from crawler.store.sweeps import record_outcomes, record_warnings
from crawler.targets import ledger_of, words_of_reason
from crawler.workspace import open_workspace
from pipelines.sweep.match import MatchedSighting

logger = logging.getLogger(__name__)

BATCH = 200
"""Sightings in one transaction; measured, a batch costs a few per cent of one write an item."""
SECONDS = 2.0
"""Nothing waits longer than this to be written."""


class RecordPipeline:
    """MatchedSighting -> store. Outcomes go in with the sightings that they speak of."""

    def __init__(self, crawler: Crawler, database: Path, sweep: str) -> None:
        self._crawler = crawler
        self._path = database
        self._sweep = sweep
        self._waiting: list[MatchedSighting] = []
        self._recorded: set[str] = set()
        self._db: Database
        self._clock: AsyncioLoopingCall | LoopingCall

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Bow out when no workspace is set (plain ``scrapy crawl``)."""
        folder = crawler.settings.get("MARKHOUND_WORKSPACE")
        sweep = crawler.settings.get("MARKHOUND_SWEEP")
        if not folder or not sweep:
            raise NotConfigured("no workspace: nothing is recorded")
        self = cls(crawler, open_workspace(Path(folder)).database, sweep)
        # not close_spider(): Scrapy sends only this one with the reason, and after all items
        crawler.signals.connect(self.spider_closed, signals.spider_closed)
        return self

    def open_spider(self) -> None:
        """Open the store; write at least every few seconds from now on."""
        self._db = open_store(self._path)
        self._clock = create_looping_call(self.flush)
        self._clock.start(SECONDS, now=False)

    def process_item(self, item: MatchedSighting) -> MatchedSighting:
        """Queue the sighting for the next batch.

        Two URLs can lead to one listing (a canonical link): its first sighting is recorded.
        """
        sighting: Sighting = item.sighting
        if sighting.id in self._recorded:
            url = sighting.record.url
            ledger_of(self._crawler).warn(url, "met at two URLs; the first sighting is recorded")
            return item
        self._recorded.add(sighting.id)
        self._waiting.append(item)
        if len(self._waiting) >= BATCH:
            self.flush()
        return item

    def flush(self) -> None:
        """Write what is waiting, all of it in one transaction."""
        batch, self._waiting = self._waiting, []
        outcomes, warnings = ledger_of(self._crawler).drain()
        if not (batch or outcomes or warnings):
            return
        with self._db.atomic():
            for item in batch:
                record_sighting(self._db, item.sighting)
                record_hits(self._db, item.sighting.id, item.hits)
            record_outcomes(self._db, self._sweep, outcomes)
            record_warnings(self._db, self._sweep, warnings)
        logger.debug("recorded %d sightings, %d outcomes", len(batch), len(outcomes))

    def spider_closed(self, reason: str) -> None:
        """End what is still open as not reached, and write the rest."""
        ledger_of(self._crawler).settle_rest(f"the sweep ended first: {words_of_reason(reason)}")
        self._clock.stop()
        self.flush()
        self._db.close()
