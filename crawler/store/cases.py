"""What happens in a case besides its notices: hits taken in, notes, files, outcomes, who has it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson
from sqlite_utils import Database

from crawler.accounts import Actor
from crawler.errors import NotFoundError
from crawler.store.database import timestamp
from crawler.store.ledger import append_entry, canonical
from crawler.store.notices import record_case
from crawler.takedown import Case


@dataclass(frozen=True, kw_only=True, slots=True)
class CaseEvent:
    """One thing that happened in a case."""

    id: int
    case: str
    event: str
    """``opened``, ``hits-added``, ``noted``, ``attached``, ``assigned``, ``outcome``,
    ``reopened``."""
    record: Mapping[str, Any]
    by: str
    authenticated: bool
    at: datetime
    entry: int
    """Number of its entry of the ledger."""


def record_case_event(
    db: Database, case: str, event: str, record: Mapping[str, Any], actor: Actor, *, at: datetime
) -> CaseEvent:
    """Append what happened; inside the caller's transaction, which must hold the write lock."""
    entry = append_entry(db, f"case-{event}", case, record, by=actor.name, at=at)
    account = actor.account.id if actor.account else None
    cursor = db.execute(
        "INSERT INTO case_events (case_id, event, record, by, account, at, entry)"
        " VALUES (?, ?, ?, ?, ?, ?, ?)",
        [
            *(case, event, canonical(record).decode()),
            *(actor.name, account, timestamp(at), entry.number),
        ],
    )
    return CaseEvent(
        id=cursor.lastrowid or 0,
        case=case,
        event=event,
        record=record,
        by=actor.name,
        authenticated=actor.authenticated,
        at=at,
        entry=entry.number,
    )


def open_case(db: Database, case: Case, hits: Sequence[str], actor: Actor, *, at: datetime) -> Case:
    """Return the case as first opened, with these hits in it; inside the caller's transaction."""
    is_new = not any(db.query("SELECT 1 FROM cases WHERE id = ?", [case.id]))
    opened = record_case(db, case)
    known = {*find_case_hits(db, case.id)}
    new = [hit for hit in dict.fromkeys(hits) if hit not in known]
    for hit in new:
        db.execute(
            "INSERT INTO case_hits (case_id, hit, at) VALUES (?, ?, ?)",
            [case.id, hit, timestamp(at)],
        )
    if is_new or new:
        event = "opened" if is_new else "hits-added"
        record_case_event(db, case.id, event, {"hits": new}, actor, at=at)
    return opened


def find_case_events(db: Database, case: str | None = None) -> Iterator[CaseEvent]:
    """Yield what happened in a case, or in all, oldest first."""
    where, values = ("WHERE case_id = ?", [case]) if case is not None else ("", [])
    for row in db.query(f"SELECT * FROM case_events {where} ORDER BY id", values):
        yield CaseEvent(
            id=row["id"],
            case=row["case_id"],
            event=row["event"],
            record=orjson.loads(row["record"]),
            by=row["by"],
            authenticated=row["account"] is not None,
            at=datetime.fromisoformat(row["at"]),
            entry=row["entry"],
        )


def find_case_hits(db: Database, case: str) -> list[str]:
    """Return the ids of the hits that were taken into the case or stand in its notices."""
    rows = db.query(
        "SELECT hit, min(at) AS at FROM (SELECT hit, at FROM case_hits WHERE case_id = :case"
        " UNION ALL SELECT h.hit, n.drafted_at FROM notice_hits h JOIN notices n"
        " ON n.id = h.notice WHERE n.case_id = :case) GROUP BY hit ORDER BY at, hit",
        {"case": case},
    )
    return [row["hit"] for row in rows]


def is_case(db: Database, case: str) -> bool:
    """Tell whether there is a case of that very id."""
    return any(db.query("SELECT 1 FROM cases WHERE id = ?", [case]))


def find_case_id(db: Database, prefix: str) -> str:
    """Return the one case whose id starts with ``prefix``.

    :raises NotFoundError: when there is none, or more than one
    """
    rows = db.query(
        "SELECT id FROM cases WHERE substr(id, 1, length(:p)) = :p ORDER BY id LIMIT 3",
        {"p": prefix},
    )
    found = [str(row["id"]) for row in rows] if prefix else []
    if len(found) == 1:
        return found[0]
    if not found:
        raise NotFoundError(f"no case has the id {prefix!r}; `markhound case list` has all")
    raise NotFoundError(f"several cases start with {prefix!r} ({', '.join(found)}); give more")


def find_cases_of_url(db: Database, url: str) -> list[str]:
    """Return the ids of the cases that have a hit at the address."""
    rows = db.query(
        "SELECT c.case_id AS id FROM case_hits c JOIN hits h ON h.id = c.hit WHERE h.url = :url"
        " UNION SELECT n.case_id FROM notice_hits x JOIN notices n ON n.id = x.notice"
        " JOIN hits h ON h.id = x.hit WHERE h.url = :url ORDER BY id",
        {"url": url},
    )
    return [row["id"] for row in rows]
