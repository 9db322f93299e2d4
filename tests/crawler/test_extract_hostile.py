"""Pages made to hurt: what they say for machines is read all the same, and in bounded time."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from parsel import Selector

from crawler.extract import parse_page

PAGES = Path(__file__).resolve().parent.parent / "pages"
URL = "https://shop.northgate.example/p/1"
SECONDS = 20
"""Far more than any of these take (under 3); the same without bounds takes minutes."""

TOO_DEEP = '<div class="description stock price">' * 3_000
TOO_MANY = "<p>1 €</p>" * 60_000


@pytest.mark.parametrize("part", [TOO_DEEP, TOO_MANY])
@pytest.mark.parametrize("place", ["<head>", "</body>"])
def test_to_nest_or_to_swell_does_not_hide_the_data(part: str, place: str) -> None:
    page = (PAGES / "json_ld.html").read_text().replace(place, part + place)
    got = parse_page(URL, Selector(text=page, type="html"), source=page)
    assert got.listing is not None
    assert (got.listing.title, got.listing.sku) == ("Velmora Trail Shoe", "VT-10")
    assert "only its data for machines was read" in got.warnings[-1]
    assert got.unread is None


def test_opengraph_is_read_there_too() -> None:
    page = (PAGES / "opengraph.html").read_text().replace("</body>", TOO_DEEP)
    got = parse_page(URL, page)
    assert got.listing is not None
    assert got.listing.layers["price"] == "opengraph"


@pytest.mark.parametrize("part", [TOO_DEEP, TOO_MANY])
def test_without_data_such_a_page_is_told_to_be_unread(part: str) -> None:
    got = parse_page(URL, (PAGES / "plain_en.html").read_text().replace("</main>", part))
    assert got.listing is None
    assert got.unread is not None
    assert "over 300 deep or has over 50,000 elements" in got.unread


LARGE = {
    "places in each other": '<div class="description stock price sku">' * 250 + "<b></b>" * 49_000,
    "labels in each other": "<div>Seller" * 250 + "<b></b>" * 49_000,
    "labels in a row": "<span>Brand</span>" * 49_000,
    "tables in each other": "<table><tr><td>a</td><td>" * 70 + "<b></b>" * 49_000,
    "items in each other": '<div itemscope itemtype="https://schema.org/Product">' * 100
    + "<i itemprop=name>x</i>" * 49_000,
    "properties in each other": '<div itemscope itemtype="https://schema.org/Product">'
    + "<span itemprop=description>" * 240
    + "<i>x</i>" * 48_000,
}


@pytest.mark.parametrize("name", LARGE)
def test_the_largest_page_that_is_read_is_read_in_bounded_time(name: str) -> None:
    page = (PAGES / "plain_en.html").read_text().replace("</main>", LARGE[name])
    started = time.process_time()
    assert parse_page(URL, page).unread is None
    assert time.process_time() - started < SECONDS


def test_offers_that_name_each_other_come_to_an_end() -> None:
    offers = ",".join(['{"@id": "#o"}'] * 2_000)
    data = (
        f'{{"@graph": [{{"@type": "Product", "name": "Kettle", "offers": [{offers}]}},'
        f' {{"@id": "#o", "@type": "Offer", "lowPrice": 3, "offers": [{offers}]}}]}}'
    )
    started = time.process_time()
    got = parse_page(URL, f'<script type="application/ld+json">{data}</script><h1>Kettle</h1>')
    assert got.listing is not None
    assert time.process_time() - started < SECONDS


def test_items_that_refer_to_each_other_come_to_an_end() -> None:
    item = '<div id="{0}" itemscope itemref="{1}" itemtype="https://schema.org/Product">{2}</div>'
    named = '<b itemprop="name">Kettle</b><i itemprop="isRelatedTo" itemscope itemref="b"></i>'
    page = item.format("a", "b", named) + item.format("b", "a", named)
    assert parse_page(URL, page).listing is None


def test_an_item_takes_what_it_refers_to() -> None:
    page = (
        '<h1>Kettle</h1><div itemscope itemref="c" itemtype="https://schema.org/Product">'
        '<b itemprop="name">Kettle</b></div><p id="c">No. <i itemprop="sku">K-7</i></p>'
    )
    got = parse_page(URL, page)
    assert got.listing is not None
    assert (got.listing.sku, got.listing.layers["sku"]) == ("K-7", "microdata")
