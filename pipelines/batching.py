"""Matching many listings, a batch at a time: names, pictures that are files, words in pictures."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path

from crawler.errors import PictureError
from crawler.model import Hit, Listing
from matchers.judge import Matcher, Subject
from matchers.pictures.matches import PictureMatch
from pipelines.matching import PictureSearch, may_have_words
from pipelines.words import Wanted, WordSearch

BATCH = 2000
"""Listings that are matched at once."""

Pictured = tuple[Listing, Mapping[str, Path]]
"""A listing, and where the file of each of its pictures lies, of those that can be compared."""


class BatchMatching:
    """Matches listings whose pictures are files, and counts what was not looked at.

    :param words: reads text in pictures; its budget is shared by ``batches`` batches
    """

    def __init__(
        self, matcher: Matcher, search: PictureSearch, words: WordSearch | None, *, batches: int
    ) -> None:
        self._matcher = matcher
        self._search = search
        self._words = words
        self._left = batches
        self.problems: Counter[str] = Counter()
        """What was not looked at, and how often."""

    def match(self, batch: Sequence[Pictured]) -> list[list[Hit]]:
        """Return the hits of each listing, in the order of the listings."""
        subjects = [
            Subject(listing, self._find_pictures(files) if files else {})
            for listing, files in batch
        ]
        hits = self._matcher.match_each(subjects)
        if self._words is not None:
            self._read_words(self._words, batch, subjects, hits)
        self._left -= 1
        return hits

    def close(self) -> None:
        """End what reads words, and count what it did not read."""
        if self._words is not None:
            self._words.close()
            if unread := self._words.describe_unread():
                self.problems[unread] += 1

    def _read_words(
        self,
        search: WordSearch,
        batch: Sequence[Pictured],
        subjects: Sequence[Subject],
        hits: list[list[Hit]],
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
                files = {image: batch[place][1][image] for image in subject.pictures}
                wanted.append(Wanted(rank, score, place, files))
        share = math.ceil((search.budget - search.spent) / max(1, self._left))
        lines = search.read_batch(wanted, share, self._tell_unreadable)
        places = sorted(lines)
        again = [subjects[place]._replace(lines=lines[place]) for place in places]
        for place, found in zip(places, self._matcher.match_each(again), strict=True):
            hits[place] = found

    def _tell_unreadable(self, image: str, error: Exception) -> None:
        self.problems[f"words of the picture {image} are not read: {error}"] += 1

    def _find_pictures(self, files: Mapping[str, Path]) -> dict[str, tuple[PictureMatch, ...]]:
        found: dict[str, tuple[PictureMatch, ...]] = {}
        for image, path in files.items():
            try:
                found[image] = self._search.find(path)
            except PictureError as error:
                self.problems[f"picture {image} is not matched: {error}"] += 1
                if may_have_words(error):
                    found[image] = ()
            except OSError as error:
                self.problems[f"picture {image} cannot be read: {error.strerror}"] += 1
            except ValueError as error:
                self.problems[f"picture {image!r} is no path: {error}"] += 1
        return found
