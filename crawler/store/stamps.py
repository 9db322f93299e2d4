"""Stamps of the ledger: which entries each covers, and what every authority answered."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

import orjson
from sqlite_utils import Database

from crawler.store.database import timestamp
from crawler.store.ledger import append_entry, canonical

STAMP, RECEIPT = "stamp", "stamp-receipt"
"""Kinds of entry. A ledger that has only such new ones needs no new stamp."""

AnchorKind = Literal["rfc3161", "command"]
ReceiptState = Literal["granted", "unverified", "failed"]
"""``unverified``: bytes came and are kept, but could not be verified. ``failed``: none came."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Stamp:
    """What was given to the authorities at one time."""

    id: str
    """``st-`` and the start of the digest of the statement."""
    first: int
    """Number of the first entry under the root."""
    last: int
    """Number of the last one, which was the newest of the ledger."""
    root: str
    """Root of the Merkle tree over these entries, hexadecimal."""
    statement: str
    """SHA-256 of the statement's file, hexadecimal: what was stamped."""
    anchors: tuple[str, ...]
    """Names of those who were to be asked, as in the settings."""
    at: datetime
    """When it was made, by our own clock."""
    entry: int = 0
    """Number of its entry of the ledger; 0 before it is recorded."""


@dataclass(frozen=True, kw_only=True, slots=True)
class StampReceipt:
    """What one authority answered to one asking."""

    stamp: str
    number: int
    """Of the askings for this stamp, from 1."""
    anchor: str
    """Name of the authority or anchor, as in the settings."""
    kind: AnchorKind
    state: ReceiptState
    problem: str | None = None
    """Why nothing came, or why what came could not be verified."""
    gen_time: datetime | None = None
    """The time that the authority vouches for."""
    files: Mapping[str, str] = field(default_factory=dict)
    """Names of the files in the stamp's folder -> SHA-256, hexadecimal."""
    at: datetime
    """When it was recorded, by our own clock."""
    entry: int = 0
    """Number of its entry of the ledger; 0 before it is recorded."""


def record_stamp(db: Database, stamp: Stamp) -> int:
    """Append a stamp and its entry; inside the caller's transaction. Return the entry's number."""
    what = {
        "first": stamp.first,
        "last": stamp.last,
        "root": stamp.root,
        "statement": stamp.statement,
        "anchors": list(stamp.anchors),
    }
    entry = append_entry(db, STAMP, stamp.id, what, by="markhound", at=stamp.at)
    db.execute(
        "INSERT INTO stamps (id, first, last, root, statement, anchors, at, entry)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        [
            stamp.id,
            stamp.first,
            stamp.last,
            stamp.root,
            stamp.statement,
            canonical(what["anchors"]).decode(),
            timestamp(stamp.at),
            entry.number,
        ],
    )
    return entry.number


def record_receipt(db: Database, receipt: StampReceipt) -> int:
    """Append an answer and its entry; inside the caller's transaction."""
    what = {
        "number": receipt.number,
        "anchor": receipt.anchor,
        "kind": receipt.kind,
        "state": receipt.state,
        "problem": receipt.problem,
        "gen_time": None if receipt.gen_time is None else timestamp(receipt.gen_time),
        "files": dict(receipt.files),
    }
    entry = append_entry(db, RECEIPT, receipt.stamp, what, by="markhound", at=receipt.at)
    row = {
        **what,
        "stamp": receipt.stamp,
        "files": canonical(what["files"]).decode(),
        "at": timestamp(receipt.at),
        "entry": entry.number,
    }
    columns = ", ".join(row)
    values = ", ".join(f":{column}" for column in row)
    db.execute(f"INSERT INTO stamp_receipts ({columns}) VALUES ({values})", row)
    return entry.number


def find_stamps(db: Database) -> list[Stamp]:
    """Return all stamps, in the order of the entries that they cover."""
    return [_stamp_of(row) for row in db.query(f"SELECT {_STAMP} FROM stamps ORDER BY last")]


_STAMP = "id, first, last, root, statement, anchors, at, entry"


def _stamp_of(row: dict[str, Any]) -> Stamp:
    row["anchors"] = tuple(orjson.loads(row["anchors"]))
    row["at"] = datetime.fromisoformat(row["at"])
    return Stamp(**row)


def find_stamp_of(db: Database, number: int) -> Stamp | None:
    """Return the stamp under whose root an entry lies; None when it is not stamped yet."""
    where = "WHERE first <= :number AND last >= :number ORDER BY last LIMIT 1"
    rows = db.query(f"SELECT {_STAMP} FROM stamps {where}", {"number": number})
    return next((_stamp_of(row) for row in rows), None)


def find_receipts(db: Database, stamp: str) -> Iterator[StampReceipt]:
    """Yield every answer for a stamp, in the order in which they came."""
    columns = "stamp, number, anchor, kind, state, problem, gen_time, files, at, entry"
    where = "WHERE stamp = ? ORDER BY number"
    for row in db.query(f"SELECT {columns} FROM stamp_receipts {where}", [stamp]):
        if row["gen_time"] is not None:
            row["gen_time"] = datetime.fromisoformat(row["gen_time"])
        row["at"] = datetime.fromisoformat(row["at"])
        row["files"] = dict(orjson.loads(row["files"]))
        yield StampReceipt(**row)


def last_stamped(db: Database) -> int:
    """Return the number of the last entry that a stamp covers; 0 when there is none."""
    return int(next(db.query("SELECT coalesce(max(last), 0) AS last FROM stamps"))["last"])


def find_unstamped(db: Database) -> tuple[int, int] | None:
    """Return the numbers of the first and the last entry that no stamp covers.

    None where there is nothing new but entries about stamps.
    """
    first = last_stamped(db) + 1
    row = next(
        db.query(
            "SELECT max(number) AS last, coalesce(sum(kind NOT IN (?, ?)), 0) AS work"
            " FROM ledger WHERE number >= ?",
            [STAMP, RECEIPT, first],
        )
    )
    return (first, row["last"]) if row["work"] else None
