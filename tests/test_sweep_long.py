"""Long forms of the sweep tests: many kills, thousands of pages (``make test-long``)."""

from __future__ import annotations

import random
import time
from pathlib import Path

import pytest

from tests.servers.command import run, start
from tests.servers.sweeping import check_database, read_no_words, sweep
from tests.servers.tiny_shop import Route, TinyShop, links_page, listing_page

pytestmark = pytest.mark.long


def big_shop(listings: int, per_list: int = 50) -> dict[str, Route]:
    lists = [f"/list/{number}" for number in range(listings // per_list)]
    routes: dict[str, Route] = {"/": links_page(*lists)}
    for number, path in enumerate(lists):
        goods = [f"/p/{number * per_list + step}" for step in range(per_list)]
        routes[path] = links_page(*goods)
        routes |= {item: listing_page(f"商品 {item}") for item in goods}
    return routes


def test_many_kills_leave_the_store_intact(tmp_path: Path) -> None:
    workspace = tmp_path / "w"
    run("init", workspace=workspace)
    read_no_words(workspace)
    moments = random.Random(11)
    sightings = 0
    with TinyShop(big_shop(1000), seconds_a_page=0.01) as shop:
        for _ in range(12):
            asked = shop.requests.total()
            process = start(
                "sweep", shop.url, "--allow-private", "--delay", "0", workspace=workspace
            )
            while shop.requests.total() == asked and process.poll() is None:
                time.sleep(0.05)
            time.sleep(moments.uniform(0, 8))
            process.kill()
            process.communicate(timeout=60)
            listings, now = check_database(workspace)
            assert now >= sightings
            assert listings <= 1000
            sightings = now
        shop.seconds_a_page = 0
        report = sweep(workspace, shop.url, "--max-pages", "2000", seconds=600)
    assert (report["state"], report["listings"]) == ("finished", 1000)
    states = [s["state"] for s in run("sweeps", "--json", workspace=workspace).lines]
    assert states == ["finished", *["unfinished"] * 12]
    assert sightings > 0


def test_thousands_of_pages_are_each_fetched_once(tmp_path: Path) -> None:
    workspace = tmp_path / "w"
    run("init", workspace=workspace)
    read_no_words(workspace)
    with TinyShop(big_shop(5000)) as shop:
        report = sweep(workspace, shop.url, "--max-pages", "10000", seconds=1200)
        assert max(shop.requests.values()) == 1
    assert report["targets"] == {"seen": 5101}
    assert report["listings"] == 5000
