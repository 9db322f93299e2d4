"""What people keep of the queue for themselves: where they were, and filters under a name."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlite_utils import Database

from crawler.accounts import Account
from crawler.errors import InputError, NotAllowedError, NotFoundError
from crawler.store.database import timestamp, writing
from crawler.store.ledger import append_entry

LONGEST_NAME = 60
LONGEST_QUERY = 1000
_MOST_PLACES = 200
"""Groups in which an account's place is kept."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Place:
    """Where somebody was in a group."""

    group: str
    hit: str
    judgement: str | None
    """The last one that they made there, as long as they did not undo it."""
    at: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class View:
    """A filter of the queue under a name."""

    id: str
    name: str
    query: str
    """What stands behind the ``?`` of the queue's address."""
    shared: bool
    own: bool


def keep_place(db: Database, account: Account, group: str, hit: str, *, at: datetime) -> None:
    """Keep at which hit of a group somebody is; inside the caller's transaction."""
    db.execute(
        "INSERT INTO queue_places (account, grp, hit, at) VALUES (:account, :grp, :hit, :at)"
        " ON CONFLICT (account, grp) DO UPDATE SET hit = :hit, at = :at",
        {"account": account.id, "grp": group, "hit": hit, "at": timestamp(at)},
    )
    db.execute(
        "DELETE FROM queue_places WHERE account = :account AND at < (SELECT at FROM queue_places"
        " WHERE account = :account ORDER BY at DESC LIMIT 1 OFFSET :most)",
        {"account": account.id, "most": _MOST_PLACES},
    )


def keep_last_judgement(
    db: Database, account: Account, hit: str, judgement: str | None, *, at: datetime
) -> None:
    """Keep which judgement can be undone in a hit's group; in a transaction of its own."""
    with writing(db):
        db.execute(
            "INSERT INTO queue_places (account, grp, hit, judgement, at)"
            " SELECT :account, grp, hit, :judgement, :at FROM queue WHERE hit = :hit"
            " ON CONFLICT (account, grp) DO UPDATE SET judgement = :judgement, at = :at",
            {"account": account.id, "hit": hit, "judgement": judgement, "at": timestamp(at)},
        )


def find_place(db: Database, account: Account, group: str | None = None) -> Place | None:
    """Return where somebody was in a group, or in the last one that still has something to do."""
    rows = db.query(
        "SELECT p.* FROM queue_places p JOIN queue_groups g ON g.grp = p.grp"
        " WHERE p.account = :account AND (p.grp = :grp OR :grp IS NULL AND g.waiting > 0)"
        " ORDER BY p.at DESC LIMIT 1",
        {"account": account.id, "grp": group},
    )
    for row in rows:
        return Place(
            group=row["grp"],
            hit=row["hit"],
            judgement=row["judgement"],
            at=datetime.fromisoformat(row["at"]),
        )
    return None


def find_views(db: Database, account: Account) -> list[View]:
    """Return an account's views and those that others share, by name."""
    rows = db.query(
        "SELECT * FROM queue_views WHERE account = :account OR shared = 1 ORDER BY name, id",
        {"account": account.id},
    )
    return [_view(row, account) for row in rows]


def record_view(
    db: Database, account: Account, name: str, query: str, *, shared: bool, at: datetime
) -> View:
    """Save a filter under a name, in place of the account's own of that name.

    :raises InputError: when the name is empty or too long
    """
    name = " ".join(name.split())
    if not name or len(name) > LONGEST_NAME or not name.isprintable():
        raise InputError(f"expected a name of 1 to {LONGEST_NAME} visible characters, got {name!a}")
    if len(query) > LONGEST_QUERY:
        raise InputError(f"expected a filter of at most {LONGEST_QUERY} characters")
    view = f"v-{secrets.token_hex(8)}"
    with writing(db):
        db.execute("DELETE FROM queue_views WHERE account = ? AND name = ?", [account.id, name])
        db.execute(
            "INSERT INTO queue_views (id, account, shared, name, query, at)"
            " VALUES (?, ?, ?, ?, ?, ?)",
            [view, account.id, int(shared), name, query, timestamp(at)],
        )
        record = {"name": name, "query": query, "shared": shared}
        append_entry(db, "queue-view", view, record, by=account.name, at=at)
    return View(id=view, name=name, query=query, shared=shared, own=True)


def drop_view(db: Database, account: Account, view: str, *, at: datetime) -> None:
    """Drop a view of one's own, or as an admin a shared one.

    :raises NotFoundError: when there is none of that id
    :raises NotAllowedError: when it is another's
    """
    with writing(db):
        row = next(db.query("SELECT * FROM queue_views WHERE id = ?", [view]), None)
        if row is None:
            raise NotFoundError(f"no view of the queue has the id {view!r}")
        if row["account"] != account.id and not (row["shared"] and account.role == "admin"):
            raise NotAllowedError("this view is another's")
        db.execute("DELETE FROM queue_views WHERE id = ?", [view])
        append_entry(db, "queue-view-dropped", view, {"name": row["name"]}, by=account.name, at=at)


def _view(row: Mapping[str, Any], account: Account) -> View:
    return View(
        id=row["id"],
        name=row["name"],
        query=row["query"],
        shared=bool(row["shared"]),
        own=row["account"] == account.id,
    )
