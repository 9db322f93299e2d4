"""Showing and recording what a sweep flagged, one page after another, while the crawl goes on.

Apart from ``pipelines/sweep/capture.py``, which loads it for the first page that is flagged: what
writes a capture takes longer to load than many a page takes to be swept.
"""

from __future__ import annotations

import asyncio
import logging
import time
from dataclasses import replace
from pathlib import Path

from scrapy.crawler import Crawler
from sqlite_utils import Database

from crawler.campaign import Campaign
from crawler.errors import NotFoundError
from crawler.quiet import find_quiet
from crawler.store.hits import is_recorded
from crawler.store.sweeps import load_sweep
from crawler.targets import targets_of
from crawler.workspace import Workspace
from pipelines.evidence.capture import Photographer, find_browser, why_no_browser
from pipelines.evidence.keeping import keep_capture
from pipelines.evidence.material import Material
from pipelines.evidence.pending import load_pending

logger = logging.getLogger(__name__)

HIT_SECONDS = 60.0
"""Within which a hit is in the store, if its capture is to name it."""
NEVER = "the campaign forbids a browser (render = never)"
ENDED = "the sweep was stopped before a browser had shown it"


class Developer:
    """Makes captures of what lies on disk, one at a time, in the order in which it came."""

    def __init__(
        self, crawler: Crawler, workspace: Workspace, campaign: Campaign, db: Database
    ) -> None:
        self._crawler = crawler
        self._workspace = workspace
        self._campaign = campaign
        self._db = db
        self._delay = crawler.settings.getfloat("DOWNLOAD_DELAY")
        self._photographer: Photographer | None = None
        self._ended_early = False
        self._queue: asyncio.Queue[tuple[Path, bool]] = asyncio.Queue()
        self._worker = asyncio.ensure_future(self._work())

    def add(self, path: Path, *, new: bool) -> None:
        """Take on what waits in a file.

        :param new: whether this run of the sweep flagged it, so that its hits may still be written
        """
        self._queue.put_nowait((path, new))

    async def close(self, *, ended_early: bool) -> None:
        """Capture the rest; of a sweep that was stopped without a browser, as nobody waits."""
        self._ended_early = ended_early
        await self._queue.join()
        self._worker.cancel()
        await asyncio.gather(self._worker, return_exceptions=True)
        if self._photographer is not None:
            await self._photographer.close()

    async def _work(self) -> None:
        """Show and record what waits, one by one, no faster than the sweep asks for pages."""
        while True:
            path, new = await self._queue.get()
            began = time.monotonic()
            try:
                shown = await self._capture(path, new=new)
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

    async def _capture(self, path: Path, *, new: bool) -> bool:
        """Capture what is in a file; return whether a browser showed it."""
        material = await asyncio.to_thread(load_pending, path)
        own = self._campaign_of(material)
        if self._photographer is None:
            self._photographer = self._made_photographer()
        if own.render == "never":
            material = replace(material, not_rendered=NEVER)
        elif self._is_stopped(own):
            material = replace(material, not_rendered=ENDED)
        else:
            material = await self._photographer.completed(material, own.allow_private)
        hits = await self._recorded(material.occasion.hits, wait=new)
        material = replace(material, occasion=replace(material.occasion, hits=hits))
        await asyncio.to_thread(keep_capture, self._workspace, material)
        await asyncio.to_thread(path.unlink, missing_ok=True)
        return material.view is not None

    def _made_photographer(self) -> Photographer:
        never = self._campaign.render == "never"
        program = None if never else find_browser(self._workspace)
        lack = NEVER if never else why_no_browser(self._workspace)
        # its pictures are the sweep's to fetch, and it knows which could not be had
        return Photographer(self._workspace, program, lack, fetches_pictures=False)

    def _campaign_of(self, material: Material) -> Campaign:
        """Return by whose rules a page is shown: those under which it was flagged.

        It may have been left by a sweep of another campaign. Where that is not known any more, no
        private address is reached.
        """
        try:
            return load_sweep(self._db, material.occasion.sweep or "").campaign
        except NotFoundError:
            return replace(self._campaign, allow_private=False)

    def _is_stopped(self, own: Campaign) -> bool:
        """Tell whether nothing may be asked any more: it was stopped, or the hours are quiet."""
        hours = (self._campaign.politeness.quiet_hours, own.politeness.quiet_hours)
        quiet = any(find_quiet(of_one) is not None for of_one in hours)
        return self._ended_early or not self._crawler.crawling or quiet

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
