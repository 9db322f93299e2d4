"""What became of a notice after its draft: one row a step, each an entry of the ledger too."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson
from sqlite_utils import Database

from crawler.store.database import timestamp
from crawler.store.ledger import append_entry, canonical


@dataclass(frozen=True, kw_only=True, slots=True)
class NoticeEvent:
    """One step of a notice."""

    id: int
    notice: str
    event: str
    """``checked``, ``approved``, ``queued``, ``sending``, ``sent``, ``uncertain``, ..."""
    record: Mapping[str, Any]
    by: str
    at: datetime
    entry: int
    """Number of its entry of the ledger."""


def record_notice_event(
    db: Database, notice: str, event: str, record: Mapping[str, Any], *, by: str, at: datetime
) -> NoticeEvent:
    """Append a step; inside the caller's transaction, which must hold the write lock."""
    entry = append_entry(db, f"notice-{event}", notice, record, by=by, at=at)
    text = canonical(record).decode()
    cursor = db.execute(
        "INSERT INTO notice_events (notice, event, record, by, at, entry)"
        " VALUES (?, ?, ?, ?, ?, ?)",
        [notice, event, text, by, timestamp(at), entry.number],
    )
    return NoticeEvent(
        id=cursor.lastrowid or 0,
        notice=notice,
        event=event,
        record=record,
        by=by,
        at=at,
        entry=entry.number,
    )


def find_notice_events(db: Database, notice: str | None = None) -> Iterator[NoticeEvent]:
    """Yield the steps of a notice, or of all, oldest first."""
    where, values = ("WHERE notice = ?", [notice]) if notice is not None else ("", [])
    for row in db.query(f"SELECT * FROM notice_events {where} ORDER BY id", values):
        yield NoticeEvent(
            id=row["id"],
            notice=row["notice"],
            event=row["event"],
            record=orjson.loads(row["record"]),
            by=row["by"],
            at=datetime.fromisoformat(row["at"]),
            entry=row["entry"],
        )
