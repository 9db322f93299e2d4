"""Invented pages that speak of things and prices and offer nothing, and neighbours that do."""

from __future__ import annotations

from pathlib import Path

import pytest

from crawler.extract import parse_listing

PAGES = Path(__file__).resolve().parent.parent / "pages" / "no_listings"
PATHS = {"cart_state": "/cart", "home": "/"}


def text_of(name: str) -> str:
    return (PAGES / f"{name}.html").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", sorted(path.stem for path in PAGES.glob("*.html")))
def test_it_is_no_listing(name: str) -> None:
    url = f"https://www.shop.example{PATHS.get(name, f'/x/{name}')}"
    assert parse_listing(url, text_of(name)) is None


def test_the_same_state_on_a_page_that_is_no_article_is_a_listing() -> None:
    page = text_of("blog_state").replace('content="article"', 'content="website"')
    assert parse_listing("https://www.shop.example/p/lamp", page) is not None
    assert parse_listing("https://www.shop.example/blog/lamp", page) is None


def test_a_thing_that_is_sold_out_and_has_no_control_is_a_listing() -> None:
    shop = "<title>Wool Hat</title><h1>Wool Hat</h1><b>£20.00</b><p>{}</p>"
    url = "https://www.shop.example/p/hat"
    for words in ("Sold out", "此商品已下架", "Out of stock"):
        found = parse_listing(url, shop.format(words))
        assert found is not None
        assert found.availability in ("OutOfStock", "SoldOut", "Discontinued")
    assert parse_listing(url, shop.format("Store pickup is unavailable")) is None
    assert parse_listing(url, shop.format("It was sold out, we hear.")) is None
