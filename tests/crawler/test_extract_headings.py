"""Which element names the thing of a page that has no heading, and what is no part of a name."""

from __future__ import annotations

from decimal import Decimal

import pytest

from crawler.extract import parse_listing
from crawler.model import Listing

URL = "https://www.shop.example/item/31"
BUY = "<button>立即购买</button>"
ROW = '<div class="goods"><div class="goods-name">{}</div><b>￥{}.00</b>{}</div>'


def listing(body: str, title: str = "北门百货") -> Listing | None:
    return parse_listing(URL, f'<html lang="zh"><title>{title}</title><body>{body}</body></html>')


@pytest.mark.parametrize(
    "name",
    [
        "goods-title",
        "goods_name",
        "product-name",
        "product-title",
        "pro-name",
        "item-title",
        "detail-title",
        "name",
    ],
)
def test_what_is_called_a_name_where_the_thing_is_bought(name: str) -> None:
    found = listing(f'<div class="box"><div class="{name}">手工竹篮</div><b>￥59.00</b>{BUY}</div>')
    assert found is not None
    assert (found.title, found.price) == ("手工竹篮", Decimal("59.00"))


def test_without_a_price_or_a_control_it_names_nothing() -> None:
    assert listing('<div><div class="goods-name">手工竹篮</div><b>￥59.00</b></div>') is None
    assert listing(f'<div><div class="goods-name">手工竹篮</div>{BUY}</div>') is None


@pytest.mark.parametrize("bought", [(BUY, BUY, BUY), (BUY, "", ""), ("", "", BUY)])
def test_of_a_grid_nothing_is_the_heading(bought: tuple[str, ...]) -> None:
    rows = zip(("手工竹篮", "竹节笔筒", "藤编收纳箱"), (59, 19, 88), bought, strict=True)
    assert listing(f"<div>{''.join(ROW.format(*row) for row in rows)}</div>") is None


def test_a_grid_beside_the_thing_does_not_hide_it() -> None:
    others = "".join(ROW.format(name, 9, "") for name in ("竹节笔筒", "藤编收纳箱"))
    thing = f'<div class="info"><p class="goods-name">手工竹篮</p><b>￥59.00</b>{BUY}</div>'
    found = listing(f'<div class="page">{thing}</div><div class="list">{others}</div>')
    assert found is not None
    assert found.title == "手工竹篮"


def test_a_box_may_be_the_button() -> None:
    button = '<div class="btn-buy">立即购买</div>'
    found = listing(f'<div><p class="goods-name">手工竹篮</p><b>￥59.00</b>{button}</div>')
    assert found is not None
    assert found.title == "手工竹篮"
    words = '<div class="btn-buy">立即购买会员服务</div>'
    assert listing(f'<div><p class="goods-name">手工竹篮</p><b>￥59.00</b>{words}</div>') is None


def test_the_name_of_a_shop_is_no_heading() -> None:
    shop = '<div class="shop-card"><span class="name">青瓦书屋</span></div>'
    assert listing(f"<div>{shop}<b>￥59.00</b>{BUY}</div>") is None


def test_a_heading_that_is_a_price_is_none() -> None:
    body = "<h1>$12.00 <b>$9.50</b></h1><h1>Brass Bell</h1><button>Add to cart</button>"
    found = listing(body, "Brass Bell, Oldfield")
    assert found is not None
    assert (found.title, found.price) == ("Brass Bell", Decimal("9.50"))


@pytest.mark.parametrize(
    ("heading", "title", "sku"),
    [
        ('山间来信 <span class="tag">正版</span>', "山间来信", None),
        ('<i class="el-tag">自营</i>山间来信', "山间来信", None),
        ('Tarbet <span class="product_code_main">TL-9</span>', "Tarbet", "TL-9"),
        ("Tarbet<br><small>[TL-9]</small>", "Tarbet", "TL-9"),
        ("Tarbet <small>[2 kg]</small>", "Tarbet [2 kg]", None),
        ('Tarbet <span class="size-label">XL</span>', "Tarbet XL", None),
        ('<span class="label">Tarbet</span>', "Tarbet", None),
    ],
)
def test_labels_and_numbers_are_no_part_of_a_name(
    heading: str, title: str, sku: str | None
) -> None:
    found = listing(f"<h1>{heading}</h1><b>￥59.00</b>{BUY}")
    assert found is not None
    assert (found.title, found.sku) == (title, sku)


@pytest.mark.parametrize(
    "price",
    [
        "<div><i>¥</i><b>129</b><em>.50</em></div>",
        "<div>\n<i>¥</i>\n<b>129</b>\n<em>.50</em>\n</div>",
        "<div>¥ <b>129</b>.50</div>",
        "<div>￥<b>129</b><em>.</em><em>50</em></div>",
        '<p class="price"><span>¥</span> <span>129.</span> <span>50</span></p>',
    ],
)
def test_a_price_in_pieces_is_one(price: str) -> None:
    found = listing(f"<h1>手工竹篮</h1>{price}{BUY}")
    assert found is not None
    assert (found.price, found.currency) == (Decimal("129.50"), "CNY")


@pytest.mark.parametrize(
    "price",
    [
        '<p class="price">¥129<sup>50</sup></p>',
        '<p class="price">¥<span>129</span> <span class="cents">50</span></p>',
    ],
)
def test_raised_cents_are_no_hundreds(price: str) -> None:
    found = listing(f"<h1>手工竹篮</h1>{price}{BUY}")
    assert found is not None
    assert found.price == Decimal("129.50")


def test_a_price_without_a_sign_will_do_beside_a_name() -> None:
    found = listing(f'<p class="goods-name">手工竹篮</p><b class="goods-price">59.00</b>{BUY}')
    assert found is not None
    assert (found.title, found.price) == ("手工竹篮", Decimal("59.00"))


def test_a_heading_that_leads_home_is_the_shop() -> None:
    thing = f'<div><p class="goods-name">手工竹篮</p><b>￥59.00</b>{BUY}</div>'
    found = listing(f'<div class="top"><h1><a href="/">北门百货</a></h1></div>{thing}')
    assert found is not None
    assert found.title == "手工竹篮"


def test_a_base_price_is_the_price_where_there_is_no_other() -> None:
    base = '<p class="PricebasePrice">¥49.95</p>'
    sales = '<p class="PricesalesPrice">¥39.95</p>'
    for prices, amount in ((base, "49.95"), (base + sales, "39.95")):
        found = listing(f"<h1>手工竹篮</h1><div>{prices}</div>{BUY}")
        assert found is not None
        assert found.price == Decimal(amount)


def test_other_words_may_follow_an_isbn() -> None:
    found = listing(
        f"<h1>山间来信</h1><b>￥36.50</b>{BUY}<p>ISBN: 978-7-02-000220-7 作者: 林岚</p>"
    )
    assert found is not None
    assert found.gtin == "9787020002207"
