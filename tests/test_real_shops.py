"""Real shop programs, installed from the package registries and swept over HTTP."""

from __future__ import annotations

import json
import subprocess
import sys
import urllib.error
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from crawler.store.listings import StoredListing, find_listings
from crawler.workspace import open_workspace
from tests.servers.cartridge import CartridgeShop
from tests.servers.oscar import OscarShop
from tests.servers.real_shop import RunningShop
from tests.servers.shop_process import fetch
from tests.servers.sweeping import read_no_words

pytestmark = pytest.mark.real_shop

WATCHED = (
    "Vintage Folding Camera",
    "Twin Lens Camera",
    "Cruiser Skateboard",
    "Allstar Sneakers",
    "Fern Blechnum Gibbum",
    "Assorted Indoor Succulents",
    "Guardian Lion Statue",
    "Clacky Keyboard",
    "Balloon Chair",
    "Spiky Cactus",
)
"""Originals whose names are distinctive, and no part of the name of another."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Swept:
    """A shop, and what one sweep made of it."""

    shop: RunningShop
    report: dict[str, Any]
    listings: Sequence[StoredListing]
    hits: Sequence[dict[str, Any]]


def markhound(workspace: Path, *arguments: str) -> str:
    """Run the installed command and return its standard output."""
    command = [str(Path(sys.executable).with_name("markhound")), "--workspace", str(workspace)]
    done = subprocess.run(
        [*command, *arguments], capture_output=True, text=True, timeout=300, check=False
    )
    assert done.returncode == 0, done.stderr[-4000:]
    return done.stdout


def write_registry(shop: RunningShop, path: Path) -> None:
    """Register the watched originals as works, each with its photograph."""
    watched = [offer.product for offer in shop.originals if offer.product.name in WATCHED]
    rights = [
        {"id": p.upc, "kind": "work", "name": p.name, "images": [str(p.picture)]} for p in watched
    ]
    path.write_text("".join(json.dumps(right) + "\n" for right in rights), encoding="utf-8")


def sweep(shop: RunningShop, folder: Path) -> Swept:
    workspace = folder / "workspace"
    registry = folder / "rights.jsonl"
    write_registry(shop, registry)
    markhound(workspace, "init")
    read_no_words(workspace)
    markhound(workspace, "registry", "import", str(registry))
    report = markhound(workspace, "sweep", shop.url, "--allow-private", "--delay", "0", "--json")
    hits = markhound(workspace, "hits", "--all", "--json").splitlines()
    with open_workspace(workspace).store() as db:
        listings = find_listings(db)
    return Swept(
        shop=shop,
        report=json.loads(report),
        listings=listings,
        hits=[json.loads(line) for line in hits],
    )


@pytest.fixture(scope="module")
def oscar(shop_cache: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Swept]:
    with OscarShop(shop_cache).run() as shop:
        yield sweep(shop, tmp_path_factory.mktemp("oscar"))


@pytest.fixture(scope="module")
def cartridge(shop_cache: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Swept]:
    with CartridgeShop(shop_cache).run() as shop:
        yield sweep(shop, tmp_path_factory.mktemp("cartridge"))


def test_every_product_is_a_listing_with_price_and_picture(oscar: Swept) -> None:
    offers = {offer.url: offer.product for offer in (*oscar.shop.originals, *oscar.shop.relistings)}
    assert {stored.listing.url for stored in oscar.listings} == offers.keys()
    assert len(offers) == 108
    for stored in oscar.listings:
        product = offers[stored.listing.url]
        assert stored.listing.title == product.title
        assert stored.listing.price == product.price
        assert stored.listing.currency == "GBP"
        assert stored.pictures, f"no picture of {stored.listing.url}"


def test_no_url_is_fetched_twice(oscar: Swept) -> None:
    asked = Counter(request.path for request in oscar.shop.requests())
    assert len(asked) > 108
    assert [path for path, times in asked.items() if times > 1] == []


def test_the_report_agrees_with_the_shop(oscar: Swept) -> None:
    assert oscar.report["state"] == "finished"
    assert sum(site["listings"] for site in oscar.report["sites"]) == 108
    requests = {request.path for request in oscar.shop.requests()}
    assert oscar.report["targets"]["seen"] <= len(requests)


def test_exactly_the_relistings_of_the_watched_products_are_hits(oscar: Swept) -> None:
    watched = {
        offer.url: offer.product
        for offer in (*oscar.shop.originals, *oscar.shop.relistings)
        if offer.product.name in WATCHED
    }
    relistings = {url for url, product in watched.items() if product.upc.startswith("77")}
    flagged = {found["listing"] for found in oscar.hits if found["flagged"]}
    assert len(relistings) == 10
    assert relistings <= flagged
    assert {found["listing"] for found in oscar.hits} <= watched.keys()
    for found in oscar.hits:
        assert found["right"][2:] == watched[found["listing"]].upc[2:]


def test_a_shop_that_forbids_everything_is_skipped(cartridge: Swept) -> None:
    assert cartridge.report["targets"] == {"skipped": 1}
    assert [request.path for request in cartridge.shop.requests()] == ["/robots.txt"]
    assert cartridge.listings == []
    assert cartridge.hits == []


def test_that_shop_is_open_to_those_who_do_not_ask(shop_cache: Path) -> None:
    """It is robots.txt that stops the sweep, and not a shop without goods."""
    with CartridgeShop(shop_cache).run() as shop:
        offer = shop.relistings[0]
        assert offer.product.title in fetch(offer.url).decode()
    with pytest.raises(urllib.error.URLError):
        fetch(shop.url)
