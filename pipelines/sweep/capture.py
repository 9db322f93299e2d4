"""After matching: what is flagged is captured, with the very exchange in which it was seen.

A page without a flagged hit costs some 0.1 ms: its bytes are noted as they come (about a hundredth
of its sweep). Of one with, the exchange is put on disk at once (``pipelines/evidence/pending.py``),
so that nothing loses it; then, while the crawl goes on, a browser of its own shows the page, one
page at a time, and the capture is recorded (``pipelines/sweep/developing.py``).
"""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Self

from scrapy import signals
from scrapy.crawler import Crawler
from scrapy.exceptions import NotConfigured
from scrapy.http import Response
from sqlite_utils import Database

from crawler.campaign import evidence_of
from crawler.errors import InputError
from crawler.exchange import exchanges_of
from crawler.model import Listing, TargetState
from crawler.revisits import digest_of
from crawler.store.captures import find_newest_capture
from crawler.store.database import open_store
from crawler.store.sweeps import StoredSweep, load_sweep
from crawler.targets import CATALOGUE_LAYERS, targets_of
from crawler.workspace import Workspace, open_workspace
from pipelines.evidence.material import Claim, Material, Occasion, claim_of
from pipelines.evidence.pending import find_pending, keep_pending
from pipelines.evidence.unfinished import sweep_up
from pipelines.sweep.match import MatchedSighting

if TYPE_CHECKING:
    from pipelines.sweep.developing import Developer  # loaded with the first flagged page

PURPOSE = "flagged by a sweep"
OPERATOR = "markhound"


class CapturePipeline:
    """Hears of every item that is done; those with a flagged hit are captured."""

    def __init__(self, crawler: Crawler, workspace: Workspace, sweep: str) -> None:
        self._crawler = crawler
        self._workspace = workspace
        self._sweep = sweep
        self._most = workspace.config.evidence.captures_per_sweep
        self._taken = 0
        self._left_out = 0
        # files are written in the order in which they came, beside the crawl
        self._thread = ThreadPoolExecutor(1)
        self._writing: set[asyncio.Future[None]] = set()
        self._developer: Developer | None = None
        self._listens = False
        self._plan: StoredSweep
        self._db: Database

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Bow out when no workspace is set (plain ``scrapy crawl``), or it wants no captures."""
        folder = crawler.settings.get("MARKHOUND_WORKSPACE")
        sweep = crawler.settings.get("MARKHOUND_SWEEP")
        if not folder or not sweep:
            raise NotConfigured("no workspace: nothing is captured")
        workspace = _as_the_campaign_says(open_workspace(Path(folder)), sweep)
        if workspace.config.evidence.capture == "off":
            raise NotConfigured("[evidence] capture is off, or the campaign's [capture] mode")
        return cls(crawler, workspace, sweep)

    def open_spider(self) -> None:
        """Take on what an earlier sweep left, which may have been killed."""
        self._db = open_store(self._workspace.database)
        self._plan = load_sweep(self._db, self._sweep)
        sweep_up(self._workspace)
        for path in find_pending(self._workspace, self._sweep):
            self._enqueue(path, new=False)

    def process_item(self, item: MatchedSighting) -> MatchedSighting:
        """Pass the item on; captured is what has passed all stages, as is then told by a signal.

        Scrapy makes a task for each who hears it: before something is flagged, nobody does.
        """
        if not self._listens and any(hit.flagged for hit in item.hits):
            self._listens = True
            self._crawler.signals.connect(self.item_scraped, signals.item_scraped)
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
        ended_early = targets_of(self._crawler).frontier.has_next
        if self._writing:
            await asyncio.gather(*self._writing)
        if self._developer is not None:
            await self._developer.close(ended_early=ended_early)
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
            self._enqueue(await written, new=True)
        except (OSError, InputError) as error:  # the disk is full, or may not be written
            targets_of(self._crawler).warn("", f"a capture cannot be kept: {error}")

    def _enqueue(self, path: Path, *, new: bool) -> None:
        if self._developer is None:
            made: type[Developer] = import_module("pipelines.sweep.developing").Developer
            plan = self._plan.campaign
            self._developer = made(self._crawler, self._workspace, plan, self._db)
        self._developer.add(path, new=new)


def _as_the_campaign_says(workspace: Workspace, sweep: str) -> Workspace:
    """Return the workspace with what the plan of a sweep puts in place of its ``[evidence]``."""
    with workspace.store() as db:
        plan = load_sweep(db, sweep).campaign
    config = workspace.config
    return replace(workspace, config=replace(config, evidence=evidence_of(plan, config.evidence)))


def _claim_of(listing: Listing) -> Claim:
    """Return what must be shown; an interface writes prices as it likes (in cents, for one)."""
    claim = claim_of(listing)
    from_catalogue = listing.layers.get("url") in CATALOGUE_LAYERS
    return replace(claim, price=None) if from_catalogue else claim
