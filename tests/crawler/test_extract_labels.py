"""Sellers, brands and codes that stand beside a label, one line at a time."""

from __future__ import annotations

from pathlib import Path

import pytest

from crawler.extract import parse_listing
from crawler.extract.labels import BRAND_KEY, CODE_KEY, GTIN_KEY
from crawler.model import Listing, Seller

PAGES = Path(__file__).resolve().parent.parent / "pages"
URL = "https://shop.northgate.example/p/1"
SHOP = "https://shop.northgate.example"


def with_line(line: str) -> Listing:
    page = (PAGES / "seller_lines.html").read_text().replace("<p>SELLER</p>", line)
    found = parse_listing(URL, page)
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("line", "seller"),
    [
        (
            '<p>Sold by 卖家 <a href="/s/4">Kettle &amp; Sons</a> ·'
            ' <a href="mailto:sales@kettle.example?subject=Hello">mail</a></p>',
            Seller(
                name="Kettle & Sons", url=f"{SHOP}/s/4", contacts=("mailto:sales@kettle.example",)
            ),
        ),
        (
            '<p>店铺 <a href="/shop/88">江南箱包</a> | <a href="tel:+86 10 1234">电话</a></p>',
            Seller(name="江南箱包", id="88", url=f"{SHOP}/shop/88", contacts=("tel:+86101234",)),
        ),
        (
            '<p>店铺：江南箱包 <a href="/shop/88">进店逛逛</a></p>',
            Seller(name="江南箱包", id="88", url=f"{SHOP}/shop/88"),
        ),
        (
            '<b>商家：</b><a href="/s/9">白鹿旗舰店</a>',
            Seller(name="白鹿旗舰店", url=f"{SHOP}/s/9"),
        ),
        ("<p>掌柜：云雀小筑</p>", Seller(name="云雀小筑")),
        ("<p><span>卖家</span><span>青瓷堂</span></p>", Seller(name="青瓷堂")),
        ("<p>Sold by Kettle &amp; Sons · Ships from Berlin</p>", Seller(name="Kettle & Sons")),
        ("<p>Seller: <b>Northgate, Inc.</b> (98% positive)</p>", Seller(name="Northgate, Inc.")),
        ("<p>Sold by Deal Barn and fulfilled by Corner</p>", Seller(name="Deal Barn")),
        (
            '<dl><dt>Seller</dt><dd><a href="/s/2">Deal Barn</a></dd></dl>',
            Seller(name="Deal Barn", url=f"{SHOP}/s/2"),
        ),
    ],
)
def test_a_seller_by_its_label(line: str, seller: Seller) -> None:
    found = with_line(line)
    assert (found.seller, found.layers["seller"]) == (seller, "page")


@pytest.mark.parametrize(
    "line",
    [
        '<p>Seller <a href="/help">Help</a></p>',
        '<p>Shop <a href="/all">everything</a></p>',
        "<p>Sold by weight</p>",
        "<p>Seller rating: 4.9</p>",
        "<p>店铺评分 4.9</p>",
    ],
)
def test_a_line_that_names_no_seller(line: str) -> None:
    assert with_line(line).seller is None


@pytest.mark.parametrize(
    ("line", "brand"),
    [
        ("<p>Brand: Harwick</p>", "Harwick"),
        ("<li>品牌：松雪</li>", "松雪"),
        ('<div>Brand: <a href="/b/1">Harwick</a> | all goods</div>', "Harwick"),
        ("<div><span>Brand</span> <span>Harwick</span></div>", "Harwick"),
        ("<table><tr><th>Brand</th><td>Harwick</td></tr></table>", "Harwick"),
        ("<table><tr><td>品牌</td><td>松雪</td><td>型号</td><td>T-9</td></tr></table>", "松雪"),
        ("<dl><dt>Marke</dt><dd>Harwick</dd></dl>", "Harwick"),
        ('<span class="product-brand">Harwick</span>', "Harwick"),
        ("<p>Brand new in its box</p>", None),
        ("<p>Brand: n/a</p>", None),
    ],
)
def test_a_brand_by_its_label(line: str, brand: str | None) -> None:
    assert with_line(line).brand == brand


@pytest.mark.parametrize(
    ("line", "sku"),
    [
        ("<p>Product code: HK-31</p>", "HK-31"),
        ("<p>〈商品編號：M6729〉</p>", "M6729"),
        ("<p>Код: 73556</p>", "73556"),
        ("<h4>Bestellnummer:</h4><div>79961</div>", "79961"),
        ("<p>SKU: A-1</p><p>SKU: B-2</p>", "A-1"),
        ('<b data-sku="A-1"></b><b data-sku="B-2"></b>', None),
        ("<p>Item number: see the label on its back</p>", None),
    ],
)
def test_an_article_number_by_its_label(line: str, sku: str | None) -> None:
    assert with_line(line).sku == sku


@pytest.mark.parametrize(
    ("line", "availability"),
    [
        ('<p class="stock">只剩 3 件，有货</p>', "InStock"),
        ('<p class="stock">在庫切れ</p>', "OutOfStock"),
        ("<p>Availability: Pre-order</p>", "PreOrder"),
        ("<p>庫存：0</p>", "OutOfStock"),
        ("", "InStock"),
    ],
)
def test_an_availability_in_words(line: str, availability: str) -> None:
    page = (PAGES / "seller_lines.html").read_text().replace("<p>SELLER</p>", line)
    if availability == "OutOfStock":
        page = page.replace("<button>", '<button disabled="">')
    found = parse_listing(URL, page)
    assert found is not None
    assert found.availability == availability


def test_a_control_that_is_off_says_nothing() -> None:
    page = (PAGES / "seller_lines.html").read_text().replace("<button>", '<button disabled="">')
    found = parse_listing(URL, page)
    assert found is not None
    assert found.availability is None


def test_every_key_of_a_table_is_of_one_kind() -> None:
    for key in ("Brand", "品牌", "EAN", "条形码", "货号", "SKU", "Art.Nr."):
        kinds = [pattern.fullmatch(key) is not None for pattern in (BRAND_KEY, GTIN_KEY)]
        assert sum(kinds) <= 1
        assert bool(CODE_KEY.fullmatch(key)) != kinds[0]
