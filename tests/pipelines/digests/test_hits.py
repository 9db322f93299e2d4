"""New hits and sellers: each told once, by risk; a reference that hits everybody as one thing."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from sqlite_utils import Database

from crawler.store.database import open_store
from crawler.store.digests import DigestItem, Memory, find_newest_findings
from pipelines.digests.hits import find_hit_items, is_flood
from tests.servers.nightly import CAMPAIGN, FIRST_NIGHT, after, night, see
from tests.servers.stored_hits import NAME

COPY = replace(NAME, feature="counterfeit_words", weight=3.0)


@pytest.fixture
def db(tmp_path: Path) -> Iterator[Database]:
    opened = open_store(tmp_path / "markhound.db")
    yield opened
    opened.close()


def told(db: Database, after_findings: int, **more: object) -> list[DigestItem]:
    memory = Memory(newest="", floor=FIRST_NIGHT, upto=after_findings, at=FIRST_NIGHT, told={})
    arguments = {"scope": None, "risk": 0.5, "upto": find_newest_findings(db), **more}
    return find_hit_items(db, memory, **arguments)[0]  # type: ignore[arg-type] # its arguments


def test_what_is_new_is_told_by_seller_and_right(db: Database) -> None:
    night(db, 0, {"TM-1": 3, "TM-2": 1})
    night(db, 1, {"TM-1": 1}, seller="金源皮具")
    first = told(db, 0)
    names = [(i.kind, i.facts["seller"], i.facts["right_id"], i.facts["count"]) for i in first]
    assert names[0] == ("seller", "优品 Best Bags", "TM-1", 3)  # three offers are a higher risk
    assert {*names[1:]} == {
        ("seller", "优品 Best Bags", "TM-2", 1),
        ("seller", "金源皮具", "TM-1", 1),
    }
    seen = find_newest_findings(db)
    assert told(db, seen) == []
    night(db, 2, {"TM-1": 2})
    [item] = told(db, seen)
    assert (item.kind, item.facts["count"], item.facts["reach"]) == ("hits", 2, 5)


def test_a_hit_under_the_risk_is_told_when_its_own_findings_lift_it_over(db: Database) -> None:
    sweep = night(db, 0)
    see(db, sweep, "p/1", after(0), score=0.4)
    assert told(db, 0) == []
    seen = find_newest_findings(db)
    again = night(db, 1)
    see(db, again, "p/1", after(1), score=0.45)
    assert told(db, seen) == []
    assert len(told(db, 0)) == 0
    last = night(db, 2)
    see(db, last, "p/1", after(2), score=0.45, findings=(NAME, COPY))
    [item] = told(db, seen)
    assert (item.kind, item.facts["risk"]) == ("hits", 0.9)
    over = find_newest_findings(db)
    see(db, night(db, 3), "p/1", after(3), score=0.46, findings=(NAME, COPY))
    assert told(db, over) == []  # it was over it already


def test_only_hits_of_the_campaigns_are_told(db: Database) -> None:
    night(db, 0, 2)
    other = replace(CAMPAIGN, name="fair 展会")
    night(db, 1, {"TM-9": 1}, campaign=other)
    assert [i.facts["right_id"] for i in told(db, 0, scope={"fair 展会"})] == ["TM-9"]
    assert told(db, 0, scope={"none"}) == []
    assert len(told(db, 0)) == 2


def test_a_reference_that_hits_everybody_is_one_thing(db: Database) -> None:
    sweep = night(db, 0, {"TM-2": 1})
    for number in range(120):
        see(db, sweep, f"x/{number}", after(0), right="TM-7", seller=f"店 {number % 40}")
    flood, other = told(db, 0)
    assert (flood.kind, flood.key) == ("reference", "TM-7")
    assert {**flood.facts} == {
        "right": "Aurelio TM-7", "right_id": "TM-7", "count": 120, "sellers": 40,
        "feature": "name", "thing": "Aurelio", "share": "100%",
    }  # fmt: skip
    assert other.facts["right_id"] == "TM-2"


@pytest.mark.parametrize(
    ("count", "sellers", "before", "expected"),
    [
        (100, {str(n): 5 for n in range(20)}, 0, True),
        (100, {str(n): 5 for n in range(20)}, 25, True),
        (100, {str(n): 5 for n in range(20)}, 26, False),
        (99, {str(n): 5 for n in range(20)}, 0, False),
        (114, {str(n): 6 for n in range(19)}, 0, False),
        (200, {"big": 60} | {str(n): 5 for n in range(28)}, 0, False),
    ],
)
def test_a_flood_is_many_hits_of_many_sellers_at_once(
    count: int, sellers: dict[str, int], before: int, expected: bool
) -> None:
    assert is_flood(count, sellers, before) is expected
