"""How budgets of a site and quiet hours end a sweep, and that a site is one whatever its hosts."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from scrapy import Request

from crawler.downloader import PoliteDownloader
from tests.servers.hostile_sweep import sweep_with
from tests.servers.tiny_shop import Answer, Route, TinyShop, links_page, listing_page


def shop_of(pages: int) -> TinyShop:
    goods = [f"/p/{number}" for number in range(pages)]
    routes: dict[str, Route] = {"/": links_page(*goods)}
    for path in goods:
        page = listing_page(path).body
        assert isinstance(page, str)
        routes[path] = Answer(f"{page}<!-- {'x' * 9000} -->")
    return TinyShop(routes)


def swept(workspace: Path, shop: TinyShop, **tables: str) -> dict[str, Any]:
    campaign = workspace.parent / "campaign.toml"
    lines = {"politeness": "delay = 0", **tables}
    campaign.write_text(
        f'name = "limits"\nseeds = ["{shop.url}/"]\nallow_private = true\n'
        + "".join(f"[{name}]\n{text}\n" for name, text in lines.items())
    )
    return sweep_with(workspace, campaign, 120)


def test_bytes_of_a_site_are_a_budget(workspace: Path) -> None:
    with shop_of(30) as shop:
        report = swept(workspace, shop, limits="megabytes_per_site = 0.1")
    assert report["state"] == "stopped"
    assert report["reason"] == f"byte budget of the site is used up: {shop.site}"
    assert 9 <= report["targets"]["seen"] <= 16  # what was under way is still had
    assert sum(report["targets"].values()) == 31


def hours_around(begin: timedelta, end: timedelta) -> str:
    now = datetime.now(UTC)
    return f"{now + begin:%H:%M}-{now + end:%H:%M} UTC"


def test_a_sweep_that_is_started_in_quiet_hours_asks_nothing(workspace: Path) -> None:
    hours = hours_around(timedelta(hours=-2), timedelta(hours=2))
    with shop_of(1) as shop:
        report = swept(workspace, shop, politeness=f'quiet_hours = ["{hours}"]')
        assert not shop.requests
    assert (report["state"], report["reason"]) == ("stopped", f"quiet hours have begun: {hours}")


@pytest.mark.long
def test_quiet_hours_that_begin_end_a_sweep(workspace: Path) -> None:
    hours = hours_around(timedelta(minutes=1), timedelta(hours=2))
    with shop_of(2000) as shop:
        shop.seconds_a_page = 0.1
        tables = {
            "politeness": f'quiet_hours = ["{hours}"]\ndelay = 0',
            "limits": "pages_per_site = 2000",
        }
        report = swept(workspace, shop, **tables)
    assert (report["state"], report["reason"]) == ("stopped", f"quiet hours have begun: {hours}")
    assert report["targets"]["not_reached"] > 100
    assert sum(report["targets"].values()) == 2001


def test_one_site_is_one_queue_whatever_its_hosts() -> None:
    downloader = PoliteDownloader.__new__(PoliteDownloader)  # a whole one needs a crawl
    hosts = ("https://shop.example/p/1", "http://img3.cdn.shop.example/1.png")
    assert {downloader.get_slot_key(Request(url)) for url in hosts} == {"shop.example"}
    followed = Request("https://other.example/", meta={"download_slot": "shop.example"})
    assert downloader.get_slot_key(followed) == "other.example"
    assert downloader.get_slot_key(Request("http://127.0.0.1:81/")) == "127.0.0.1:81"
