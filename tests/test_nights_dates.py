"""What dates and fingerprints say after a night in which nothing changed."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from crawler import pictures, revisits
from crawler.campaign import Campaign
from crawler.config import MatchingConfig
from crawler.revisits import plan_of
from crawler.store.database import open_store
from tests.servers.command import run
from tests.servers.sweeping import sweep
from tests.servers.tiny_shop import Answer, TinyShop, links_page, listing_page


def test_a_listing_behind_a_redirect_tells_when_it_was_found_unchanged(workspace: Path) -> None:
    routes = {
        "/": links_page("/old/1"),
        "/old/1": Answer(status=301, headers={"Location": "/p/1"}),
        "/p/1": listing_page("Northgate boots"),
    }
    with TinyShop(routes) as shop:
        sweep(workspace, shop.url)
        [before] = listings(workspace)
        assert before["url"] == f"{shop.url}/p/1"
        assert sweep(workspace, shop.url)["targets"] == {"unchanged": 2}
        [after] = listings(workspace)
        assert after["seen_at"] > before["seen_at"]


@pytest.mark.long
def test_a_site_was_seen_when_a_listing_was_found_unchanged(workspace: Path) -> None:
    with TinyShop({"/": links_page("/p/1"), "/p/1": listing_page("Northgate boots")}) as shop:
        sweep(workspace, shop.url)
        before = seen_at(workspace, shop)
        sweep(workspace, shop.url)
        after = seen_at(workspace, shop)
        assert after > before
        shop.routes["/p/1"] = Answer("no more", status=404)
        sweep(workspace, shop.url)
        assert seen_at(workspace, shop) == after


def listings(workspace: Path) -> list[Any]:
    return run("listings", "--json", workspace=workspace).lines


def seen_at(workspace: Path, shop: TinyShop) -> str:
    [site] = run("sites", "--json", workspace=workspace).lines
    assert site["site"] == shop.site
    found: str = site["seen_at"]
    return found


@pytest.mark.parametrize(("mode", "differs"), [("auto", True), ("off", False)])
def test_a_plan_says_whether_words_are_really_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, mode: Any, differs: bool
) -> None:
    db = open_store(tmp_path / "a.db")
    campaign = Campaign(name="n", seeds=("https://shop.example/",))
    config, day = MatchingConfig(words=mode), datetime.now(UTC).date()
    with_words = plan_of(db, campaign, config, day)
    monkeypatch.setattr(pictures, "WORD_PACKAGES", ("a_package_that_nobody_has",))
    assert (plan_of(db, campaign, config, day) != with_words) is differs
    db.close()


def test_what_an_older_generation_matched_is_matched_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    db = open_store(tmp_path / "a.db")
    campaign = Campaign(name="n", seeds=("https://shop.example/",))
    day = datetime.now(UTC).date()
    plan = plan_of(db, campaign, MatchingConfig(), day)
    monkeypatch.setattr(revisits, "GENERATION", revisits.GENERATION - 1)
    assert plan_of(db, campaign, MatchingConfig(), day) != plan
    db.close()


def test_auto_where_words_are_read_is_the_plan_of_on(tmp_path: Path) -> None:
    db = open_store(tmp_path / "a.db")
    campaign = Campaign(name="n", seeds=("https://shop.example/",))
    day = datetime.now(UTC).date()
    plans = {plan_of(db, campaign, MatchingConfig(words=mode), day) for mode in ("auto", "on")}
    assert len(plans) == 1
    db.close()
