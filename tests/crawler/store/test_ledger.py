"""The ledger follows its newest entry, and is only ever added to."""

import sqlite3
from datetime import UTC, datetime
from pathlib import Path

import pytest

from crawler.store.database import open_store, writing
from crawler.store.ledger import FIRST, append_entry, digest_of, find_entries, find_head

AT = datetime(2026, 11, 22, 1, 2, 3, tzinfo=UTC)


def test_each_entry_names_the_one_before(tmp_path: Path) -> None:
    db = open_store(tmp_path / "w.db")
    with writing(db):
        first = append_entry(db, "judgement", "h-1", {"decision": "infringing"}, by="安娜", at=AT)
        second = append_entry(db, "capture", "l-1", {}, by="markhound", at=AT)
    assert (first.number, first.previous) == (1, FIRST)
    assert (second.number, second.previous) == (2, first.digest)
    assert find_head(db) == second
    assert list(find_entries(db)) == [first, second]
    assert list(find_entries(db, subject="l-1")) == [second]
    assert first.digest == digest_of(
        1, "judgement", "h-1", '{"decision":"infringing"}', "安娜", first.at, FIRST
    )
    db.close()


def test_the_store_refuses_what_does_not_follow(tmp_path: Path) -> None:
    db = open_store(tmp_path / "w.db")
    with writing(db):
        append_entry(db, "judgement", "h-1", {}, by="ann", at=AT)
    insert = (
        "INSERT INTO ledger (number, kind, subject, record, by, at, previous, digest)"
        " VALUES (?, 'k', 's', '{}', 'ann', '2026', ?, 'd')"
    )
    for number, previous in ((2, FIRST), (3, "1" * 64)):
        with pytest.raises(sqlite3.IntegrityError, match="must follow the newest"):
            db.execute(insert, [number, previous])
    for verb in ("DELETE FROM ledger", "UPDATE ledger SET by = 'eve'"):
        with pytest.raises(sqlite3.IntegrityError, match="append-only"):
            db.execute(verb)
    db.close()
