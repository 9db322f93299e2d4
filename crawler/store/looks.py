"""Looks at noticed listings after the notice was sent, and listings that came back elsewhere."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

import orjson
from sqlite_utils import Database

from crawler.model import TargetState
from crawler.store.database import timestamp
from crawler.store.ledger import append_entry, canonical

Verdict = Literal["up", "changed", "gone once", "gone", "back", "unknown"]
"""``gone`` is proven; ``changed``: a page is there that shows no listing any more, or another
one, which a person looks at; ``back``: it is there again after it was proven gone; ``unknown``: not
had this time."""


@dataclass(frozen=True, kw_only=True, slots=True)
class StoredLook:
    """One look at a noticed listing."""

    notice: str
    url: str
    state: TargetState
    """As a sweep has it."""
    kind: str | None
    reason: str | None
    verdict: Verdict
    sweep: str
    sighting: str | None
    at: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class Noticed:
    """A listing that a notice names, which was sent."""

    notice: str
    case: str
    url: str
    sent_at: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class Relisting:
    """A noticed listing that stands at another URL by now."""

    id: str
    case: str
    old: str
    """URL."""
    new: str
    """URL."""
    sighting: str
    """Of the new one."""
    reasons: tuple[str, ...]
    found_at: datetime


def record_look(db: Database, look: StoredLook) -> None:
    """Append a look, and to the ledger; inside the caller's transaction."""
    told = {
        "url": look.url,
        "state": look.state.value,
        "reason": look.reason,
        "verdict": look.verdict,
        "sweep": look.sweep,
    }
    entry = append_entry(db, "look", look.notice, told, by="markhound", at=look.at)
    db.execute(
        "INSERT INTO looks (notice, url, state, kind, reason, verdict, sweep, sighting, at, entry)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        [
            *(look.notice, look.url, look.state.value, look.kind, look.reason, look.verdict),
            *(look.sweep, look.sighting, timestamp(look.at), entry.number),
        ],
    )


def find_looks(db: Database, notice: str, url: str) -> list[StoredLook]:
    """Return the looks at one listing of a notice, oldest first."""
    rows = db.query("SELECT * FROM looks WHERE notice = ? AND url = ? ORDER BY id", [notice, url])
    return [look_of(row) for row in rows]


def find_last_looks(db: Database, *, known_only: bool = False) -> dict[tuple[str, str], StoredLook]:
    """Return (notice, URL) -> the newest look.

    :param known_only: those left out that proved nothing
    """
    rows = db.query(
        "SELECT * FROM looks WHERE id IN (SELECT max(id) FROM looks"
        " WHERE NOT :known OR verdict != 'unknown' GROUP BY notice, url)",
        {"known": known_only},
    )
    return {(row["notice"], row["url"]): look_of(row) for row in rows}


def look_of(row: Mapping[str, Any]) -> StoredLook:
    """Return a look from its row."""
    return StoredLook(
        notice=row["notice"],
        url=row["url"],
        state=TargetState(row["state"]),
        kind=row["kind"],
        reason=row["reason"],
        verdict=row["verdict"],
        sweep=row["sweep"],
        sighting=row["sighting"],
        at=datetime.fromisoformat(row["at"]),
    )


def find_noticed(db: Database) -> Iterator[Noticed]:
    """Yield every listing that a notice names which was sent, or may have been.

    Those of notices that were withdrawn are left out.
    """
    rows = db.query(
        "SELECT n.id, n.case_id, h.url, min(e.at) AS sent_at FROM notices n"
        " JOIN notice_events e ON e.notice = n.id AND (e.event = 'sent' OR e.event = 'uncertain'"
        " AND NOT EXISTS (SELECT 1 FROM notice_events f WHERE f.notice = n.id AND f.id > e.id"
        " AND f.event = 'failed'))"
        " JOIN notice_hits nh ON nh.notice = n.id JOIN hits h ON h.id = nh.hit"
        " WHERE NOT EXISTS (SELECT 1 FROM notice_events w WHERE w.notice = n.id"
        " AND w.event = 'withdrawn') GROUP BY n.id, h.url ORDER BY n.id, h.url"
    )
    for row in rows:
        yield Noticed(
            notice=row["id"],
            case=row["case_id"],
            url=row["url"],
            sent_at=datetime.fromisoformat(row["sent_at"]),
        )


def record_relisting(db: Database, relisting: Relisting) -> bool:
    """Append that a listing came back, and to the ledger; inside the caller's transaction.

    False when it is known.
    """
    known = "SELECT 1 FROM relistings WHERE case_id = ? AND new_url = ?"
    if db.execute(known, [relisting.case, relisting.new]).fetchone():
        return False
    told = {"old": relisting.old, "new": relisting.new, "reasons": list(relisting.reasons)}
    at = relisting.found_at
    entry = append_entry(db, "relisting", relisting.case, told, by="markhound", at=at)
    db.execute(
        "INSERT INTO relistings (id, case_id, old_url, new_url, sighting, reasons, found_at, entry)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        [
            *(relisting.id, relisting.case, relisting.old, relisting.new, relisting.sighting),
            *(canonical(list(relisting.reasons)).decode(), timestamp(at), entry.number),
        ],
    )
    return True


def find_stored_relistings(db: Database, cases: Sequence[str] | None = None) -> list[Relisting]:
    """Return what came back, newest first; of some cases, or of all."""
    rows = db.query("SELECT * FROM relistings ORDER BY found_at DESC, id")
    return [
        Relisting(
            id=row["id"],
            case=row["case_id"],
            old=row["old_url"],
            new=row["new_url"],
            sighting=row["sighting"],
            reasons=tuple(orjson.loads(row["reasons"])),
            found_at=datetime.fromisoformat(row["found_at"]),
        )
        for row in rows
        if cases is None or row["case_id"] in cases
    ]
