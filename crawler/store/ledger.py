"""The ledger: an append-only chain of what was captured, judged, approved, sent and answered.

Each entry's digest covers the digest before it, so no entry can be changed, put in or taken out
without changing the newest digest. That proves nothing by itself: whoever holds the database can
make the whole chain anew. What proves is a stamp of that digest by others.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson
from sqlite_utils import Database

from crawler.store.database import timestamp

FIRST = "0" * 64
"""What stands before the first entry."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Entry:
    """One entry."""

    number: int
    """From 1, without gaps."""
    kind: str
    """``judgement``, ``capture``, ``approval``, ``sent``, ..."""
    subject: str
    """Id of what it is about."""
    record: str
    """What happened, as canonical JSON."""
    by: str
    """Who did it: an account, or ``markhound`` for what it does by itself."""
    at: str
    """UTC, as ``timestamp`` writes it."""
    previous: str
    """Digest of the entry before, hexadecimal."""
    digest: str
    """SHA-256, hexadecimal, as ``digest_of`` makes it."""

    def digest_of_content(self) -> str:
        """Return the digest that the other fields give: another one when one of them was changed.

        :raises ValueError: when they give none, as ``previous`` is no digest
        :raises TypeError: when a field is not of its type
        """
        return digest_of(
            self.number, self.kind, self.subject, self.record, self.by, self.at, self.previous
        )


def canonical(record: object) -> bytes:
    """Return JSON that is always the same for the same record: keys sorted, no spaces, UTF-8.

    :raises UnicodeEncodeError: bytes that are no text, as an argument of the command line can be
    """
    try:
        return orjson.dumps(record, option=orjson.OPT_SORT_KEYS)
    except TypeError:
        json.dumps(record, ensure_ascii=False).encode()
        raise


def digest_of(
    number: int, kind: str, subject: str, record: str, by: str, at: str, previous: str
) -> str:
    """Return SHA-256(0x01, previous digest, canonical JSON of the rest), hexadecimal.

    The leading byte keeps an entry apart from a node of a Merkle tree (RFC 9162, section 2.1.1).
    """
    body = canonical(
        {"number": number, "kind": kind, "subject": subject, "record": record, "by": by, "at": at}
    )
    return hashlib.sha256(b"\x01" + bytes.fromhex(previous) + body).hexdigest()


def append_entry(
    db: Database, kind: str, subject: str, record: Mapping[str, Any], *, by: str, at: datetime
) -> Entry:
    """Append what happened; inside the caller's transaction, which must hold the write lock.

    :param record: strings, numbers, lists and mappings; digests in place of large or private data
    """
    newest = find_head(db)
    number, previous = (newest.number + 1, newest.digest) if newest else (1, FIRST)
    text, moment = canonical(record).decode(), timestamp(at)
    digest = digest_of(number, kind, subject, text, by, moment, previous)
    db.execute(
        "INSERT INTO ledger (number, kind, subject, record, by, at, previous, digest)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        [number, kind, subject, text, by, moment, previous, digest],
    )
    return Entry(
        number=number,
        kind=kind,
        subject=subject,
        record=text,
        by=by,
        at=moment,
        previous=previous,
        digest=digest,
    )


def find_head(db: Database) -> Entry | None:
    """Return the newest entry; None when there is none."""
    return next(_entries(db, "ORDER BY number DESC LIMIT 1", []), None)


def find_entries(db: Database, *, first: int = 1, subject: str | None = None) -> Iterator[Entry]:
    """Yield the entries from number ``first`` on, oldest first, of one subject or of all."""
    if subject is None:
        return _entries(db, "WHERE number >= ? ORDER BY number", [first])
    where = "WHERE subject = ? AND number >= ? ORDER BY number"
    return _entries(db, where, [subject, first])


def find_digests(db: Database, first: int, last: int) -> Iterator[str]:
    """Yield the digests of the entries with these numbers and those between, oldest first."""
    rows = db.execute(
        "SELECT digest FROM ledger WHERE number BETWEEN ? AND ? ORDER BY number", [first, last]
    )
    for (digest,) in rows:
        yield digest


def _entries(db: Database, where: str, values: list[Any]) -> Iterator[Entry]:
    columns = "number, kind, subject, record, by, at, previous, digest"
    for row in db.query(f"SELECT {columns} FROM ledger {where}", values):
        yield Entry(**row)
