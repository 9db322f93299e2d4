"""Tries of passphrases are counted by the address from which they come."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlite_utils import Database

from crawler.errors import NotAllowedError
from crawler.store.database import open_store
from crawler.store.sign_ins import (
    TRIES,
    WINDOW,
    address_group,
    begin_try,
    find_tried_addresses,
    take_back,
)

AT = datetime(2026, 11, 22, 1, 2, 3, tzinfo=UTC)


@pytest.fixture
def db(tmp_path: Path) -> Iterator[Database]:
    opened = open_store(tmp_path / "a.db")
    yield opened
    opened.close()


@pytest.mark.parametrize(
    ("address", "group"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2::9", "2001:db8:1:2::/64"),
        ("testclient", "testclient"),
        ("", "unknown"),
    ],
)
def test_addresses_of_one_line_are_one(address: str, group: str) -> None:
    assert address_group(address) == group


def test_an_address_waits_until_its_tries_are_old(db: Database) -> None:
    for number in range(TRIES):
        begin_try(db, "192.0.2.7", at=AT + timedelta(seconds=number))
    with pytest.raises(NotAllowedError, match=r"20 wrong passphrases from 192\.0\.2\.7"):
        begin_try(db, "192.0.2.7", at=AT + timedelta(minutes=1))
    [held] = find_tried_addresses(db, at=AT + timedelta(minutes=1))
    assert (held.address, held.tries, held.held_until) == ("192.0.2.7", TRIES, AT + WINDOW)
    begin_try(db, "192.0.2.8", at=AT + timedelta(minutes=1))
    begin_try(db, "192.0.2.7", at=AT + WINDOW)
    assert db.execute("SELECT count(*) FROM ledger").fetchone() == (2,)  # full twice


def test_good_ones_do_not_count(db: Database) -> None:
    for _ in range(TRIES + 5):
        take_back(db, begin_try(db, "192.0.2.7", at=AT))
    assert find_tried_addresses(db, at=AT) == []
