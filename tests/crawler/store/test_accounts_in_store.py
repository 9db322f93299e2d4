"""Accounts are only added to; passphrases cannot be guessed fast; tokens end."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlite_utils import Database

from crawler.accounts import Account, hash_passphrase
from crawler.errors import InputError, NotAllowedError, NotFoundError
from crawler.store.accounts import (
    FREE_TRIES,
    end_tokens,
    find_accounts,
    has_accounts,
    load_account,
    load_token_account,
    record_account,
    record_account_change,
    record_token,
    sign_in,
)
from crawler.store.database import open_store, writing
from crawler.store.ledger import find_entries
from tests.servers.judged import HASHED, PASSPHRASE

AT = datetime(2026, 11, 22, 1, 0, tzinfo=UTC)


@pytest.fixture
def db(tmp_path: Path) -> Iterator[Database]:
    db = open_store(tmp_path / "w.db")
    yield db
    db.close()


@pytest.fixture
def ann(db: Database) -> Account:
    with writing(db):
        return record_account(db, "安娜", "admin", HASHED, by="test", at=AT)


def change(db: Database, changed: Account, hashed: str | None = None) -> None:
    with writing(db):
        record_account_change(db, changed, by="test", at=AT, hashed=hashed)


@pytest.mark.usefixtures("ann")
def test_the_newest_state_counts(db: Database) -> None:
    with writing(db):
        other = record_account(db, "Leo", "admin", HASHED, by="安娜", at=AT)
    change(db, replace(other, name="Leo Lin", role="legal"))
    assert [(a.name, a.role) for a in find_accounts(db)] == [
        ("安娜", "admin"),
        ("Leo Lin", "legal"),
    ]
    assert load_account(db, " Leo  Lin ").id == other.id
    with pytest.raises(NotFoundError, match="no account is called 'Leo'"):
        load_account(db, "Leo")


def test_no_ledger_entry_holds_a_hash(db: Database, ann: Account) -> None:
    change(db, ann, hashed=hash_passphrase("another one altogether", "安娜"))
    entries = list(find_entries(db))
    assert [entry.kind for entry in entries] == ["account-added", "account-changed"]
    assert all("argon2" not in entry.record for entry in entries)


def test_the_last_admin_stays(db: Database, ann: Account) -> None:
    for changed in (replace(ann, disabled=True), replace(ann, role="legal")):
        with pytest.raises(NotAllowedError, match="the only admin"):
            change(db, changed)


def test_a_passphrase_proves_its_account(db: Database, ann: Account) -> None:
    assert has_accounts(db)
    assert sign_in(db, "安娜", PASSPHRASE, at=AT) == ann
    with pytest.raises(NotAllowedError, match="not the passphrase of 安娜"):
        sign_in(db, "安娜", PASSPHRASE + " ", at=AT)
    assert [e.kind for e in find_entries(db)][-1] == "sign-in-failed"


def test_guessing_has_to_wait_longer_and_longer(db: Database, ann: Account) -> None:
    at = AT
    for wait in (0, 0, 0, 2, 4, 8):
        if wait:
            with pytest.raises(NotAllowedError, match="wrong passphrases in a row"):
                sign_in(db, "安娜", PASSPHRASE, at=at + timedelta(seconds=wait - 1))
        at += timedelta(seconds=wait)
        with pytest.raises(NotAllowedError, match="not the passphrase"):
            sign_in(db, "安娜", "wrong", at=at)
    assert sign_in(db, "安娜", PASSPHRASE, at=at + timedelta(seconds=16)) == ann
    with pytest.raises(NotAllowedError, match="not the passphrase"):
        sign_in(db, "安娜", "wrong", at=at + timedelta(seconds=17))  # the count began anew


def test_a_clock_that_was_ahead_locks_nobody_out(db: Database, ann: Account) -> None:
    ahead = AT + timedelta(days=3650)
    for _ in range(FREE_TRIES):
        with pytest.raises(NotAllowedError, match="not the passphrase"):
            sign_in(db, ann.name, "wrong", at=ahead)
    with pytest.raises(NotAllowedError, match="not the passphrase"):
        sign_in(db, ann.name, "wrong", at=AT)
    with pytest.raises(NotAllowedError, match="may be given in"):
        sign_in(db, ann.name, PASSPHRASE, at=AT)
    assert sign_in(db, ann.name, PASSPHRASE, at=AT + timedelta(minutes=1)).id == ann.id


def test_no_wait_is_longer_than_a_quarter_of_an_hour(db: Database, ann: Account) -> None:
    with writing(db):
        for number in range(500):
            when = (AT + timedelta(seconds=number)).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
            db.execute(
                "INSERT INTO sign_ins (account, outcome, at) VALUES (?, 'tried', ?)",
                [ann.id, when],
            )
    assert sign_in(db, "安娜", PASSPHRASE, at=AT + timedelta(seconds=499, minutes=15)) == ann


def make_token(db: Database, account: Account, days: int = 1) -> str:
    with writing(db):
        until = AT + timedelta(days=days)
        return record_token(db, account, expires_at=until, by=account.name, at=AT)


def test_only_the_digest_of_a_token_is_kept(db: Database, ann: Account, tmp_path: Path) -> None:
    token = make_token(db, ann)
    assert load_token_account(db, token, at=AT) == ann
    assert token.encode() not in b"".join(p.read_bytes() for p in tmp_path.glob("w.db*"))


def test_a_token_ends(db: Database, ann: Account) -> None:
    tokens = [make_token(db, ann, days) for days in (1, 2)]
    with pytest.raises(NotAllowedError, match="expired"):
        load_token_account(db, tokens[0], at=AT + timedelta(days=1))
    with writing(db):
        assert end_tokens(db, ann.id, by="安娜", at=AT) == 2
        assert end_tokens(db, ann.id, by="安娜", at=AT) == 0
    for token in tokens:
        with pytest.raises(NotAllowedError, match="ended"):
            load_token_account(db, token, at=AT)
    with pytest.raises(NotAllowedError, match="not known"):
        load_token_account(db, "mh_guess", at=AT)


@pytest.mark.usefixtures("ann")
def test_disabling_and_a_new_passphrase_end_tokens(db: Database) -> None:
    with writing(db):
        leo = record_account(db, "Leo", "analyst", HASHED, by="安娜", at=AT)
    token = make_token(db, leo)
    change(db, leo, hashed=HASHED)
    with pytest.raises(NotAllowedError, match="ended"):
        load_token_account(db, token, at=AT)
    token = make_token(db, leo)
    change(db, replace(leo, disabled=True))
    with pytest.raises(NotAllowedError, match="ended"):
        load_token_account(db, token, at=AT)
    with pytest.raises(NotAllowedError, match="disabled"):
        sign_in(db, "Leo", PASSPHRASE, at=AT)


@pytest.mark.usefixtures("ann")
def test_a_name_that_somebody_had_is_given_to_nobody_else(db: Database) -> None:
    with writing(db):
        leo = record_account(db, "Leo", "analyst", HASHED, by="安娜", at=AT)
    change(db, replace(leo, name="Leo Lin"))
    with pytest.raises(InputError, match="as it is or was called"), writing(db):
        record_account(db, "Leo", "analyst", HASHED, by="安娜", at=AT)
    change(db, replace(leo, name="Leo"))
    assert load_account(db, "Leo").id == leo.id
