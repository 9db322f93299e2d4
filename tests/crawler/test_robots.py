from __future__ import annotations

import socket
from contextlib import ExitStack
from typing import Any

from tests.servers.crawl import fetch
from tests.servers.tiny_shop import Answer, TinyShop

ROBOTS = {
    "ROBOTSTXT_OBEY": True,
    "MARKHOUND_ALLOW_PRIVATE": True,
    "DOWNLOADER_MIDDLEWARES": {
        "scrapy.downloadermiddlewares.robotstxt.RobotsTxtMiddleware": None,
        "crawler.robots.RobotsMiddleware": 100,
        "crawler.guard.GuardMiddleware": 950,
    },
}
RULES = "User-agent: *\nDisallow: /private/\n"


def outcome(robots: Answer | None, path: str = "/") -> tuple[dict[str, Any], TinyShop]:
    routes = {path: Answer("hello")} | ({"/robots.txt": robots} if robots else {})
    with TinyShop(routes) as shop:
        url = f"{shop.url.rstrip('/')}{path}"
        return fetch([url], **ROBOTS)[url], shop


def test_what_the_rules_allow_is_fetched() -> None:
    got, shop = outcome(Answer(RULES))
    assert got == {"status": 200}
    assert shop.requests == {"/robots.txt": 1, "/": 1}


def test_what_the_rules_forbid_is_not_fetched() -> None:
    got, shop = outcome(Answer(RULES), "/private/1")
    assert got == {"error": "RobotsForbidden", "reason": "robots.txt forbids"}
    assert list(shop.requests) == ["/robots.txt"]


def answers(*statuses: int) -> dict[int, dict[str, Any]]:
    """Return what became of the page of a shop whose robots.txt answers with each status."""
    with ExitStack() as stack:
        shops = {}
        for status in statuses:
            robots = Answer("User-agent: *\nDisallow: /\n", status=status)
            shop = TinyShop({"/": Answer("hello"), "/robots.txt": robots})
            shops[status] = stack.enter_context(shop)
        got = fetch([f"{shop.url}/" for shop in shops.values()], **ROBOTS)
        return {status: got[f"{shop.url}/"] for status, shop in shops.items()}


def test_no_robots_txt_allows_everything() -> None:
    got = answers(401, 403, 404, 410)
    assert list(got.values()) == [{"status": 200}] * 4


def test_a_server_in_trouble_forbids_everything() -> None:
    assert answers(429, 500, 503) == {
        status: {"error": "RobotsUnreachable", "reason": f"robots.txt answered {status}"}
        for status in (429, 500, 503)
    }


def test_an_unreachable_server_forbids_everything() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # bound but not listening: connections are refused
        url = f"http://127.0.0.1:{taken.getsockname()[1]}/"
        got = fetch([url], **ROBOTS)[url]
    assert got["error"] == "RobotsUnreachable"
    assert got["reason"].startswith("robots.txt unreachable: ")


def test_one_origin_is_asked_once_and_each_origin_for_itself() -> None:
    forbid = {"/robots.txt": Answer("User-agent: *\nDisallow: /\n"), "/": Answer("hello")}
    with TinyShop(forbid) as closed, TinyShop({"/": Answer("a"), "/b": Answer("b")}) as open_shop:
        pages = [open_shop.url.rstrip("/") + path for path in ("/", "/b")]
        got = fetch([*pages, closed.url], **ROBOTS)
        assert [got[page] for page in pages] == [{"status": 200}] * 2
        assert got[closed.url]["error"] == "RobotsForbidden"
        assert open_shop.requests["/robots.txt"] == 1


def test_a_refusal_by_the_guard_keeps_its_reason() -> None:
    with TinyShop({"/": Answer("hello")}) as shop:
        got = fetch([shop.url], **{**ROBOTS, "MARKHOUND_ALLOW_PRIVATE": False})[shop.url]
        assert got["error"] == "GuardError"
        assert not shop.requests
