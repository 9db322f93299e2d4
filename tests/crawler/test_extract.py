"""Whole invented pages: what is a listing, what is none, and from which layer."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.extract import PageReading, parse_listing, parse_page
from crawler.model import Listing, Seller

PAGES = Path(__file__).resolve().parent.parent / "pages"
URL = "https://shop.northgate.example/p/1?utm_source=mail"


def reading(name: str, url: str = URL) -> PageReading:
    return parse_page(url, (PAGES / f"{name}.html").read_text(encoding="utf-8"))


def listing(name: str, url: str = URL) -> Listing:
    found = reading(name, url).listing
    assert found is not None
    return found


def test_json_ld_in_a_graph() -> None:
    found = listing("json_ld")
    assert (found.title, found.price, found.currency) == (
        "Velmora Trail Shoe",
        Decimal("89.5"),
        "GBP",
    )
    assert (found.brand, found.sku, found.gtin) == ("Velmora", "VT-10", "4006381333931")
    assert found.availability == "OutOfStock"  # of the offer with the lowest price
    assert found.seller == Seller(name="Northgate Outfitters", url="https://northgate.example/")
    assert found.category == ("Shoes",)
    assert found.description == "Light & dry."
    assert found.images == (
        "https://shop.northgate.example/img/velmora-1.jpg",
        "https://cdn.northgate.example/velmora-2.jpg",
    )
    assert found.attributes == {"Sole": "rubber"}
    assert found.layers["price"] == "json-ld"


def test_the_url_is_the_canonical_one_of_the_same_site() -> None:
    found = listing("json_ld")
    assert found.url == "https://shop.northgate.example/p/velmora-trail-shoe"
    assert (found.site, found.layers["url"]) == ("northgate.example", "canonical")


@pytest.mark.parametrize("canonical", ["/", "https://elsewhere.example/p/1", "javascript:1"])
def test_a_canonical_link_that_names_another_thing_is_ignored(canonical: str) -> None:
    page = (PAGES / "json_ld.html").read_text().replace("/p/velmora-trail-shoe", canonical)
    found = parse_listing(URL, page)
    assert found is not None
    assert found.url == "https://shop.northgate.example/p/1"
    assert "url" not in found.layers


def test_broken_json_ld_is_told_and_sloppy_json_ld_is_read() -> None:
    got = reading("json_ld_broken")
    assert got.listing is not None
    assert (got.listing.price, got.listing.currency) == (Decimal("1299.00"), "EUR")
    assert got.listing.description == "Zwei Zeilen"
    assert len(got.warnings) == 1
    assert got.warnings[0].startswith("JSON-LD block 1 cannot be read")


def test_microdata_is_filled_up_from_the_page() -> None:
    found = listing("microdata")
    assert (found.title, found.price, found.currency) == (
        "Lederkoffer Brennholt",
        Decimal("1299.00"),
        "EUR",
    )
    assert found.availability == "PreOrder"
    assert found.images == ("https://shop.northgate.example/p/bilder/koffer.jpg",)
    assert found.seller == Seller(
        name="Koffer-Kontor GmbH",
        id="koffer-kontor",
        url="https://shop.northgate.example/shop/koffer-kontor",
    )
    assert (found.sku, found.attributes["Farbe"], found.language) == ("BR-77", "Braun", "de-DE")
    assert (found.layers["price"], found.layers["sku"]) == ("microdata", "page")


def test_rdfa() -> None:
    found = listing("rdfa")
    assert (found.title, found.price, found.currency, found.sku) == (
        "Lampe Orvane",
        Decimal("45.90"),
        "EUR",
        "OR-3",
    )
    assert (found.availability, found.layers["title"]) == ("InStock", "rdfa")


def test_opengraph() -> None:
    found = listing("opengraph")
    assert (found.title, found.price, found.currency, found.brand) == (
        "Desk Clock Pellworth",
        Decimal("24.00"),
        "USD",
        "Pellworth",
    )
    assert (found.availability, found.layers["price"]) == ("InStock", "opengraph")


def test_a_plain_english_page() -> None:
    found = listing("plain_en")
    assert (found.title, found.price, found.currency) == (
        "Harwick Kettle",
        Decimal("1299.00"),
        "GBP",
    )
    assert (found.brand, found.sku, found.gtin) == ("Harwick", "5000000001", "4006381333931")
    assert (found.category, found.availability) == (("Kitchen",), "InStock")
    assert found.seller == Seller(
        name="Kettle & Sons", id="4", url="https://shop.northgate.example/seller/4"
    )
    assert found.images == (
        "https://shop.northgate.example/img/kettle-large.jpg",
        "https://shop.northgate.example/img/side-1200.jpg",
    )
    assert found.description is not None
    assert found.description.startswith("A copper kettle")
    assert found.layers["title"] == "page"


def test_a_plain_chinese_page() -> None:
    found = listing("plain_zh")
    assert (found.title, found.price, found.currency) == (
        "奥雷利奥真皮手提包 女士单肩",
        Decimal("1280.00"),
        "CNY",
    )
    assert (found.brand, found.sku, found.availability) == ("奥雷利奥", "AL-2026", "InStock")
    assert found.category == ("箱包", "手提包")
    assert found.seller == Seller(
        name="江南箱包专营店", id="88", url="https://shop.northgate.example/shop/88"
    )
    assert found.images == ("https://shop.northgate.example/s/bag_800.jpg",)
    assert found.attributes["材质"] == "牛皮"


@pytest.mark.parametrize(
    "name",
    ["json_ld_list", "category", "category_seo", "one_card", "cart", "review_form", "blog"],
)
def test_what_is_not_one_thing_for_sale_is_no_listing(name: str) -> None:
    got = reading(name)
    assert got == PageReading(listing=None)


@pytest.mark.parametrize(("name", "by"), [("challenge", "cloudflare"), ("challenge_zh", "captcha")])
def test_a_challenge_is_told_by_name(name: str, by: str) -> None:
    assert reading(name) == PageReading(listing=None, blocked_by=by)


def test_a_product_page_with_a_grid_of_related_goods_is_a_listing() -> None:
    found = listing("product_related")
    assert (found.title, found.price) == ("Velmora Trail Shoe", Decimal("89.50"))
    assert found.images == ("https://shop.northgate.example/img/velmora.jpg",)


def test_the_grid_alone_tells_a_list_from_a_product() -> None:
    page = (PAGES / "product_related.html").read_text()
    assert parse_listing(URL, page.replace("You may also like", "All our trail shoes")) is None


def test_what_the_data_lacks_is_read_from_labelled_lines() -> None:
    found = listing("labelled_lines")
    assert (found.title, found.brand, found.gtin) == ("Solwind Jug", "Solwind", "4006381333931")
    assert found.seller == Seller(name="Jug & Bowl")
    assert (found.availability, found.layers["availability"]) == ("InStock", "page")


def test_an_article_number_that_people_read_counts_before_the_data() -> None:
    found = listing("labelled_lines")
    assert (found.sku, found.layers["sku"]) == ("SJ-31", "page")


def test_marked_places_and_a_sign_beside_its_number() -> None:
    found = listing("marked_places")
    assert (found.price, found.currency, found.availability) == (Decimal(168), "CNY", "InStock")
    assert (found.brand, found.sku, found.gtin) == ("松雪", "TH-168", "4006381333931")
    assert found.attributes == {"品牌": "松雪", "产地": "景德镇"}


def test_microdata_fills_up_json_ld_of_the_same_thing_only() -> None:
    page = (
        '<script type="application/ld+json">{"@type": "Product", "name": "Jug",'
        ' "offers": {"price": "3", "priceCurrency": "EUR"}}</script><h1>Jug</h1>'
        '<div itemscope itemtype="https://schema.org/Product"><b itemprop="name">NAME</b>'
        '<i itemprop="brand">Solwind</i><i itemprop="sku">J-3</i></div>'
    )
    same = parse_listing(URL, page.replace("NAME", "Jug"))
    other = parse_listing(URL, page.replace("NAME", "Bowl"))
    assert same is not None
    assert other is not None
    assert (same.brand, same.sku, same.layers["brand"]) == ("Solwind", "J-3", "microdata")
    assert other.layers["title"] == "json-ld"
    assert "microdata" not in other.layers.values()


def test_a_shell_needs_a_browser() -> None:
    assert reading("shell") == PageReading(listing=None, needs_browser=True)


def test_a_product_page_that_loads_a_captcha_script_is_not_blocked() -> None:
    page = (PAGES / "json_ld.html").read_text()
    page = page.replace("</body>", "<form id=cf-chl>I am not a robot</form></body>")
    assert parse_page(URL, page).blocked_by is None


def test_a_product_without_anything_that_sells_it_is_no_listing() -> None:
    page = '<script type="application/ld+json">{"@type": "Product", "name": "Kettle"}</script>'
    assert parse_listing(URL, page + "<h1>Kettle</h1>") is None


@pytest.mark.parametrize("page", ["", " ", "<", "\x00", "<html></html>", "<!-- -->"])
def test_an_empty_page_is_nothing(page: str) -> None:
    assert parse_page(URL, page).listing is None


def test_data_nested_too_deeply_is_told() -> None:
    deep = '{"@type": "Product", "a": ' * 3000 + "1" + "}" * 3000
    got = parse_page(URL, f'<script type="application/ld+json">{deep}</script><h1>x</h1>')
    assert got.listing is None
    assert len(got.warnings) == 1


@given(st.text(max_size=300), st.text(max_size=60))
def test_no_page_raises(body: str, value: str) -> None:
    parse_page(
        URL,
        f'<html><meta property="og:type" content="product">'
        f'<meta property="og:title" content="{value}">'
        f'<h1>{body}</h1><img src="{value}" srcset="{body}"><p class="price">{value}{body}</p>'
        f'<a href="{value}">Add to cart</a>{body}',
    )


@given(
    st.recursive(
        st.none() | st.booleans() | st.floats(allow_nan=False) | st.text(max_size=8),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(
                st.sampled_from(
                    [
                        "@type",
                        "@id",
                        "@graph",
                        "name",
                        "offers",
                        "price",
                        "image",
                        "brand",
                        "seller",
                        "url",
                        "hasVariant",
                        "itemListElement",
                        "gtin",
                        "priceSpecification",
                    ]
                ),
                inner | st.sampled_from(["Product", "Offer", "BreadcrumbList", "AggregateOffer"]),
                max_size=6,
            )
        ),
        max_leaves=20,
    )
)
def test_no_json_ld_raises(data: object) -> None:
    text = json.dumps(data).replace("<", "\\u003c")
    parse_page(URL, f'<script type="application/ld+json">{text}</script><h1>x</h1>')
