"""Shops with an interface, swept over HTTP by the command: whole, once, and with few requests."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from tests.servers.command import run
from tests.servers.program_shop import ProgramShop, goods
from tests.servers.shop_programs import (
    DokanLike,
    MagentoLike,
    OldMagentoLike,
    ShopifyLike,
    VendureLike,
    WooLike,
)
from tests.servers.sweeping import read_no_words
from tests.servers.tiny_shop import Answer

PROGRAMS = (ShopifyLike, WooLike, DokanLike, MagentoLike, VendureLike)
WITH_PAGES = PROGRAMS[:4]
"""Those whose pages can be read without a browser."""
COUNT = 260
"""Goods of each shop: more than any of the interfaces lists at once."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Swept:
    """Shops, and what one sweep made of them."""

    shops: tuple[ProgramShop, ...]
    report: Mapping[str, Any]
    listings: tuple[Mapping[str, Any], ...]

    def urls(self, shop: ProgramShop) -> Counter[str]:
        found = (item["url"] for item in self.listings if item["site"] == shop.site)
        return Counter(url.removeprefix(shop.url) for url in found)

    def site(self, shop: ProgramShop) -> Any:
        return next(site for site in self.report["sites"] if site["site"] == shop.site)

    def told(self, shop: ProgramShop) -> list[str]:
        return [w["message"] for w in self.report["warnings"] if shop.site in w["url"]]


def sweep(folder: Path, *shops: ProgramShop) -> Swept:
    workspace, campaign = folder / "w", folder / "campaign.toml"
    run("init", workspace=workspace)
    read_no_words(workspace)
    seeds = ", ".join(f'"{shop.url}"' for shop in shops)
    campaign.write_text(
        f'name = "programs"\nseeds = [{seeds}]\nallow_private = true\n'
        "[limits]\npictures_per_listing = 0\n[politeness]\ndelay = 0.0\n"
    )
    report = run("sweep", campaign, "--json", workspace=workspace).json
    listings = run("listings", "--json", workspace=workspace).lines
    return Swept(shops=shops, report=report, listings=tuple(listings))


@pytest.fixture(scope="module")
def by_interface(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Swept]:
    with ExitStack() as stack:
        shops = tuple(stack.enter_context(program(goods(COUNT))) for program in PROGRAMS)
        yield sweep(tmp_path_factory.mktemp("open"), *shops)


@pytest.fixture(scope="module")
def closed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Swept]:
    """The same with interfaces that answer a refusal or a page, and one that robots.txt forbids."""
    forbidden = Answer("User-agent: *\nDisallow: /graphql\n")
    answers = (Answer(status=403), Answer("<h1>Sorry</h1>"), Answer(status=404), None)
    with ExitStack() as stack:
        shops = tuple(
            stack.enter_context(
                program(
                    goods(45),
                    closed=answer,
                    routes={} if answer else {"/robots.txt": forbidden},
                )
            )
            for program, answer in zip(WITH_PAGES, answers, strict=True)
        )
        old = stack.enter_context(OldMagentoLike(goods(45)))
        yield sweep(tmp_path_factory.mktemp("closed"), *shops, old)


@pytest.mark.parametrize("number", range(len(PROGRAMS)), ids=lambda n: PROGRAMS[n].__name__)
def test_every_listing_is_found_once_by_few_requests(by_interface: Swept, number: int) -> None:
    shop = by_interface.shops[number]
    assert by_interface.urls(shop) == {shop.path_of(good): 1 for good in shop.offered}
    site = by_interface.site(shop)
    assert site["listings"] == COUNT
    assert site["requests"] == sum(shop.requests.values()) + sum(shop.guesses.values())
    assert site["requests"] / site["listings"] < 0.12
    assert [path for path, count in shop.requests.items() if count > 1 and "api" not in path] == []
    assert by_interface.told(shop) == []


@pytest.mark.parametrize("number", range(len(PROGRAMS)), ids=lambda n: PROGRAMS[n].__name__)
def test_an_interface_tells_what_a_page_would(by_interface: Swept, number: int) -> None:
    shop = by_interface.shops[number]
    good = shop.offered[6]
    [item] = [i for i in by_interface.listings if i["url"] == f"{shop.url}{shop.path_of(good)}"]
    assert (item["title"], item["price"], item["currency"]) == (good.title, "10.07", "EUR")
    assert (item["sku"], item["availability"]) == ("K-7", "InStock")
    assert item["description"] == "Made of steel."
    assert item["category"] == ["Kettles"]
    assert item["layers"]["price"] == item["layers"]["url"] == "api"
    assert len(item["images"]) == 1
    assert not {"_600x600", "/cache/"} & set(item["images"][0])
    assert item["images"][0].split("?")[0].endswith(f"{good.slug}.jpg")


def test_a_marketplace_names_the_vendor_of_each_listing(by_interface: Swept) -> None:
    shop = by_interface.shops[2]
    found: dict[str, Any] = {
        i["url"]: i.get("seller") for i in by_interface.listings if i["site"] == shop.site
    }
    for good in shop.offered:
        seller = found[f"{shop.url}{shop.path_of(good)}"]
        if good.vendor == 0:
            assert seller is None
            continue
        assert (seller["name"], seller["id"]) == (f"Kettle House {good.vendor}", str(good.vendor))
        assert seller["contacts"] == [
            f"mailto:house{good.vendor}@kettles.example",
            "tel:+49301234",
        ]


@pytest.mark.parametrize("number", range(len(WITH_PAGES)), ids=lambda n: WITH_PAGES[n].__name__)
def test_a_closed_interface_is_told_and_pages_are_read(closed: Swept, number: int) -> None:
    shop = closed.shops[number]
    assert closed.urls(shop) == {shop.path_of(good): 1 for good in shop.offered}
    expected = (
        "the shopify interface is not read: HTTP 403; the site is read by its pages",
        "the woocommerce interface is not read: expected JSON, got text/html; charset=utf-8;"
        " the site is read by its pages",
        "the dokan interface is not read: HTTP 404; the site is read by its pages",
        "robots.txt forbids the magento interface; pages are read",
    )
    assert closed.told(shop) == [expected[number]]
    if number == 3:
        assert not any(path.startswith("/graphql") for path in shop.requests)


def test_an_interface_is_asked_in_the_way_that_it_takes(closed: Swept) -> None:
    shop = closed.shops[-1]
    assert closed.urls(shop) == {shop.path_of(good): 1 for good in shop.offered}
    assert not [path for path in shop.requests if path.startswith("/kettle-")]
    told = [
        message.removeprefix("the magento interface is not read: ") for message in closed.told(shop)
    ]
    assert told == [
        "HTTP 405",
        'the interface refuses the query: Cannot query field "media_gallery"',
        "HTTP 405",
    ]


def test_what_the_interface_does_not_list_is_found_all_the_same(tmp_path: Path) -> None:
    hidden = (3, 30)
    offered = [replace(good, listed=good.number not in hidden) for good in goods(40)]
    secret = replace(goods(41)[-1], listed=False)
    with ShopifyLike(offered, sitemap=[*offered, secret]) as shop:
        shop.routes[shop.path_of(secret)] = shop.product_page(secret)
        swept = sweep(tmp_path, shop)
        assert swept.urls(shop) == {shop.path_of(good): 1 for good in [*offered, secret]}
        pages = {path for path in shop.requests if path.startswith("/products/")}
        assert pages == {f"/products/kettle-{number}" for number in (*hidden, secret.number)}


def test_a_second_night_asks_for_catalogues_and_lists_alone(tmp_path: Path) -> None:
    offered = goods(120)
    with WooLike(offered[1:]) as shop:
        sweep(tmp_path, shop)
        shop.offered = offered
        asked = Counter(shop.requests)
        report = run(
            "sweep", tmp_path / "campaign.toml", "--json", workspace=tmp_path / "w"
        ).json  # fmt: skip
        asked = shop.requests - asked
    assert report["targets"]["seen"] >= 1
    [site] = report["sites"]
    assert site["listings"] == len(offered)
    assert not [path for path in asked if path.startswith("/product/")]
