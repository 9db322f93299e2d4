"""Matching files without workspace, store or network (``markhound match``)."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from itertools import islice
from pathlib import Path

from crawler.errors import FileFormatError, PictureError
from crawler.listing_file import ListingFile
from crawler.model import Hit, Listing
from crawler.pictures import WordsMode
from crawler.registry import check_registry
from matchers.judge import MatchSettings, Subject
from matchers.pictures.matches import PictureMatch
from pipelines.matching import FingerprintIndex, build_matcher, may_have_words
from pipelines.sweep.decoding import Decoder
from pipelines.words import Wanted, WordSearch, open_word_search

BATCH = 2000
"""Listings that are matched at once."""

_NO_PICTURES: Mapping[str, tuple[PictureMatch, ...]] = {}


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
        self.problems: Counter[str] = Counter()
        """What was not looked at, and how often."""
        rights = [
            (r, {i: file.picture_path(i) for i in r.images} if images else {})
            for _, r in file.rights
        ]
        prints = FingerprintIndex(self._decoder, index if images else None)
        self._matcher, self._search, left_out = build_matcher(rights, prints, settings, on, index)
        self.problems.update(left_out)
        self._words = open_word_search(words if images else "off", self._matcher, words_budget)
        self.listings = 0
        """How many listings were compared so far."""

    def hits(self) -> Iterator[Hit]:
        """Yield the hits, in the order of the listings."""
        listings = iter(self._listings)
        with self._decoder:
            while batch := list(islice(listings, BATCH)):
                subjects = [Subject(item, self._pictures(item)) for item in batch]
                hits = self._matcher.match_each(subjects)
                if self._words is not None:
                    self._read_words(self._words, subjects, hits)
                for found in hits:
                    yield from found
                self.listings += len(batch)
        if self._words is not None:
            self._words.close()
            if unread := self._words.describe_unread():
                self.problems[unread] += 1

    def _read_words(
        self, search: WordSearch, subjects: Sequence[Subject], hits: list[list[Hit]]
    ) -> None:
        """Read what the batch's share of the budget allows, and match those listings anew."""
        pictured = [place for place, subject in enumerate(subjects) if subject.pictures]
        for place in pictured:
            search.note(subjects[place].listing, hits[place])
        wanted = []
        for place in pictured:
            subject = subjects[place]
            rank = search.rank(subject.listing, hits[place])
            if rank is not None:
                score = max((hit.score for hit in hits[place]), default=0.0)
                files = {image: self._listings.path.parent / image for image in subject.pictures}
                wanted.append(Wanted(rank, score, place, files))
        batches = max(1, math.ceil((self._listings.count - self.listings) / BATCH))
        share = math.ceil((search.budget - search.spent) / batches)
        lines = search.read_batch(wanted, share, self._tell_unreadable)
        places = sorted(lines)
        again = [subjects[place]._replace(lines=lines[place]) for place in places]
        for place, found in zip(places, self._matcher.match_each(again), strict=True):
            hits[place] = found

    def _tell_unreadable(self, image: str, error: Exception) -> None:
        self.problems[f"words of the picture {image} are not read: {error}"] += 1

    def _pictures(self, listing: Listing) -> Mapping[str, tuple[PictureMatch, ...]]:
        if not (self._images and listing.images):
            return _NO_PICTURES
        found: dict[str, tuple[PictureMatch, ...]] = {}
        for image in listing.images:
            if "://" in image:
                self.problems["a picture is a URL, and nothing is fetched here"] += 1
                continue
            try:
                found[image] = self._search.find(self._listings.path.parent / image)
            except PictureError as error:
                self.problems[f"picture {image} is not matched: {error}"] += 1
                if may_have_words(error):
                    found[image] = ()
            except OSError as error:
                self.problems[f"picture {image} cannot be read: {error.strerror}"] += 1
            except ValueError as error:
                self.problems[f"picture {image!r} is no path: {error}"] += 1
        return found
