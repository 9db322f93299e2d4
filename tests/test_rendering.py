"""Shops that only a browser can show, swept by the command as people run it."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path

from crawler.render import VARIABLE
from tests.servers.browsers import needs_browser
from tests.servers.command import run
from tests.servers.script_shop import clicking_shop, script_shop
from tests.servers.sweeping import outcomes, sweep
from tests.servers.tiny_shop import Route, TinyShop, listing_page

COUNT, PAGE = 10, 3
GOODS = range(1, COUNT + 1)
REST = "the rest of its list comes by clicks or scrolling alone"


def plain_products() -> dict[str, Route]:
    return {f"/goods/{number}": listing_page(f"Lantern {number:03}") for number in GOODS}


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
        report = sweep(workspace, *(shop.url for shop in shops.values()))
    assert report["targets"] == {"seen": len(shops) * (COUNT + 1)}
    assert report["state"] == "finished"
    listings = run("listings", "--json", workspace=workspace).lines
    for kind, shop in shops.items():
        titles = [listing["title"] for listing in listings if listing["site"] == shop.site]
        assert sorted(titles) == [f"Lantern {number:03}" for number in GOODS], kind
        # the first page plainly and rendered; each other once, at once in the way it needs
        assert shop.requests["/"] == 2, kind
        assert {shop.requests[f"/goods/{number}"] for number in GOODS} == {1}, kind


@needs_browser
def test_always_renders_at_once(workspace: Path) -> None:
    with TinyShop(script_shop(3, PAGE)) as shop:
        report = sweep(workspace, shop.url, "--render", "always")
        assert shop.requests["/"] == 1
    assert report["listings"] == 3


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


def test_without_a_browser_a_shell_has_failed_and_always_is_refused(
    workspace: Path, tmp_path: Path
) -> None:
    bare = {"PATH": "", VARIABLE: "", "PLAYWRIGHT_BROWSERS_PATH": str(tmp_path)}
    places = "import crawler.render; crawler.render.USUAL_PLACES = ()"
    (tmp_path / "sitecustomize.py").write_text(places)
    env = {**bare, "PYTHONPATH": str(tmp_path)}
    with TinyShop(script_shop(3, PAGE)) as shop:
        options = ("sweep", shop.url, "--allow-private", "--delay", "0", "--json")
        report = run(*options, workspace=workspace, env=env).json
        refused = run(*options, "--render", "always", workspace=workspace, env=env, expect=2)
    assert outcomes(workspace, report["sweep"]) == {
        "": (
            "failed",
            "the page is made by its scripts; that needs a browser:"
            " `markhound doctor` says how to get one",
        )
    }
    assert "`always` needs a browser" in refused.err
