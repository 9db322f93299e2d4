"""Fields that two layers give differently are told; other ways to write the same are not."""

from __future__ import annotations

from decimal import Decimal

import pytest

from crawler.extract import parse_page
from crawler.extract.contradictions import find_contradiction
from crawler.extract.draft import Draft
from tests.crawler.test_extract import PAGES, URL, reading


@pytest.mark.parametrize(
    ("field", "one", "other"),
    [
        ("price", Decimal("19.90"), Decimal("24.90")),
        ("currency", "EUR", "USD"),
        ("availability", "InStock", "SoldOut"),
        ("brand", "Harwick", "Orvane"),
        ("sku", "A-1", "B-2"),
        ("gtin", "4006381333931", "4006381333948"),
        ("title", "Harwick kettle", "Orvane lamp"),
    ],
)
def test_contradictions_name_both_layers_and_values(field: str, one: object, other: object) -> None:
    said = find_contradiction(field, "json-ld", one, "opengraph", other)
    assert said == f"{field}: json-ld says {one}, opengraph says {other}"
    assert find_contradiction(field, "json-ld", one, "json-ld", other) is None


@pytest.mark.parametrize(
    ("field", "one", "other"),
    [
        ("price", Decimal("19.90"), Decimal("19.9")),
        ("availability", "InStock", "LimitedAvailability"),
        ("brand", "HARWICK", "Harwick Ltd."),
        ("sku", "466/7999", "4667999"),
        ("gtin", "04006381333931", "4006381333931"),
        ("title", "Harwick kettle, 2 l", "Kettle 2 L - Harwick | Corner Store"),
        ("description", "One", "Another"),
    ],
)
def test_what_is_written_otherwise_is_no_contradiction(
    field: str, one: object, other: object
) -> None:
    assert find_contradiction(field, "microdata", one, "opengraph", other) is None


def test_a_variants_number_beside_the_products_is_none() -> None:
    assert find_contradiction("sku", "json-ld", "84-35", "page", "1002/710") is None


def test_what_is_assumed_contradicts_nothing() -> None:
    draft = Draft()
    draft.add("json-ld", {"availability": "SoldOut"})
    draft.add("assumed", {"availability": "InStock"})
    assert draft.contradictions == []


def test_a_page_that_shows_another_price_than_its_data_warns() -> None:
    page = (PAGES / "sizes_apart.html").read_text(encoding="utf-8")
    assert parse_page(URL, page).warnings == ("brand: json-ld says Harwick, page says Orvane",)
    shown = page.replace("69.95 EUR", "12.95 EUR")
    assert "price: json-ld says 69.95, page says 12.95" in parse_page(URL, shown).warnings


def test_microdata_is_compared_with_complete_json_ld() -> None:
    page = (PAGES / "json_ld.html").read_text(encoding="utf-8")
    item = (
        '<div itemscope itemtype="https://schema.org/Product"><b itemprop="name">Velmora Trail Shoe'
        '</b><i itemprop="brand">Orvane</i></div>'
    )
    warnings = parse_page(URL, page.replace("</body>", f"{item}</body>")).warnings
    assert warnings == ("brand: json-ld says Velmora, microdata says Orvane",)


def test_the_invented_pages_are_at_one_with_themselves() -> None:
    contradicting = {p.stem for p in PAGES.glob("*.html") if reading(p.stem).warnings}
    assert contradicting == {"auction", "json_ld_broken", "sizes_apart"}
