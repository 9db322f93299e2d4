"""Third stage: compare a sighting with the registry."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Container, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Self

from scrapy.crawler import Crawler
from scrapy.exceptions import NotConfigured

from crawler.campaign import matching_of
from crawler.errors import PictureError
from crawler.model import Hit, PictureOutcome, Sighting, TargetKind
from crawler.store.rights import find_rights
from crawler.store.sweeps import load_sweep
from crawler.targets import targets_of
from crawler.workspace import Workspace, open_workspace
from matchers.judge import Matcher, MatchSettings, Subject
from matchers.pictures.lines import Line
from matchers.pictures.matches import PictureMatch
from pipelines.matching import (
    FingerprintIndex,
    PictureSearch,
    build_matcher,
    may_have_words,
)
from pipelines.sweep.decoding import Decoder
from pipelines.words import SHARES, WordSearch, open_word_search


@dataclass(frozen=True, kw_only=True, slots=True)
class MatchedSighting:
    """A sighting and the hits that were found on it."""

    sighting: Sighting
    hits: tuple[Hit, ...]
    complete: bool
    """Whether everything was compared that was to be, so that it need not be done again."""

    @property
    def url(self) -> str:
        """URL of the listing or page."""
        return self.sighting.record.url

    @property
    def target(self) -> TargetKind:
        """Whether it is of a listing or of a page."""
        return self.sighting.record.target


class MatchPipeline:
    """Sighting -> MatchedSighting. The index is built once, when the spider opens."""

    def __init__(self, crawler: Crawler, workspace: Workspace, sweep: str) -> None:
        self._crawler = crawler
        self._workspace = workspace
        self._sweep = sweep
        self._decoder = Decoder()
        # matching is bound to the processor: a second thread would gain nothing
        self._thread = ThreadPoolExecutor(1)
        self._matcher: Matcher
        self._search: PictureSearch
        self._words: WordSearch | None = None

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Bow out when no workspace is set (plain ``scrapy crawl``)."""
        folder = crawler.settings.get("MARKHOUND_WORKSPACE")
        sweep = crawler.settings.get("MARKHOUND_SWEEP")
        if not folder or not sweep:
            raise NotConfigured("no workspace: nothing to match with")
        return cls(crawler, open_workspace(Path(folder)), sweep)

    def open_spider(self) -> None:
        """Build the index of the campaign's rights; each one left out is a warning."""
        with self._workspace.store() as db:
            plan = load_sweep(db, self._sweep)
            rights = find_rights(db, self._workspace.pictures)
        covered = [r for r in rights if plan.campaign.covers(r.right)]
        targets = targets_of(self._crawler)
        if not covered:
            targets.warn("", "the registry holds no right for this campaign: nothing can be a hit")
        index = self._workspace.folder / "index"
        limits = matching_of(plan.campaign, self._workspace.config.matching)
        self._decoder = Decoder(
            hashes_only=limits.pictures == "hashes", descriptor=limits.descriptor
        )
        self._matcher, self._search, left_out = build_matcher(
            [(r.right, r.picture_files) for r in covered],
            FingerprintIndex(self._decoder, index),
            MatchSettings(cutoff=limits.cutoff, threshold=limits.threshold),
            plan.started_at.date(),
            index,
            {r.right.id: r.generic for r in covered if r.generic},
        )
        self._words = open_word_search(limits.words, self._matcher, limits.words_budget)
        for message in left_out:
            targets.warn("", message)

    async def process_item(self, item: Sighting) -> MatchedSighting:
        """Return the sighting with its hits; a picture that cannot be read is noted on it."""
        return await asyncio.get_running_loop().run_in_executor(self._thread, self._match, item)

    def close_spider(self) -> None:
        """End the worker processes, and say what was not read."""
        self._thread.shutdown()
        self._decoder.close()
        if self._words is not None:
            self._words.close()
            if unread := self._words.describe_unread():
                targets_of(self._crawler).warn("", unread)

    def _match(self, sighting: Sighting) -> MatchedSighting:
        found: dict[str, tuple[PictureMatch, ...]] = {}
        pictures: list[PictureOutcome] = []
        for picture in sighting.pictures:
            try:
                if picture.sha256 is not None:
                    path = self._workspace.pictures.path_of(picture.sha256)
                    found[picture.url] = self._search.find(path, picture.sha256)
            except PictureError as error:
                picture = replace(picture, problem=f"not matched: {error}")
                if may_have_words(error):
                    found[picture.url] = ()
            pictures.append(picture)
        subject = Subject(listing=sighting.record, pictures=found)
        hits = self._matcher.match([subject])
        if self._words is not None and found and sighting.record.target == "listing":
            lines = self._read_words(self._words, sighting, pictures, hits, found)
            if lines:
                hits = self._matcher.match([subject._replace(lines=lines)])
        return MatchedSighting(
            sighting=replace(sighting, pictures=tuple(pictures)),
            hits=tuple(hits),
            complete=all(self._is_done(picture) for picture in pictures),
        )

    def _is_done(self, picture: PictureOutcome) -> bool:
        """Tell whether a picture need not be looked at again as long as nothing changes.

        Its server may answer next time, and a budget of words that was used up is a new one then.
        """
        if picture.problem and picture.problem.startswith(("failed:", "blocked:")):
            return False
        return self._words is None or not self._words.is_unread(picture.sha256)

    def _read_words(
        self,
        search: WordSearch,
        sighting: Sighting,
        pictures: list[PictureOutcome],
        hits: Sequence[Hit],
        readable: Container[str],
    ) -> dict[str, tuple[Line, ...]]:
        """Return image -> the text in it; a picture that cannot be read is noted in its place.

        Listings come one by one, so a part of the budget is kept for likelier ones.
        """
        search.note(sighting.record, hits)
        rank = search.rank(sighting.record, hits)
        if rank is None:
            return {}
        last = math.ceil(search.budget * SHARES[rank])
        found: dict[str, tuple[Line, ...]] = {}
        for place, picture in enumerate(pictures):
            if picture.sha256 is None or picture.url not in readable:
                continue
            path = self._workspace.pictures.path_of(picture.sha256)
            try:
                if lines := search.find(path, last, picture.sha256):
                    found[picture.url] = lines
            except PictureError as error:
                pictures[place] = replace(picture, problem=f"its words are not read: {error}")
        return found
