"""Matching files without workspace, store or network (``markhound match``)."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from datetime import date
from itertools import islice
from pathlib import Path

from crawler.errors import FileFormatError
from crawler.listing_file import ListingFile
from crawler.model import Hit, Listing
from crawler.pictures import WordsMode
from crawler.registry import check_registry
from matchers.judge import MatchSettings
from pipelines.batching import BATCH, BatchMatching
from pipelines.matching import FingerprintIndex, build_matcher
from pipelines.sweep.decoding import Decoder
from pipelines.words import open_word_search

_NO_FILES: Mapping[str, Path] = {}


class OfflineMatch:
    """A file of listings against a file of rights, a batch at a time.

    Both files are checked whole before anything is matched.

    :param images: whether pictures are compared; only files are, never URLs
    :param hashes_only: whether they are compared by hashes alone
    :param words: whether text in pictures is read; ``words_budget`` of them at the most
    :param descriptor: descriptor model that they are compared by besides; empty = none
    :param index: folder in which the index over names and the fingerprints of pictures are kept for
        the next time
    :param settings: what is kept and what is flagged
    :raises FileFormatError: with every problem of the files, with line numbers
    :raises InputError: when words must be read and what reads them is not installed
    """

    def __init__(
        self,
        listings: Path,
        registry: Path,
        *,
        images: bool = True,
        hashes_only: bool = False,
        words: WordsMode = "off",
        words_budget: int = 0,
        descriptor: str = "",
        index: Path | None = None,
        settings: MatchSettings,
        on: date,
    ) -> None:
        self._listings = ListingFile(listings)
        file = check_registry(registry, on)
        if self._listings.problems or file.errors:
            raise FileFormatError([*file.errors, *self._listings.problems])
        self._images = images
        self._decoder = Decoder(hashes_only=hashes_only, descriptor=descriptor)
        rights = [
            (r, {i: file.picture_path(i) for i in r.images} if images else {})
            for _, r in file.rights
        ]
        prints = FingerprintIndex(self._decoder, index if images else None)
        matcher, search, left_out = build_matcher(rights, prints, settings, on, index)
        budget = words_budget if images else 0
        self._matching = BatchMatching(
            matcher,
            search,
            open_word_search(words if images else "off", matcher, budget),
            batches=math.ceil(self._listings.count / BATCH),
        )
        self.problems = self._matching.problems
        """What was not looked at, and how often."""
        self.problems.update(left_out)
        self.listings = 0
        """How many listings were compared so far."""

    def hits(self) -> Iterator[Hit]:
        """Yield the hits, in the order of the listings."""
        listings = iter(self._listings)
        with self._decoder:
            while batch := list(islice(listings, BATCH)):
                for found in self._matching.match([(item, self._files(item)) for item in batch]):
                    yield from found
                self.listings += len(batch)
        self._matching.close()

    def _files(self, listing: Listing) -> Mapping[str, Path]:
        if not (self._images and listing.images):
            return _NO_FILES
        files: dict[str, Path] = {}
        for image in listing.images:
            if "://" in image:
                self.problems["a picture is a URL, and nothing is fetched here"] += 1
            else:
                files[image] = self._listings.path.parent / image
        return files
