"""Matching files without workspace, store or network (``markhound match``)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import date
from itertools import islice
from pathlib import Path

from crawler.errors import FileFormatError, InputError, PictureError, Problem
from crawler.formats import read_records
from crawler.model import Hit, Listing
from crawler.registry import check_registry
from matchers.judge import MatchSettings, Subject
from matchers.pictures import Fingerprint
from pipelines.matching import FingerprintIndex, build_matcher
from pipelines.sweep.decoding import Decoder
from pipelines.sweep.validate import listing_problems

BATCH = 500
"""Listings that are held in memory at once."""


class OfflineMatch:
    """A file of listings against a file of rights, a batch at a time.

    Both files are checked whole before anything is matched.

    :param images: whether pictures are compared; only files are, never URLs
    :param index: folder in which fingerprints of pictures are kept for the next time
    :raises FileFormatError: with every problem of the files, with line numbers
    """

    def __init__(
        self,
        listings: Path,
        registry: Path,
        *,
        images: bool = True,
        index: Path | None = None,
        on: date,
    ) -> None:
        if not listings.is_file():
            raise InputError(
                f"{listings}: expected a regular file, as it is read twice; got a pipe or a device"
            )
        file = check_registry(registry, on)
        problems = [p for _, p in _read(listings) if isinstance(p, Problem)]
        if problems or file.errors:
            raise FileFormatError([*file.errors, *problems])
        self._listings = listings
        self._images = images
        self._decoder = Decoder()
        self._index = FingerprintIndex(self._decoder, index)
        self.problems: Counter[str] = Counter()
        """What was not looked at, and how often."""
        rights = [
            (r, {i: file.picture_path(i) for i in r.images} if images else {})
            for _, r in file.rights
        ]
        self._matcher, left_out = build_matcher(rights, self._index, MatchSettings(), on)
        self.problems.update(left_out)
        self.listings = 0
        """How many listings were compared so far."""

    def hits(self) -> Iterator[Hit]:
        """Yield the hits, in the order of the listings."""
        lines = _read(self._listings)
        with self._decoder:
            while batch := [item for _, item in islice(lines, BATCH) if isinstance(item, Listing)]:
                subjects = [Subject(listing=item, pictures=self._pictures(item)) for item in batch]
                yield from self._matcher.match(subjects)
                self.listings += len(batch)
        self._index.save()

    def _pictures(self, listing: Listing) -> dict[str, Fingerprint]:
        prints: dict[str, Fingerprint] = {}
        for image in listing.images if self._images else ():
            if "://" in image:
                self.problems["a picture is a URL, and nothing is fetched here"] += 1
                continue
            try:
                prints[image] = self._index.read(self._listings.parent / image)
            except PictureError as error:
                self.problems[f"picture {image} is not matched: {error}"] += 1
            except OSError as error:
                self.problems[f"picture {image} cannot be read: {error.strerror}"] += 1
            except ValueError as error:
                self.problems[f"picture {image!r} is no path: {error}"] += 1
        return prints


def _read(path: Path) -> Iterator[tuple[int, Listing | Problem]]:
    for line, item in read_records(Listing, path, "a listing"):
        problems = list(listing_problems(item)) if isinstance(item, Listing) else []
        if not problems:
            yield line, item
        for message in problems:
            yield line, Problem(path=path, line=line, where="", message=message)
