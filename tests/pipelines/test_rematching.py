"""Today's registry against everything ever seen: what it finds is what a sweep would find."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from crawler.accounts import Actor
from crawler.campaign import Campaign
from crawler.model import Licensee, Listing, Right, Sighting, stable_id
from crawler.store.database import timestamp, writing
from crawler.store.hits import find_hits
from crawler.store.lessons import record_lesson
from crawler.store.listings import record_sighting
from crawler.store.rights import record_rights
from crawler.store.sweep_figures import count_sweep
from crawler.store.sweeps import find_site_outcomes, find_sweep_totals, record_sweep
from crawler.workspace import Workspace, open_workspace
from matchers.judge import MatchSettings
from pipelines.rematching import (
    Registry,
    Rematch,
    Rematched,
    registry_of_file,
    registry_of_workspace,
)
from tests.servers.command import run
from tests.servers.sweeping import picture, sweep, take_in
from tests.servers.tiny_shop import Answer, Route, TinyShop, links_page, listing_page

YEAR_AGO = datetime(2025, 11, 20, 1, 0, tzinfo=UTC)
ON = date(2026, 11, 30)
OLD = Right(id="TM-1", kind="trademark", name="Northgate")
NEW = Right(id="TM-2", kind="trademark", name="Veltrano", variants=("维特拉诺",))


def see(workspace: Workspace, sightings: list[tuple[int, str, int]]) -> None:
    """Record sightings without hits: number of the listing, its title, days after ``YEAR_AGO``."""
    with workspace.store() as db:
        for day in sorted({day for _, _, day in sightings}):
            record_sweep(
                db, f"sw-{day}", Campaign(name="n", seeds=("https://a.example/",)), YEAR_AGO
            )
        with writing(db):
            for number, title, day in sightings:
                url = f"https://shop.example/p/{number}"
                moment = YEAR_AGO + timedelta(days=day)
                listing = Listing(url=url, title=title, site="shop.example", seen_at=moment)
                seen = Sighting(
                    id=stable_id("s", str(day), url),
                    listing=listing.id,
                    sweep=f"sw-{day}",
                    seen_at=moment,
                    record=listing,
                )
                assert record_sighting(db, seen)


def register(workspace: Workspace, *rights: Right) -> None:
    with workspace.store() as db:
        record_rights(db, [(right, {}) for right in rights], source="r.jsonl", at=YEAR_AGO)


def rematched(
    workspace: Workspace, *, record: bool = False, **options: Any
) -> list[tuple[str, str, str]]:
    """Return change, right and last part of the address of all pairs."""
    return [
        (found.change, found.hit.right, found.hit.listing.rpartition("/")[2])
        for found in find(workspace, record=record, **options)
    ]


def find(workspace: Workspace, *, record: bool = False, **options: Any) -> list[Rematched]:
    settings = options.pop("settings", MatchSettings())
    registry = options.pop("registry", None) or registry_of_workspace(workspace)
    matching = Rematch(workspace, registry, settings, on=ON, **options)
    with workspace.store() as db:
        found = list(matching.run(db, record=record))
    assert matching.listings == matching.total
    return found


@pytest.fixture
def opened(workspace: Path) -> Workspace:
    made = open_workspace(workspace)
    register(made, OLD)
    return made


def test_a_mark_that_is_taken_in_today_finds_exactly_last_years_listings(
    opened: Workspace,
) -> None:
    titles = [f"leather bag {n}, grey" for n in range(40)]
    for planted in (3, 17):
        titles[planted] = "Vеltrаno bag, new"  # two letters are Cyrillic
    titles[29] = "维特拉诺 手提包"
    see(opened, [(n, title, 0) for n, title in enumerate(titles)])
    assert rematched(opened) == []
    register(opened, NEW)
    found = rematched(opened)
    assert sorted(found) == [("new", "TM-2", n) for n in ("17", "29", "3")]


def test_what_a_listing_said_before_is_told_apart_from_what_it_says(opened: Workspace) -> None:
    see(opened, [(1, "Veltrano bag", 0), (1, "plain bag", 5), (1, "plain bag", 9)])
    see(opened, [(2, "plain bag", 1), (2, "Veltrano bag", 6), (3, "Veltrano bag", 2)])
    register(opened, NEW)
    found = {f.hit.listing[-1]: f for f in find(opened)}
    assert {n: f.change for n, f in found.items()} == {"1": "earlier", "2": "new", "3": "new"}
    assert found["1"].seen.seen_at == YEAR_AGO
    assert found["2"].seen.seen_at == YEAR_AGO + timedelta(days=6)


def test_since_leaves_out_what_was_not_seen_since(opened: Workspace) -> None:
    see(opened, [(1, "Veltrano bag", 0), (2, "Veltrano bag", 5)])
    register(opened, NEW)
    since = YEAR_AGO + timedelta(days=5)
    assert rematched(opened, since=since) == [("new", "TM-2", "2")]


def test_every_other_decision_is_told_and_recorded_as_a_sweep_does(opened: Workspace) -> None:
    see(opened, [(1, "Northgate boots", 0), (2, "Northgate boots, brown", 0), (3, "socks", 0)])
    assert {change for change, *_ in rematched(opened, record=True)} == {"new"}
    assert {change for change, *_ in rematched(opened)} == {"same"}
    strict = MatchSettings(threshold=1.0)
    assert {change for change, *_ in rematched(opened, settings=strict)} == {"unflagged"}
    other = Registry(rights=[(replace(OLD, name="Southgate"), {})], generic={})
    ended = [("ended", "TM-1", "1"), ("ended", "TM-1", "2")]
    assert sorted(rematched(opened, registry=other)) == ended
    register(opened, replace(OLD, name="Southgate"))
    assert {change for change, *_ in rematched(opened, record=True)} == {"ended"}
    assert rematched(opened) == []
    with opened.store() as db:
        assert db.execute("SELECT count(*) FROM hit_findings").fetchone()[0] == 4


def test_a_sweep_that_is_matched_anew_counts_each_hit_once(opened: Workspace) -> None:
    see(opened, [(1, "Northgate boots", 0), (2, "Northgate bag", 0), (3, "Northgate cap", 0)])

    def figures() -> list[tuple[int, int]]:
        with opened.store() as db:
            [site], [totals] = find_site_outcomes(db, "sw-0"), find_sweep_totals(db)
            kept = count_sweep(db, "sw-0")
        assert site.flagged == totals.flagged == kept.flagged
        return [(site.hits, site.flagged), (kept.hits, kept.flagged)]

    rematched(opened, record=True)
    assert figures() == [(3, 3)] * 2
    settings = MatchSettings()
    rematched(opened, record=True, settings=replace(settings, threshold=1.0))
    assert figures() == [(3, 0)] * 2
    rematched(opened, record=True)
    assert figures() == [(3, 3)] * 2
    register(opened, replace(OLD, name="Southgate"))
    rematched(opened, record=True)
    assert figures() == [(0, 0)] * 2


def test_only_one_right_is_told_of_and_recorded_where_one_is_named(opened: Workspace) -> None:
    see(opened, [(1, "Veltrano and Northgate", 0)])
    register(opened, NEW)
    assert rematched(opened, right="TM-2", record=True) == [("new", "TM-2", "1")]
    assert sorted(rematched(opened)) == [("new", "TM-1", "1"), ("same", "TM-2", "1")]


def test_a_lapsed_right_is_told_and_its_hits_stay(opened: Workspace) -> None:
    see(opened, [(1, "Northgate boots", 0)])
    rematched(opened, record=True)
    register(opened, replace(OLD, expires=date(2026, 1, 1)))
    assert rematched(opened) == []


def test_a_listing_seen_a_thousand_times_is_matched_once(opened: Workspace) -> None:
    see(opened, [(1, "Northgate boots", day) for day in range(60)])
    matching = Rematch(opened, registry_of_workspace(opened), MatchSettings(), on=ON)
    with opened.store() as db:
        found = list(matching.run(db))
    assert matching.records == 1
    assert [f.seen.seen_at for f in found] == [YEAR_AGO + timedelta(days=59)]


def test_an_empty_workspace_has_nothing_to_match(workspace: Path) -> None:
    done = run("rematch", "--diff", "--json", workspace=workspace)
    assert done.out == ""
    assert "0 listings and pages" in done.err


def test_it_finds_what_a_fresh_sweep_finds(workspace: Path, tmp_path: Path) -> None:
    goods: dict[str, Route] = {}
    for number in range(6):
        title = ("Veltrano trainers", "维特拉诺 运动鞋", "grey socks")[number % 3]
        goods[f"/p/{number}"] = listing_page(f"{title} {number}", picture=f"/i/{number}.png")
        goods[f"/i/{number}.png"] = Answer(
            picture(number + 5), headers={"Content-Type": "image/png"}
        )
    (tmp_path / "work.png").write_bytes(picture(5))
    take_in(workspace, {"id": "TM-1", "kind": "trademark", "name": "Northgate"})
    with TinyShop({"/": links_page(*(f"/p/{n}" for n in range(6))), **goods}) as shop:
        assert sweep(workspace, shop.url)["hits"] == 0
        take_in(
            workspace,
            {"id": "TM-2", "kind": "trademark", "name": "Veltrano", "variants": ["维特拉诺"]},
            {"id": "WK-1", "kind": "work", "name": "Dots", "images": ["work.png"]},
        )
        told = run("rematch", "--json", workspace=workspace).lines
        swept = sweep(workspace, shop.url)
    hits = run("hits", "--all", "--json", workspace=workspace).lines
    assert swept["hits"] == len(hits) >= 5
    assert by_id(told) == by_id(hits)
    assert {found["change"] for found in told} == {"new"}
    assert any(f["feature"] == "picture" for found in told for f in found["findings"])


def by_id(lines: list[dict[str, Any]]) -> dict[str, tuple[Any, ...]]:
    return {h["id"]: (h["score"], h["flagged"], json.dumps(h["findings"])) for h in lines}


def test_what_is_recorded_stands_in_the_ledger_and_verifies(workspace: Path) -> None:
    opened = open_workspace(workspace)
    register(opened, OLD)
    see(opened, [(1, "Northgate boots", 0)])
    run("rematch", "--record", workspace=workspace)
    with opened.store() as db:
        kinds = [row[0] for row in db.execute("SELECT kind FROM ledger")]
        (hit,) = find_hits(db, opened.pictures)
        (since,) = db.execute("SELECT waiting_since FROM queue").fetchone()
    assert kinds == ["hit-rematched", "rematch"]
    assert hit.rematched_at is not None
    assert hit.rematched_at > hit.seen_at
    assert since == timestamp(hit.rematched_at)
    run("evidence", "verify", "--all", workspace=workspace)
    assert len(run("hits", "--json", workspace=workspace).lines) == 1


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--right", "TM-9"], "no right of the workspace has the id 'TM-9'"),
        (["--record", "--threshold", "0.9"], "--record keeps what the workspace's own"),
        (["--cutoff", "2"], "--cutoff and --threshold"),
        (["--since", "yesterday"], "yesterday"),
    ],
)
def test_wrong_use_is_refused(workspace: Path, arguments: list[str], message: str) -> None:
    assert message in run("rematch", *arguments, workspace=workspace, expect=2).err


def test_a_candidate_registry_is_compared_before_it_is_imported(
    workspace: Path, tmp_path: Path
) -> None:
    opened = open_workspace(workspace)
    register(opened, OLD)
    see(opened, [(1, "Northgate boots", 0), (2, "Veltrano bag", 0)])
    run("rematch", "--record", workspace=workspace)
    file = tmp_path / "candidate.jsonl"
    file.write_text(json.dumps({"id": "TM-1", "kind": "trademark", "name": "Veltrano"}) + "\n")
    done = run("rematch", "--diff", "--registry", file, "--json", workspace=workspace)
    changes = {line["listing"][-1]: line["change"] for line in done.lines}
    assert changes == {"1": "ended", "2": "new"}
    assert run("rematch", "--diff", "--json", workspace=workspace).out == ""


def test_what_people_taught_counts_as_in_a_sweep(opened: Workspace, tmp_path: Path) -> None:
    see(opened, [(1, "Northgate boots", 0)])
    assert rematched(opened) == [("new", "TM-1", "1")]
    with opened.store() as db, writing(db):
        licensee = Licensee(site="shop.example")
        record_lesson(db, "TM-1", licensee, Actor(name="wei"), reason="contract", at=YEAR_AGO)
    file = tmp_path / "same.jsonl"
    file.write_text(json.dumps({"id": "TM-1", "kind": "trademark", "name": "Northgate"}) + "\n")
    for registry in (registry_of_workspace(opened), registry_of_file(file, opened, ON)):
        assert not any(f.hit.flagged for f in find(opened, registry=registry))
