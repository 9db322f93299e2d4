from __future__ import annotations

import pytest
from parsel import Selector

from crawler.extract.growth import grows_by_script, says_load_more
from crawler.links import find_links

URL = "https://shop.example/lanterns"
LIST = "".join(f'<li><a href="/item/{n}-lantern"><img>Lantern {n}</a></li>' for n in range(6))


def grows(html: str, goods: str = LIST) -> bool:
    page = Selector(text=f"<html><body><ul>{goods}</ul>{html}</body></html>", type="html")
    return grows_by_script(page.root, find_links(page, URL))


@pytest.mark.parametrize(
    "words",
    [
        *("Load more", "LOAD MORE", " show  more products ", "Load 20 more", "View more items..."),
        *("加载更多", "查看更多商品", "点击加载更多", "載入更多", "もっと見る", "さらに表示する"),
        *("더 보기", "Mehr laden", "Weitere Artikel laden", "Voir plus", "Ver más productos"),
        *("Carica altri", "Carregar mais", "Meer laden", "Показать ещё", "Pokaż więcej"),
    ],
)
def test_words_of_a_button_that_makes_a_list_longer(words: str) -> None:
    assert says_load_more(words)


@pytest.mark.parametrize(
    "words",
    [
        *("More", "Add to cart", "Learn more about brass lanterns", "Read more", "加入购物车"),
        *("No more", "Mehr", "weiter", "Load more than forty characters of words into one button"),
    ],
)
def test_other_words(words: str) -> None:
    assert not says_load_more(words)


@pytest.mark.parametrize(
    "button",
    [
        "<button>Load more</button>",
        '<a href="#">加载更多</a>',
        '<a href="javascript:;">加载更多</a>',
        '<div role="button"><span>Mehr laden</span></div>',
        '<div class="load-more">Show more</div>',
        '<input type="button" value="Show more">',
        '<button aria-label="Load more"><svg></svg></button>',
        '<div class="infinite-scroll"></div>',
    ],
)
def test_a_list_whose_rest_no_link_leads_to(button: str) -> None:
    assert grows(button)


@pytest.mark.parametrize(
    "html",
    [
        "",
        '<a href="/lanterns?page=2">Load more</a>',
        '<button data-url="/lanterns?page=2">Load more</button>',
        '<button>Load more</button><a rel="next" href="/lanterns/page/2/">next</a>',
        "<div>You can load more of them in spring.</div>",
    ],
)
def test_a_list_that_is_whole_or_goes_on_by_links(html: str) -> None:
    assert not grows(html)


def test_a_page_without_goods_is_no_list() -> None:
    assert not grows("<button>Load more</button>", goods='<li><a href="/about">About us</a></li>')
