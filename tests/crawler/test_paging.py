from __future__ import annotations

import dataclasses
import json

import pytest
from parsel import Selector

from crawler.conventions import ANY_SHOP, Conventions
from crawler.link import LinkKind
from crawler.links import find_link, find_links
from spiders.platforms import BY_NAME

HOST = "https://corner.example"
URL = f"{HOST}/c/kitchen"


def links(html: str, url: str = URL, conventions: Conventions = ANY_SHOP) -> dict[str, str]:
    page = Selector(text=f"<body>{html}</body>", type="html")
    found = find_links(page, url, conventions)
    return {link.url.removeprefix(HOST): link.kind.value for link in found}


@pytest.mark.parametrize(
    ("html", "url", "target"),
    [
        ('<div class="grid" data-next="/c/kitchen?page=2"></div>', URL, "/c/kitchen?page=2"),
        ('<div data-next-url="?after=k2"></div>', URL, "/c/kitchen?after=k2"),
        ('<ul data-next-page="3"></ul>', f"{URL}?page=2", "/c/kitchen?page=3"),
        ('<div data-next="2"></div>', URL, "/c/kitchen?page=2"),
        ('<div data-url="/list/{page}.html" class="more"></div>', f"{URL}/page/4/", "/list/5.html"),
        ('<button data-load-more-url="/more?from=24&limit=24">More</button>', URL,
         "/more?from=24&limit=24"),
        ('<button hx-get="/c/kitchen?page=2">Load more</button>', URL, "/c/kitchen?page=2"),
        ('<a class="load-more" href="#" data-href="/c/kitchen?p=2">Show more</a>', URL,
         "/c/kitchen?p=2"),
        ('<a href="?offset=48&limit=24">3</a>', f"{URL}?limit=24&offset=24",
         "/c/kitchen?limit=24&offset=48"),
        ('<a href="/c/kitchen/page/2/">2</a>', URL, "/c/kitchen/page/2/"),
        ('<a href="javascript:;" data-url="/s?cid=3&page=2">2</a>', URL, "/s?cid=3&page=2"),
        ('<p class="pager"><span data-url="/l-2.html">加载更多</span></p>', URL, "/l-2.html"),
    ],
)  # fmt: skip
def test_how_a_list_goes_on(html: str, url: str, target: str) -> None:
    assert links(html, url) == {target: "next"}


def test_what_is_known_of_a_link_goes_with_its_request() -> None:
    link = find_link(f"{HOST}/p/1")
    assert link is not None
    assert link.request_text(2) == '{"depth":2}'
    told = dataclasses.replace(link, rank=7, platform="shopify", lastmod="2026-11-01")
    assert told.priority == 7
    assert json.loads(told.request_text(1)) == {
        "depth": 1,
        "cb_kwargs": {"platform": "shopify"},
        "meta": {"lastmod": "2026-11-01"},
    }


@pytest.mark.parametrize(
    "html",
    [
        '<div data-url="/widget/reviews"></div>',
        '<div data-more="Read more."></div>',
        '<div data-next="true"></div>',
        '<span data-href="/p/kettle-7">kettle</span>',
        '<a href="?limit=96">96 a page</a>',
        '<div data-next="https://other.example/?page=2"></div>',
    ],
)
def test_attributes_that_lead_nowhere(html: str) -> None:
    assert links(html) == {}


@pytest.mark.parametrize(
    ("platform", "path", "expected"),
    [
        ("shopify", "/collections/pans/products/pan-1", ("/products/pan-1", "listing")),
        ("shopify", "/collections/pans/steel+new", None),
        ("opencart", "/index.php?route=product/product&path=20_27&product_id=42",
         ("/index.php?product_id=42&route=product%2Fproduct", "listing")),
        ("opencart", "/index.php?route=product/category&path=20",
         ("/index.php?path=20&route=product%2Fcategory", "list")),
        ("opencart", "/index.php?route=product/category&path=20&sort=p.price", None),
        ("zencart", "/index.php?main_page=product_info&cPath=1_2&products_id=3",
         ("/index.php?main_page=product_info&products_id=3", "listing")),
        ("zencart", "/index.php?main_page=product_reviews&products_id=3", None),
        ("prestashop", "/kettles/7-steel-kettle.html", ("/kettles/7-steel-kettle.html", "listing")),
        ("prestashop", "/12-kettles", ("/12-kettles", "list")),
        ("prestashop", "/content/4-about", None),
        ("oscar", "/catalogue/kettle_7/", ("/catalogue/kettle_7/", "listing")),
        ("oscar", "/catalogue/category/kitchen_2/", ("/catalogue/category/kitchen_2/", "list")),
        ("evershop", "/product/kettle", ("/product/kettle", "listing")),
        ("shopxo", "/index.php?s=/index/goods/index/id/12.html",
         ("/index.php?s=%2Findex%2Fgoods%2Findex%2Fid%2F12.html", "listing")),
        ("shopxo", "/search/index/category_id/5.html",
         ("/search/index/category_id/5.html", "list")),
        ("shopxo", "/search/index/category_id/5/brand_id/2.html", None),
        ("shopxo", "/search/index/wd/abc.html", None),
        ("woocommerce", "/product-category/kettles/?filter_size=9", None),
    ],
)  # fmt: skip
def test_what_urls_of_a_shop_program_mean(
    platform: str, path: str, expected: tuple[str, str] | None
) -> None:
    conventions = BY_NAME[platform].conventions
    found = links(f'<a href="{path}">x</a>', URL, conventions)
    assert found == ({} if expected is None else dict([expected]))
    link = find_link(HOST + path, conventions)
    if expected is None:
        assert link is None or link.kind is not LinkKind.LISTING
    else:
        assert link is not None
        assert (link.url.removeprefix(HOST), link.kind.value) == expected
