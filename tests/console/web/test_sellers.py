"""The page of a seller: what it offers, how that was decided, and who shares its contacts."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from bs4 import BeautifulSoup
from starlette.testclient import TestClient

from crawler.accounts import Actor
from crawler.model import Judgement, Listing, Seller, Sighting
from crawler.sellers import seller_id
from crawler.store.cases import open_case
from crawler.store.database import now, writing
from crawler.store.hits import load_hit, record_judgement
from crawler.store.listings import record_sighting
from crawler.takedown import Case
from crawler.workspace import Workspace, make_workspace
from tests.servers.console import signed_in
from tests.servers.filled import SELLERS, START, SWEEP, fill
from tests.servers.stored_hits import MARK

BEST = seller_id(Listing(url="", title="", site="shop.example", seller=Seller(id="s-0")))


@pytest.fixture
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    return make_workspace(tmp_path_factory.mktemp("sellers") / "w")


def page(client: TestClient, path: str) -> Any:
    answer = client.get(path)
    assert answer.status_code == 200, answer.text
    return BeautifulSoup(answer.text, "lxml")


def text_of(found: Any) -> str:
    return " ".join(found.get_text().split())


def judge(workspace: Workspace, hit: str, decision: Any) -> None:
    with workspace.store() as db:
        made = Judgement(
            id=f"j-{hit}",
            hit=hit,
            findings=load_hit(db, workspace.pictures, hit).findings,
            decision=decision,
            by="陈静",
            authenticated=True,
            reason="seen",
            judged_at=now(),
        )
        with writing(db):
            record_judgement(db, made)


def test_hits_are_read_a_page_at_a_time_and_none_is_left_out(workspace: Workspace) -> None:
    hits = fill(workspace, 400)[::5]  # of the first of five sellers, on two rights
    seen: list[str] = []
    with signed_in(workspace) as client:
        doc = page(client, f"/sellers/{BEST}")
        assert text_of(doc.h1) == SELLERS[0]
        links = [f"/sellers/{BEST}"]
        links += [f"/sellers/{BEST}{a['href']}" for a in doc.select("td a[href^='?right']")]
        assert len(links) == 2
        for link in links:
            while link:
                doc = page(client, link)
                rows = [a["href"] for a in doc.select(".seller-hits th a")]
                assert 0 < len(rows) <= 30
                seen += rows
                following = doc.select_one("a[rel=next]")
                link = f"/sellers/{BEST}{following['href']}" if following else ""
    assert sorted(seen) == sorted(f"/hits/{hit}" for hit in hits)


def test_decisions_and_cases_of_a_seller_are_told(workspace: Workspace) -> None:
    hits = fill(workspace, 11, rights=(MARK,))
    judge(workspace, hits[0], "licensed")
    judge(workspace, hits[5], "infringing")
    case = Case(
        id="c-1", seller=SELLERS[0], site="shop.example", holder="Aurelio S.p.A.", opened_at=START
    )
    with workspace.store() as db, writing(db):
        open_case(db, case, [hits[5]], Actor(name="陈静"), at=START)
    with signed_in(workspace) as client:
        doc = page(client, f"/sellers/{BEST}")
        told = [item.get_text() for item in doc.select(".sellers-main .facts > *")]
        assert sorted(zip(told[::2], told[1::2], strict=True)) == [
            ("infringing", "1"),
            ("licensed", "1"),
        ]
        assert doc.select_one("a[href='/cases/c-1']") is not None
        assert len(doc.select(".seller-hits .tag.bad")) == 1
        other, itself = (
            text_of(page(client, f"/hits/{hit}").select_one(".licences"))
            for hit in (hits[10], hits[0])
        )
        assert "judged licensed: 1" in other
        assert "judged licensed" not in itself


def test_sellers_that_share_a_contact_are_linked_with_the_reason(workspace: Workspace) -> None:
    fill(workspace, 2)
    listing = Listing(url="https://shop.example/p/0", title="Aurelio bag", site="shop.example")
    contacts = ("tel:+861055550100", "https://wa.me/861055550100", "javascript:alert(1)")
    with workspace.store() as db, writing(db):
        for number, name in enumerate(("Best Bags 优品", "另一家 <b>店</b>")):
            seller = Seller(name=name, id=f"s-{number * 9}", contacts=contacts[: 3 - number])
            record = replace(
                listing,
                url=f"https://shop.example/q/{number}",
                seller=seller,
                price=Decimal(9),
                currency="CNY",
            )
            at = datetime(2026, 11, 26, tzinfo=UTC)
            sighting = Sighting(
                id=f"s-{number}", listing=record.id, sweep=SWEEP, seen_at=at, record=record
            )
            record_sighting(db, sighting)
    with signed_in(workspace) as client:
        doc = page(client, f"/sellers/{BEST}")
        linked = text_of(doc.select(".sellers-main .card")[-1])
        assert "另一家 <b>店</b> shop.example by" in linked
        assert "tel:+861055550100" in linked
        assert doc.select("a[href^='javascript']") == []


def test_a_seller_that_was_never_seen_is_said(workspace: Workspace) -> None:
    with signed_in(workspace) as client:
        assert client.get("/sellers/se-none").status_code == 404
