"""What people teach beside the registry's files stays through every import, and is taken back."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlite_utils import Database

from crawler.accounts import Actor
from crawler.campaign import Campaign
from crawler.config import MatchingConfig
from crawler.errors import InputError, MarkhoundError, NotAllowedError, NotFoundError
from crawler.model import GenericWord, Licensee, Right
from crawler.pictures import PictureFolder
from crawler.revisits import plan_of
from crawler.store.database import open_store, writing
from crawler.store.ledger import find_entries
from crawler.store.lessons import (
    Lesson,
    Taught,
    find_lessons,
    load_lesson,
    record_lesson,
    undo_lesson,
)
from crawler.store.rights import load_right, record_rights

AT = datetime(2026, 11, 22, 1, 2, 3, tzinfo=UTC)
LI = Actor(name="Li")
RIGHT = Right(
    id="TM-1", kind="trademark", name="Aurelio", licensees=(Licensee(site="aurelio.example"),)
)
SELLER = Licensee(seller="奥雷利奥专营店", site="shop.example")
WORD = GenericWord(word="Aurelio", nice_class=30)


@pytest.fixture
def db(tmp_path: Path) -> Iterator[Database]:
    db = open_store(tmp_path / "markhound.db")
    record_rights(db, [(RIGHT, {})], source="rights.jsonl", at=AT)
    yield db
    db.close()


def teach(
    db: Database, value: Taught = SELLER, right: str = "TM-1", reason: str = "seen"
) -> Lesson:
    with writing(db):
        return record_lesson(db, right, value, LI, reason=reason, at=AT)


def licensees(db: Database) -> tuple[Licensee, ...]:
    return load_right(db, PictureFolder(root=Path()), "TM-1").right.licensees


def test_a_licensee_that_a_person_taught_survives_imports(db: Database) -> None:
    teach(db)
    assert licensees(db) == (*RIGHT.licensees, SELLER)
    changed = replace(RIGHT, variants=("奥雷利奥",))
    for right in (RIGHT, changed):
        record_rights(db, [(right, {})], source="rights.jsonl", at=AT)
        assert licensees(db) == (*RIGHT.licensees, SELLER)


def test_undoing_is_a_row_of_its_own(db: Database) -> None:
    lesson = teach(db)
    with writing(db):
        undone = undo_lesson(db, lesson.id, LI, reason="the contract has ended", at=AT)
    assert undone.undone is not None
    assert (undone.undone.by, undone.undone.reason) == ("Li", "the contract has ended")
    assert licensees(db) == RIGHT.licensees
    assert find_lessons(db) == []
    assert find_lessons(db, with_undone=True) == [undone] == [load_lesson(db, lesson.id)]
    again = teach(db)
    assert again.id != lesson.id
    assert licensees(db) == (*RIGHT.licensees, SELLER)


def test_lessons_are_of_one_right_and_kept_apart(db: Database) -> None:
    record_rights(db, [(replace(RIGHT, id="TM-2"), {})], source="rights.jsonl", at=AT)
    seller, word = teach(db), teach(db, WORD)
    assert (seller.kind, word.kind) == ("licensee", "generic")
    assert find_lessons(db, right="TM-1") == [seller, word]
    assert find_lessons(db, right="TM-2") == []
    stored = load_right(db, PictureFolder(root=Path()), "TM-1")
    assert stored.generic == (WORD,)


def test_the_same_is_taught_once(db: Database) -> None:
    first = teach(db)
    assert teach(db, replace(SELLER, seller=f" {SELLER.seller} ")) == first
    assert len(find_lessons(db)) == 1


def test_the_ledger_says_who_taught_what_and_why(db: Database) -> None:
    lesson = teach(db, WORD)
    with writing(db):
        undo_lesson(db, lesson.id, LI, reason="wrong class", at=AT)
    first, second = find_entries(db, subject="TM-1")
    assert (first.kind, first.by, second.kind) == ("lesson", "Li", "lesson-undone")
    assert '"word":"Aurelio"' in first.record
    assert f'"undoes":"{lesson.id}"' in second.record


@pytest.mark.parametrize(
    ("value", "right", "reason", "kind", "told"),
    [
        (SELLER, "TM-9", "seen", NotFoundError, "no right has the id 'TM-9'"),
        (SELLER, "TM-1", " ", InputError, "needs a reason"),
        (Licensee(), "TM-1", "seen", InputError, "expected a seller, a site or both"),
        (Licensee(seller="x", site="/"), "TM-1", "seen", InputError, "site: expected a site"),
        (GenericWord(word="-"), "TM-1", "seen", InputError, "word: expected a letter"),
        (GenericWord(word="a", nice_class=46), "TM-1", "seen", InputError, "1 to 45, got 46"),
    ],
)
def test_what_says_nothing_is_refused(
    db: Database, value: Taught, right: str, reason: str, kind: type[MarkhoundError], told: str
) -> None:
    with pytest.raises(kind, match=told):
        teach(db, value, right, reason)
    assert find_lessons(db) == []


def test_a_lesson_is_undone_once(db: Database) -> None:
    lesson = teach(db)
    with writing(db):
        undo_lesson(db, lesson.id, LI, reason="ended", at=AT)
    with pytest.raises(NotAllowedError, match="was undone by Li on 2026-11-22"), writing(db):
        undo_lesson(db, lesson.id, LI, reason="ended", at=AT)
    with pytest.raises(NotFoundError, match="no lesson has the id 't-9'"), writing(db):
        undo_lesson(db, "t-9", LI, reason="ended", at=AT)


COLUMNS = "id, kind, right_id, value, undoes, reason, by, at, entry"
UNDO = f"INSERT INTO lessons ({COLUMNS}) SELECT {{}} FROM lessons WHERE undoes IS NULL"


@pytest.mark.parametrize(
    "row",
    [
        "'t-x', kind, 'TM-1', '{\"seller\":\"other\"}', id, 'r', by, at, entry",
        "'t-x', 'generic', right_id, value, id, 'r', by, at, entry",
        "'t-x', kind, right_id, value, 't-x', 'r', by, at, entry",
        "'t-x', kind, right_id, value, id, ' ', by, at, entry",
        "'t-x', kind, right_id, value, id, 'r', by, at, 999",
        "id, kind, right_id, value, NULL, 'r', by, at, entry",
    ],
)
def test_plain_sql_is_refused_too(db: Database, row: str) -> None:
    teach(db)
    for verb in ("INSERT", "INSERT OR REPLACE"):
        with pytest.raises(sqlite3.IntegrityError):
            db.execute(UNDO.format(row).replace("INSERT", verb, 1))
        db.rollback()


def test_pages_are_looked_at_again_after_a_lesson(db: Database) -> None:
    """What a page was compared with has changed, so that it is unchanged does not suffice."""

    def plan() -> str:
        campaign = Campaign(name="night", seeds=("https://shop.example/",))
        return plan_of(db, campaign, MatchingConfig(), AT.date())

    plans = [plan()]
    lesson = teach(db)
    plans.append(plan())
    with writing(db):
        undo_lesson(db, lesson.id, LI, reason="ended", at=AT)
    plans.append(plan())
    assert len(set(plans)) == 3
