"""What is gone stays gone, or is found again: nights after a listing went."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.servers.command import run
from tests.servers.nights import boots_shop, let_days_pass, watching
from tests.servers.sweeping import outcomes, sweep, take_in
from tests.servers.tiny_shop import Answer, Route, TinyShop, links_page

GOODS = range(4)


@pytest.fixture
def shop() -> Iterator[TinyShop]:
    with boots_shop(len(GOODS)) as shop:
        yield shop


@pytest.fixture
def ready(workspace: Path) -> Path:
    return watching(workspace)


def night(workspace: Path, shop: TinyShop) -> dict[str, tuple[str, str | None]]:
    return outcomes(workspace, sweep(workspace, shop.url)["sweep"])


def unlink(shop: TinyShop, path: str = "/p/3") -> None:
    shop.routes["/"] = links_page(*(f"/p/{n}" for n in GOODS if f"/p/{n}" != path))


@pytest.mark.parametrize("status", [404, pytest.param(410, marks=pytest.mark.long)])
def test_a_listing_that_comes_back_is_seen_again(ready: Path, shop: TinyShop, status: int) -> None:
    night(ready, shop)
    whole, shop.routes["/p/3"] = shop.routes["/p/3"], Answer("no more", status=status)
    unlink(shop)
    assert night(ready, shop)["p/3"] == ("gone", f"HTTP {status}")
    shop.routes["/p/3"] = whole
    state, reason = night(ready, shop)["p/3"]
    assert (state, (reason or "")[:10]) == ("seen", "it is back")
    [listing] = [
        line for line in run("listings", "--json", workspace=ready).lines
        if line["url"].endswith("/p/3")
    ]  # fmt: skip
    assert listing["seen_at"] > listing["first_seen_at"]
    assert night(ready, shop)["p/3"][0] == "unchanged"


@pytest.mark.long
def test_what_stays_gone_is_asked_for_ever_less_often(ready: Path, shop: TinyShop) -> None:
    take_in(ready, {"id": "TM-1", "kind": "trademark", "name": "Velmora"})
    night(ready, shop)
    shop.routes["/p/3"] = Answer("no more", status=404)
    unlink(shop)
    night(ready, shop)
    assert night(ready, shop)["p/3"] == ("gone", "HTTP 404")
    state, reason = night(ready, shop)["p/3"]
    assert state == "skipped"
    assert (reason or "").startswith("rule: gone 2 times in a row; asked for again from ")
    let_days_pass(ready, 1.1)
    assert night(ready, shop)["p/3"] == ("gone", "HTTP 404")
    let_days_pass(ready, 1.1)
    assert night(ready, shop)["p/3"][0] == "skipped"
    let_days_pass(ready, 1.1)
    assert night(ready, shop)["p/3"][0] == "gone"


@pytest.mark.long
def test_what_is_gone_and_linked_is_asked_for_whatever_the_rule(
    ready: Path, shop: TinyShop
) -> None:
    night(ready, shop)
    whole, shop.routes["/p/3"] = shop.routes["/p/3"], Answer("no more", status=404)
    for _ in range(3):
        assert night(ready, shop)["p/3"] == ("gone", "HTTP 404")
    shop.routes["/p/3"] = whole
    assert night(ready, shop)["p/3"][0] == "seen"


@pytest.mark.long
def test_a_page_that_was_no_listing_is_forgotten(ready: Path, shop: TinyShop) -> None:
    shop.routes["/"] = links_page("/about", *(f"/p/{n}" for n in GOODS))
    shop.routes["/about"] = links_page("/p/1")
    night(ready, shop)
    del shop.routes["/about"]
    unlink(shop, "/about")
    assert night(ready, shop)["about"] == ("gone", "HTTP 404")
    assert "about" not in night(ready, shop)


def not_found_page(words: str, title: str = "Harwick Outfitters") -> Callable[[], Answer]:
    count = iter(range(1000))

    def make() -> Answer:
        return Answer(
            f"<html><head><title>{title}</title></head><body><p>{words} {next(count)}</p>"
            "<p>Perhaps you find something in our collection of coats and hats</p></body></html>"
        )

    return make


class Soft(TinyShop):
    """Answers every address that it does not know with one page."""

    fallback: Route

    def answer(self, path: str, body: bytes) -> Answer:
        if path not in self.routes and path != "/robots.txt":
            return self.fallback() if callable(self.fallback) else self.fallback
        return super().answer(path, body)


@pytest.fixture
def soft(shop: TinyShop) -> Iterator[Soft]:
    with Soft(shop.routes) as soft:
        soft.fallback = not_found_page("What you look for is somewhere else")
        yield soft


def test_a_page_like_that_of_an_unknown_address_is_gone(ready: Path, soft: Soft) -> None:
    night(ready, soft)
    del soft.routes["/p/3"]
    ended = night(ready, soft)["p/3"]
    assert ended == ("gone", 'the shop\'s own "not found" page, answered as if it were a page')
    assert night(ready, soft)["p/3"] == ended  # and no page becomes one by being asked for again


def test_a_page_that_says_so_is_gone(ready: Path, shop: TinyShop) -> None:
    night(ready, shop)
    shop.routes["/p/3"] = not_found_page("Sorry", title="This item no longer exists | Harwick")()
    ended = night(ready, shop)["p/3"]
    assert ended == ("gone", 'the page says so: "This item no longer exists | Harwick"')


def test_the_home_page_in_place_of_a_listing_is_gone(ready: Path, soft: Soft) -> None:
    soft.fallback = soft.routes["/"]
    night(ready, soft)
    del soft.routes["/p/3"]
    assert night(ready, soft)["p/3"] == (
        "gone", "the home page, as for every address that the shop does not know",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("title", "words"),
    [
        ("Harwick Outfitters", "Our makers tell how they work with wool and leather"),
        ("Harwick is not available at the moment", "We will be back in an hour or two"),
    ],
)
def test_an_odd_page_is_told_as_what_it_is(ready: Path, soft: Soft, title: str, words: str) -> None:
    night(ready, soft)
    soft.routes["/p/3"] = Answer(
        f"<html><head><title>{title}</title></head><body><h1>News</h1><p>{words}</p></body></html>"
    )
    assert night(ready, soft)["p/3"] == ("seen", "it was a listing, and shows none any more")


def test_when_every_address_shows_one_page_nothing_is_gone(ready: Path, soft: Soft) -> None:
    night(ready, soft)
    soft.fallback = not_found_page("We are putting up new shelves", title="Harwick")
    soft.routes.clear()
    ended: dict[str, Any] = night(ready, soft)
    assert {ended[f"p/{n}"][0] for n in GOODS} == {"blocked"}


@pytest.mark.long
@pytest.mark.parametrize("status", [403, 500])
def test_what_is_not_had_is_asked_for_ever_less_often_unless_it_is_linked(
    ready: Path, shop: TinyShop, status: int
) -> None:
    take_in(ready, {"id": "TM-1", "kind": "trademark", "name": "Velmora"})
    night(ready, shop)
    whole, shop.routes["/p/3"] = shop.routes["/p/3"], Answer("no", status=status)
    linked = shop.routes["/"]
    unlink(shop)
    for _ in range(2):
        assert night(ready, shop)["p/3"][1] == f"HTTP {status}"
    asked = shop.requests["/p/3"]
    state, reason = night(ready, shop)["p/3"]
    assert (state, (reason or "").partition(";")[0]) == (
        "skipped", "rule: not had 2 times in a row",
    )  # fmt: skip
    assert shop.requests["/p/3"] == asked
    let_days_pass(ready, 1.1)
    assert night(ready, shop)["p/3"][1] == f"HTTP {status}"
    shop.routes |= {"/": linked, "/p/3": whole}
    assert night(ready, shop)["p/3"][0] == "unchanged"
    unlink(shop)
    assert night(ready, shop)["p/3"][0] == "unchanged"
