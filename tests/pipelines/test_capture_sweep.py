"""Captures that sweeps make of what they flag."""

from __future__ import annotations

import json
import sqlite3
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from crawler.campaign import Campaign
from crawler.store.captures import Capture, find_captures
from crawler.store.database import writing
from crawler.store.hits import find_judgement
from crawler.store.notices import find_notices, record_case, record_notice
from crawler.store.sweeps import record_sweep
from crawler.takedown import Case, Notice, Recipient
from crawler.workspace import open_workspace
from pipelines.evidence.capture import capture_for_notices
from pipelines.evidence.pending import keep_pending
from pipelines.evidence.wacz import check_wacz
from tests.servers import captured
from tests.servers.captured import is_broken
from tests.servers.command import run
from tests.servers.sweeping import sweep, take_in
from tests.servers.tiny_shop import Answer, TinyShop, links_page, listing_page

RIGHT = {"id": "TM-1", "kind": "trademark", "name": "Zorvexa"}
BAG, CUP = "Zorvexa leather bag", "A plain cup"


def captures_of(workspace: Path) -> list[Capture]:
    with open_workspace(workspace).store() as db:
        return find_captures(db)


def set_evidence(workspace: Path, key: str, value: str) -> None:
    file = workspace / "markhound.toml"
    lines = [
        f"{key} = {value}" if line.startswith(f"{key} = ") else line
        for line in file.read_text().splitlines()
    ]
    file.write_text("\n".join(lines))


def shop() -> TinyShop:
    return TinyShop(
        {"/": links_page("/p/1", "/p/2"), "/p/1": listing_page(BAG), "/p/2": listing_page(CUP)}
    )


def test_the_exchange_that_a_hit_was_made_from_is_kept_once_until_it_changes(
    workspace: Path,
) -> None:
    take_in(workspace, RIGHT)
    with shop() as served:
        report = sweep(workspace, served.url, "--render", "never")
        [first] = captures_of(workspace)
        asked = served.requests["/p/1"]
        served.routes["/p/1"] = listing_page(BAG, price="21.50")
        sweep(workspace, served.url, "--render", "never")
        set_evidence(workspace, "capture", '"off"')
        served.routes["/p/1"] = listing_page(BAG, price="30.00")
        sweep(workspace, served.url, "--render", "never")
        assert asked == 1, "the page was asked for once more for its capture"
    assert (first.url, first.proof, first.sweep) == (f"{served.url}/p/1", True, report["sweep"])
    assert first.record["not_rendered"] == "the campaign forbids a browser (render = never)"
    path = workspace / first.file
    assert not is_broken(check_wacz(path))
    [answer] = [block for kind, _, block in captured.records_of(path) if kind == "response"]
    assert answer.startswith(b"HTTP/1.1 200 OK\r\nServer: ")
    assert str(listing_page(BAG).body).encode() in answer
    told = captured.told(path)
    assert told["claim"] == {"title": BAG, "price": "19.90"}
    assert (told["operator"], told["purpose"]) == ("markhound", "flagged by a sweep")
    prices = [
        captured.told(workspace / one.file)["claim"]["price"] for one in captures_of(workspace)
    ]
    assert prices == ["19.90", "21.50"]
    assert list((workspace / "evidence" / "pending").iterdir()) == []


SHELL = """<html><head><title>Shop</title></head><body><div id="root"></div><script>
document.title = 'Zorvexa silk scarf'
document.getElementById('root').innerHTML = '<h1>Zorvexa silk scarf</h1><p>Price: ¥ 88.00</p>'
  + '<button>Add to cart</button>'
const data = document.createElement('script')
data.type = 'application/ld+json'
data.textContent = JSON.stringify({'@context': 'https://schema.org', '@type': 'Product',
  name: 'Zorvexa silk scarf', offers: {'@type': 'Offer', price: '88.00', priceCurrency: 'CNY'}})
document.head.append(data)
</script></body></html>"""


def test_a_browser_shows_it_while_the_sweep_runs_also_what_scripts_make(workspace: Path) -> None:
    take_in(workspace, RIGHT)
    set_evidence(workspace, "render", '"auto"')
    with shop() as served:
        served.routes["/"] = links_page("/p/1", "/p/3")
        served.routes["/p/3"] = Answer(SHELL)
        sweep(workspace, served.url)
    plain, made_by_scripts = sorted(captures_of(workspace), key=lambda one: one.url)
    expected = {"urn:fullPage", "urn:text", "urn:view", "urn:pageinfo"}
    for one, more in ((plain, set()), (made_by_scripts, {"urn:dom"})):
        assert (one.proof, one.record["rendered"]) == (True, True)
        records = captured.records_of(workspace / one.file)
        kinds = {url.partition(":http")[0] for kind, url, _ in records if kind == "resource"}
        assert kinds == expected | more | {"urn:capture"}
    answers = [block for kind, _, block in records if kind == "response"]
    assert answers[0].endswith(SHELL.encode()), "the plain answer, before any browser"


def test_what_a_killed_sweep_left_is_captured_and_what_is_over_the_limit_is_told(
    workspace: Path,
) -> None:
    opened = open_workspace(workspace)
    material = captured.material()
    occasion = replace(material.occasion, hits=("h-never-written",))
    keep_pending(opened, replace(material, occasion=occasion))
    (workspace / "evidence" / "pending" / "cap-broken.json").write_text("{")
    take_in(workspace, RIGHT)
    set_evidence(workspace, "captures_per_sweep", "0")
    with shop() as served:
        report = sweep(workspace, served.url, "--render", "never")
    [made] = captures_of(workspace)
    assert (made.id, made.hit) == (material.occasion.id, None)
    kept = captured.records_of(workspace / made.file)
    assert [kind for kind, _, _ in kept][1:3] == ["response", "request"]
    told = [warning["message"] for warning in report["warnings"]]
    assert any("cap-broken is not captured yet" in message for message in told)
    assert any("1 pages with flagged hits are not captured" in message for message in told)
    assert [p.name for p in (workspace / "evidence" / "pending").iterdir()] == ["cap-broken.json"]


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"render": "never"}, "the campaign forbids a browser (render = never)"),
        pytest.param({"allow_private": False}, "private", marks=pytest.mark.long),
    ],
)
def test_what_another_sweep_left_is_shown_by_its_own_rules(
    workspace: Path, change: dict[str, Any], reason: str
) -> None:
    """The one that takes it on may render and reach private addresses, as ``sweep`` lets it."""
    opened = open_workspace(workspace)
    take_in(workspace, RIGHT)
    set_evidence(workspace, "render", '"auto"')
    with shop() as served:
        served.routes |= {"/": links_page(), "/left": listing_page("left", price="1.00")}
        url = f"{served.url}/left"
        plan = Campaign(name="night", seeds=(url,), allow_private=True)
        with opened.store() as db:
            record_sweep(db, "sw-0", replace(plan, **change), captured.AT)
        made = captured.material()
        keep_pending(opened, replace(made, occasion=replace(made.occasion, url=url, sweep="sw-0")))
        sweep(workspace, served.url)
        assert "/left" not in served.requests
    [one] = captures_of(workspace)
    assert reason in str(one.record["not_rendered"])


@pytest.mark.long
def test_by_command_and_for_a_notice_a_hit_is_captured_and_told_when_it_is_no_proof(
    workspace: Path,
) -> None:
    take_in(workspace, RIGHT)
    with shop() as served:
        sweep(workspace, served.url)
        hit = hits(workspace)[0]["id"]
        made_for = draft(workspace, hit)
        sent_by = capture_for_notices(open_workspace(workspace), [made_for], operator="wei")
        [sent] = sent_by[made_for]
        first = run("evidence", "capture", hit, "--by", "li", "--json", workspace=workspace)
        served.routes["/p/1"] = listing_page("Sold out", price="1.00")
        words = run("evidence", "capture", hit, workspace=workspace, expect=1).err
    assert (first.json["hit"], first.json["proof"], first.json["purpose"]) == (
        hit,
        True,
        "on request",
    )
    doubts = [f"the title '{BAG}' is not on the page", "the price 19.90 is not on the page"]
    assert f"no proof: {'; '.join(doubts)}" in words
    assert (sent.hit, sent.proof, sent.purpose) == (hit, True, f"sending of {made_for}")
    told = captured.told(workspace / sent.file)
    assert (told["operator"], told["claim"]["title"], told["hits"]) == ("wei", BAG, [hit])
    with open_workspace(workspace).store() as db:
        case = find_notices(db)[0].case
        assert find_captures(db, case=case) == find_captures(db, hit=hit) == captures_of(workspace)
        assert find_captures(db, case="other") == []
    assert len(captures_of(workspace)) == 4


def draft(workspace: Path, hit: str) -> str:
    """Record a judgement and a notice of the hit; return the notice's id."""
    run("judge", hit, "--as", "infringing", "--by", "li", "--reason", "a test", workspace=workspace)
    opened = open_workspace(workspace)
    with opened.store() as db, writing(db):
        judgement = find_judgement(db, hit)
        assert judgement is not None
        case = record_case(
            db, Case(id="k-1", seller="s", site="s", holder="h", opened_at=captured.AT)
        )
        notice = Notice(
            id="N-2026-000001", case=case.id, kind="dsa", language="en", hits=(hit,),
            recipient=Recipient(site="s", name="n"), subject="s", text="t", drafted_by="li",
            drafted_at=captured.AT,
        )  # fmt: skip
        record_notice(db, notice, {hit: judgement.id})
    return notice.id


def hits(workspace: Path) -> list[Any]:
    db = sqlite3.connect(workspace / "markhound.db")
    rows = db.execute("SELECT record FROM hit_findings WHERE flagged = 1 ORDER BY id").fetchall()
    db.close()
    return [json.loads(row[0]) for row in rows]
