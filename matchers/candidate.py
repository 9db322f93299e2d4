"""A candidate: a listing and a right between which at least one name or picture was found."""

from __future__ import annotations

from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from decimal import Decimal

from crawler.model import Listing, Right
from matchers.marks import NameMatch
from matchers.pictures import PictureMatch
from matchers.reading import Reading


@dataclass(frozen=True, kw_only=True, slots=True)
class FoundName:
    """A name of the right in one field of the listing."""

    field: str
    """``title``, ``brand`` or ``description``."""
    match: NameMatch


@dataclass(frozen=True, kw_only=True, slots=True)
class FoundPicture:
    """A picture of the listing that copies one of the right's."""

    image: str
    """As in ``Listing.images``."""
    reference: str
    """As in ``Right.images``."""
    match: PictureMatch


@dataclass(frozen=True, kw_only=True, slots=True)
class Candidate:
    """An unscored pair."""

    listing: Listing
    right: Right
    names: tuple[FoundName, ...]
    pictures: tuple[FoundPicture, ...]
    watched: AbstractSet[str] = frozenset()
    """Comparable letters of the names of all watched rights."""
    rivals: Sequence[tuple[Right, NameMatch]] = ()
    """The first names in the title, of whichever right (this one too), ordered by span."""
    reading: Reading | None = None
    """What the words of the listing say; all candidates of one listing share it."""
    usual_price: Decimal | None = None
    """What goods of this right usually cost, in the listing's currency, where that is known."""

    def read(self) -> Reading:
        """Return what the words of the listing say."""
        return self.reading or Reading(self.listing)
