"""A tip on its way: told, looked at first by the next sweep or at once, and what came of it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.servers.command import Finished, invoke, run
from tests.servers.sweeping import outcomes, sweep, take_in
from tests.servers.tiny_shop import Answer, TinyShop, links_page, listing_page

MARK = {"id": "TM-1", "kind": "trademark", "name": "Aurelio", "variants": ["奥雷利奥"]}


def tip(workspace: Path, *words: str | Path, expect: int = 0) -> Finished:
    return invoke("tip", *words, workspace=workspace, expect=expect)


def states(workspace: Path) -> dict[str, str]:
    """Return the last part of each address -> how far its tip has come."""
    lines = tip(workspace, "list", "--json").lines
    return {line["url"].rpartition("/")[2]: line["state"] for line in lines}


def test_the_next_sweep_looks_at_a_tip_first(workspace: Path) -> None:
    take_in(workspace, MARK)
    pages = {
        "/": links_page("/p/3"),
        "/p/1": listing_page("奥雷利奥 Aurelio 手提包"),
        "/p/3": listing_page("plain tea cup"),
    }
    with TinyShop(pages) as shop:
        tip(workspace, "add", f"{shop.url}/p/1", "--right", "TM-1", "--allow-private")
        tip(workspace, "add", "http://127.0.0.1:9/p/4", "--allow-private")
        assert {*states(workspace).values()} == {"waiting"}
        report = sweep(workspace, shop.url, "--max-pages", "2", expect=3)
        found = outcomes(workspace, report["sweep"])
    assert found["p/1"][0] == "seen"  # though no page leads there, and the budget is small
    assert found["p/3"][0] == "not_reached"
    assert states(workspace) == {"1": "hit_found", "4": "waiting"}


@pytest.mark.long
def test_tips_are_looked_at_at_once_and_nothing_else(workspace: Path, tmp_path: Path) -> None:
    take_in(workspace, MARK)
    pages = {"/p/2": Answer("no", status=403), "/p/3": listing_page("plain tea cup")}
    bag = listing_page("Aurelio bag")
    with TinyShop(pages) as shop, TinyShop({"/p/4": bag}) as other:
        table = tmp_path / "tips.csv"
        rows = ("网址,类型,说明", f"{shop.url}/p/2,商标,假货", f"{other.url}/p/4,,")
        table.write_bytes("\r\n".join(rows).encode("gb18030"))
        tip(workspace, "import", table, "--allow-private")
        words = ("tip", "fetch", "--allow-private", "--delay", "0", "--json")
        done = run(*words, workspace=workspace)
        fetched = {line["url"].rpartition("/")[2]: line for line in done.lines}
        assert {name: line["state"] for name, line in fetched.items()} == {
            "2": "not_had",
            "4": "hit_found",
        }
        assert fetched["2"]["look"]["state"] == "blocked"
        assert fetched["4"]["hits"][0]["right"] == "TM-1"
        assert not shop.requests["/p/3"]
        shop.routes["/p/2"] = bag  # it lets us in
        [line] = run(*words, workspace=workspace).lines
        assert (line["kind"], line["state"], other.requests["/p/4"]) == (
            "trademark",
            "hit_found",
            1,
        )
        assert run(*words, workspace=workspace).lines == []
