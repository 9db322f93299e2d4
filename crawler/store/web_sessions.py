"""Who is signed in to the console: random tokens, of which only the SHA-256 is kept.

A session ends when nobody used it for a while, at the latest after a day's work, when the account
is disabled, and when its passphrase changes.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlite_utils import Database

from crawler.accounts import Account, new_token, token_digest
from crawler.store.accounts import find_account
from crawler.store.database import timestamp, write_if_free, writing
from crawler.store.ledger import append_entry

IDLE = timedelta(hours=2)
"""After so long without a request a session is over."""
LONGEST = timedelta(hours=12)
"""However much it is used."""
_NOTED = timedelta(minutes=1)
"""How exactly the last use is kept: not every request writes."""


_SHOWN = 16
"""Digits of the token's digest that are shown as the session's id."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Session:
    """Somebody signed in with one browser."""

    id: str
    begun_at: datetime
    used_at: datetime
    """To the minute."""


def begin_session(db: Database, account: Account, *, at: datetime) -> str:
    """Begin a session of somebody who proved to be the account; return its token."""
    token = new_token()
    with writing(db):
        db.execute("DELETE FROM web_sessions WHERE begun_at < ?", [timestamp(at - LONGEST)])
        db.execute(
            "INSERT INTO web_sessions (sha256, account, begun_at, used_at) VALUES (?, ?, ?, ?)",
            [token_digest(token), account.id, timestamp(at), timestamp(at)],
        )
        append_entry(db, "signed-in", account.id, {"to": "console"}, by=account.name, at=at)
    return token


def find_session_account(db: Database, token: str, *, at: datetime) -> Account | None:
    """Return whose session it is; None when it is over, or there is none."""
    digest = token_digest(token)
    row = next(
        db.query("SELECT account, begun_at, used_at FROM web_sessions WHERE sha256 = ?", [digest]),
        None,
    )
    if row is None:
        return None
    begun, used = (datetime.fromisoformat(row[name]) for name in ("begun_at", "used_at"))
    account = find_account(db, row["account"])
    if account is None or account.disabled or at - begun > LONGEST or at - used > IDLE:
        write_if_free(db, "DELETE FROM web_sessions WHERE sha256 = ?", [digest])
        return None
    if at - used > _NOTED:
        noted = [timestamp(at), digest]
        write_if_free(db, "UPDATE web_sessions SET used_at = ? WHERE sha256 = ?", noted)
    return account


def find_sessions(db: Database, account: str, *, at: datetime) -> list[Session]:
    """Return the sessions of an account that are not over, the one used last first."""
    rows = db.query(
        "SELECT sha256, begun_at, used_at FROM web_sessions WHERE account = ? AND begun_at > ?"
        " AND used_at > ? ORDER BY used_at DESC",
        [account, timestamp(at - LONGEST), timestamp(at - IDLE)],
    )
    return [
        Session(
            id=row["sha256"][:_SHOWN],
            begun_at=datetime.fromisoformat(row["begun_at"]),
            used_at=datetime.fromisoformat(row["used_at"]),
        )
        for row in rows
    ]


def count_sessions(db: Database, *, at: datetime) -> dict[str, int]:
    """Return how many sessions of each account are not over."""
    rows = db.execute(
        "SELECT account, count(*) FROM web_sessions WHERE begun_at > ? AND used_at > ?"
        " GROUP BY account",
        [timestamp(at - LONGEST), timestamp(at - IDLE)],
    )
    return {row[0]: row[1] for row in rows}


def end_sessions(
    db: Database,
    account: Account,
    *,
    by: str,
    at: datetime,
    session: str = "",
    keep: str = "",
) -> int:
    """End sessions of an account; return how many there were.

    :param session: id of the one that ends; all of them unless given
    :param keep: token of one that goes on
    """
    kept = token_digest(keep) if keep else ""
    with writing(db):
        count = db.execute(
            "DELETE FROM web_sessions WHERE account = :account AND sha256 <> :kept"
            " AND substr(sha256, 1, length(:session)) = :session",
            {"account": account.id, "kept": kept, "session": session},
        ).rowcount
        if count:
            append_entry(db, "sessions-ended", account.id, {"sessions": count}, by=by, at=at)
    return count


def session_id(token: str) -> str:
    """Return the id of the session that has this token."""
    return token_digest(token)[:_SHOWN]


def end_session(db: Database, token: str, *, account: Account, at: datetime) -> None:
    """End one session, as its owner asked."""
    with writing(db):
        db.execute("DELETE FROM web_sessions WHERE sha256 = ?", [token_digest(token)])
        append_entry(db, "signed-out", account.id, {"of": "console"}, by=account.name, at=at)
