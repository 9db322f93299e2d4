"""What is read right on real product pages: price, sku, availability, brand, gtin, currency.

    python benchmarks/extraction.py --data PAGES [--half dev|test|all] [--errors]

``PAGES`` holds ``html/NAME.html.gz`` and ``truth.json``: NAME -> ``url`` and, for each field, the
list of values that are right. Values are compared in the manner of the public product extraction
benchmark, field by field:

- price: as a decimal number, exactly; what the truth holds is taken as it stands
- sku, brand, gtin: as text. Space around it does not count, nor does case in a brand, nor do zeros
  in front of a gtin
- availability: ``InStock``, or ``OutOfStock``. Ours is ``OutOfStock`` when it is that, ``SoldOut``
  or ``Discontinued``, and ``InStock`` when it is anything else; when we say nothing, it is nothing
- currency: our ISO 4217 code is right when the truth is that code, or a sign that it is written by
- nothing in the truth and nothing read: not counted. Something wrong: a false positive, and, where
  the truth has something, a false negative too. A page on which no listing is read gives nothing

Develop on the half ``dev`` only: a page belongs to it when the SHA-256 of its name is even. Every
site of which several pages are there is on both sides.
"""

from __future__ import annotations

import argparse
import hashlib
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from crawler.extract import PageReading, parse_page, saved_page
from crawler.extract.values import Locale, currency_of
from crawler.model import Listing

COUNTRIES = ("us", "ca", "au", "nz", "sg", "hk", "tw", "mx", "ar", "cl", "co", "in", "pk", "lk")
"""Where ``$`` and ``Rs`` mean something else each time."""
OUT = frozenset(("OutOfStock", "SoldOut", "Discontinued"))


def same_price(got: Decimal, right: str) -> bool:
    """Tell whether a price is that of the truth."""
    return got == Decimal(right.strip())


def same_text(got: str, right: str) -> bool:
    """Tell whether a text is that of the truth, apart from the space around it."""
    return got.strip() == right.strip()


def same_brand(got: str, right: str) -> bool:
    """Tell whether a brand is that of the truth, in capitals or not."""
    return " ".join(got.split()).casefold() == " ".join(right.split()).casefold()


def same_gtin(got: str, right: str) -> bool:
    """Tell whether two GTINs are the same number."""
    return got.lstrip("0") == right.strip().lstrip("0")


def same_availability(got: str, right: str) -> bool:
    """Tell whether both say that it can be had, or that it cannot."""
    return (got in OUT) == (right in OUT)


def same_currency(got: str, right: str) -> bool:
    """Tell whether a currency is the truth's, or written by the truth's sign somewhere."""
    sign = right.strip().strip("~.")
    return got == sign or any(
        got == currency_of(sign, Locale(host=f"shop.{country}")) for country in COUNTRIES
    )


COMPARE: Mapping[str, Callable[..., bool]] = {
    "price": same_price,
    "sku": same_text,
    "availability": same_availability,
    "brand": same_brand,
    "gtin": same_gtin,
    "currency": same_currency,
}


@dataclass(kw_only=True, slots=True)
class Score:
    """What became of one field on all pages."""

    right: int = 0
    wrong: int = 0
    missed: int = 0
    """Pages whose truth has the field, and that did not give it, wrong ones included."""

    def add(self, got: object, accepted: list[str], same: Callable[..., bool]) -> bool:
        """Count one page, and tell whether it is as it should be."""
        if got is None:
            self.missed += bool(accepted)
            return not accepted
        if any(same(got, right) for right in accepted):
            self.right += 1
            return True
        self.wrong += 1
        self.missed += bool(accepted)
        return False

    @property
    def precision(self) -> float:
        """The share of what was read that is right."""
        return self.right / (self.right + self.wrong) if self.right + self.wrong else 0.0

    @property
    def recall(self) -> float:
        """The share of what is there that was read right."""
        return self.right / (self.right + self.missed) if self.right + self.missed else 0.0

    @property
    def f1(self) -> float:
        """The harmonic mean of both."""
        total = self.precision + self.recall
        return 2 * self.precision * self.recall / total if total else 0.0


def half_of(name: str) -> str:
    """Return the half that a page belongs to, ``dev`` or ``test``, by its name alone."""
    return "test" if hashlib.sha256(name.encode()).digest()[-1] % 2 else "dev"


def read_pages(folder: Path, half: str) -> Iterator[tuple[str, PageReading, dict[str, list[str]]]]:
    """Yield the pages of a half: name, what was read, and the truth."""
    truth = json.loads((folder / "truth.json").read_text(encoding="utf-8"))
    for name, accepted in sorted(truth.items()):
        if half in ("all", half_of(name)):
            page = saved_page(accepted["url"], (folder / "html" / f"{name}.html.gz").read_bytes())
            yield name, parse_page(page.url, page.selector, source=page.text), accepted


def main() -> None:
    """Print a line for each field."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--data", type=Path, required=True, help="folder with html/ and truth.json")
    parser.add_argument("--half", choices=("dev", "test", "all"), default="dev")
    parser.add_argument("--errors", action="store_true", help="print what is wrong, page by page")
    arguments = parser.parse_args()
    scores = {field: Score() for field in COMPARE}
    pages = listings = warned = 0
    for name, reading, accepted in read_pages(arguments.data, arguments.half):
        pages += 1
        listings += reading.listing is not None
        warned += bool(reading.warnings)
        for field, same in COMPARE.items():
            got = _said(reading.listing, field)
            if not scores[field].add(got, accepted.get(field, []), same) and arguments.errors:
                layer = reading.listing.layers.get(field) if reading.listing else "no listing"
                print(f"{name[:8]} {field}: {got} ({layer}), not {accepted.get(field, [])}")
    print(f"{arguments.half}: {pages} pages, {listings} read as listings, {warned} with warnings")
    for field, score in scores.items():
        print(
            f"{field:<13} F1 {score.f1:.3f}  precision {score.precision:.3f}"
            f"  recall {score.recall:.3f}  ({score.right} right, {score.wrong} wrong,"
            f" {score.missed} missed)"
        )


def _said(listing: Listing | None, field: str) -> object:
    return None if listing is None else getattr(listing, field)


if __name__ == "__main__":
    main()
