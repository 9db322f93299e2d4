"""Titles and headings that say that a page is gone, and those of things that sound so."""

from __future__ import annotations

import pytest
from parsel import Selector

from crawler.sameness import says_not_found, words_of_gone


def words(title: str, heading: str = "") -> str | None:
    page = f"<html><head><title>{title}</title></head><body><h1>{heading}</h1></body></html>"
    return words_of_gone(Selector(text=page, type="html").root)


@pytest.mark.parametrize(
    "title",
    [
        "404",
        "Not Found",
        "404 Not Found",
        "Error 404",
        "404 - Page not found",
        "Page Not Found | Kestrel & Finch",
        "404 Not Found – Kestrel",
        "Kestrel - Page not found",
        "This item no longer exists | Harwick",
        "Sorry, this product is no longer available",
        "The page you are looking for does not exist",
        "Seite nicht gefunden – Nordlicht",
        "Dieser Artikel ist nicht mehr verfügbar",
        "Page introuvable",
        "Página no encontrada | Tienda",
        "Страница не найдена",
        "抱歉，您访问的页面不存在",
        "该商品已下架",
        "商品不存在_北门百货",
        "お探しのページは見つかりません",
        "페이지를 찾을 수 없습니다",
    ],
)
def test_a_notice_says_so(title: str) -> None:
    assert words(title) == title
    assert words("Harwick", title) == title


@pytest.mark.parametrize(
    "title",
    [
        "Aurelio lamp no longer available in red",
        "Error 404 Aurelio T-shirt",
        "Error 404: Aurelio T-shirt",
        "Error 404 - Aurelio T-shirt",
        "Not Found Aurelio poster",
        "Not Found - Aurelio poster",
        "404 - Aurelio model car",
        "Peugeot 404 model",
        "奥雷利奥灯 红色已下架",
        "Harwick is not available at the moment",
        "Harwick",
        "",
    ],
)
def test_the_name_of_a_thing_proves_nothing(title: str) -> None:
    assert words(title) is None
    assert words("Harwick", title) is None


def test_such_a_name_is_a_hint_to_compare_the_page() -> None:
    assert says_not_found("Not Found Aurelio poster")
