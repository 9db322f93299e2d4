"""Answers: every mail that came in, as it came, and what people decided on it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import orjson
from sqlite_utils import Database

from crawler.errors import NotFoundError
from crawler.store.database import timestamp
from crawler.store.ledger import append_entry, canonical


@dataclass(frozen=True, kw_only=True, slots=True)
class Answer:
    """One mail that came in."""

    id: str
    """SHA-256 of the mail as it came, hexadecimal."""
    content: str
    """Digest of sender, Message-ID and body: the same mail by another way has the same."""
    file: str
    """Where it lies, from the workspace's folder."""
    size: int
    source: str
    """Where it was read from."""
    received_at: datetime
    sender: str
    subject: str
    message_id: str | None
    notice: str | None
    """The notice that it answers; None = not known."""
    matched_by: str | None
    """``signed``, ``thread``, ``ticket`` or ``subject``, from strong to weak."""
    kind: str
    """``acknowledgement``, ``bounce``, ``delayed``, ``delivered`` or ``reply``."""
    suggestion: str | None
    """What it may mean; a person decides."""
    clock_from: datetime | None
    """From when on a deadline runs that it may have started."""
    record: Mapping[str, Any] = field(default_factory=dict)
    """What else was read of it."""
    decided: str | None = None
    """What a person took it for; None = nobody has looked."""


def record_answer(db: Database, answer: Answer) -> bool:
    """Append a mail, and to the ledger; inside the caller's transaction.

    False when it is there already, by the same way or another.
    """
    same = "SELECT 1 FROM answers WHERE id = ? OR content = ?"
    if db.execute(same, [answer.id, answer.content]).fetchone():
        return False
    told = {
        "sha256": answer.id,
        "size": answer.size,
        "source": answer.source,
        "notice": answer.notice,
        "matched_by": answer.matched_by,
        "kind": answer.kind,
    }
    at = answer.received_at
    entry = append_entry(db, "answer", answer.notice or answer.id, told, by="markhound", at=at)
    db.execute(
        "INSERT INTO answers (id, content, file, size, source, received_at, sender, subject,"
        " message_id, notice, matched_by, kind, suggestion, clock_from, record, entry)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        [
            *(answer.id, answer.content, answer.file, answer.size, answer.source, timestamp(at)),
            *(answer.sender, answer.subject, answer.message_id, answer.notice, answer.matched_by),
            *(answer.kind, answer.suggestion),
            None if answer.clock_from is None else timestamp(answer.clock_from),
            *(canonical(answer.record).decode(), entry.number),
        ],
    )
    return True


def find_same(db: Database, content: str) -> str | None:
    """Return the id of the mail with that content, by whatever way it came."""
    found = db.execute("SELECT id FROM answers WHERE content = ?", [content]).fetchone()
    return None if found is None else str(found[0])


def record_answer_decision(
    db: Database, answer: str, notice: str | None, decided_as: str, *, by: str, at: datetime
) -> None:
    """Append what a person took a mail for; inside the caller's transaction."""
    told = {"answer": answer, "notice": notice, "decided_as": decided_as}
    entry = append_entry(db, "answer-decision", answer, told, by=by, at=at)
    db.execute(
        "INSERT INTO answer_decisions (answer, notice, decided_as, by, at, entry)"
        " VALUES (?, ?, ?, ?, ?, ?)",
        [answer, notice, decided_as, by, timestamp(at), entry.number],
    )


_DECIDED = "(SELECT decided_as FROM answer_decisions WHERE answer = a.id ORDER BY id DESC LIMIT 1)"


def find_answers(
    db: Database, *, notice: str | None = None, open_only: bool = False
) -> Iterator[Answer]:
    """Yield answers: those whose clock runs first, then the oldest.

    :param notice: only those to this one
    :param open_only: only those on which a person has still to decide
    """
    where = f"{_DECIDED} IS NULL AND (a.suggestion IS NOT NULL OR a.notice IS NULL OR a.kind IN"
    where += " ('reply', 'bounce'))"
    rows = db.query(
        f"SELECT a.*, {_DECIDED} AS decided FROM answers a"
        f" WHERE {'1' if notice is None else 'a.notice = :notice'}"
        f" AND (NOT :open OR ({where}))"
        " ORDER BY a.clock_from IS NULL, a.clock_from, a.received_at, a.id",
        {"notice": notice, "open": open_only},
    )
    for row in rows:
        yield _answer(row)


def load_answer(db: Database, prefix: str) -> Answer:
    """Return the one answer whose id starts so.

    :raises NotFoundError: when there is none, or more than one
    """
    rows = list(
        db.query(
            f"SELECT a.*, {_DECIDED} AS decided FROM answers a"
            " WHERE substr(a.id, 1, length(:p)) = :p LIMIT 2",
            {"p": prefix},
        )
    )
    if len(rows) == 1 and prefix:
        return _answer(rows[0])
    what = "several answers start" if rows else "no answer starts"
    raise NotFoundError(f"{what} with {prefix!r}; `markhound notice answers` lists them")


def find_tickets(db: Database) -> Iterator[tuple[str, str]]:
    """Yield (ticket, notice) of every number that a recipient gave."""
    rows = db.execute(
        "SELECT DISTINCT record ->> '$.ticket', notice FROM notice_events"
        " WHERE record ->> '$.ticket' IS NOT NULL"
    )
    yield from ((str(ticket), str(notice)) for ticket, notice in rows.fetchall())


def _answer(row: Mapping[str, Any]) -> Answer:
    clock = row["clock_from"]
    return Answer(
        id=row["id"],
        content=row["content"],
        file=row["file"],
        size=row["size"],
        source=row["source"],
        received_at=datetime.fromisoformat(row["received_at"]),
        sender=row["sender"],
        subject=row["subject"],
        message_id=row["message_id"],
        notice=row["notice"],
        matched_by=row["matched_by"],
        kind=row["kind"],
        suggestion=row["suggestion"],
        clock_from=None if clock is None else datetime.fromisoformat(clock),
        record=orjson.loads(row["record"]),
        decided=row["decided"],
    )
