"""What a shop program is to a sweep: how it is known, its catalogue read, its URLs understood.

Pure: a platform sees text and JSON, and says what to ask for next; the spider does the asking.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any
from urllib.parse import quote, urlsplit

from crawler.conventions import ANY_SHOP, Conventions
from crawler.errors import ExtractionError
from crawler.extract.draft import Draft
from crawler.extract.values import Locale, clean_text, currency_of, picture_url
from crawler.model import Listing
from crawler.sites import canonical_url, site_of

State = dict[str, Any]
"""What a step tells the next one; JSON, since a step may be asked after the process ended."""
MOST_STEPS = 1000
"""Answers of one catalogue that are asked for; a server that never ends is cut, and told."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Front:
    """The page by which a site is known: the first one that was had of it."""

    url: str
    """Absolute, as fetched."""
    text: str
    """Its source."""
    headers: str = ""
    """``name: value`` lines in lower case, those of cookies too."""
    language: str | None = None
    """BCP 47, as the page says."""
    find_folder: Callable[[], str | None] = lambda: None
    """Finds where most of the products that the page links to stand (``/product/``)."""

    @property
    def origin(self) -> str:
        """Scheme, host and port."""
        parts = urlsplit(self.url)
        return f"{parts.scheme}://{parts.netloc}"

    @property
    def locale(self) -> Locale:
        """Where the shop is, as far as it says."""
        chinese = (self.language or "").lower().startswith("zh")
        return Locale(
            language=self.language, host=urlsplit(self.url).hostname or "", chinese=chinese
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class Step:
    """One request for a part of a catalogue."""

    url: str
    state: State = field(default_factory=dict)
    query: Mapping[str, Any] | None = None
    """Posted as JSON; None = a plain GET."""
    label: str = ""
    """Short words, unique among the posts to one URL; the name under which it is told."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Answer:
    """What a step was answered: JSON, or nothing that could be read as such."""

    url: str
    """As asked."""
    data: Any
    state: State
    headers: Mapping[str, str] = field(default_factory=dict)
    """Names in lower case."""

    def number(self, header: str) -> int | None:
        """Return the number that a header holds; None when it holds none."""
        text = self.headers.get(header, "")
        return int(text) if text.isascii() and text.isdigit() else None


@dataclass(frozen=True, kw_only=True, slots=True)
class CataloguePage:
    """What an answer holds."""

    listings: Sequence[Listing] = ()
    steps: Sequence[Step] = ()
    """What to ask for next."""
    warnings: Sequence[str] = ()


class Platform:
    """A shop program. One object for all sites; what belongs to a site travels in the steps."""

    name: str
    hints: tuple[str, ...] = ("",)
    """In small letters, what must stand somewhere for ``sign`` to be found: that is seen sooner."""
    sign: re.Pattern[str]
    """In the source of a page, or its headers, and the program is known."""
    conventions: Conventions = ANY_SHOP
    """What its URLs mean, where they are not like everybody's."""
    has_catalogue = False
    search: str | None = None
    """Path of its search with ``{search_term_string}``, for fronts that only scripts can search."""

    def runs(self, front: Front) -> bool:
        """Tell whether the site runs this program."""
        return bool(self.sign.search(front.headers) or self.sign.search(front.text))

    def first_step(self, front: Front) -> Step | None:  # noqa: ARG002 (of those with a catalogue)
        """Return where its catalogue starts; None when it has none to ask for."""
        return None

    def read(self, answer: Answer) -> CataloguePage:
        """Read an answer.

        :raises ExtractionError: it is not what this program answers
        """
        raise NotImplementedError(f"{self.name} has no catalogue to read: {answer.url}")

    def instead(self, state: State) -> Step | None:  # noqa: ARG002 (of those with other ways)
        """Return what to ask for when a step was not answered; None = the pages must be read."""
        return None


def expected(data: object, kind: type, what: str) -> Any:  # noqa: ANN401 (JSON)
    """Return ``data`` when it is of that kind.

    :raises ExtractionError: it is not; ``what`` names it
    """
    if not isinstance(data, kind):
        got = str(data)[:80]
        raise ExtractionError(f"expected {what}, got {type(data).__name__} ({got})")
    return data


def records(data: object, what: str) -> list[Mapping[str, Any]]:
    """Return the objects of a JSON list.

    :raises ExtractionError: it is no list
    """
    return records_in(expected(data, list, what))


def records_in(data: object) -> list[Mapping[str, Any]]:
    """Return the objects of a JSON list; none when it is no list."""
    return [item for item in data if isinstance(item, dict)] if isinstance(data, list) else []


def read_from_api(url: str, title: object, **fields: Any) -> Listing | None:  # noqa: ANN401 (JSON)
    """Return a listing of the layer ``api``; None without a title or a URL that can be fetched."""
    address, name = canonical_url(url), clean_text(title)
    if address is None or name is None:
        return None
    draft = Draft()
    draft.add("api", {"url": address, "title": name, **fields})
    draft.add(None, {"site": site_of(address)})
    return draft.listing()


def path_part(text: str) -> str:
    """Return text as it stands in a path; half a surrogate pair, which none can hold, as ``?``."""
    return quote(text, errors="replace")


def pages_after_first(pages: int) -> tuple[range, list[str]]:
    """Return the pages to ask for after the first one, and what is told of those left out."""
    left_out = [f"only {MOST_STEPS} of {pages} pages of the interface are asked for"]
    return range(2, min(pages, MOST_STEPS) + 1), left_out if pages > MOST_STEPS else []


def pictures(base: str, addresses: Iterable[object]) -> tuple[str, ...]:
    """Return the pictures that can be fetched, each once, in their order."""
    urls = (picture_url(base, address) for address in addresses)
    return tuple(dict.fromkeys(url for url in urls if url))


def names(items: object, key: str = "name") -> tuple[str, ...]:
    """Return the names of a JSON list of objects, each once, in their order."""
    found = (clean_text(item.get(key), limit=200) for item in records_in(items))
    return tuple(dict.fromkeys(name for name in found if name))


def minor_units(amount: object, digits: int) -> Decimal | None:
    """Return an amount that is given in cents and the like (``1990`` of 2 digits -> 19.90)."""
    text = str(amount)
    if not (text.isascii() and text.isdigit()):
        return None
    return Decimal(text).scaleb(-digits)


def currency_in(front: Front, *patterns: re.Pattern[str]) -> str | None:
    """Return the currency that the front names first by one of the patterns' groups."""
    for pattern in patterns:
        if (found := pattern.search(front.text)) and (
            code := currency_of(found[1], front.locale)
        ) is not None:
            return code
    return None
