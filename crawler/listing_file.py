"""Files of listings: checked whole, then read.

A file is JSON Lines, one listing per line (docs/reference/file-formats.md). Every problem of a file
is found in one go; a file with a problem is refused whole.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from crawler.errors import FileFormatError, InputError, Problem
from crawler.formats import read_records
from crawler.model import Listing
from crawler.sites import canonical_url

KEPT = 32 * 2**20
"""Bytes of the largest file whose listings are kept between check and use (they take about five
times as much memory); a larger file is parsed twice."""

_PLAIN_URL = re.compile(r"https?://[a-z0-9-]+(?:\.[a-z0-9-]+)+(?:/[!-~]*)?", re.IGNORECASE)
"""URLs that certainly have a canonical form, without the work of finding it."""
_is_plain_url = _PLAIN_URL.fullmatch


def listing_problems(listing: Listing) -> Iterator[str]:
    """Say what is wrong with a listing, from a page or from a file."""
    if _is_plain_url(listing.url) is None and canonical_url(listing.url) is None:
        yield f"expected an http(s) URL, got {listing.url!r:.80}"
    if not listing.title or listing.title.isspace():
        yield "the title is empty"
    if listing.price is not None and not (listing.price.is_finite() and listing.price >= 0):
        yield f"expected a price of 0 or more, got {listing.price}"


class ListingFile:
    """The listings of a file; when there is one with a problem, ``problems`` has all of them.

    :raises InputError: when it cannot be read, or not twice
    """

    def __init__(self, path: Path) -> None:
        if not path.is_file():
            raise InputError(
                f"{path}: expected a regular file, as it is read twice; got a pipe or a device"
            )
        self.path = path
        self.problems: list[Problem] = []
        self.count = 0
        """How many listings it has."""
        self._kept: list[Listing] | None = [] if path.stat().st_size <= KEPT else None
        kept = self._kept
        for item in _read(path):
            if isinstance(item, Problem):
                self.problems.append(item)
                continue
            self.count += 1
            if kept is not None:
                kept.append(item)

    def __iter__(self) -> Iterator[Listing]:
        """Yield the listings, in the order of the lines.

        :raises FileFormatError: at a problem, which may be one that came after the check
        """
        for item in _read(self.path) if self._kept is None else self._kept:
            if isinstance(item, Problem):
                raise FileFormatError([item])
            yield item


def _read(path: Path) -> Iterator[Listing | Problem]:
    for line, item in read_records(Listing, path, "a listing"):
        if isinstance(item, Problem) or _is_plain(item):
            yield item
        elif problems := list(listing_problems(item)):
            for message in problems:
                yield Problem(path=path, line=line, where="", message=message)
        else:
            yield item


def _is_plain(listing: Listing) -> bool:
    """Whether a listing certainly has no problem; most are so, and this is quickly seen."""
    price, title = listing.price, listing.title
    if price is not None and not (price.is_finite() and price >= 0):
        return False
    return bool(title) and not title.isspace() and _is_plain_url(listing.url) is not None
