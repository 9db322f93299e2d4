from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import urlopen

import pytest
from PIL import Image, UnidentifiedImageError

from console.demo import (
    DemoShop,
    expected_hits,
    load_catalogue,
    load_rights,
    not_expected,
    write_registry,
)
from console.demo.catalogue import Offer
from console.demo.pages import CATEGORIES
from console.demo.pictures import ALTERATIONS, LOGOS, PICTURES
from crawler.registry import check_registry

CATALOGUE = load_catalogue()
OFFERS = {offer.id: offer for offer in CATALOGUE.listing}


@pytest.fixture(scope="module")
def shop() -> Iterator[DemoShop]:
    with DemoShop() as shop:
        yield shop


def _get(shop: DemoShop, path: str) -> str:
    with urlopen(shop.url + path) as answer:
        return str(answer.read().decode())


def _status(shop: DemoShop, path: str) -> tuple[int, str]:
    with pytest.raises(HTTPError) as caught:
        _get(shop, path)
    with caught.value as error:
        return error.code, error.read().decode()


def _products(page: str) -> list[str]:
    cards = page.split('<ul class="cards">', 1)[1]
    return re.findall(r'<li><a href="([^"?]+)', cards)


def _an_offer(markup: str) -> Offer:
    return next(o for o in CATALOGUE.listing if o.markup == markup and not o.fault and o.brand)


# the data


def test_the_catalogue_is_consistent() -> None:
    rights = {right.id for right in load_rights()}
    vendors = {vendor.id for vendor in CATALOGUE.seller}
    assert len(OFFERS) == len(CATALOGUE.listing)
    for offer in CATALOGUE.listing:
        assert offer.picture in PICTURES
        assert offer.alteration in ALTERATIONS
        assert offer.category in CATEGORIES
        assert offer.seller in vendors
        assert set(offer.rights) <= rights
        assert bool(offer.rights) == bool(offer.planted) == (offer.truth == "infringing")


def test_every_kind_of_case_is_there() -> None:
    truths = Counter(offer.truth for offer in CATALOGUE.listing if not offer.fault)
    assert min(truths["licensed"], truths["infringing"]) >= 14
    assert truths["innocent"] >= 20
    assert truths["near_miss"] >= 8
    assert {o.markup for o in CATALOGUE.listing} == {"json-ld", "microdata", "rdfa", "plain"}
    assert {o.currency for o in CATALOGUE.listing} == {"CNY", "EUR"}
    assert {o.language for o in CATALOGUE.listing} == {"zh-CN", "en"}


def test_every_right_is_infringed_and_licensed_somewhere() -> None:
    infringed = {right for offer in CATALOGUE.listing for right in offer.rights}
    sellers = {vendor.name for vendor in CATALOGUE.seller}
    for right in load_rights():
        assert right.id in infringed
        assert {licensee.seller for licensee in right.licensees} <= sellers


def test_genuine_goods_are_sold_by_licensees() -> None:
    licensees = {who.seller for right in load_rights() for who in right.licensees}
    for offer in CATALOGUE.listing:
        seller = CATALOGUE.vendor(offer).name
        if offer.truth == "licensed":
            assert seller in licensees
        if offer.truth == "infringing":
            own = {who.seller for r in load_rights() if r.id in offer.rights for who in r.licensees}
            assert seller not in own


def test_innocents_do_not_show_protected_pictures() -> None:
    protected = {Path(image).stem for right in load_rights() for image in right.images}
    shown = {o.picture for o in CATALOGUE.listing if o.truth in ("innocent", "near_miss")}
    assert not protected & shown


def test_expectations_are_complete_and_apart() -> None:
    planted, others = expected_hits("http://shop.example/"), not_expected("http://shop.example")
    assert not planted.keys() & others
    faulty = [o for o in CATALOGUE.listing if o.fault and o.fault != "broken_picture"]
    assert len(planted) + len(others) + len(faulty) == len(OFFERS)
    assert planted["http://shop.example/p/aurelio-cyrillic"] == {"TM-0001", "WK-0004"}


# the registry


def test_the_written_registry_has_no_problem(tmp_path: Path) -> None:
    file = check_registry(write_registry(tmp_path), date(2026, 11, 22))
    assert file.problems == ()
    assert len(file.rights) == len(load_rights())


def test_reference_pictures_are_readable(tmp_path: Path) -> None:
    write_registry(tmp_path)
    for right in load_rights():
        for image in right.images:
            assert Path(image).stem in {**PICTURES, **LOGOS}
            with Image.open(tmp_path / image) as picture:
                picture.load()


# the shop


def test_json_ld_states_the_offer(shop: DemoShop) -> None:
    offer = _an_offer("json-ld")
    page = _get(shop, offer.path)
    data = json.loads(re.findall(r'<script type="application/ld\+json">(.*?)</script>', page)[0])
    assert data["name"] == offer.title
    assert (data["offers"]["price"], data["offers"]["priceCurrency"]) == (
        str(offer.price),
        offer.currency,
    )
    assert data["offers"]["seller"]["name"] == CATALOGUE.vendor(offer).name
    assert data["image"] == [f"{shop.url}/img/{offer.id}.jpg"]


@pytest.mark.parametrize(
    ("markup", "signs", "absent"),
    [
        ("microdata", ['itemprop="price"', 'itemtype="https://schema.org/Product"'], ["ld+json"]),
        ("rdfa", ['property="og:title"', 'typeof="Product"'], ["itemprop", "ld+json"]),
        ("plain", ["<button type=", "<h1>"], ["itemprop", "ld+json", "og:", "typeof"]),
    ],
)
def test_each_page_speaks_one_style(
    shop: DemoShop, markup: str, signs: list[str], absent: list[str]
) -> None:
    page = _get(shop, _an_offer(markup).path)
    assert [sign for sign in signs if sign not in page] == []
    assert [sign for sign in absent if sign in page] == []


def test_no_page_tells_what_was_planted(shop: DemoShop) -> None:
    for offer in CATALOGUE.listing:
        if offer.truth == "infringing":
            page = _get(shop, offer.path)
            assert "infring" not in page
            assert not any(right in page for right in offer.rights)


def test_disguises_reach_the_page_unchanged(shop: DemoShop) -> None:
    assert "<h1" in (page := _get(shop, "/p/kelvaron-zero-width"))
    assert "Kel\u200bva\u200bron" in page


def test_lists_are_paginated_and_complete(shop: DemoShop) -> None:
    found: list[str] = []
    path: str | None = "/all"
    while path:
        page = _get(shop, path)
        found += _products(page)
        following = re.search(r'rel="next" href="([^"]+)"', page)
        path = following[1].replace("&amp;", "&") if following else None
    assert Counter(found) == Counter(o.path for o in CATALOGUE.listing if o.fault != "private")


def test_lists_can_be_sorted(shop: DemoShop) -> None:
    paths = _products(_get(shop, "/c/watches?sort=price-asc"))
    prices = [OFFERS[path.removeprefix("/p/")].price for path in paths]
    assert prices == sorted(prices)
    assert len(prices) > 2


def test_one_product_stands_under_two_addresses(shop: DemoShop) -> None:
    offer = next(o for o in CATALOGUE.listing if o.also)
    assert offer.also
    assert f'<link rel="canonical" href="{shop.url}{offer.path}">' in _get(shop, offer.also)
    assert f'href="{offer.also}?utm_source' in _get(shop, "/")


def test_faults_are_honest(shop: DemoShop) -> None:
    assert _status(shop, "/p/old-parasol")[0] == 404
    status, text = _status(shop, "/p/members-lamp")
    assert status == 403
    assert "Verify you are human" in text
    with (
        urlopen(shop.url + "/img/travel-mugs.jpg") as answer,
        pytest.raises((UnidentifiedImageError, OSError)),
        Image.open(answer) as picture,
    ):
        picture.load()


@pytest.mark.parametrize("path", ["/nothing", "/all?page=99", "/all?page=x", "/c/x", "/seller/x"])
def test_what_is_not_there_is_404(shop: DemoShop, path: str) -> None:
    assert _status(shop, path)[0] == 404


def test_robots_txt_closes_the_private_list(shop: DemoShop) -> None:
    robots = _get(shop, "/robots.txt")
    for folder in ("/cart", "/admin", "/private/"):
        assert f"Disallow: {folder}\n" in robots
    assert 'href="/private/clearance"' in _get(shop, "/")
    assert "/private/p/clearance-umbrella" in _get(shop, "/private/clearance")


def test_requests_are_counted_without_tracking_parameters() -> None:
    with DemoShop() as shop:
        _get(shop, "/p/roma-tote")
        _get(shop, "/p/roma-tote?utm_source=home&utm_campaign=autumn")
        _get(shop, "/all?page=2")
        assert shop.requests == {"/p/roma-tote": 2, "/all?page=2": 1}


def test_another_port_is_used_when_the_one_asked_for_is_taken(shop: DemoShop) -> None:
    with DemoShop(port=shop.port) as other:
        assert other.port != shop.port
        assert "Lantern Market" in _get(other, "/")


def test_a_port_is_free_again_afterwards() -> None:
    with DemoShop() as first:
        port = first.port
    with DemoShop(port=port) as second:
        assert second.port == port
