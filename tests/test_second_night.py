"""A second sweep of a shop: what is as it was is not sent, read or matched again."""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from tests.servers.command import run
from tests.servers.sweeping import check_database, outcomes, picture, sweep, take_in
from tests.servers.tiny_shop import Answer, Route, TinyShop, links_page, listing_page


def as_long_as_real(route: Route) -> Route:
    """Return a page as long as shops have them, 57 KB in the mean."""
    if not isinstance(route, Answer) or isinstance(route.body, bytes):
        return route
    return Answer(route.body.replace("</body>", f"<p>{'Terms of sale. ' * 3800}</p></body>"))


def count(workspace: Path, table: str) -> int:
    with closing(sqlite3.connect(workspace / "markhound.db")) as db:
        found: int = db.execute(f"SELECT count(*) FROM {table}").fetchone()[0]
    return found


@pytest.fixture
def shop() -> Iterator[TinyShop]:
    routes: dict[str, Route] = {"/": links_page(*(f"/p/{n}" for n in range(12)))}
    for number in range(12):
        routes[f"/p/{number}"] = listing_page(
            f"Northgate boots {number}", picture=f"/i/{number}.png"
        )
        routes[f"/i/{number}.png"] = Answer(picture(number), headers={"Content-Type": "image/png"})
    with TinyShop(routes) as shop:
        yield shop


@pytest.fixture
def ready(workspace: Path) -> Path:
    take_in(workspace, {"id": "TM-1", "kind": "trademark", "name": "Northgate"})
    return workspace


def test_where_the_shop_answers_304_hardly_anything_is_sent(ready: Path, shop: TinyShop) -> None:
    shop.validators = True
    goods = [f"/p/{number}" for number in range(100)]
    shop.routes |= {path: listing_page(f"Northgate boots {path}") for path in goods}
    shop.routes["/"] = links_page(*goods)
    shop.routes |= {path: as_long_as_real(route) for path, route in shop.routes.items()}
    first = sweep(ready, shop.url)
    assert (first["listings"], first["hits"]) == (100, 100)
    sent = shop.sent
    second = sweep(ready, shop.url)
    assert second["targets"] == {"unchanged": 101}
    assert second["listings"] == 100
    assert shop.sent - sent <= 0.02 * sent
    assert check_database(ready) == (100, 100)
    assert count(ready, "hit_findings") == 100
    assert second["warnings"] == []


def test_the_same_content_is_unchanged_without_validators(ready: Path, shop: TinyShop) -> None:
    sweep(ready, shop.url)
    second = sweep(ready, shop.url)
    assert second["targets"] == {"unchanged": 13}
    assert not any(path.startswith("/i/") for path, n in shop.requests.items() if n > 1)
    assert outcomes(ready, second["sweep"])["p/3"] == ("unchanged", "the content is the same")


def test_a_token_on_the_page_is_no_change_of_its_listing(ready: Path, shop: TinyShop) -> None:
    def with_token(path: str, answer: Any) -> Callable[[], Answer]:
        def make() -> Answer:
            token = hashlib.sha256(str(shop.requests[path]).encode()).hexdigest()
            return Answer(answer.body.replace("</body>", f"<i data-token={token}></i></body>"))

        return make

    for path in [path for path in shop.routes if path.startswith("/p/")]:
        shop.routes[path] = with_token(path, shop.routes[path])
    sweep(ready, shop.url)
    second = sweep(ready, shop.url)
    assert second["targets"] == {"unchanged": 13}
    assert outcomes(ready, second["sweep"])["p/3"] == ("unchanged", "what it offers is as it was")
    assert check_database(ready) == (12, 12)


def test_what_changed_is_read_and_new_links_are_followed(ready: Path, shop: TinyShop) -> None:
    sweep(ready, shop.url)
    shop.routes["/p/3"] = listing_page("Northgate boots 3", price="9.90", picture="/i/3.png")
    shop.routes["/p/4"] = Answer("gone", status=410)
    shop.routes["/"] = links_page("/p/1", "/p/new")
    shop.routes["/p/new"] = listing_page("Northgate coat")
    second = sweep(ready, shop.url)
    assert second["targets"] == {"unchanged": 10, "seen": 3, "gone": 1}
    assert (second["listings"], second["hits"]) == (12, 2)
    third = sweep(ready, shop.url)
    assert third["targets"] == {"unchanged": 13, "gone": 1}


@pytest.mark.long
def test_another_registry_looks_at_everything_again(ready: Path, shop: TinyShop) -> None:
    sweep(ready, shop.url)
    take_in(ready, {"id": "TM-2", "kind": "trademark", "name": "boots"})
    second = sweep(ready, shop.url)
    assert second["targets"] == {"seen": 13}
    assert second["hits"] == 12
    assert check_database(ready) == (12, 24)


@pytest.mark.long
def test_a_picture_that_was_not_had_is_asked_for_again(ready: Path, shop: TinyShop) -> None:
    whole = shop.routes["/i/3.png"]
    shop.routes["/i/3.png"] = Answer("busy", status=500)
    sweep(ready, shop.url)
    shop.routes["/i/3.png"] = whole
    second = sweep(ready, shop.url)
    assert second["targets"] == {"unchanged": 12, "seen": 1}
    assert second["pictures"] == 1
    assert sweep(ready, shop.url)["targets"] == {"unchanged": 13}


def test_a_small_budget_gets_further_every_night(ready: Path, shop: TinyShop) -> None:
    for _ in range(3):
        sweep(ready, shop.url, "--max-pages", "6", expect=3)
    assert check_database(ready)[0] == 12


def test_304_that_nobody_asked_for_is_no_proof(ready: Path, shop: TinyShop) -> None:
    shop.routes["/p/3"] = Answer("", status=304)
    assert outcomes(ready, sweep(ready, shop.url)["sweep"])["p/3"] == ("failed", "HTTP 304")


@pytest.mark.long
def test_listings_tell_when_they_were_last_found_unchanged(ready: Path, shop: TinyShop) -> None:
    sweep(ready, shop.url)
    before = {line["url"]: line["seen_at"] for line in listings(ready)}
    sweep(ready, shop.url)
    assert all(line["seen_at"] > before[line["url"]] for line in listings(ready))


def listings(workspace: Path) -> list[Any]:
    return run("listings", "--json", workspace=workspace).lines


def test_a_changed_layout_is_an_alarm(ready: Path, shop: TinyShop) -> None:
    sweep(ready, shop.url)
    for number in range(12):
        shop.routes[f"/p/{number}"] = Answer(
            f"<h1>Northgate boots {number}</h1>"
            '<script type="application/ld+json">{"@type": "Product", "sku": "N1",'
            f' "name": "Northgate boots {number}"}}</script>'
        )
    warnings = [w["message"] for w in sweep(ready, shop.url)["warnings"]]
    assert warnings == [
        f"{shop.site} yields less than it used to: 0% of the listings have {what}, usually 100%"
        for what in ("a price", "a picture")
    ]
    shop.routes["/"] = links_page("/about")
    for number in range(12):
        shop.routes[f"/p/{number}"] = Answer("no more", status=404)
    warnings = [w["message"] for w in sweep(ready, shop.url)["warnings"]]
    assert f"{shop.site} yields less than it used to: 0 listings, usually 12" in warnings


@pytest.mark.long
def test_pages_that_are_not_due_are_left_alone(ready: Path, shop: TinyShop) -> None:
    campaign = ready / "campaign.toml"
    campaign.write_text(f'name = "night"\nseeds = ["{shop.url}"]\nrecrawl = "adaptive"\n')
    sweep(ready, str(campaign))
    shop.routes["/p/3"] = listing_page("Northgate boots 3", price="9.90")
    second = sweep(ready, str(campaign))
    assert second["targets"] == {"unchanged": 1, "skipped": 12}
    assert (second["listings"], second["warnings"]) == (12, [])
    assert "not due before" in str(outcomes(ready, second["sweep"])["p/3"][1])
    with closing(sqlite3.connect(ready / "markhound.db")) as db, db:
        db.execute("UPDATE visits SET seen_at = '2026-01-02T00:00:00.000000Z'")
    third = sweep(ready, str(campaign))
    assert third["targets"] == {"unchanged": 12, "seen": 1}
    with closing(sqlite3.connect(ready / "markhound.db")) as db:
        changed = db.execute("SELECT url FROM visits WHERE changes > 0").fetchall()
    assert changed == [(f"{shop.url}/p/3",)]
    take_in(ready, {"id": "TM-2", "kind": "trademark", "name": "Velmora"})
    assert sweep(ready, str(campaign))["targets"] == {"seen": 13}


@pytest.mark.long
def test_what_one_campaign_left_another_one_finds(ready: Path, shop: TinyShop) -> None:
    sweep(ready, shop.url, "--max-pages", "4", expect=3)
    with TinyShop({"/": links_page("/about")}) as other:
        sweep(ready, other.url)
    assert sweep(ready, shop.url)["listings"] == 12


@pytest.mark.long
@pytest.mark.parametrize("answer", [Answer("", status=500), Answer("", status=403)])
def test_a_page_that_was_not_had_is_asked_for_again(
    ready: Path, shop: TinyShop, answer: Answer
) -> None:
    whole, shop.routes["/p/3"] = shop.routes["/p/3"], answer
    assert sweep(ready, shop.url)["listings"] == 11
    shop.routes["/p/3"] = whole
    assert outcomes(ready, sweep(ready, shop.url)["sweep"])["p/3"] == ("seen", None)


def test_an_address_that_led_elsewhere_is_not_believed_to_be_as_it_was(
    ready: Path, shop: TinyShop
) -> None:
    shop.validators = True
    sweep(ready, shop.url)
    shop.routes["/p/1"] = Answer("", status=301, headers={"Location": "/p/new"})
    shop.routes["/p/new"] = listing_page("Northgate coat")
    ended = outcomes(ready, sweep(ready, shop.url)["sweep"])
    assert ended["p/1"] == ("seen", f"redirected to {shop.url}/p/new")


def test_when_the_first_address_is_gone_the_other_one_counts(ready: Path, shop: TinyShop) -> None:
    same = listing_page("Northgate boots 1")
    shop.routes |= {"/": links_page("/p/1", "/sale/1"), "/p/1": same, "/sale/1": same}
    assert sweep(ready, shop.url)["listings"] == 1
    shop.routes["/p/1"] = Answer("", status=404)
    second = sweep(ready, shop.url)
    assert second["targets"] == {"unchanged": 1, "gone": 1, "seen": 1}
    assert second["listings"] == 1
