"""The card of a hit: licences first, pictures beside each other, everything in words."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from bs4 import BeautifulSoup
from starlette.applications import Starlette
from starlette.responses import Response
from starlette.testclient import TestClient

from console.web.cards import make_hit_card
from console.web.pages import page as a_page
from console.web.pairs import lay_over
from console.web.routes.hits import find_hit
from console.web.visits import Visit
from crawler.accounts import Actor
from crawler.model import GenericWord, Judgement, Licensee, Sighting
from crawler.store.database import now, writing
from crawler.store.hits import load_hit, record_hits, record_judgement
from crawler.store.lessons import record_lesson
from crawler.store.listings import record_sighting
from crawler.store.rights import record_rights
from crawler.workspace import Workspace, make_workspace
from tests.servers.console import signed_in
from tests.servers.filled import SELLERS, SWEEP, fill
from tests.servers.stored_hits import MARK, WORK

AT = datetime(2026, 11, 25, 3, 0, tzinfo=UTC)


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return make_workspace(tmp_path / "w")


def page(client: TestClient, hit: str, status: int = 200) -> Any:
    answer = client.get(f"/hits/{hit}")
    assert answer.status_code == status, answer.text
    return BeautifulSoup(answer.text, "lxml")


def text_of(found: Any) -> str:
    return " ".join(found.get_text().split())


def test_the_card_shows_pictures_waterfall_and_price(workspace: Workspace) -> None:
    mark = replace(MARK, prices={"CNY": Decimal(300)})
    hit = fill(workspace, 1, rights=(mark,))[0]
    with signed_in(workspace) as client:
        doc = page(client, hit)
        assert len(doc.select("h1")) == 1
        assert [mark.text for mark in doc.select("h2 mark")] == ["Аurеliо"]
        assert "look-alike letters" in text_of(doc.select_one(".disguise"))
        assert "usually 300 CNY · 3% of that" in text_of(doc.select_one(".hit-facts"))
        listing, registered = doc.select(".beside figure")
        assert listing.svg["viewbox"] == "0 0 240 240"
        assert [r["width"] for r in listing.select("rect.outline")] == ["160"]
        assert [r["x"] for r in registered.select("rect.outline")] == ["10"]
        assert "mirrored" in text_of(listing.figcaption)
        over = doc.select_one(".stage g g")
        assert over["transform"] == "matrix(-0.16 0 0 0.16 180 20)"
        assert over.svg["viewbox"] == "10 10 150 150"
        assert len(doc.select(".evidence tbody tr.for")) == 2
        assert len(doc.select(".evidence tbody tr.against")) == 1
        for image in doc.select("image"):
            answer = client.get(image.get("href") or image["data-href"])
            assert answer.headers["content-type"] == "image/webp"
            assert "immutable" in answer.headers["cache-control"]
            assert "sandbox" in answer.headers["content-security-policy"]


def licences(client: TestClient, hit: str) -> list[tuple[str, str]]:
    found = page(client, hit).select(".licences li")
    return [(item["class"][0], text_of(item)) for item in found]


def test_licences_are_checked_first_and_said_loud(workspace: Workspace) -> None:
    right = replace(
        MARK,
        licensees=(
            Licensee(seller=SELLERS[0], site="shop.example"),
            Licensee(seller=SELLERS[1], site="elsewhere.example"),
            Licensee(seller="Lucky Star Tradings"),
        ),
    )
    hits = fill(workspace, 4, rights=(right,))
    with signed_in(workspace) as client:
        doc = page(client, hits[0])
        assert doc.select_one("article.hit").find(recursive=False)["class"] == ["licences"]
        assert licences(client, hits[0])[0] == (
            "bad",
            "Stop: Best Bags 优品 on shop.example is licensed, as the registry says.",
        )
        assert licences(client, hits[1])[0][0] == "warn"
        assert "for another site" in licences(client, hits[1])[0][1]
        assert "nearly like the licensee Lucky Star Tradings" in licences(client, hits[2])[0][1]
        assert licences(client, hits[3]) == [
            (
                "clear",
                "Licences: no licence covers this seller or this site (licensees of the right: 3).",
            )
        ]


def test_what_people_taught_counts_as_a_licence(workspace: Workspace) -> None:
    hits = fill(workspace, 2)
    with workspace.store() as db, writing(db):
        by = Actor(name="李伟")
        value = Licensee(seller=SELLERS[0])
        record_lesson(db, MARK.id, value, by, reason="contract of 2026", at=AT)
        word = GenericWord(word="Аurеliо")
        record_lesson(db, MARK.id, word, by, reason="a colour", at=AT)
    with signed_in(workspace) as client:
        told = licences(client, hits[0])
        assert told[0][0] == "bad"
        assert "as 李伟 taught on 2026-11-25: contract of 2026" in told[0][1]
        assert "generic word by 李伟" in licences(client, hits[1])[0][1]


def test_a_right_that_expired_stops(workspace: Workspace) -> None:
    hit = fill(workspace, 1, rights=(replace(MARK, expires=date(2020, 1, 2)),))[0]
    with signed_in(workspace) as client:
        assert licences(client, hit) == [("bad", "Stop: The right expired on 2020-01-02.")]


def judge(workspace: Workspace, hit: str) -> None:
    """Record a decision of somebody else."""
    with workspace.store() as db:
        stored = load_hit(db, workspace.pictures, hit)
        made = Judgement(
            id=f"j-{hit}",
            hit=hit,
            findings=stored.findings,
            decision="licensed",
            by="陈静",
            authenticated=True,
            reason="their own shop",
            judged_at=now(),
        )
        with writing(db):
            record_judgement(db, made)


def test_judgements_are_shown_with_their_history(workspace: Workspace) -> None:
    hit = fill(workspace, 1)[0]
    judge(workspace, hit)
    with signed_in(workspace) as client:
        doc = page(client, hit)
        assert "licensed by 陈静" in text_of(doc.select_one(".timeline"))
        assert "their own shop" in text_of(doc.select_one("article .box"))


def test_a_second_look_is_blind_to_what_others_decided(workspace: Workspace) -> None:
    hits = fill(workspace, 6, rights=(MARK,))
    for hit in (hits[0], hits[5]):  # of one seller
        judge(workspace, hit)

    def show(visit: Visit) -> Response:
        stored = find_hit(visit, visit.part("hit"))
        assert stored is not None
        return visit.render("hit_card.html", card=make_hit_card(visit, stored, blind=True))

    with signed_in(workspace) as client:
        open_eyed = page(client, hits[0]).select_one("article.hit").get_text()
        assert isinstance(client.app, Starlette)
        client.app.router.routes.insert(0, a_page("/blind/{hit}", show))
        blind = client.get(f"/blind/{hits[0]}").text
    for word in ("陈静", "their own shop", "judged", "flagged"):
        assert word in open_eyed
        assert word not in BeautifulSoup(blind, "lxml").get_text()
    assert 'class="card hit flagged' not in blind


def test_a_hit_of_a_rematch_says_so_and_waits_since_then(workspace: Workspace) -> None:
    hit = fill(workspace, 1)[0]
    with workspace.store() as db, writing(db):
        stored = load_hit(db, workspace.pictures, hit)
        seen = Sighting(
            id="s-2", listing=stored.listing.id, sweep=SWEEP, seen_at=AT, record=stored.listing
        )
        record_sighting(db, seen)
        anew = replace(stored.hit, score=0.99)
        record_hits(db, seen, [anew], {MARK.id}, rematched={hit})
    with signed_in(workspace) as client:
        doc, log = page(client, hit), client.get(f"/audit/{hit}").text
    assert f"by a rematch of the registry, {now():%Y-%m-%d}" in text_of(
        doc.select_one(".hit-facts")
    )
    assert "matched anew, without a new visit" in text_of(doc.select_one(".timeline"))
    assert "found a change of the hit in a rematch" in log
    assert "Times are those of UTC" in text_of(doc.select_one("footer"))


def test_a_hit_of_a_right_that_was_imported_later_says_so(workspace: Workspace) -> None:
    hit = fill(workspace, 1)[0]
    with signed_in(workspace) as client:
        assert "rematch" not in text_of(page(client, hit).select_one(".hit-facts"))
        with workspace.store() as db, writing(db):
            stored = load_hit(db, workspace.pictures, hit)
            later = replace(MARK, goods=("bags",))
            record_rights(db, [(later, {})], source="rights.jsonl", at=now())
            seen = Sighting(
                id="s-2", listing=stored.listing.id, sweep=SWEEP, seen_at=AT, record=stored.listing
            )
            record_sighting(db, seen)
            record_hits(db, seen, [replace(stored.hit, score=0.99)], {MARK.id})
        shown = text_of(page(client, hit).select_one(".hit-facts"))
    assert "by a rematch of which no moment is recorded" in shown


def test_a_hit_that_ended_is_shown_as_it_was_and_not_decided(workspace: Workspace) -> None:
    hit = fill(workspace, 1)[0]
    with workspace.store() as db, writing(db):
        listing = load_hit(db, workspace.pictures, hit).listing
        sold = replace(listing, title="Some other bag")
        again = Sighting(id="s-2", listing=listing.id, sweep=SWEEP, seen_at=AT, record=sold)
        record_sighting(db, again)
        record_hits(db, again, [], {MARK.id})
    with signed_in(workspace) as client:
        doc = page(client, hit)
    assert "no hit any more" in text_of(doc.select_one(".box.warn"))
    assert "Аurеliо" in text_of(doc.h2)
    assert doc.select("form[action$='/judge']") == []
    assert [text_of(row.select("td")[2]) for row in doc.select("details table tbody tr")] == [
        "Some other bag",
        "Аurеliо leather bag 真皮手提包 0",
    ]


@pytest.mark.parametrize("hit", ["h-none", "h-", "%3Cb%3E", "h-1%00"])
def test_a_hit_that_is_not_there_is_said(workspace: Workspace, hit: str) -> None:
    with signed_in(workspace) as client:
        page(client, hit, status=404)


UNIT = ((0.0, 0.0), (1000.0, 0.0), (0.0, 1000.0))


@pytest.mark.parametrize(
    ("transform", "corners"),
    [
        (None, ((10, 20), (40, 20), (10, 60))),
        ("mirror", ((40, 20), (10, 20), (40, 60))),
        ("mirror+crop", ((40, 20), (10, 20), (40, 60))),
        ("flip", ((10, 60), (40, 60), (10, 20))),
        ("rotate-90", ((40, 20), (40, 60), (10, 20))),
        ("rotate-180", ((40, 60), (10, 60), (40, 20))),
        ("rotate-270", ((10, 60), (10, 20), (40, 60))),
        ("transpose", ((10, 20), (10, 60), (40, 20))),
        ("transverse", ((40, 60), (40, 20), (10, 60))),
        ("crop+negative", ((10, 20), (40, 20), (10, 60))),
    ],
)
def test_a_registered_picture_is_laid_as_the_listing_turned_it(
    transform: str | None, corners: tuple[tuple[float, float], ...]
) -> None:
    """Where top left, top right and bottom left of the registered region come to lie."""
    said = lay_over((10, 20, 30, 40), transform)
    a, b, c, d, e, f = map(float, said.removeprefix("matrix(").removesuffix(")").split())
    assert tuple((a * x + c * y + e, b * x + d * y + f) for x, y in UNIT) == corners


def test_a_work_is_shown_in_chinese(workspace: Workspace) -> None:
    hit = fill(workspace, 1, rights=(WORK,))[0]
    with signed_in(workspace, language="zh") as client:
        doc = page(client, hit)
    assert doc.html["lang"] == "zh-CN"
    assert "作品" in text_of(doc.select_one(".hit-right"))
    assert "形近字符" in text_of(doc.select_one(".disguise"))
