from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from scrapy import Request
from scrapy.http import Headers, HtmlResponse, Response
from scrapy.responsetypes import responsetypes

from crawler.errors import BlockedError, ExtractionError, NeedsBrowserError, NotAPageError
from crawler.extract import parse_page
from crawler.link import Links
from crawler.model import Listing, PageWarning
from spiders.structured import StructuredSpider
from tests.servers.crawl import crawl
from tests.servers.tiny_shop import Answer, TinyShop, links_page, listing_page

PAGES = Path(__file__).resolve().parent.parent / "pages"
URL = "https://corner.example/c/kitchen"


def outputs(name: str) -> list[Any]:
    body = (PAGES / f"{name}.html").read_bytes()
    return list(StructuredSpider().parse(HtmlResponse(URL, body=body, encoding="utf-8")))


async def seeds(spider: StructuredSpider) -> list[str]:
    found: AsyncIterator[Request] = spider.start()
    return [request.url async for request in found]


def test_seeds_are_taken_in_their_canonical_form() -> None:
    spider = StructuredSpider(url=" https://A.example/x?utm_source=1#f\nhttps://b.example ")
    with pytest.raises(StopIteration) as done:
        seeds(spider).send(None)
    assert done.value.value == ["https://a.example/x", "https://b.example/"]


def test_a_listing_is_dated_and_carries_its_site() -> None:
    listing = next(output for output in outputs("json_ld") if isinstance(output, Listing))
    assert (listing.price, listing.site) == (Decimal("89.5"), "corner.example")
    assert listing.seen_at is not None
    assert listing.seen_at.tzinfo is not None


def test_a_list_yields_requests_that_put_listings_first() -> None:
    [found] = [output.links for output in outputs("category") if isinstance(output, Links)]
    assert found[0].url == "https://corner.example/p/kettle-7"
    assert found[0].priority > found[-1].priority


def test_what_is_broken_is_yielded_as_a_warning() -> None:
    warnings = [output for output in outputs("json_ld_broken") if isinstance(output, PageWarning)]
    assert [warning.url for warning in warnings] == [URL]


@pytest.mark.parametrize(
    ("name", "error"), [("challenge", BlockedError), ("shell", NeedsBrowserError)]
)
def test_a_page_that_is_none_raises_what_it_is(name: str, error: type[Exception]) -> None:
    with pytest.raises(error):
        outputs(name)


def test_a_picture_is_no_page() -> None:
    picture = Response(URL, headers={"Content-Type": "image/png"}, body=b"\x89PNG")
    with pytest.raises(NotAPageError, match="expected an HTML page, got image/png"):
        list(StructuredSpider().parse(picture))


@pytest.mark.parametrize("kind", ["application/xhtml+xml", "application/xml", "text/plain"])
def test_xhtml_is_a_page_under_any_type(kind: str) -> None:
    body = (PAGES / "page.xhtml").read_bytes()
    headers = {"Content-Type": kind}
    made = responsetypes.from_args(headers=Headers(headers), url=URL, body=body)
    [listing, _] = StructuredSpider().parse(made(URL, headers=headers, body=body))
    assert isinstance(listing, Listing)
    assert (listing.title, listing.brand) == ("Harwick Kettle", "Harwick")


def test_a_page_that_cannot_be_read_fails_after_its_links() -> None:
    body = '<a href="/p/kettle-7">k</a>' + "<div>" * 3_000
    found = StructuredSpider().parse(HtmlResponse(URL, body=body, encoding="utf-8"))
    followed = next(found)
    assert isinstance(followed, Links)
    assert followed.links[0].url == "https://corner.example/p/kettle-7"
    with pytest.raises(ExtractionError, match="nested over 300 deep"):
        next(found)


def test_a_whole_shop_over_http() -> None:
    goods = {f"/product/{n}": listing_page(f"Kettle {n}", price=f"{n}.50") for n in range(1, 7)}
    cut = list(goods)
    routes = {
        "/robots.txt": Answer("User-agent: *\nDisallow: /cart\n"),
        "/": links_page("/c/kettles?page=1", "/cart", "/c/kettles?page=1&sort=price"),
        "/c/kettles?page=1": links_page(*cut[:3], "/c/kettles?page=2"),
        "/c/kettles?page=2": links_page(*cut[3:], "/c/kettles?page=1", cut[0] + "?utm_source=x"),
        **goods,
    }
    with TinyShop(routes) as shop:
        found = crawl(shop.url)
        assert sorted(item["title"] for item in found) == [f"Kettle {n}" for n in range(1, 7)]
        assert {item["site"] for item in found} == {shop.site}
        assert set(shop.requests) == set(routes)
        assert set(shop.requests.values()) == {1}


def test_a_first_page_is_read_once(monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[str] = []

    def parse(url: str, *arguments: Any, **named: Any) -> Any:
        read.append(url)
        return parse_page(url, *arguments, **named)

    async def listings(spider: StructuredSpider, page: HtmlResponse) -> list[str]:
        found = [output async for output in spider.parse_seed(page)]
        return [output.title for output in found if isinstance(output, Listing)]

    monkeypatch.setattr("spiders.structured.parse_page", parse)
    spider = StructuredSpider()
    spider._met.add("corner.example")  # nothing is asked of the site
    body = (PAGES / "json_ld.html").read_bytes()
    page = HtmlResponse(URL, body=body, encoding="utf-8")
    assert len(asyncio.run(listings(spider, page))) == 1
    assert read == [URL]
