"""What a follow-up sees of the web: honest states, and nothing but the URLs of notices."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from crawler.campaign import FOLLOW_UP, Campaign
from crawler.store.database import now, writing
from crawler.store.notice_events import find_notice_events, record_notice_event
from crawler.store.sweeps import record_sweep
from crawler.store.yields import find_sweeps_before
from crawler.sweep import find_resumable
from crawler.workspace import open_workspace
from tests.servers.command import run
from tests.servers.notices import approved_notices
from tests.servers.tiny_shop import Answer, TinyShop, links_page, listing_page

GOODS = "Northgate boots, brown, with a strap"
SIGN_IN = Answer(
    "<html><title>Sign in</title><body><h1>Sign in</h1><form action=/login method=post>"
    "<input name=user><input type=password name=p><button>Sign in</button></form></body></html>"
)
PAGES = {
    "/p/1": (listing_page(GOODS), "up"),
    "/p/2": (Answer("no", status=404), "gone once"),
    "/p/3": (Answer("no", status=410), "gone once"),
    "/p/4": (Answer("no", status=403), "unknown"),
    "/p/5": (Answer("no", status=500), "unknown"),
    "/p/6": (Answer(status=302, headers={"Location": "https://other.example/"}), "unknown"),
    "/p/7": (
        Answer("<html><title>商品不存在</title><body><h1>商品不存在</h1><p>该商品已下架</p></body></html>"),
        "gone once",
    ),
    "/p/8": (Answer(status=302, headers={"Location": "/"}), "changed"),
    "/p/9": (Answer(status=0), "unknown"),
    "/p/11": (Answer(status=302, headers={"Location": "/p/76"}), "changed"),
    "/p/12": (Answer(status=302, headers={"Location": "/login?next=/p/12"}), "changed"),
    "/p/13": (SIGN_IN, "changed"),
    "/p/14": (listing_page("Harwick kettle, enamel"), "changed"),
    "/p/15": (Answer(status=302, headers={"Location": "/p/15-new"}), "up"),
}  # fmt: skip


@pytest.fixture
def shop() -> Iterator[TinyShop]:
    with TinyShop({path: answer for path, (answer, _) in PAGES.items()}) as shop:
        shop.routes["/"] = links_page("/p/1", "/p/77", "/p/78")
        shop.routes["/login?next=/p/12"] = SIGN_IN
        shop.routes["/p/15-new"] = listing_page("奥雷利奥 bag, new")
        shop.routes["/p/76"] = listing_page("Harwick kettle, enamel")
        shop.routes["/p/77"] = listing_page("Harwick kettle, enamel")
        shop.routes["/robots.txt"] = Answer("User-agent: *\nDisallow: /p/10\n")
        yield shop


def test_each_noticed_url_ends_in_an_honest_state(workspace: Path, shop: TinyShop) -> None:
    notices = approved_notices(workspace, 15, base=shop.url)
    with open_workspace(workspace).store() as db, writing(db):
        for notice in notices:
            for step in ("queued", "sending", "sent"):
                record_notice_event(db, notice, step, {}, by="x", at=now())
    follow = ("follow-up", "--allow-private", "--delay", "0", "--json")
    assert run(*follow, workspace=workspace).lines == []  # nothing is due on the first day
    assert sum(shop.requests.values()) == 0
    found = run(*follow, "--all", workspace=workspace).lines
    expected = {path: verdict for path, (_, verdict) in PAGES.items()} | {"/p/10": "unknown"}
    assert {one["url"].removeprefix(shop.url): one["verdict"] for one in found} == expected
    states = {one["url"].rpartition("/")[2]: one["state"] for one in found}
    assert (states["4"], states["5"], states["10"]) == ("blocked", "failed", "skipped")
    outcomes = {one["url"].rpartition("/")[2]: one["outcome"] for one in found}
    assert {name: outcomes[name]["state"] for name in ("1", "2", "4", "5", "8")} == {
        "1": "noticed", "2": "noticed", "4": "blocked", "5": "noticed", "8": "noticed",
    }  # fmt: skip
    assert "shows no listing" in outcomes["8"]["reason"]
    asked = {path for path in shop.requests if path not in PAGES}
    assert not {"/p/77", "/p/78", "/p/10", "/sitemap.xml"} & asked
    with open_workspace(workspace).store() as db:
        assert {e.event for n in notices for e in find_notice_events(db, n)} == {
            "approved", "queued", "sending", "sent",
        }  # fmt: skip
        assert find_sweeps_before(db, "w-z", 9) == []  # what a sweep yields is not measured by it


def test_a_follow_up_is_not_what_a_sweep_goes_on_with(workspace: Path) -> None:
    seeds = ("https://shop.example/",)
    with open_workspace(workspace).store() as db:
        record_sweep(db, "w-1", Campaign(name="night", seeds=seeds), now())
        record_sweep(db, "w-2", Campaign(name=FOLLOW_UP, seeds=seeds, only_seeds=True), now())
        found = find_resumable(db, None, None)
    assert found is not None
    assert found.id == "w-1"
