"""How a sweep ends: budgets, signals, kills, a store that is locked, a start that fails."""

from __future__ import annotations

import json
import signal
import sqlite3
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.servers.command import run, start
from tests.servers.sweeping import check_database, sweep, take_in
from tests.servers.tiny_shop import Route, TinyShop, links_page, listing_page


@pytest.fixture
def slow_shop() -> Iterator[TinyShop]:
    pages = [f"/p/{number}" for number in range(400)]
    routes = {"/": links_page(*pages), **{path: listing_page(path) for path in pages}}
    with TinyShop(routes, seconds_a_page=0.05) as shop:
        yield shop


def start_sweep(workspace: Path, shop: TinyShop) -> subprocess.Popen[str]:
    process = start(
        "sweep", shop.url, "--allow-private", "--delay", "0", "--json", workspace=workspace
    )
    deadline = time.monotonic() + 60
    while shop.requests.total() < 60:
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < deadline, "the sweep does not get going"
        time.sleep(0.05)
    return process


def test_no_more_requests_at_once_than_asked_for(workspace: Path) -> None:
    pages = [f"/p/{number}" for number in range(30)]
    routes = {"/": links_page(*pages), **{path: listing_page(path) for path in pages}}
    with TinyShop(routes, seconds_a_page=0.02) as shop:
        sweep(workspace, shop.url)
        assert shop.most_at_once == 1


def test_page_budget_stops_early_and_names_what_is_left(workspace: Path) -> None:
    pages = [f"/p/{number}" for number in range(20)]
    routes = {"/": links_page(*pages), **{path: listing_page(path) for path in pages}}
    with TinyShop(routes) as shop:
        report = sweep(workspace, shop.url, "--max-pages", "5", expect=3)
    assert report["state"] == "stopped"
    assert report["targets"] == {"seen": 5, "not_reached": 16}


def test_budget_goes_to_listings_first(workspace: Path) -> None:
    routes: dict[str, Route] = {"/": links_page(*(f"/category/{n}" for n in range(20)))}
    for number in range(20):
        goods = [f"/product/{number}-{step}" for step in range(5)]
        routes[f"/category/{number}"] = links_page(*goods)
        routes |= {path: listing_page(path) for path in goods}
    with TinyShop(routes) as shop:
        report = sweep(workspace, shop.url, "--max-pages", "30", expect=3)
    assert report["targets"]["seen"] == 30
    assert report["listings"] >= 15


def test_minutes_stop_a_sweep(workspace: Path, slow_shop: TinyShop) -> None:
    report = sweep(workspace, slow_shop.url, "--max-minutes", "0.05", expect=3)
    assert report["reason"] == "time budget is used up"
    assert sum(report["targets"].values()) == 401


def test_locked_store_loses_nothing(workspace: Path, slow_shop: TinyShop) -> None:
    process = start_sweep(workspace, slow_shop)
    other = sqlite3.connect(workspace / "markhound.db", timeout=30)
    other.execute("BEGIN IMMEDIATE")
    time.sleep(6)
    other.rollback()
    other.close()
    process.send_signal(signal.SIGTERM)
    out, err = process.communicate(timeout=90)
    assert process.returncode == 3, err
    fetched = sum(path.startswith("/p/") for path in slow_shop.requests)
    assert json.loads(out)["listings"] == fetched == check_database(workspace)[0]


def test_sweep_that_cannot_start_says_why(workspace: Path) -> None:
    (workspace / "index").mkdir()
    (workspace / "index" / "fingerprints.bin").write_text("not ours\n")
    with TinyShop({"/": listing_page("Bag")}) as shop:
        report = sweep(workspace, shop.url, expect=2)
    assert report["state"] == "failed"
    assert "is no index of Markhound" in report["reason"]


def test_second_signal_stops_at_once(workspace: Path) -> None:
    routes = {"/": links_page("/p/1"), "/p/1": listing_page("Bag")}
    with TinyShop(routes, seconds_a_page=20) as shop:
        process = start("sweep", shop.url, "--allow-private", "--delay", "0", workspace=workspace)
        deadline = time.monotonic() + 60
        while not shop.requests["/"] and time.monotonic() < deadline:
            time.sleep(0.05)
        began = time.monotonic()
        process.send_signal(signal.SIGINT)
        time.sleep(1)
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=60)
        assert time.monotonic() - began < 15
    assert process.returncode == 3, err
    assert "stopped at once by a signal" in out
    assert check_database(workspace) == (0, 0)


def test_ctrl_c_stops_cleanly_and_keeps_everything(workspace: Path, slow_shop: TinyShop) -> None:
    process = start_sweep(workspace, slow_shop)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=60)
    assert process.returncode == 3, err
    report = json.loads(out)
    fetched = sum(path.startswith("/p/") for path in slow_shop.requests)
    assert report["state"] == "stopped"
    assert report["reason"] == "stopped by a signal"
    assert report["listings"] == fetched
    assert report["targets"] == {"seen": fetched + 1, "not_reached": 400 - fetched}


def test_kill_leaves_the_store_intact_and_the_next_sweep_works(
    workspace: Path, slow_shop: TinyShop
) -> None:
    process = start_sweep(workspace, slow_shop)
    time.sleep(2.5)  # so that a batch has been written
    process.kill()
    process.communicate(timeout=60)
    listings, sightings = check_database(workspace)
    assert 0 < listings == sightings < 400
    [totals] = run("sweeps", "--json", workspace=workspace).lines
    killed = run("sweeps", totals["sweep"], "--json", workspace=workspace).json
    assert killed["state"] == totals["state"] == "unfinished"
    assert any("was killed" in warning["message"] for warning in killed["warnings"])
    slow_shop.seconds_a_page = 0
    report = sweep(workspace, slow_shop.url)
    assert (report["state"], report["listings"]) == ("finished", 400)
    assert report["targets"]["unchanged"] == sightings + 1
    assert check_database(workspace) == (400, 400)


def kill_after(workspace: Path, shop: TinyShop, requests: int, *arguments: str) -> None:
    """Start a sweep, and kill it when so many requests more were answered."""
    before = shop.requests.total()
    process = start("sweep", shop.url, "--allow-private", "--delay", "0", *arguments,
                    workspace=workspace)  # fmt: skip
    deadline = time.monotonic() + 60
    while shop.requests.total() < before + requests:
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < deadline, "the sweep does not get going"
        time.sleep(0.01)
    process.kill()
    process.communicate(timeout=60)


def test_killed_sweep_goes_on_where_it_was(workspace: Path, slow_shop: TinyShop) -> None:
    take_in(workspace, {"id": "TM-1", "kind": "trademark", "name": "/p/7"})
    slow_shop.seconds_a_page = 0.01
    kill_after(workspace, slow_shop, 60)
    kill_after(workspace, slow_shop, 100, "--resume")
    slow_shop.seconds_a_page = 0
    report = sweep(workspace, slow_shop.url, "--resume", "--max-pages", "500")
    assert (report["state"], report["listings"]) == ("finished", 400)
    assert report["targets"] == {"seen": 401}
    assert check_database(workspace) == (400, 400)
    [totals] = run("sweeps", "--json", workspace=workspace).lines
    assert totals["sweep"] == report["sweep"]
    db = sqlite3.connect(workspace / "markhound.db")
    found = db.execute("SELECT count(*), count(DISTINCT hit) FROM hit_findings").fetchone()
    db.close()
    assert found == (report["hits"], report["hits"])
    assert report["hits"] > 0
    again = {path: n - 1 for path, n in slow_shop.requests.items() if path != "/robots.txt"}
    assert len(again) == 401
    assert sum(again.values()) <= 8  # four under way or unwritten at each kill


@pytest.mark.long
def test_stopped_sweep_goes_on_with_a_larger_budget(workspace: Path) -> None:
    pages = [f"/p/{number}" for number in range(20)]
    routes = {"/": links_page(*pages), **{path: listing_page(path) for path in pages}}
    with TinyShop(routes) as shop:
        first = sweep(workspace, shop.url, "--max-pages", "5", expect=3)
        same = sweep(workspace, "--resume", expect=3)
        assert same["targets"] == first["targets"] == {"seen": 5, "not_reached": 16}
        whole = sweep(workspace, "--resume", "--max-pages", "100")
        assert whole["sweep"] == first["sweep"]
        assert (whole["state"], whole["targets"]) == ("finished", {"seen": 21})
        assert {*shop.requests.values()} <= {1, 3}  # robots.txt is asked in each run
        done = run("sweep", "--resume", workspace=workspace, expect=2)
        assert "nothing to resume" in done.err
        new = sweep(workspace, shop.url, "--resume", "--max-pages", "100")
        assert new["sweep"] != first["sweep"]


def test_running_sweep_is_not_resumed(workspace: Path, slow_shop: TinyShop) -> None:
    process = start_sweep(workspace, slow_shop)
    done = run("sweep", "--resume", workspace=workspace, expect=2)
    assert "still running" in done.err
    process.kill()
    process.communicate(timeout=60)
