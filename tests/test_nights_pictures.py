"""Pictures that change under the same address: nights in which the pages themselves stay."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.servers.command import run
from tests.servers.nights import let_days_pass
from tests.servers.sweeping import outcomes, picture, read_no_words, sweep, take_in
from tests.servers.tiny_shop import Answer, TinyShop, links_page, listing_page

OURS, OTHER = 5, 2
PATHS = ("/p/a", "/p/b", "/walk")


def shown(seed: int) -> Answer:
    return Answer(picture(seed), headers={"Content-Type": "image/png"})


@pytest.fixture
def shop() -> Iterator[TinyShop]:
    routes = {
        "/": links_page(*PATHS),
        "/p/a": listing_page("A lamp", picture="/a.png"),
        "/p/b": listing_page("A chair", picture="/b.png"),
        "/walk": Answer(
            "<html><head><title>Our walks</title></head><body><h1>Our walks</h1>"
            "<p>By the river.</p><img src='/w.png'></body></html>"
        ),
        "/a.png": shown(OURS),
        "/b.png": shown(OTHER),
        "/w.png": shown(OTHER),
    }
    with TinyShop(routes) as shop:
        yield shop


@pytest.fixture
def ready(workspace: Path, tmp_path: Path, shop: TinyShop) -> Path:
    read_no_words(workspace)
    (tmp_path / "ours.png").write_bytes(picture(OURS))
    take_in(workspace, {"id": "W-1", "kind": "work", "images": ["ours.png"]})
    (workspace / "campaign.toml").write_text(
        f'name = "n"\nseeds = ["{shop.url}"]\nfull_look_share = 0\n'
    )
    return workspace


def night(workspace: Path, days: float = 0) -> dict[str, tuple[str, str | None]]:
    let_days_pass(workspace, days)
    return outcomes(workspace, sweep(workspace, str(workspace / "campaign.toml"))["sweep"])


def flagged(workspace: Path) -> set[str]:
    hits = run("hits", "--json", workspace=workspace).lines
    return {hit["listing"].rpartition("/")[2] for hit in hits if hit["flagged"]}


@pytest.mark.parametrize("validators", [False, pytest.param(True, marks=pytest.mark.long)])
def test_pictures_are_looked_at_again_at_a_full_look(
    ready: Path, shop: TinyShop, validators: bool
) -> None:
    shop.validators = validators
    night(ready)
    assert flagged(ready) == {"a"}
    shop.routes |= {"/a.png": shown(OTHER), "/b.png": shown(OURS), "/w.png": shown(OURS)}
    before = shop.requests.copy()
    assert {state for state, _ in night(ready, 20).values()} == {"unchanged"}
    assert shop.requests["/b.png"] == before["/b.png"]
    ended = night(ready, 11)
    assert ended["p/a"] == ended["p/b"] == ("seen", "other pictures than it had")
    assert ended["walk"] == ("seen", None)
    assert flagged(ready) == {"b", "walk"}
    before = shop.requests.copy()
    assert {state for state, _ in night(ready, 1).values()} == {"unchanged"}
    assert shop.requests["/b.png"] == before["/b.png"]


def test_what_has_the_same_pictures_at_a_full_look_is_unchanged(
    ready: Path, shop: TinyShop
) -> None:
    shop.validators = True
    night(ready)
    sent = shop.sent
    before = shop.requests.copy()
    ended = night(ready, 31)
    assert {state for state, _ in ended.values()} == {"unchanged"}
    assert ended["p/a"][1] == "what it offers is as it was, and so are its pictures"
    assert shop.requests["/a.png"] == before["/a.png"] + 1
    assert shop.sent - sent < sent / 2  # pages, and no pictures
    before = shop.requests.copy()
    night(ready, 20)  # that was the full look
    assert shop.requests["/a.png"] == before["/a.png"]
    assert flagged(ready) == {"a"}
