"""Accounts as they stand now, their tokens, and how often a passphrase was tried."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlite_utils import Database

from crawler.accounts import (
    Account,
    Role,
    is_passphrase,
    new_token,
    parse_name,
    sameness,
    token_digest,
)
from crawler.errors import InputError, NotAllowedError, NotFoundError
from crawler.store.database import timestamp, writing
from crawler.store.ledger import append_entry

FREE_TRIES = 3
"""Wrong passphrases in a row before the next one has to wait."""
LONGEST_WAIT = timedelta(minutes=15)


@dataclass(frozen=True, kw_only=True, slots=True)
class Token:
    """A token of an account, which itself is kept by nobody but its owner."""

    id: str
    made_at: datetime
    expires_at: datetime


def has_accounts(db: Database) -> bool:
    """Tell whether the workspace has any account, disabled ones included."""
    return any(db.query("SELECT 1 FROM accounts LIMIT 1"))


def find_accounts(db: Database) -> list[Account]:
    """Return all accounts as they stand now, oldest first."""
    return [_account(row) for row in db.query("SELECT * FROM current_accounts ORDER BY made_at")]


def find_account(db: Database, account: str) -> Account | None:
    """Return the account of that id, if any."""
    rows = db.query("SELECT * FROM current_accounts WHERE account = ?", [account])
    return next(map(_account, rows), None)


def load_account(db: Database, name: str) -> Account:
    """Return the account of that name.

    :raises NotFoundError: when there is none
    """
    rows = db.query("SELECT * FROM current_accounts WHERE name = ?", [parse_name(name)])
    for row in rows:
        return _account(row)
    raise NotFoundError(f"no account is called {name!r}; `markhound user list` has all")


def _account(row: Mapping[str, Any]) -> Account:
    return Account(
        id=row["account"],
        name=row["name"],
        role=row["role"],
        disabled=bool(row["disabled"]),
        made_at=datetime.fromisoformat(row["made_at"]),
    )


def record_account(
    db: Database, name: str, role: Role, hashed: str, *, by: str, at: datetime
) -> Account:
    """Append a new account; inside the caller's transaction, which must hold the write lock.

    :param hashed: as ``hash_passphrase`` makes it; it stands in no entry of the ledger
    :raises InputError: when another account has that name, or one that looks like it
    """
    account = Account(
        id=f"a-{secrets.token_hex(8)}",
        name=parse_name(name),
        role=role,
        disabled=False,
        made_at=at,
    )
    _refuse_twin(db, account)
    record = {"name": account.name, "role": role}
    entry = append_entry(db, "account-added", account.id, record, by=by, at=at)
    db.execute(
        "INSERT INTO accounts (id, made_at, entry) VALUES (?, ?, ?)",
        [account.id, timestamp(at), entry.number],
    )
    _record_state(db, account, hashed, by, at, entry.number)
    return account


def record_account_change(
    db: Database,
    changed: Account,
    *,
    by: str,
    at: datetime,
    hashed: str | None = None,
) -> None:
    """Append what an account is from now on; inside the caller's transaction.

    :param changed: the account with the new name, role or state
    :param hashed: of a new passphrase; all tokens end with the old one
    :raises InputError: when another account has that name, or one that looks like it
    :raises NotAllowedError: when it is the last admin, who would be none any more
    """
    before = find_account(db, changed.id)
    assert before is not None
    _refuse_twin(db, changed)
    if _is_admin(before) and not _is_admin(changed) and len(find_admins(db)) == 1:
        raise NotAllowedError(f"{before.name} is the only admin; make another one first")
    record = {
        "name": changed.name,
        "role": changed.role,
        "disabled": changed.disabled,
        "passphrase": "new" if hashed else "as before",
    }
    entry = append_entry(db, "account-changed", changed.id, record, by=by, at=at)
    if hashed or changed.disabled:
        end_tokens(db, changed.id, by=by, at=at)
    _record_state(db, changed, hashed or _hash_of(db, changed.id), by, at, entry.number)


def find_admins(db: Database) -> list[Account]:
    """Return the admins that are not disabled."""
    return [account for account in find_accounts(db) if _is_admin(account)]


def _is_admin(account: Account) -> bool:
    return account.role == "admin" and not account.disabled


def _refuse_twin(db: Database, account: Account) -> None:
    keys = sameness(account.name)
    rows = db.query(  # earlier names too: records name who did something as they were called then
        "SELECT name FROM account_changes WHERE account <> ? AND (folded = ? OR skeleton = ?)"
        " LIMIT 1",
        [account.id, *keys],
    )
    for row in rows:
        raise InputError(
            f"the name {account.name!a} cannot be told from the account {row['name']!a}"
            " (as it is or was called);"
            " give another one, with a number or a department if need be"
        )


def _record_state(
    db: Database, account: Account, hashed: str, by: str, at: datetime, entry: int
) -> None:
    db.execute(
        "INSERT INTO account_changes (account, name, folded, skeleton, role, passphrase, disabled,"
        " by, at, entry) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        [
            account.id,
            account.name,
            *sameness(account.name),
            account.role,
            hashed,
            int(account.disabled),
            by,
            timestamp(at),
            entry,
        ],
    )


def _hash_of(db: Database, account: str) -> str:
    rows = db.query("SELECT passphrase FROM current_accounts WHERE account = ?", [account])
    return str(next(iter(rows))["passphrase"])


def sign_in(db: Database, name: str, passphrase: str, *, at: datetime) -> Account:
    """Return the account of that name if the passphrase is its; outside any transaction.

    Each try is recorded before it is looked at, so that tries side by side are counted too. After
    ``FREE_TRIES`` wrong ones in a row the next has to wait 2, 4, 8, ... seconds, at the most
    ``LONGEST_WAIT``. A token goes on working meanwhile.

    :raises NotFoundError: when there is no such account
    :raises NotAllowedError: when it is disabled, the passphrase is wrong, or it is too early
    """
    account = load_account(db, name)
    if account.disabled:
        raise NotAllowedError(f"the account {account.name} is disabled")
    with writing(db):
        _refuse_early(db, account, at)
        _record_try(db, account, "tried", at)
    passed = is_passphrase(_hash_of(db, account.id), passphrase)
    with writing(db):
        if passed:
            _record_try(db, account, "passed", at)
        else:
            append_entry(db, "sign-in-failed", account.id, {}, by="not known", at=at)
    if not passed:
        raise NotAllowedError(f"that is not the passphrase of {account.name}")
    return account


def _record_try(db: Database, account: Account, outcome: str, at: datetime) -> None:
    db.execute(
        "INSERT INTO sign_ins (account, outcome, at) VALUES (?, ?, ?)",
        [account.id, outcome, timestamp(at)],
    )


def _refuse_early(db: Database, account: Account, at: datetime) -> None:
    row = next(
        db.query(
            # one of a clock that was ahead must not lock anybody out until then
            "SELECT count(*) AS tries, max(iif(at <= :at, at, NULL)) AS last"
            " FROM sign_ins WHERE account = :a"
            " AND id > coalesce((SELECT max(id) FROM sign_ins WHERE account = :a"
            " AND outcome = 'passed'), 0)",
            {"a": account.id, "at": timestamp(at)},
        )
    )
    if not (wait := wait_after(row["tries"])) or row["last"] is None:
        return
    left = (datetime.fromisoformat(row["last"]) + wait - at).total_seconds()
    if left > 0:
        raise NotAllowedError(
            f"{row['tries']} wrong passphrases in a row for {account.name};"
            f" the next one may be given in {left:.0f} s"
        )


def wait_after(tries: int) -> timedelta:
    """Return how long the next passphrase has to wait after so many wrong ones in a row."""
    over = tries - FREE_TRIES
    if over < 0:
        return timedelta()
    return min(timedelta(seconds=2.0 ** min(over + 1, 30)), LONGEST_WAIT)


def record_token(
    db: Database, account: Account, *, expires_at: datetime, by: str, at: datetime
) -> str:
    """Append a token of the account and return it; only its SHA-256 is kept."""
    token = new_token()
    name = f"t-{secrets.token_hex(8)}"
    record = {"token": name, "expires_at": timestamp(expires_at)}
    entry = append_entry(db, "token-made", account.id, record, by=by, at=at)
    db.execute(
        "INSERT INTO tokens (id, account, sha256, expires_at, entry) VALUES (?, ?, ?, ?, ?)",
        [name, account.id, token_digest(token), timestamp(expires_at), entry.number],
    )
    return token


def end_tokens(db: Database, account: str, *, by: str, at: datetime) -> int:
    """End every session and every token of the account; return how many tokens had not ended."""
    db.execute("DELETE FROM web_sessions WHERE account = ?", [account])
    tokens = find_tokens(db, account, at=at)
    _end(db, account, tokens, by=by, at=at)
    return len(tokens)


def end_token(db: Database, account: Account, token: str, *, by: str, at: datetime) -> None:
    """End one token of an account; inside the caller's transaction.

    :raises NotFoundError: when the account has no token of that id that works
    """
    tokens = [known for known in find_tokens(db, account.id, at=at) if known.id == token]
    if not tokens:
        raise NotFoundError(f"{account.name} has no token {token!a} that works")
    _end(db, account.id, tokens, by=by, at=at)


def _end(db: Database, account: str, tokens: Sequence[Token], *, by: str, at: datetime) -> None:
    for token in tokens:
        db.execute(
            "INSERT INTO token_ends (token, by, at) VALUES (?, ?, ?)",
            [token.id, by, timestamp(at)],
        )
    if tokens:
        ended = {"tokens": [token.id for token in tokens]}
        append_entry(db, "tokens-ended", account, ended, by=by, at=at)


def find_tokens(db: Database, account: str, *, at: datetime) -> list[Token]:
    """Return the tokens of the account that work, oldest first."""
    rows = db.query(
        "SELECT t.id, t.expires_at, l.at FROM tokens t JOIN ledger l ON l.number = t.entry"
        " WHERE t.account = ? AND t.expires_at > ? AND t.id NOT IN (SELECT token FROM token_ends)"
        " ORDER BY t.entry",
        [account, timestamp(at)],
    )
    return [
        Token(
            id=row["id"],
            made_at=datetime.fromisoformat(row["at"]),
            expires_at=datetime.fromisoformat(row["expires_at"]),
        )
        for row in rows
    ]


def load_token_account(db: Database, token: str, *, at: datetime) -> Account:
    """Return whose token it is.

    :raises NotAllowedError: when it is not known, expired or ended, or its account is disabled
    """
    rows = db.query(
        "SELECT t.account, t.expires_at, e.at AS ended FROM tokens t"
        " LEFT JOIN token_ends e ON e.token = t.id WHERE t.sha256 = ?",
        [token_digest(token)],
    )
    row = next(iter(rows), None)
    if row is None:
        raise NotAllowedError("the token is not known in this workspace")
    if row["ended"] is not None or row["expires_at"] <= timestamp(at):
        raise NotAllowedError(
            "the token has expired or was ended; `markhound user token` makes one"
        )
    account = find_account(db, row["account"])
    assert account is not None
    if account.disabled:
        raise NotAllowedError(f"the account {account.name} is disabled")
    return account
