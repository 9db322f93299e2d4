from __future__ import annotations

import time
from pathlib import Path
from urllib.parse import urljoin

import pytest
from hypothesis import given
from hypothesis import strategies as st
from parsel import Selector
from scrapy.http import HtmlResponse

from crawler.extract import page_of, parse_page
from crawler.link import Link, LinkKind
from crawler.links import MOST_LINKS, find_links, is_page
from crawler.menus import Menus
from crawler.sites import _is_canonical, _make_canonical

PAGES = Path(__file__).resolve().parent.parent / "pages"
SOLD = "<p>19.90 €</p><button>Add to cart</button>"
URL = "https://corner.example/c/kitchen"


def links(html: str, url: str = URL) -> dict[str, LinkKind]:
    return {link.url: link.kind for link in find_links(Selector(text=html, type="html"), url)}


def test_a_category_page_best_first() -> None:
    page = Selector(text=(PAGES / "category.html").read_text(), type="html")
    assert find_links(page, URL) == [
        Link(url="https://corner.example/p/kettle-7", kind=LinkKind.LISTING),
        Link(url="https://corner.example/p/pan-9", kind=LinkKind.LISTING),
        Link(url="https://corner.example/c/kitchen?page=2", kind=LinkKind.NEXT),
        Link(url="https://corner.example/c/garden", kind=LinkKind.LIST),
        Link(url="https://corner.example/about-us", kind=LinkKind.OTHER),
    ]


def test_priorities_follow_the_order() -> None:
    kinds = (LinkKind.LISTING, LinkKind.NEXT, LinkKind.LIST, LinkKind.OTHER)
    priorities = [Link(url=URL, kind=kind).priority for kind in kinds]
    assert priorities == sorted(priorities, reverse=True)
    assert len(set(priorities)) == len(kinds)


NO_USE = (
    *(
        "/cart",
        "/checkout/onepage",
        "/account/login.php",
        "/wishlist",
        "/p/1/reviews/",
    ),
    *(
        "/a.pdf",
        "/c/1?sort=price",
        "/c/1?order=asc",
        "/c/1?filter_size=9",
    ),
    *(
        "/c/1?selected_facets=x",
        "/?add-to-cart=9",
        "/index.php?route=account/login",
    ),
    *(
        "/index.php?main_page=shopping_cart",
        "/search/?q=a",
        "/c/1?limit=100",
    ),
    *(
        "/p/1?action=print",
        "/index.php?s=/index/user/login",
        "/bag",
        "/en/basket/",
        "/basket/add/5",
        "/print.php",
    ),
)


@pytest.mark.parametrize("url", NO_USE)
def test_pages_of_no_use(url: str) -> None:
    assert not is_page(f"https://corner.example{url}")


@pytest.mark.parametrize(
    "url", ["/bag/leather-tote", "/women/bag/", "/print/great-wave", "/basket/wicker-1", "/track/7"]
)
def test_goods_that_share_a_name_with_a_cart_are_pages(url: str) -> None:
    assert is_page(f"https://corner.example{url}")


@pytest.mark.parametrize(
    ("href", "kind"),
    [
        ("/product/harwick-kettle", LinkKind.LISTING),
        ("/index.php?route=product/product&product_id=40", LinkKind.LISTING),
        ("/item/10045.html", LinkKind.LISTING),
        ("/goods.php?goods_id=3", LinkKind.LISTING),
        ("/index.php?route=product/category&path=20", LinkKind.LIST),
        ("/index.php?cPath=3&main_page=index", LinkKind.LIST),
        ("/collections/kettles", LinkKind.LIST),
        ("/product-category/kettles/", LinkKind.LIST),
        ("/shop/page/2/", LinkKind.NEXT),
        ("/index.php?main_page=index&cPath=3&page=2", LinkKind.NEXT),
        ("/about", LinkKind.OTHER),
    ],
)
def test_what_a_link_leads_to(href: str, kind: LinkKind) -> None:
    assert list(links(f'<a href="{href}">x</a>').values()) == [kind]


def test_the_next_page_in_words_and_in_data() -> None:
    html = (
        '<div class="fenye"><a href="/list-3.html">下一页</a>'
        '<a href="javascript:;" data-url="/list?page=4">4</a></div><link rel="next" href="/more">'
    )
    assert set(links(html).items()) == {
        ("https://corner.example/list-3.html", LinkKind.NEXT),
        ("https://corner.example/list?page=4", LinkKind.NEXT),
        ("https://corner.example/more", LinkKind.NEXT),
    }


@pytest.mark.parametrize(
    ("url", "href", "target"),
    [
        ("/c/kitchen", "?page=2&sort=price&limit=24", "/c/kitchen?page=2"),
        ("/c/kitchen?sort=price", "?sort=price&page=3", "/c/kitchen?page=3&sort=price"),
        ("/search?q=kettle", "/search?q=kettle&page=2", "/search?page=2&q=kettle"),
        ("/catalogsearch/search/", "/catalogsearch/search/?p=2", "/catalogsearch/search/?p=2"),
        ("/c/kitchen", "/c/kitchen/page/14/", "/c/kitchen/page/14/"),
        ("/c/kitchen", "?start=48", "/c/kitchen?start=48"),
    ],
)
def test_pages_beyond_the_first_are_followed(url: str, href: str, target: str) -> None:
    found = links(f'<a rel="nofollow" href="{href}">x</a>', f"https://corner.example{url}")
    assert found == {f"https://corner.example{target}": LinkKind.NEXT}


@pytest.mark.parametrize(
    "html",
    [
        '<ul class="pagination"><li><a rel="nofollow" href="/list-3-2.html">2</a></li></ul>',
        '<nav aria-label="Pagination"><a href="/list-3-2.html"><span>2</span></a></nav>',
        '<button class="pager-next" data-url="/list-3-2.html">Load more</button>',
        '<div class="pages"><select><option value="/list-3-2.html">2</option></select></div>',
    ],
)
def test_pages_in_every_kind_of_pager(html: str) -> None:
    assert links(html) == {"https://corner.example/list-3-2.html": LinkKind.NEXT}


@pytest.mark.parametrize(
    "html",
    [
        '<a href="?page=2&filter_colour=red">2</a>',
        '<a href="/search?q=pan&page=2">2</a>',
        '<div class="pager"><a href="/cart">2</a></div>',
        '<button data-url="/p/kettle-1">Quick view</button>',
    ],
)
def test_a_page_number_opens_no_other_door(html: str) -> None:
    assert links(html) == {}


@given(
    st.from_regex(
        r"https?://[a-c1][a-c0-9-]{0,3}\.(example|com|1)(:80|:443|:[0-9]{1,5})?"
        r"(/[A-Ca-c0-9_~.-]{1,4}){1,4}/?",
        fullmatch=True,
    )
)
def test_what_is_canonical_at_a_glance_is_canonical(url: str) -> None:
    assert not _is_canonical(url) or _make_canonical(url) == url


def test_a_menu_and_facets_of_two_thousand_links_are_cheap() -> None:
    menu = "".join(f'<a href="/c/{n % 40}/sub-{n}">Sub {n}</a>' for n in range(1_000))
    facets = "".join(f'<a href="?colour={n}">{n}</a>' for n in range(1_000))
    page = Selector(text=f"<nav>{menu}</nav><aside>{facets}</aside>", type="html")
    first = find_links(page, URL)
    started = time.process_time()
    assert find_links(page, URL) == first
    assert len(first) == 2_000
    assert time.process_time() - started < 0.2  # 0.02 s; on the site's first page 0.1 s


def test_nofollow_is_kept_from_what_is_neither_listing_nor_list() -> None:
    html = '<a rel="nofollow" href="/product/a-1">a</a><a rel="nofollow" href="/imprint">b</a>'
    assert list(links(html)) == ["https://corner.example/product/a-1"]


def test_only_the_own_site_and_not_the_page_itself() -> None:
    html = (
        f'<base href="https://www.corner.example/x/"><a href="y">y</a><a href="{URL}#top">top</a>'
        '<a href="https://elsewhere.example/p/1">e</a><a href="http://[bad">b</a>'
    )
    assert list(links(html)) == ["https://www.corner.example/x/y"]


def test_a_listing_stays_one_when_the_menu_names_it_too() -> None:
    html = '<nav><a href="/product/kettle-7">k</a></nav><a class="c" href="/product/kettle-7">k</a>'
    assert links(html) == {"https://corner.example/product/kettle-7": LinkKind.LISTING}


def test_links_without_end_are_followed_to_a_bound() -> None:
    page = Selector(text="".join(f"<a href=/p/{n}>a</a>" for n in range(20_000)), type="html")
    assert len(find_links(page, "https://shop.example/")) == MOST_LINKS


def test_what_stands_on_every_page_is_returned_once() -> None:
    menus = Menus()
    first = links_of('<a href="/c/pans">Pans</a><a href="/p/7">7</a><a href="?page=2">2</a>', menus)
    again = links_of(
        '<a href="/c/pans">Pans</a><a href="/c/pots">Pots</a><a href="/p/7">7</a>'
        '<a href="/about">About</a><a href="?page=2">2</a>',
        menus,
    )
    assert {link.url for link in first} - {link.url for link in again} == {
        "https://corner.example/c/pans"
    }
    assert {"https://corner.example/c/pots", "https://corner.example/about"} <= {
        link.url for link in again
    }
    assert menus.of("https://other.example/c/pans") == set()


def test_menus_of_the_sites_met_last_are_kept() -> None:
    menus = Menus(most=2)
    menus.of("https://a.example/x").add("/a")
    menus.of("https://b.example/x").add("/b")
    assert menus.of("https://a.example/y") == {"/a"}
    menus.of("https://c.example/x")
    assert menus.of("https://b.example/x") == set()


def links_of(html: str, menus: Menus) -> list[Link]:
    page = Selector(text=f"<html><body>{html}</body></html>", type="html")
    url = "https://corner.example/c/kitchen"
    menu = menus.of(url)
    found = find_links(page, url, source=html, known=menu)
    menu.learn(found)
    return found


@pytest.mark.parametrize(
    "href",
    ["http://[x", "//[", "http://a.example:99999/", "http://℀.example/", "javascript:0", "data:,x"],
)
def test_a_base_that_is_no_address_counts_for_nothing(href: str) -> None:
    body = f'<base href="{href}"><h1>Bag 1</h1><a href="x/2">x</a>{SOLD}'
    page = page_of(HtmlResponse(URL, body=body.encode()))
    [link] = find_links(page, URL)
    assert link.url == urljoin(URL, "x/2")
    assert parse_page(URL, page).listing is not None


def test_pictures_start_at_the_base_of_the_page_too() -> None:
    body = f'<base href="/shop/"><h1>Bag 1</h1><img src="i/1.jpg">{SOLD}'
    listing = parse_page("https://a.example/p/1", body).listing
    assert listing is not None
    assert listing.images == ("https://a.example/shop/i/1.jpg",)
