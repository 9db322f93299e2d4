"""Long forms of the sweep tests: many kills, thousands of pages (``make test-long``)."""

from __future__ import annotations

import random
import time
from collections import Counter
from pathlib import Path

import pytest

from tests.servers.command import run, start
from tests.servers.sweeping import check_database, read_no_words, sweep, take_in
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


def test_ten_kills_lose_nothing_and_hardly_repeat_anything(tmp_path: Path) -> None:
    workspace = tmp_path / "w"
    run("init", workspace=workspace)
    read_no_words(workspace)
    take_in(workspace, {"id": "TM-1", "kind": "trademark", "name": "Northgate"})
    moments = random.Random(11)
    routes = big_shop(1950)
    routes |= {f"/p/{n}": listing_page(f"Northgate 商品 /p/{n}") for n in range(0, 1950, 10)}
    kills = 0
    with TinyShop(routes, seconds_a_page=0.01) as shop:
        while kills < 10:
            asked = shop.requests.total()
            process = start(
                "sweep", shop.url, "--allow-private", "--delay", "0", "--max-pages", "3000",
                "--resume", workspace=workspace,
            )  # fmt: skip
            while shop.requests.total() == asked and process.poll() is None:
                time.sleep(0.05)
            time.sleep(moments.uniform(0, 3))
            process.kill()
            process.communicate(timeout=60)
            kills += 1
            listings, sightings = check_database(workspace)
            assert listings == sightings
        shop.seconds_a_page = 0
        report = sweep(workspace, shop.url, "--resume", "--max-pages", "3000", seconds=600)
    pages = Counter({path: n for path, n in shop.requests.items() if path != "/robots.txt"})
    assert len(pages) == 1990
    assert report["targets"] == {"seen": 1990}
    assert (report["state"], report["listings"], report["hits"]) == ("finished", 1950, 195)
    assert check_database(workspace) == (1950, 1950)
    assert pages.total() - len(pages) < 0.01 * len(pages)
    assert len(run("hits", "--json", workspace=workspace).lines) == 195


def test_thousands_of_pages_are_each_fetched_once(tmp_path: Path) -> None:
    workspace = tmp_path / "w"
    run("init", workspace=workspace)
    read_no_words(workspace)
    with TinyShop(big_shop(5000)) as shop:
        report = sweep(workspace, shop.url, "--max-pages", "10000", seconds=1200)
        assert max(shop.requests.values()) == 1
    assert report["targets"] == {"seen": 5101}
    assert report["listings"] == 5000
