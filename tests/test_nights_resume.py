"""A sweep that goes on another night goes on with what it had used."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from tests.servers.command import run
from tests.servers.sweeping import outcomes, sweep
from tests.servers.tiny_shop import Answer, Route, TinyShop, links_page, listing_page

LONG = "<p>" + "Terms of sale. " * 2000 + "</p>"


def long_page(title: str) -> Answer:
    body = listing_page(title).body
    assert isinstance(body, str)
    return Answer(body.replace("</body>", f"{LONG}</body>"))


def write(workspace: Path, shop: TinyShop, *lines: str) -> str:
    file = workspace / "campaign.toml"
    file.write_text(
        "\n".join([f'name = "n"\nseeds = ["{shop.url}"]', "[politeness]\ndelay = 0.0", *lines])
    )
    return str(file)


def test_bytes_that_were_used_are_used(workspace: Path) -> None:
    goods = [f"/p/{n}" for n in range(20)]
    routes = {"/": links_page(*goods), **{path: long_page(path) for path in goods}}
    with TinyShop(routes) as shop:
        campaign = write(workspace, shop, "[limits]\nmegabytes_per_site = 0.2")
        first = sweep(workspace, campaign, expect=3)
        again = sweep(workspace, campaign, "--resume", expect=3)
        assert again["sweep"] == first["sweep"]
        assert again["targets"] == first["targets"]
        assert again["reason"] == f"byte budget of the site is used up: {shop.site}"
        write(workspace, shop, "[limits]\nmegabytes_per_site = 0.4")
        more = sweep(workspace, campaign, "--resume", expect=3)
    assert first["targets"]["seen"] < more["targets"]["seen"] < 20


@pytest.mark.long
def test_minutes_that_were_used_are_used(workspace: Path) -> None:
    goods = [f"/p/{n}" for n in range(400)]
    routes = {"/": links_page(*goods), **{path: listing_page(path) for path in goods}}
    with TinyShop(routes, seconds_a_page=0.05) as shop:
        campaign = write(workspace, shop, "[limits]\nminutes_per_site = 0.05")
        first = sweep(workspace, campaign, expect=3)
        again = sweep(workspace, campaign, "--resume", expect=3)
        assert again["reason"] == f"time budget of the site is used up: {shop.site}"
        assert again["targets"]["seen"] <= first["targets"]["seen"] + 4


@pytest.mark.long
def test_the_time_of_the_whole_sweep_that_was_used_is_used(workspace: Path) -> None:
    goods = [f"/p/{n}" for n in range(400)]
    routes = {"/": links_page(*goods), **{path: listing_page(path) for path in goods}}
    with TinyShop(routes, seconds_a_page=0.05) as shop:
        first = sweep(workspace, shop.url, "--max-minutes", "0.05", expect=3)
        asked = shop.requests.total()
        again = sweep(workspace, "--resume", expect=3)
        assert again["reason"] == first["reason"] == "time budget is used up"
        assert again["targets"] == first["targets"]
        assert shop.requests.total() == asked
        more = sweep(workspace, "--resume", "--max-minutes", "5")
        assert (more["sweep"], more["state"]) == (first["sweep"], "finished")


def test_a_trap_stays_known(workspace: Path) -> None:
    months = [f"/events/{2000 + n // 12}/{n % 12 + 1:02}" for n in range(400)]
    first_links, later = months[:160], months[160:320]
    routes: dict[str, Route] = {"/": links_page("/a", "/b"), "/a": links_page(*first_links)}
    routes |= {month: listing_page(month) for month in months}
    routes["/b"] = Answer("busy", status=500)
    with TinyShop(routes) as shop:
        first = sweep(workspace, shop.url, "--max-pages", "2", expect=3)
        assert first["targets"]["skipped"] == 10
        routes["/b"] = links_page(*later)
        shop.routes["/b"] = links_page(*later)
        whole = sweep(workspace, "--resume", "--max-pages", "1000")
    skipped = [
        path for path, (state, _) in outcomes(workspace, whole["sweep"]).items()
        if state == "skipped"
    ]  # fmt: skip
    assert len(skipped) == 170
    told = [w["message"] for w in whole["warnings"] if "endless calendar" in w["message"]]
    assert len(told) == 1


@pytest.mark.long
def test_a_sweep_of_an_older_version_starts_again_and_says_so(workspace: Path) -> None:
    goods = [f"/p/{n}" for n in range(6)]
    routes = {"/": links_page(*goods), **{path: listing_page(path) for path in goods}}
    with TinyShop(routes) as shop:
        first = sweep(workspace, shop.url, "--max-pages", "3", expect=3)
        with closing(sqlite3.connect(workspace / "markhound.db")) as db, db:
            # as the version before the frontier left it: what was still to be fetched was not kept
            db.execute("DELETE FROM frontier")
            db.execute("DELETE FROM visits")
            db.execute(
                "UPDATE _sqlite_migrations SET applied_at = '2100-01-01 00:00:00+00:00'"
                " WHERE name = 'm0002_frontier'"
            )
        again = sweep(workspace, "--resume", "--max-pages", "100")
        assert again["sweep"] != first["sweep"]
        assert (again["state"], again["targets"]) == ("finished", {"seen": 7})
        assert again["warnings"][0]["message"] == (
            f"the sweep {first['sweep']} was begun by an older version, which did not keep what it"
            " had still to fetch: this one starts again from its seeds"
        )
        left = run("sweeps", first["sweep"], "--json", workspace=workspace).json
        assert left["state"] == "stopped"
        done = run("sweep", "--resume", workspace=workspace, expect=2)
        assert "nothing to resume" in done.err
