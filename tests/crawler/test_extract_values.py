from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.extract.values import (
    Locale,
    availability_of,
    clean_text,
    currency_of,
    gtin_of,
    is_chinese,
    parse_price,
    picture_url,
)


@pytest.mark.parametrize(
    ("text", "amount", "sign"),
    [
        ("1.299,00 €", "1299.00", "€"),
        ("£1,299.00", "1299.00", "£"),
        ("￥1，280．50", "1280.50", "¥"),
        ("99元", "99", "元"),
        ("1 299 kr", "1299", "kr"),
        ("CHF 1'299.–", "1299", "CHF"),
        ("12.5", "12.5", None),
        (19.9, "19.9", None),
        ("free", None, None),
        (None, None, None),
        (True, None, None),
    ],
)
def test_prices(text: object, amount: str | None, sign: str | None) -> None:
    assert parse_price(text) == (None if amount is None else Decimal(amount), sign)


@given(st.decimals(min_value=0, max_value=10**7, places=2))
def test_a_price_survives_the_german_way_of_writing_it(amount: Decimal) -> None:
    written = f"{amount:,.2f} €".translate(str.maketrans(",.", ".,"))
    assert parse_price(written) == (amount, "€")


@pytest.mark.parametrize(
    ("sign", "language", "host", "chinese", "code"),
    [
        ("£", "en", "a.example", False, "GBP"),
        ("$", "en-US", "a.example", False, "USD"),
        ("$", "en", "a.com.au", False, "AUD"),
        ("$", "fr-CA", "a.com", False, "CAD"),
        ("¥", "zh-CN", "a.example", True, "CNY"),
        ("￥", "ja", "a.example", False, "JPY"),
        ("元", "zh-TW", "a.com", True, "TWD"),
        ("RMB", None, "a.example", False, "CNY"),
        ("kr", "sv", "a.example", False, "SEK"),
        ("kr", "en", "a.example", False, None),
        ("eur", None, "", False, "EUR"),
        ("?", None, "", False, None),
    ],
)
def test_currencies(
    sign: str, language: str | None, host: str, chinese: bool, code: str | None
) -> None:
    assert currency_of(sign, Locale(language=language, host=host, chinese=chinese)) == code


@pytest.mark.parametrize(
    ("words", "name"),
    [
        ("https://schema.org/InStock", "InStock"),
        ("http://schema.org/LimitedAvailability/", "LimitedAvailability"),
        ("in stock", "InStock"),
        ("out of stock", "OutOfStock"),
        ("暂时无货", "OutOfStock"),
        ("库存：12", "InStock"),
        ("库存：0件", "OutOfStock"),
        ("nicht verfügbar", "OutOfStock"),
        ("ships from Utopia", None),
    ],
)
def test_availability(words: str, name: str | None) -> None:
    assert availability_of(words) == name


@pytest.mark.parametrize(
    ("text", "gtin"),
    [
        ("4006381333931", "4006381333931"),
        ("4 006381-333931", "4006381333931"),
        ("4006381333932", None),
        ("0000000000000", None),
        ("5000000001", None),
        (73513537, "73513537"),
    ],
)
def test_a_gtin_needs_its_check_digit(text: object, gtin: str | None) -> None:
    assert gtin_of(text) == gtin


@pytest.mark.parametrize(
    ("value", "url"),
    [
        ("/a b.jpg", "https://x.example/a%20b.jpg"),
        ("//cdn.example/a.webp?w=9", "https://cdn.example/a.webp?w=9"),
        ("data:image/gif;base64,R0lG", None),
        ("/icons/cart.svg", None),
        ("/img/placeholder.png", None),
        ("/img/iconic-lamp.png", "https://x.example/img/iconic-lamp.png"),
        ("http://[bad", None),
        ("", None),
    ],
)
def test_picture_urls(value: str, url: str | None) -> None:
    assert picture_url("https://x.example/p/1", value) == url


def test_text_loses_its_markup_and_entities() -> None:
    assert clean_text("<p>A &amp;amp; B</p><script>x()</script>\n <b>C</b>") == "A & B C"


@given(st.text(alphabet=st.characters(codec="utf-8"), max_size=200))
def test_cleaning_leaves_one_line(text: str) -> None:
    cleaned = clean_text(text)
    assert cleaned is None or (cleaned == " ".join(cleaned.split()) and cleaned)


def test_chinese_is_told_from_japanese() -> None:
    assert is_chinese("本店所有商品均为正品，支持七天无理由退货。")
    assert not is_chinese("当店の商品はすべて正規品です。返品できます。")
    assert not is_chinese("All goods are genuine.")
