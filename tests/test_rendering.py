"""Shops that only a browser can show, swept by the command as people run it."""

from __future__ import annotations

import json
import threading
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from crawler.render import VARIABLE
from tests.servers.browsers import kill_browsers_below, needs_browser
from tests.servers.command import run, start
from tests.servers.crawl import crawl
from tests.servers.script_shop import SHELL, clicking_shop, script_shop
from tests.servers.sweeping import outcomes, sweep
from tests.servers.tiny_shop import Answer, Route, TinyShop, links_page, listing_page

COUNT, PAGE = 7, 3
GOODS = range(1, COUNT + 1)
REST = "the rest of its list comes by clicks or scrolling alone"


def plain_products() -> dict[str, Route]:
    return {f"/goods/{number}": listing_page(f"Lantern {number:03}") for number in GOODS}


def listings(workspace: Path) -> list[Any]:
    return run("listings", "--json", workspace=workspace).lines


@needs_browser
def test_lists_that_grow_by_scripts_are_swept_whole(workspace: Path) -> None:
    routes = {
        "adds": script_shop(COUNT, PAGE),
        "replaces": script_shop(COUNT, PAGE, replaces=True),
        "scrolls": script_shop(COUNT, PAGE, scrolls=True),
        "plain": clicking_shop(COUNT, PAGE, plain_products()),
    }
    with ExitStack() as stack:
        shops = {kind: stack.enter_context(TinyShop(r)) for kind, r in routes.items()}
        campaign = workspace / "campaign.toml"
        campaign.write_text(
            f'name = "scripts"\nseeds = {json.dumps([shop.url for shop in shops.values()])}\n'
            "[politeness]\nconcurrency = 4\n"
        )
        report = sweep(workspace, str(campaign))
    assert report["targets"] == {"seen": len(shops) * (COUNT + 1)}
    assert report["state"] == "finished"
    for kind, shop in shops.items():
        titles = [row["title"] for row in listings(workspace) if row["site"] == shop.site]
        assert sorted(titles) == [f"Lantern {number:03}" for number in GOODS], kind
        # the first page plainly and rendered; each other once, at once in the way it needs
        assert shop.requests["/"] == 2, kind
        assert {shop.requests[f"/goods/{number}"] for number in GOODS} == {1}, kind


@pytest.mark.long
@needs_browser
def test_a_shell_that_is_as_it_was_may_show_other_goods(workspace: Path) -> None:
    routes = script_shop(COUNT, PAGE)
    with TinyShop(routes) as shop:
        shop.validators = True
        sweep(workspace, shop.url)
        good = {"id": 3, "title": "Lantern 003", "price": "1.90"}
        shop.routes["/api/goods/3"] = Answer(
            json.dumps(good), headers={"Content-Type": "application/json"}
        )
        report = sweep(workspace, shop.url)
    ended = outcomes(workspace, report["sweep"])
    assert ended["goods/3"][0] == "seen"
    assert {ended[f"goods/{n}"][0] for n in GOODS if n != 3} == {"unchanged"}
    prices = {row["title"]: row["price"] for row in listings(workspace)}
    assert prices["Lantern 003"] == "1.90"


@needs_browser
def test_what_comes_rendered_ends_as_what_comes_plainly(workspace: Path) -> None:
    def moved(to: str) -> Answer:
        return Answer(status=302, headers={"Location": to})

    def led(to: str) -> Answer:
        return Answer(f"<html><body><script>location.href = '{to}'</script></body></html>")

    routes = {
        "/": links_page("/moved", "/away", "/led", "/led-away", "/gone", "/closed", "/file"),
        "/moved": moved("/goods/1"),
        "/goods/1": listing_page("Lantern 001"),
        "/led": led("/goods/2"),
        "/goods/2": listing_page("Lantern 002"),
        "/away": moved("http://127.0.0.2:9/"),
        "/led-away": led("http://127.0.0.2:9/"),
        "/gone": Answer(status=410),
        "/closed": Answer(status=403),
        "/file": Answer("PK", headers={"Content-Type": "application/zip"}),
    }
    with TinyShop(routes) as shop:
        report = sweep(workspace, shop.url, "--render", "always")
        assert set(shop.requests.values()) == {1}
    ended = outcomes(workspace, report["sweep"])
    assert {path: state for path, (state, _) in ended.items()} == {
        "": "seen", "moved": "seen", "led": "seen", "away": "skipped", "led-away": "skipped",
        "gone": "gone", "closed": "blocked", "file": "skipped",
    }  # fmt: skip
    assert ended["moved"][1] == f"redirected to {shop.url}/goods/1"
    assert ended["led"][1] == f"redirected to {shop.url}/goods/2"
    assert "another site: http://127.0.0.2:9/" in str(ended["led-away"][1])
    assert ended["file"][1] == "expected an HTML page, got application/zip"
    assert report["listings"] == 2


def test_never_renders_nothing_and_says_so(workspace: Path) -> None:
    routes = clicking_shop(COUNT, PAGE, plain_products())
    with TinyShop(script_shop(3, PAGE)) as shells, TinyShop(routes) as plain:
        report = sweep(workspace, shells.url, plain.url, "--render", "never")
        assert "/app.js" not in shells.requests
    assert report["targets"] == {"failed": 1, "seen": 1 + PAGE}
    lack = "that needs a browser: --render never forbids one"
    told = {site["site"]: site["reasons"] for site in report["sites"]}
    assert told[shells.site] == {f"failed: the page is made by its scripts; {lack}": 1}
    assert f"{REST}; {lack}" in [warning["message"] for warning in report["warnings"]]


def test_without_a_browser_a_shell_has_failed(workspace: Path, tmp_path: Path) -> None:
    places = "import crawler.render; crawler.render.USUAL_PLACES = ()"
    (tmp_path / "sitecustomize.py").write_text(places)
    bare = {"PATH": "", VARIABLE: "", "PLAYWRIGHT_BROWSERS_PATH": str(tmp_path)}
    options = ("--allow-private", "--delay", "0", "--json")
    with TinyShop(script_shop(3, PAGE)) as shop:
        env = {**bare, "PYTHONPATH": str(tmp_path)}
        report = run("sweep", shop.url, *options, workspace=workspace, env=env).json
    lack = "that needs a browser: `markhound doctor` says how to get one"
    reason = f"the page is made by its scripts; {lack}"
    assert outcomes(workspace, report["sweep"]) == {"": ("failed", reason)}


@needs_browser
def test_a_sweep_goes_on_when_its_browser_is_killed(workspace: Path) -> None:
    routes, killed = script_shop(COUNT, PAGE), threading.Event()

    def kill() -> Answer:
        if not killed.is_set():
            killed.set()
            kill_browsers_below(process.pid)
        return SHELL

    with TinyShop({**routes, "/goods/2": kill}) as shop:
        process = start(
            "sweep", shop.url, "--allow-private", "--delay", "0", "--json", workspace=workspace
        )
        out, err = process.communicate(timeout=120)
    assert process.returncode == 0, err
    assert killed.is_set()
    report = json.loads(out)
    assert report["targets"] == {"seen": COUNT + 1}
    assert report["listings"] == COUNT


@needs_browser
@pytest.mark.long
def test_pages_made_to_hurt_a_browser_end_and_the_sweep_goes_on() -> None:
    def hurt(script: str) -> Answer:
        return Answer(f"<html><body><p>Lanterns</p><script>{script}</script></body></html>")

    routes = {
        "/": links_page("/item/loop-1", "/item/heap-1", "/item/memory-1", "/item/alert-1"),
        "/item/loop-1": hurt("for (;;) {}"),
        "/item/heap-1": hurt("const a = []; for (;;) a.push({x: [1, 2, Math.random()]})"),
        "/item/memory-1": hurt(
            "const a = []; setInterval(() => a.push(new Uint8Array(3e7).fill(7)), 5);"
            "setInterval(() => fetch('/'), 50)"
        ),
        "/item/alert-1": Answer(
            '<html><body><script>for (let n = 0; n < 99; n++) alert(n)</script><a href="/goods/1">'
            "Lantern</a></body></html>"
        ),
        "/goods/1": listing_page("Lantern 001"),
    }
    with TinyShop(routes) as shop:
        items = crawl(
            shop.url,
            MARKHOUND_RENDER="always",
            MARKHOUND_RENDER_SECONDS="2",
            MARKHOUND_RENDER_MEMORY_MB="400",
        )
        assert shop.requests.keys() >= routes.keys()
    assert [item["title"] for item in items] == ["Lantern 001"]
