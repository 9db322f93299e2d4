"""A candidate: a listing and a right between which at least one name or picture was found."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

from crawler.model import FileLink, Listing, Right
from matchers.marks import NameMatch
from matchers.pictures.lines import Line
from matchers.pictures.matches import PictureMatch
from matchers.reading import Reading
from matchers.texts.index import PassageMatch


def _is_none(letters: str) -> bool:  # noqa: ARG001
    return False


class FoundName(NamedTuple):
    """A name of the right in one field of the listing."""

    field: str
    """``title``, ``brand`` or ``description``."""
    match: NameMatch


class FoundLine(NamedTuple):
    """A name of the right in a line of text that was read in a picture of the listing."""

    image: str
    """As in ``Listing.images``."""
    line: Line
    match: NameMatch
    before: str = ""
    """The line that stands above it in the same picture; empty where it is the first."""
    rivals: Sequence[tuple[Right, NameMatch]] = ()
    """All names in that line, of whichever right (this one too), ordered by span."""


class FoundPicture(NamedTuple):
    """A picture of the listing that copies one of the right's."""

    image: str
    """As in ``Listing.images``."""
    reference: str
    """As in ``Right.images``."""
    match: PictureMatch


class FoundFile(NamedTuple):
    """A name of the right in a link to a file, of a page."""

    file: FileLink
    text: str
    """The file's name, or the words of the link."""
    match: NameMatch


class Candidate(NamedTuple):
    """An unscored pair. A tuple, as ``NameMatch`` is one: there are as many of them."""

    listing: Listing
    right: Right
    names: tuple[FoundName, ...]
    pictures: tuple[FoundPicture, ...]
    watched: Callable[[str], bool] = _is_none
    """Whether some comparable letters are the name of a watched right."""
    rivals: Sequence[tuple[Right, NameMatch]] = ()
    """The first names in the title, of whichever right (this one too), ordered by span."""
    reading: Reading | None = None
    """What the words of the listing say; all candidates of one listing share it."""
    lines: tuple[FoundLine, ...] = ()
    """The right's names in the listing's pictures."""
    files: tuple[FoundFile, ...] = ()
    """The right's names in the links to files of a page."""
    passages: tuple[PassageMatch, ...] = ()
    """What the page's text, or the listing's description, has of the right's texts."""

    def read(self) -> Reading:
        """Return what the words of the listing say."""
        return self.reading or Reading(self.listing)
