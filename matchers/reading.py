"""What the words of a listing say, read once for all rights that are compared with it."""

from __future__ import annotations

from collections.abc import Container, Iterator
from functools import cache, cached_property
from typing import NamedTuple

from crawler.model import Listing
from matchers.lexicon import Said, Words
from matchers.normalize import fold
from matchers.vocabulary import load_sections

_MAX_ATTRIBUTE = 500
"""Characters of an attribute that are read."""


class Stated(NamedTuple):
    """Something that a listing states in a field, or in a part of it."""

    field: str
    span: tuple[int, int]
    text: str


class Reading:
    """The words of one listing; all but the title is read when it is first asked for, and kept."""

    def __init__(self, listing: Listing) -> None:
        self.listing = listing
        self.title = Words(listing.title)
        self.sections = self.title.sections
        """Those of which a phrase stands in the title or in the description."""
        if listing.description:
            self.sections |= self.description.sections

    @cached_property
    def description(self) -> Words:
        """Words of the description."""
        text = self.listing.description
        return Words(text) if text else _no_words()

    @cached_property
    def category(self) -> Words:
        """Words of the category, each part a clause of its own."""
        return Words(". ".join(self.listing.category))

    def find(self, section: str) -> Stated | None:
        """Return the first phrase of a section in the title, or else in the description."""
        if section not in self.sections:
            return None
        for field, words in (("title", self.title), ("description", self.description)):
            for said in words.said(section):
                return _state(field, words, said)
        return None

    @property
    def copies(self) -> Stated | None:
        """Word of copies that is no word for goods."""
        return self.find("copies")

    @property
    def excuse(self) -> Stated | None:
        """Excuse of a seller of copies."""
        return self.find("excuse")

    @property
    def perhaps_copies(self) -> Stated | None:
        """Word of copies that is a word for goods too."""
        return self.find("perhaps_copies")

    @property
    def weak_excuse(self) -> Stated | None:
        """Excuse that honest shops make too."""
        return self.find("weak_excuse")

    def find_goods(self, classes: Container[int] = range(100)) -> Stated | None:
        """Return the first words of category or title that speak of goods of some Nice classes.

        :param classes: all, unless told
        """
        if self.listing.category:
            found = _find_goods("category", self.category, classes)
            if found is not None:
                return found
        return _find_goods("title", self.title, classes)

    @cached_property
    def brand(self) -> Stated | None:
        """Brand field, or an attribute that takes its place; None when it names no brand."""
        for field, text in _brand_fields(self.listing):
            if fold(text).strip() not in _no_brand():
                return Stated(field, (0, len(text)), text)
        return None

    @cached_property
    def origins(self) -> tuple[Stated, ...]:
        """Places where the goods are said to come from, as the attributes and the title have it."""
        found = [
            Stated(f"attributes.{key}", (0, len(text)), text)
            for key, text in _attributes(self.listing, "origin_key")
        ]
        places = (_state_place(self.title, said) for said in self.title.said("made_in"))
        return (*found, *(place for place in places if place is not None))


@cache
def _no_words() -> Words:
    """Return the words of an empty text, which most listings have somewhere."""
    return Words("")


def find_brand_field(listing: Listing) -> tuple[str, str] | None:
    """Return field and text of the brand as the listing gives it, be it an attribute."""
    if not listing.brand and not listing.attributes:
        return None  # as of most
    return next(_brand_fields(listing), None)


def find_text(listing: Listing, field: str) -> str:
    """Return the text of a field; ``attributes.品牌`` is one of the attributes."""
    if field == "title":
        return listing.title
    name, _, key = field.partition(".")
    text = listing.attributes.get(key) if key else getattr(listing, name)
    return text or ""


def _brand_fields(listing: Listing) -> Iterator[tuple[str, str]]:
    if listing.brand and listing.brand.strip():
        yield "brand", listing.brand
    elif listing.attributes:
        for key, text in _attributes(listing, "brand_key"):
            yield f"attributes.{key}", text


def _attributes(listing: Listing, section: str) -> Iterator[tuple[str, str]]:
    for key, text in listing.attributes.items():
        if text.strip() and fold(key).strip() in _keys(section):
            yield key, text[:_MAX_ATTRIBUTE]


@cache
def _keys(section: str) -> frozenset[str]:
    return frozenset(fold(key) for key in load_sections("phrases")[section])


def _no_brand() -> frozenset[str]:
    return _keys("no_brand")


def _find_goods(field: str, words: Words, classes: Container[int]) -> Stated | None:
    for number, (start, end) in words.goods.items():
        if number in classes:
            return Stated(field, (start, end), words.text[start:end])
    return None


def _state(field: str, words: Words, said: Said) -> Stated:
    return Stated(field, (said.start, said.end), words.text[said.start : said.end])


_PLACE_LENGTH = 40
_PLACE_ENDS = frozenset("。；;|()（）[]【】!！?？\n")


def _state_place(words: Words, said: Said) -> Stated | None:
    """Return what stands after "made in" up to the end of its clause."""
    start = said.end
    while start < len(words.text) and words.folded[start] in " :：是为":
        start += 1
    end = start
    while end < min(len(words.text), start + _PLACE_LENGTH) and words.text[end] not in _PLACE_ENDS:
        end += 1
    return Stated("title", (start, end), words.text[start:end]) if end > start else None
