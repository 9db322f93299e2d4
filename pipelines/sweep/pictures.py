"""Second stage: fetch a listing's pictures, each once a sweep, into the folder by content."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path
from typing import Self

from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.exceptions import IgnoreRequest, NotConfigured
from scrapy.http import Response
from scrapy.http.request import NO_CALLBACK

from crawler.errors import SkipError
from crawler.failures import AsBeforeError, outcome_of_failure, outcome_of_status
from crawler.model import Listing, PictureOutcome, Sighting, stable_id
from crawler.pictures import PictureFolder
from crawler.revisits import pictures_digest, validators_of
from crawler.robots import UNREACHABLE
from crawler.sites import canonical_url
from crawler.targets import targets_of
from crawler.workspace import open_workspace


class PicturesPipeline:
    """Listing -> Sighting, with what became of every picture.

    Pictures pass the same downloader as pages: robots.txt, guard and politeness hold for them,
    on whatever host they lie.
    """

    def __init__(self, crawler: Crawler, folder: PictureFolder, sweep: str) -> None:
        self._crawler = crawler
        self._folder = folder
        self._sweep = sweep
        self._limit = crawler.settings.getint("MARKHOUND_PICTURES_PER_LISTING")
        self._fetched: dict[str, asyncio.Task[PictureOutcome] | PictureOutcome] = {}

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Bow out when no workspace is set (plain ``scrapy crawl``)."""
        workspace = crawler.settings.get("MARKHOUND_WORKSPACE")
        sweep = crawler.settings.get("MARKHOUND_SWEEP")
        if not workspace or not sweep:
            raise NotConfigured("no workspace: listings are only printed or exported")
        return cls(crawler, open_workspace(Path(workspace)).pictures, sweep)

    async def process_item(self, item: Listing) -> Sighting:
        """Return the sighting of the listing with its pictures' outcomes, in their order.

        :raises AsBeforeError: both are as they were
        """
        assert item.seen_at is not None
        images = list(dict.fromkeys(item.images))
        outcomes = await asyncio.gather(*(self._had(url) for url in images[: self._limit]))
        left_out = [
            PictureOutcome(url=url, sha256=None, problem=f"over the limit of {self._limit}")
            for url in images[self._limit :]
        ]
        pictures = (*outcomes, *left_out)
        revisits = targets_of(self._crawler).revisits
        if revisits is not None and revisits.is_as_looked_at(item.url, pictures):
            raise AsBeforeError(pictures_digest(pictures))
        return Sighting(
            id=stable_id("s", self._sweep, item.id),
            listing=item.id,
            sweep=self._sweep,
            seen_at=item.seen_at,
            record=item,
            pictures=pictures,
        )

    async def _had(self, url: str) -> PictureOutcome:
        key = canonical_url(url) or url
        known = self._fetched.get(key)
        if known is None:
            known = self._fetched[key] = asyncio.ensure_future(self._fetch(url))
        if isinstance(known, PictureOutcome):
            return replace(known, url=url)
        outcome = await asyncio.shield(known)
        # what is left of the task is its result: a sweep meets a million pictures
        self._fetched[key] = outcome
        return replace(outcome, url=url)

    async def _fetch(self, url: str) -> PictureOutcome:
        assert self._crawler.engine is not None
        try:
            request = Request(
                url,
                callback=NO_CALLBACK,
                headers=self._conditions(url),
                meta={"picture": True},
            )
        except ValueError as error:
            return PictureOutcome(url=url, sha256=None, problem=f"not a URL: {error}")
        try:
            response = await self._crawler.engine.download_async(request)
        except (SkipError, IgnoreRequest, *UNREACHABLE) as error:
            state, reason = outcome_of_failure(error)
            return PictureOutcome(url=url, sha256=None, problem=f"{state.value}: {reason}")
        return await self._kept(url, response)

    def _conditions(self, url: str) -> dict[str, str]:
        """Return what asks for a picture only if it changed, where we have it."""
        known = self._known(url)
        if known is None:
            return {}
        etag, last_modified, _ = known
        conditions = {"If-None-Match": etag, "If-Modified-Since": last_modified}
        return {name: value for name, value in conditions.items() if value}

    def _known(self, url: str) -> tuple[str | None, str | None, str] | None:
        revisits = targets_of(self._crawler).revisits
        known = None if revisits is None else revisits.stored.find_picture(url)
        return known if known and self._folder.touch(known[2]) else None

    async def _kept(self, url: str, response: Response) -> PictureOutcome:
        if response.status == 304 and (known := self._known(url)):
            return PictureOutcome(url=url, sha256=known[2])
        if response.status != 200:
            state, reason = outcome_of_status(response.status)
            return PictureOutcome(url=url, sha256=None, problem=f"{state.value}: {reason}")
        if not response.body:
            return PictureOutcome(url=url, sha256=None, problem="failed: empty answer")
        digest = await asyncio.to_thread(self._folder.keep, response.body)
        self._remember(url, response, digest)
        return PictureOutcome(url=url, sha256=digest)

    def _remember(self, url: str, response: Response, digest: str) -> None:
        revisits = targets_of(self._crawler).revisits
        etag, last_modified = validators_of(response)
        if revisits is not None and (etag or last_modified):
            revisits.unwritten.pictures.append((url, etag, last_modified, digest))
