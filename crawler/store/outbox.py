"""The outbox: what is to be sent, byte for byte, and where each sending stands.

A notice's steps (``notice_events``) say what happened; a row of ``outbox`` says of what bytes. The
claim of a sending is its ``sending`` step: the store lets it in after ``queued`` alone, so that of
two programs one gets it (``crawler.store.delivery_schema``).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import orjson
from sqlite_utils import Database

from crawler.store.database import timestamp
from crawler.store.notice_events import NoticeEvent, record_notice_event
from crawler.takedown import Channel


@dataclass(frozen=True, kw_only=True, slots=True)
class Outgoing:
    """One message of the outbox."""

    id: int
    notice: str
    channel: Channel
    destination: str
    """E-mail address, URL or postal address."""
    sha256: str
    """Of the message; names its file in ``outbox/``."""
    size: int
    """Bytes."""
    message_id: str
    queued_at: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class Step:
    """Where a notice stands: its newest step, checks left aside."""

    event: str
    record: Mapping[str, Any]
    by: str
    at: datetime

    @property
    def not_before(self) -> datetime:
        """When a queued notice is due."""
        return datetime.fromisoformat(self.record["not_before"])


def record_queued(db: Database, message: Outgoing, *, not_before: datetime, by: str) -> NoticeEvent:
    """Append a message and the step ``queued``; inside the caller's transaction."""
    record = {
        "channel": message.channel,
        "destination": message.destination,
        "sha256": message.sha256,
        "size": message.size,
        "message_id": message.message_id,
        "not_before": timestamp(not_before),
        "attempt": 1,
    }
    at = message.queued_at
    event = record_notice_event(db, message.notice, "queued", record, by=by, at=at)
    db.execute(
        "INSERT INTO outbox (notice, channel, destination, sha256, size, message_id, queued_at,"
        " entry) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        [
            *(message.notice, message.channel, message.destination, message.sha256, message.size),
            *(message.message_id, timestamp(at), event.entry),
        ],
    )
    return event


def find_step(db: Database, notice: str) -> Step | None:
    """Return the newest step of a notice; None while it is a draft."""
    rows = db.query(
        "SELECT event, record, by, at FROM notice_events WHERE notice = ? AND event != 'checked'"
        " ORDER BY id DESC LIMIT 1",
        [notice],
    )
    return next((_step(row) for row in rows), None)


def find_last(db: Database, notice: str, event: str) -> Step | None:
    """Return the newest step of that name of a notice, if it has one."""
    rows = db.query(
        "SELECT event, record, by, at FROM notice_events WHERE notice = ? AND event = ?"
        " ORDER BY id DESC LIMIT 1",
        [notice, event],
    )
    return next((_step(row) for row in rows), None)


def _step(row: Mapping[str, Any]) -> Step:
    return Step(
        event=row["event"],
        record=orjson.loads(row["record"]),
        by=row["by"],
        at=datetime.fromisoformat(row["at"]),
    )


def find_outgoing(db: Database, notice: str) -> Outgoing | None:
    """Return the newest message of a notice; None when it was never queued."""
    rows = db.query("SELECT * FROM outbox WHERE notice = ? ORDER BY id DESC LIMIT 1", [notice])
    return next((_outgoing(row) for row in rows), None)


def find_by_message_id(db: Database, message_id: str) -> Outgoing | None:
    """Return the message of that Message-ID, with its angle brackets."""
    rows = db.query("SELECT * FROM outbox WHERE message_id = ? ORDER BY id DESC", [message_id])
    return next((_outgoing(row) for row in rows), None)


def find_standing(db: Database, *events: str) -> Iterator[tuple[Outgoing, Step]]:
    """Yield the messages whose notices stand at one of these steps, in the order of queueing."""
    marks = ", ".join("?" for _ in events)
    rows = db.query(
        "SELECT o.*, e.event, e.record, e.by, e.at FROM outbox o JOIN notice_events e ON e.id ="
        " (SELECT max(id) FROM notice_events WHERE notice = o.notice AND event != 'checked')"
        " WHERE o.id = (SELECT max(id) FROM outbox WHERE notice = o.notice)"
        f" AND e.event IN ({marks}) ORDER BY o.id",
        list(events),
    )
    for row in rows:
        yield _outgoing(row), _step(row)


def _outgoing(row: Mapping[str, Any]) -> Outgoing:
    return Outgoing(
        id=row["id"],
        notice=row["notice"],
        channel=row["channel"],
        destination=row["destination"],
        sha256=row["sha256"],
        size=row["size"],
        message_id=row["message_id"],
        queued_at=datetime.fromisoformat(row["queued_at"]),
    )


def count_sendings(db: Database, destination: str, *, since: datetime) -> tuple[int, datetime]:
    """Return how many sendings to a recipient began since then, and when the oldest of them did."""
    [count, oldest] = db.execute(
        "SELECT count(*), min(at) FROM notice_events WHERE event = 'sending' AND at >= ?"
        " AND record ->> '$.destination' = ?",
        [timestamp(since), destination],
    ).fetchone()
    return count, since if oldest is None else datetime.fromisoformat(oldest)


def record_sending(db: Database, message: Outgoing, step: Step, worker: str, at: datetime) -> None:
    """Claim a sending; inside the caller's transaction.

    :param worker: whose lock tells whether it is still at it
    :raises sqlite3.IntegrityError: another program has claimed it, or it is not queued any more
    """
    record = {
        "channel": message.channel,
        "destination": message.destination,
        "sha256": message.sha256,
        "message_id": message.message_id,
        "attempt": step.record["attempt"],
        "worker": worker,
    }
    record_notice_event(db, message.notice, "sending", record, by="markhound", at=at)


def record_put_off(
    db: Database, message: Outgoing, step: Step, words: str, *, wait: timedelta, at: datetime
) -> None:
    """Append that a sending is tried again later; inside the caller's transaction."""
    record = {
        **{key: step.record[key] for key in ("channel", "destination", "sha256", "message_id")},
        "not_before": timestamp(at + wait),
        "attempt": step.record["attempt"] + 1,
        "after": words,
    }
    record_notice_event(db, message.notice, "queued", record, by="markhound", at=at)
