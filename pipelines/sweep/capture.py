"""After matching: what is flagged is captured, with the very exchange in which it was seen.

A page without a flagged hit costs nothing. Of one with, the exchange is put on disk at once
(``pipelines/evidence/pending.py``), so that nothing loses it; then, while the crawl goes on, a
browser of its own shows the page, one page at a time, and the capture is recorded.
"""

from __future__ import annotations

import asyncio
import logging
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Self

from scrapy import signals
from scrapy.crawler import Crawler
from scrapy.exceptions import NotConfigured
from scrapy.http import Response
from sqlite_utils import Database

from crawler.exchange import exchanges_of
from crawler.model import Listing, TargetState
from crawler.quiet import find_quiet
from crawler.revisits import digest_of
from crawler.store.captures import find_newest_capture
from crawler.store.database import open_store
from crawler.store.hits import is_recorded
from crawler.store.sweeps import StoredSweep, load_sweep
from crawler.targets import CATALOGUE_LAYERS, targets_of
from crawler.workspace import Workspace, open_workspace
from pipelines.evidence.capture import Photographer, find_browser, why_no_browser
from pipelines.evidence.keeping import keep_capture, sweep_up
from pipelines.evidence.material import Claim, Material, Occasion, claim_of
from pipelines.evidence.pending import find_pending, keep_pending, load_pending
from pipelines.sweep.match import MatchedSighting

logger = logging.getLogger(__name__)

PURPOSE = "flagged by a sweep"
OPERATOR = "markhound"
HIT_SECONDS = 60.0
"""Within which a hit is in the store, if its capture is to name it."""
NEVER = "the campaign forbids a browser (render = never)"
ENDED = "the sweep was stopped before a browser had shown it"


class CapturePipeline:
    """Hears of every item that is done; those with a flagged hit are captured."""

    def __init__(self, crawler: Crawler, workspace: Workspace, sweep: str) -> None:
        self._crawler = crawler
        self._workspace = workspace
        self._sweep = sweep
        self._most = workspace.config.evidence.captures_per_sweep
        self._taken = 0
        self._left_out = 0
        self._ended_early = False
        self._left_before: set[Path] = set()
        self._delay = crawler.settings.getfloat("DOWNLOAD_DELAY")
        self._queue: asyncio.Queue[Path] = asyncio.Queue()
        # files are written in the order in which they came, beside the crawl
        self._thread = ThreadPoolExecutor(1)
        self._writing: set[asyncio.Future[None]] = set()
        self._worker: asyncio.Task[None] | None = None
        self._photographer: Photographer | None = None
        self._plan: StoredSweep
        self._db: Database

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Bow out when no workspace is set (plain ``scrapy crawl``), or it wants no captures."""
        folder = crawler.settings.get("MARKHOUND_WORKSPACE")
        sweep = crawler.settings.get("MARKHOUND_SWEEP")
        if not folder or not sweep:
            raise NotConfigured("no workspace: nothing is captured")
        workspace = open_workspace(Path(folder))
        if workspace.config.evidence.capture == "off":
            raise NotConfigured("[evidence] capture is off")
        self = cls(crawler, workspace, sweep)
        crawler.signals.connect(self.item_scraped, signals.item_scraped)
        return self

    def open_spider(self) -> None:
        """Take on what an earlier sweep left, which may have been killed."""
        self._db = open_store(self._workspace.database)
        self._plan = load_sweep(self._db, self._sweep)
        sweep_up(self._workspace)
        for path in find_pending(self._workspace, self._sweep):
            self._left_before.add(path)
            self._enqueue(path)

    def process_item(self, item: MatchedSighting) -> MatchedSighting:
        """Pass the item on; captured is what has passed all stages."""
        return item

    def item_scraped(self, item: object, response: Response) -> None:
        """Put what was exchanged for a flagged hit on disk, if it is to be captured."""
        if not isinstance(item, MatchedSighting):
            return
        flagged = [hit.id for hit in item.hits if hit.flagged]
        if not flagged:
            return
        listing = digest_of(item.sighting.record)
        wanted = tuple(hit for hit in flagged if self._is_new(hit, listing))
        if not wanted:
            return
        if self._taken >= self._most:
            self._left_out += 1
            return
        self._taken += 1
        material = self._material(item, response, wanted, listing)
        loop = asyncio.get_running_loop()
        written = loop.run_in_executor(self._thread, keep_pending, self._workspace, material)
        task = asyncio.ensure_future(self._enqueued(written))
        self._writing.add(task)
        task.add_done_callback(self._writing.discard)

    async def close_spider(self) -> None:
        """Capture the rest; of a sweep that was stopped without a browser, as nobody waits."""
        self._ended_early = targets_of(self._crawler).frontier.has_next
        if self._writing:
            await asyncio.gather(*self._writing)
        if self._worker is not None:
            await self._queue.join()
            self._worker.cancel()
            await asyncio.gather(self._worker, return_exceptions=True)
        if self._photographer is not None:
            await self._photographer.close()
        self._thread.shutdown()
        self._db.close()
        if self._left_out:
            targets_of(self._crawler).warn("", self._words_of_left_out())

    def _words_of_left_out(self) -> str:
        return (
            f"{self._left_out} pages with flagged hits are not captured: over the limit of"
            f" {self._most} a sweep; `markhound evidence capture HIT` captures one"
        )

    def _is_new(self, hit: str, listing: str) -> bool:
        """Tell whether a hit was not captured yet as its listing is now."""
        newest = find_newest_capture(self._db, hit)
        return newest is None or newest.record.get("listing") != listing

    def _material(
        self, item: MatchedSighting, response: Response, hits: tuple[str, ...], listing: str
    ) -> Material:
        exchanges = exchanges_of(response)
        record = item.sighting.record
        occasion = Occasion(
            url=record.url,
            purpose=PURPOSE,
            operator=OPERATOR,
            begun_at=exchanges[0].begun_at if exchanges else item.sighting.seen_at,
            hits=hits,
            sweep=self._sweep,
            campaign=self._plan.campaign.name,
        )
        pictures = {
            picture.url: self._workspace.pictures.path_of(picture.sha256)
            for picture in item.sighting.pictures
            if picture.sha256 is not None
        }
        return Material(
            occasion=occasion,
            state=TargetState.SEEN,
            reason=None,
            exchanges=exchanges,
            page=response,
            made_by_scripts=bool(response.meta.get("rendered")),
            claim=_claim_of(record),
            pictures=pictures,
            listing=listing,
        )

    async def _enqueued(self, written: asyncio.Future[Path]) -> None:
        try:
            self._enqueue(await written)
        except OSError as error:
            targets_of(self._crawler).warn("", f"a capture cannot be kept: {error}")

    def _enqueue(self, path: Path) -> None:
        self._queue.put_nowait(path)
        if self._worker is None:
            self._worker = asyncio.ensure_future(self._work())

    async def _work(self) -> None:
        """Show and record what waits, one by one, no faster than the sweep asks for pages."""
        while True:
            path = await self._queue.get()
            began = time.monotonic()
            try:
                shown = await self._capture(path)
            except FileNotFoundError:
                shown = False  # another sweep took it on, and was quicker
            except Exception as error:  # noqa: BLE001 (whatever it is, the file stays for the next sweep)
                logger.warning("%s is not captured yet: %r", path, error)
                targets_of(self._crawler).warn("", f"{path.stem} is not captured yet: {error}")
                shown = False
            finally:
                self._queue.task_done()
            if shown and not self._queue.empty():
                await asyncio.sleep(max(0.0, self._delay - (time.monotonic() - began)))

    async def _capture(self, path: Path) -> bool:
        """Capture what is in a file; return whether a browser showed it."""
        material = await asyncio.to_thread(load_pending, path)
        if self._photographer is None:
            self._photographer = self._made_photographer()
        if self._is_stopped():
            material = replace(material, not_rendered=ENDED)
        else:
            allowed = self._plan.campaign.allow_private
            material = await self._photographer.completed(material, allowed)
        hits = await self._recorded(material.occasion.hits, wait=path not in self._left_before)
        material = replace(material, occasion=replace(material.occasion, hits=hits))
        await asyncio.to_thread(keep_capture, self._workspace, material)
        await asyncio.to_thread(path.unlink, missing_ok=True)
        return material.view is not None

    def _made_photographer(self) -> Photographer:
        never = self._plan.campaign.render == "never"
        program = None if never else find_browser(self._workspace)
        lack = NEVER if never else why_no_browser(self._workspace)
        # its pictures are the sweep's to fetch, and it knows which could not be had
        return Photographer(self._workspace, program, lack, fetches_pictures=False)

    def _is_stopped(self) -> bool:
        """Tell whether nothing may be asked any more: it was stopped, or the hours are quiet."""
        hours = self._plan.campaign.politeness.quiet_hours
        return self._ended_early or not self._crawler.crawling or find_quiet(hours) is not None

    async def _recorded(self, hits: tuple[str, ...], *, wait: bool) -> tuple[str, ...]:
        """Return those of the hits that are in the store, into which they are written in batches.

        A sweep that was killed may never have written one: what was seen is captured all the same.

        :param wait: whether they may still come
        """
        until = time.monotonic() + (HIT_SECONDS if wait else 0.0)
        while True:
            found = tuple(hit for hit in hits if is_recorded(self._db, hit))
            if found == hits or time.monotonic() >= until:
                return found
            await asyncio.sleep(0.1)


def _claim_of(listing: Listing) -> Claim:
    """Return what must be shown; an interface writes prices as it likes (in cents, for one)."""
    claim = claim_of(listing)
    from_catalogue = listing.layers.get("url") in CATALOGUE_LAYERS
    return replace(claim, price=None) if from_catalogue else claim
