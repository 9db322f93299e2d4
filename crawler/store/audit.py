"""The ledger as a log that people read: newest first, a page at a time, by who, what and when."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from sqlite_utils import Database

from crawler.store.database import timestamp
from crawler.store.ledger import Entry, find_head
from crawler.store.stamps import last_stamped


@dataclass(frozen=True, kw_only=True, slots=True)
class LogFilter:
    """Which entries are wanted; None = whatever it is."""

    kind: str | None = None
    by: str | None = None
    subject: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    """Not this moment itself."""


@dataclass(frozen=True, kw_only=True, slots=True)
class LogPage:
    """Some entries, newest first."""

    entries: tuple[Entry, ...]
    newer: bool
    """Whether there are newer ones."""
    older: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class LedgerState:
    """Where the ledger stands."""

    entries: int
    digest: str
    """Of the newest entry."""
    at: datetime | None
    """When the newest was appended; None while there is none."""
    stamped: int
    """Number of the last entry that others vouch for; 0 = none."""
    unstamped: int
    """Entries after that one."""


def find_log(
    db: Database,
    wanted: LogFilter,
    *,
    before: int | None = None,
    after: int | None = None,
    limit: int = 50,
) -> LogPage:
    """Return the newest entries, or those next to a number.

    :param before: number that all are under
    :param after: number that all are over; then those next to it, not the newest
    """
    up = after is not None
    found = list(_query(db, wanted, before, after, limit + 1, "ASC" if up else "DESC"))
    more, shown = len(found) > limit, found[:limit]
    if up:
        shown.reverse()
        return LogPage(entries=tuple(shown), newer=more, older=True)
    return LogPage(entries=tuple(shown), newer=before is not None, older=more)


def _query(
    db: Database,
    wanted: LogFilter,
    before: int | None,
    after: int | None,
    limit: int,
    order: Literal["ASC", "DESC"],
) -> Iterator[Entry]:
    terms = ["number BETWEEN :first AND :last"]
    values: dict[str, Any] = {"limit": limit, **_range(db, wanted, before, after)}
    for column, value in (("kind", wanted.kind), ("by", wanted.by), ("subject", wanted.subject)):
        if value is not None:
            terms.append(f"{column} = :{column}")
            values[column] = value
    for name, sign, moment in (("since", ">=", wanted.since), ("until", "<", wanted.until)):
        if moment is not None:
            terms.append(f"at {sign} :{name}")
            values[name] = timestamp(moment)
    columns = "number, kind, subject, record, by, at, previous, digest"
    sql = f"SELECT {columns} FROM ledger WHERE {' AND '.join(terms)} ORDER BY number {order}"
    for row in db.query(f"{sql} LIMIT :limit", values):
        yield Entry(**row)


def _range(
    db: Database, wanted: LogFilter, before: int | None, after: int | None
) -> dict[str, int]:
    """Return the numbers between which entries can lie: those of the time that is asked for.

    Without it an old day would be looked for from the newest entry on.
    """
    first, last = (after or 0) + 1, (before or 2**62) - 1
    if wanted.since is not None or wanted.until is not None:
        row = next(
            db.query(
                "SELECT min(number) AS first, max(number) AS last FROM ledger"
                " WHERE at >= :since AND at < :until",
                {
                    "since": timestamp(wanted.since) if wanted.since else "",
                    "until": timestamp(wanted.until) if wanted.until else "9999",
                },
            )
        )
        first, last = max(first, row["first"] or 0), min(last, row["last"] or 0)
    return {"first": first, "last": last}


def find_kinds(db: Database) -> list[str]:
    """Return the kinds of entries that there are."""
    return _distinct(db, "kind", 200)


def find_people(db: Database) -> list[str]:
    """Return who did something, at most 500."""
    return _distinct(db, "by", 500)


def _distinct(db: Database, column: Literal["kind", "by"], limit: int) -> list[str]:
    """Return the values of a column by jumps in its index: one step each, however many rows."""
    rows = db.query(
        f"WITH RECURSIVE found(value) AS (SELECT min({column}) FROM ledger UNION ALL"
        f" SELECT (SELECT min({column}) FROM ledger WHERE {column} > found.value)"
        " FROM found WHERE found.value IS NOT NULL)"
        " SELECT value FROM found WHERE value IS NOT NULL LIMIT ?",
        [limit],
    )
    return [row["value"] for row in rows]


def find_ledger_state(db: Database) -> LedgerState:
    """Return where the ledger stands, without going through it."""
    head = find_head(db)
    stamped = last_stamped(db)
    return LedgerState(
        entries=head.number if head else 0,
        digest=head.digest if head else "",
        at=datetime.fromisoformat(head.at) if head else None,
        stamped=stamped,
        unstamped=head.number - stamped if head else 0,
    )
