"""State that a page hands to its scripts, read without running anything."""

from __future__ import annotations

import json
import time
from decimal import Decimal

import pytest
from parsel import Selector

from crawler.extract import parse_listing, parse_page
from crawler.extract.state import choose_thing, parse_state
from tests.crawler.test_extract import PAGES, URL, listing
from tests.crawler.test_extract_rules import changed

PRODUCT = {"name": "Ossling Jar", "price": 12.5, "currency": "EUR", "sku": "OJ-1"}
JSON = json.dumps(PRODUCT)


def with_script(script: str, title: str = "Ossling Jar") -> str:
    return f"<html><title>{title}</title><body><div id=app></div>{script}</body></html>"


def test_a_shell_is_read_from_its_state() -> None:
    found = listing("state_shell", "https://shop.northgate.example/p/harwick-kettle")
    assert (found.title, found.price, found.currency) == ("Harwick Kettle", Decimal("24.90"), "GBP")
    assert (found.brand, found.sku, found.gtin) == ("Harwick", "HK-2", "4006381333931")
    assert found.availability == "OutOfStock"
    assert found.images == (
        "https://shop.northgate.example/img/kettle-large.jpg",
        "https://shop.northgate.example/img/side.jpg",
    )
    assert set(found.layers.values()) == {"state", "page"}


def test_where_it_is_not_sure_which_product_is_the_pages_none_is() -> None:
    page = (PAGES / "state_shell.html").read_text(encoding="utf-8")
    got = parse_page("https://shop.northgate.example/p/another", page)
    assert (got.listing, got.needs_browser) == (None, True)
    two = page.replace('"slug": "pan"', '"slug": "harwick-kettle"')
    assert parse_listing("https://shop.northgate.example/p/harwick-kettle", two) is None


@pytest.mark.parametrize(
    "script",
    [
        f'<script>window.__INITIAL_STATE__ = {{"page": {JSON}}};</script>',
        f'<script>window.__APOLLO_STATE__={{"Product:1":{JSON}}}</script>',
        f'<script>var eContext = {{"product":{JSON}}};</script>',
        f"<script>window['__STATE__'] = JSON.parse({json.dumps(JSON)});</script>",
        f'<script>dataLayer.push({{"ecommerce":{{"products":[{JSON}]}}}});</script>',
        f'<script type="application/json" data-product-json>{JSON}</script>',
        '<script type="application/json" id="__NUXT_DATA__">[["Reactive",1],{"product":2},'
        '{"name":3,"price":4,"currency":5,"sku":6},"Ossling Jar",12.5,"EUR","OJ-1"]</script>',
    ],
)
def test_where_state_is_kept(script: str) -> None:
    found = parse_listing(URL, with_script(script))
    assert found is not None
    assert (found.price, found.currency, found.sku) == (Decimal("12.5"), "EUR", "OJ-1")
    assert found.layers["price"] == "state"


@pytest.mark.parametrize(
    ("more", "price"),
    [
        ({"price": 1250, "price_min": 1250, "handle": "jar"}, "12.5"),
        ({"price": {"centAmount": 1250, "fractionDigits": 2}}, "12.5"),
        ({"priceRange": {"minVariantPrice": {"amount": "12.5"}}, "price": None}, "12.5"),
        ({"price": "12,50 €"}, "12.5"),
        ({"salePrice": 10, "price": 12.5}, "10"),
    ],
)
def test_how_prices_are_written(more: dict[str, object], price: str) -> None:
    script = f'<script type="application/json">{json.dumps(PRODUCT | more)}</script>'
    found = parse_listing(URL, with_script(script))
    assert found is not None
    assert found.price == Decimal(price)


def test_state_fills_what_the_data_does_not_give_and_contradicts_it() -> None:
    page = (PAGES / "opengraph.html").read_text(encoding="utf-8")
    title = listing("opengraph").title
    other = {"name": title, "price": 1, "sku": "OG-7", "gtin": "4006381333931"}
    script = f'<script type="application/json">{json.dumps(other)}</script>'
    got = parse_page(URL, page.replace("</body>", f"{script}</body>"))
    assert got.listing is not None
    assert got.listing.layers["gtin"] == "state"
    assert any(w.startswith("price: opengraph says") and "state says 1" in w for w in got.warnings)


def test_broken_and_huge_state_is_passed_over_in_time() -> None:
    scripts = (
        "<script>window.__A_STATE__ = {broken</script>"
        f"<script type='application/json'>{'[' * 100_000}</script>"
        f"<script>{'__X__ = [' * 20_000}</script>"
        f"<script type='application/json'>[{','.join(['{}'] * 200_000)}]</script>"
    )
    started = time.process_time()
    root = Selector(text=with_script(scripts), type="html").root
    assert parse_state(root) == []
    assert time.process_time() - started < 5


def test_one_name_at_two_prices_is_two_things() -> None:
    twice = [PRODUCT, PRODUCT | {"price": 13}]
    assert choose_thing(twice, {"ossling jar"}, URL) is None
    assert choose_thing([PRODUCT, dict(PRODUCT)], {"ossling jar"}, URL) == PRODUCT
    assert choose_thing([PRODUCT], {"jars"}, URL) is None


def test_the_number_in_the_address_that_the_page_knows_its_thing_by() -> None:
    place = ("<button", '<a data-product-id="112233">x</a><button')
    page = changed("few_words", ("0638", ""), place)
    assert page.sku is None
    text = (PAGES / "few_words.html").read_text(encoding="utf-8").replace("0638", "")
    known = text.replace(*place)
    for address, sku in (("svetilka-112233.html", "112233"), ("svetilka-445566", None)):
        found = parse_listing(f"https://shop.northgate.example/p2020/{address}", known)
        assert found is not None
        assert (found.sku, found.layers.get("sku")) == (sku, sku and "url")
