"""Hits of which two people say different things, until a third person judges them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlite_utils import Database

from crawler.accounts import Account, Actor
from crawler.errors import NotAllowedError
from crawler.model import JudgementKind


@dataclass(frozen=True, kw_only=True, slots=True)
class Dispute:
    """A hit of which two people say different things, until a third judges it."""

    hit: str
    right: str
    url: str
    first: JudgementKind | None
    second: JudgementKind
    second_by: str
    since: datetime


def find_disputes(db: Database, *, limit: int = 100) -> list[Dispute]:
    """Return the hits of which two people say different things, those that wait longest first."""
    rows = db.query(
        "SELECT d.*, h.url, h.right_id FROM disputed_hits d JOIN hits h ON h.id = d.hit"
        " ORDER BY d.since LIMIT ?",
        [limit],
    )
    return [
        Dispute(
            hit=row["hit"],
            right=row["right_id"],
            url=row["url"],
            first=row["first_decision"],
            second=row["second_decision"],
            second_by=row["second_by"],
            since=datetime.fromisoformat(row["since"]),
        )
        for row in rows
    ]


def is_disputed(db: Database, hit: str) -> bool:
    """Tell whether two people say different things of a hit, and no third has judged it."""
    return any(db.query("SELECT 1 FROM disputed_hits WHERE hit = ? LIMIT 1", [hit]))


def refuse_own_dispute(db: Database, hit: str, actor: Actor) -> None:
    """Refuse a judgement of a disputed hit by one of those two who said something of it.

    :raises NotAllowedError: when the actor is one of them
    """
    for row in db.query("SELECT first_by, second_by FROM disputed_hits WHERE hit = ?", [hit]):
        for name in (row["first_by"], row["second_by"]):
            own = actor.account and name and is_name_of(db, name, actor.account)
            if own or name == actor.name:
                raise NotAllowedError(
                    f"{hit} is disputed, and {name} is one of those who disagree;"
                    " a third person decides"
                )


def is_name_of(db: Database, name: str, account: Account) -> bool:
    """Tell whether an account has, or had, that name."""
    values = [account.id, name]
    return any(db.query("SELECT 1 FROM account_changes WHERE account = ? AND name = ?", values))
