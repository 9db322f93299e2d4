"""The sample shop's catalogue: what is offered by whom, and which offers were planted."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Literal

from crawler.formats import parse_record

CATALOGUE = Path(__file__).with_name("catalogue.toml")

Truth = Literal["licensed", "innocent", "near_miss", "infringing"]
Markup = Literal["json-ld", "microdata", "rdfa", "plain"]
Fault = Literal["gone", "challenge", "broken_picture", "private"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Vendor:
    """Who sells in the sample shop."""

    id: str
    name: str
    """As the shop shows it, and as the rights name their licensees."""
    email: str
    about: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Offer:
    """One listing of the sample shop."""

    id: str
    title: str
    price: Decimal
    currency: Literal["CNY", "EUR"]
    category: str
    seller: str
    """Id of the vendor."""
    picture: str
    """Name of a drawing."""
    alteration: str = "none"
    """What was done to the picture."""
    markup: Markup
    """How the product page says what it offers."""
    truth: Truth
    description: str
    brand: str | None = None
    rights: tuple[str, ...] = ()
    """Ids of the rights infringed."""
    planted: tuple[str, ...] = ()
    """How the infringement is disguised."""
    fault: Fault | None = None
    """How the page (or its picture) misbehaves: such offers are not for matching."""
    also: str | None = None
    """A second path under which the page is served."""

    @property
    def path(self) -> str:
        """Where the page is; under ``/private/`` robots are not wanted."""
        return f"/private/p/{self.id}" if self.fault == "private" else f"/p/{self.id}"

    @property
    def language(self) -> str:
        """BCP 47, by the script of the title."""
        return "zh-CN" if any("\u4e00" <= c <= "\u9fff" for c in self.title) else "en"

    @property
    def price_text(self) -> str:
        """The price as people write it."""
        return f"{'¥' if self.currency == 'CNY' else '€'}{self.price:,.2f}"


@dataclass(frozen=True, kw_only=True, slots=True)
class Catalogue:
    """Everything that the sample shop sells."""

    seller: tuple[Vendor, ...]
    listing: tuple[Offer, ...]

    def vendor(self, offer: Offer) -> Vendor:
        """Return who sells ``offer``."""
        return next(vendor for vendor in self.seller if vendor.id == offer.seller)


@cache
def load_catalogue() -> Catalogue:
    """Return the bundled catalogue."""
    return parse_record(Catalogue, tomllib.loads(CATALOGUE.read_text(encoding="utf-8")))


def expected_hits(base_url: str) -> Mapping[str, frozenset[str]]:
    """Return the URL of every planted infringement, with the ids of the rights infringed.

    A page may rightly be a hit for further rights: a stolen photograph can show a logo.
    """
    return {
        base_url.rstrip("/") + offer.path: frozenset(offer.rights)
        for offer in load_catalogue().listing
        if offer.truth == "infringing"
    }


def not_expected(base_url: str) -> frozenset[str]:
    """Return the URLs of the licensed, innocent and near-miss listings that can be read."""
    return frozenset(
        base_url.rstrip("/") + offer.path
        for offer in load_catalogue().listing
        if offer.truth != "infringing" and offer.fault in (None, "broken_picture")
    )
