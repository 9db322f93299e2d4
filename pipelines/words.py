"""Which pictures are read for words: those where it pays, first, and no more than a budget.

Reading a picture takes as long as comparing two, so listings that are flagged anyway are passed
over, and the others come in the order of ``Rank``. What was not read for want of budget is counted.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from enum import IntEnum
from pathlib import Path
from typing import Final, NamedTuple

from crawler.errors import PictureError
from crawler.model import Hit, Listing
from crawler.pictures import WordsMode
from matchers.goods import covered_classes
from matchers.judge import Matcher
from matchers.pictures.lines import Line
from matchers.reading import Reading
from pipelines.matching import read_digest
from pipelines.sweep.words import LineReader, check_installed, is_installed


class Rank(IntEnum):
    """How much a listing promises; the first is read first."""

    WEAK_HIT = 0
    """Something of a right was found, and not enough to be flagged."""
    SELLER = 1
    """Another listing of its seller is flagged."""
    GOODS = 2
    """Its goods are of a class that some right covers."""
    OTHER = 3


SHARES: Final[Mapping[Rank, float]] = {
    Rank.WEAK_HIT: 1.0,
    Rank.SELLER: 0.75,
    Rank.GOODS: 0.75,
    Rank.OTHER: 0.5,
}
"""Of the budget of a sweep, which meets listings one by one: up to where each rank may spend it."""


class Wanted(NamedTuple):
    """A listing whose pictures may be read."""

    rank: Rank
    score: float
    """Of its best hit; 0 without one."""
    place: int
    """Of the listing among those that were matched together."""
    files: Mapping[str, Path]
    """Image as in ``Listing.images`` -> its file."""


class WordSearch:
    """Reads pictures for words as long as the budget lasts; the same bytes are read once."""

    def __init__(self, reader: LineReader, matcher: Matcher, budget: int) -> None:
        self._reader = reader
        self._known: dict[str, tuple[Line, ...] | str] = {}
        # a text says why the picture cannot be read
        self._unread: set[str] = set()
        self._sellers: set[tuple[str | None, str]] = set()
        self._classes = frozenset[int]().union(*map(covered_classes, matcher.rights))
        self.budget = budget
        """Pictures that are read at the most."""
        self.spent = 0
        """Pictures that were read."""

    @property
    def unread(self) -> int:
        """How many pictures were wanted and not read, as the budget was used up."""
        return len(self._unread)

    def note(self, listing: Listing, hits: Sequence[Hit]) -> None:
        """Remember the seller of a listing that is flagged."""
        seller = _seller_of(listing)
        if seller is not None and any(hit.flagged for hit in hits):
            self._sellers.add(seller)

    def rank(self, listing: Listing, hits: Sequence[Hit]) -> Rank | None:
        """Return how much a listing promises; None when it is flagged anyway."""
        if any(hit.flagged for hit in hits):
            return None
        if hits:
            return Rank.WEAK_HIT
        if _seller_of(listing) in self._sellers:
            return Rank.SELLER
        if self._classes and Reading(listing).find_goods(self._classes) is not None:
            return Rank.GOODS
        return Rank.OTHER

    def read_batch(
        self, wanted: Iterable[Wanted], allowed: int, tell: Callable[[str, Exception], None]
    ) -> dict[int, dict[str, tuple[Line, ...]]]:
        """Return place of a listing -> image -> the lines of text in it, where there are any.

        The first picture of each listing comes before the second ones of its rank.

        :param allowed: pictures that may be read at the most, beside those that are known
        :param tell: called with each image that cannot be read, and why
        """
        queue = [
            (one.rank, number, -one.score, one.place, image, path)
            for one in wanted
            for number, (image, path) in enumerate(one.files.items())
        ]
        last = min(self.budget, self.spent + allowed)
        found: dict[int, dict[str, tuple[Line, ...]]] = {}
        for _, _, _, place, image, path in sorted(queue, key=lambda item: item[:4]):
            try:
                lines = self.find(path, last)
            except (PictureError, OSError) as error:
                tell(image, error)
                continue
            if lines:
                found.setdefault(place, {})[image] = lines
        return found

    def find(self, path: Path, last: int, digest: str | None = None) -> tuple[Line, ...]:
        """Return the lines of text in a picture; none when the budget does not allow to read it.

        :param last: how much of the budget may be spent
        :param digest: SHA-256 of the file in hex, where it is known
        :raises PictureError: when the picture cannot be read
        :raises OSError: when the file cannot be read
        """
        digest = read_digest(path) if digest is None else digest
        known = self._known.get(digest)
        if known is None:
            if self.spent >= last:
                self._unread.add(digest)
                return ()
            self.spent += 1
            self._unread.discard(digest)
            try:
                known = self._reader.read(path)
            except PictureError as error:
                known = str(error)
            self._known[digest] = known
        if isinstance(known, str):
            raise PictureError(known)
        return known

    def is_unread(self, digest: str | None) -> bool:
        """Tell whether a picture was wanted and not read."""
        return digest in self._unread

    def describe_unread(self) -> str | None:
        """Say how many pictures were not read for want of budget; None when there are none."""
        if not self._unread:
            return None
        return (
            f"{self.unread:,} pictures of listings that are not flagged were not read for words:"
            f" the budget of {self.budget:,} is used up, or kept for likelier ones"
        )

    def close(self) -> None:
        """End the worker."""
        self._reader.close()


def open_word_search(mode: WordsMode, matcher: Matcher, budget: int) -> WordSearch | None:
    """Return what reads pictures for words; None when it is off, or not installed and not a must.

    :raises InputError: when it must be and is not installed
    """
    if mode == "off" or budget == 0 or not any(right.names for right in matcher.rights):
        return None
    check_installed(mode)
    if not is_installed():
        return None
    return WordSearch(LineReader(), matcher, budget)


def _seller_of(listing: Listing) -> tuple[str | None, str] | None:
    seller = listing.seller
    name = None if seller is None else seller.id or seller.name or seller.url
    return None if name is None else (listing.site, name)
