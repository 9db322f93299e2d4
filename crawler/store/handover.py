"""Handing cases over: whose keys are known, which bundles were made and taken in, receipts."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

import orjson
from sqlite_utils import Database

from crawler.store.database import timestamp
from crawler.store.ledger import append_entry, canonical

KeyEvent = Literal["own", "trusted", "revoked"]
Outcome = Literal["accepted", "returned", "merged"]
"""What became of a bundle where it arrived: its case is new there, it was not believed, or the
case or some of its hits were there already."""
Direction = Literal["given", "taken"]


@dataclass(frozen=True, kw_only=True, slots=True)
class KnownKey:
    """A public key, as last spoken of."""

    fingerprint: str
    """SHA-256 of its DER SubjectPublicKeyInfo, hexadecimal."""
    event: KeyEvent
    """``own`` signs here; ``revoked`` was once known, and is believed no longer."""
    name: str
    """Whose it is."""
    pem: str
    reason: str
    """Why it was revoked; else empty."""
    by: str
    at: datetime
    entry: int = 0
    """Number of its entry of the ledger; 0 before it is recorded."""


@dataclass(frozen=True, kw_only=True, slots=True)
class ImportedCase:
    """A case as another office handed it over."""

    bundle: str
    """SHA-256 of what its bundle's signature covers; also the name of its folder."""
    case: str
    origin: str
    """Fingerprint of the key that signed it."""
    organisation: str
    """Who made it, in its own words."""
    exported_by: str
    exported_at: datetime
    outcome: Literal["accepted", "merged"]
    by: str
    at: datetime
    entry: int = 0
    """Number of its entry of the ledger; 0 before it is recorded."""


@dataclass(frozen=True, kw_only=True, slots=True)
class ImportedHit:
    """A hit of another office, with its judgement: theirs, which never counts as ours."""

    hit: str
    url: str
    right: str
    score: float
    decision: str | None = None
    """None: they had not judged it."""
    judged_by: str | None = None
    judged_at: str | None = None
    reason: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class StoredReceipt:
    """A receipt that we gave or took."""

    digest: str
    """SHA-256 of its file."""
    direction: Direction
    bundle: str
    outcome: Outcome
    key: str
    """Fingerprint of the key that signed it."""
    record: Mapping[str, Any]
    """What it says."""
    by: str
    at: datetime


def record_key_event(db: Database, key: KnownKey) -> None:
    """Append what is held of a key; inside the caller's transaction, with the write lock."""
    record = {"event": key.event, "name": key.name, "reason": key.reason}
    entry = append_entry(db, "key", key.fingerprint, record, by=key.by, at=key.at)
    db.execute(
        "INSERT INTO key_events (fingerprint, event, name, pem, reason, by, at, entry)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        [
            *(key.fingerprint, key.event, key.name, key.pem, key.reason, key.by),
            *(timestamp(key.at), entry.number),
        ],
    )


def find_keys(db: Database) -> list[KnownKey]:
    """Return every key that was ever known, as last spoken of, in the order of that.

    What is last is told by the ledger, as no clock is right for sure.
    """
    rows = db.query(
        "SELECT fingerprint, event, name, pem, reason, by, at, entry FROM key_events"
        " WHERE entry IN (SELECT max(entry) FROM key_events GROUP BY fingerprint) ORDER BY entry"
    )
    return [KnownKey(**{**row, "at": datetime.fromisoformat(row["at"])}) for row in rows]


def record_export(
    db: Database, *, bundle: str, case: str, key: str, files: int, by: str, at: datetime
) -> None:
    """Append that a bundle was made; inside the caller's transaction, with the write lock."""
    record = {"bundle": bundle, "key": key, "files": files}
    entry = append_entry(db, "export", case, record, by=by, at=at)
    db.execute(
        "INSERT INTO exports (bundle, case_id, key, by, at, entry) VALUES (?, ?, ?, ?, ?, ?)",
        [bundle, case, key, by, timestamp(at), entry.number],
    )


def find_exported_case(db: Database, bundle: str) -> str | None:
    """Return the case of a bundle that was made here; None when none of that digest was."""
    row = db.execute("SELECT case_id FROM exports WHERE bundle = ?", [bundle]).fetchone()
    return row and str(row[0])


def is_handed_over(db: Database, notice: str) -> bool:
    """Tell whether others may hold what a notice's recipient was told: its case was exported."""
    asked = (
        "SELECT 1 FROM exports WHERE case_id = (SELECT case_id FROM notices WHERE id = ?) LIMIT 1"
    )
    return db.execute(asked, [notice]).fetchone() is not None


def record_imported_case(db: Database, case: ImportedCase, hits: Iterable[ImportedHit]) -> None:
    """Append a case of others; inside the caller's transaction, with the write lock."""
    record = {"bundle": case.bundle, "key": case.origin, "outcome": case.outcome}
    entry = append_entry(db, "import", case.case, record, by=case.by, at=case.at)
    db.execute(
        "INSERT INTO imported_cases (bundle, case_id, origin, organisation, exported_by,"
        " exported_at, outcome, by, at, entry) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        [
            *(case.bundle, case.case, case.origin, case.organisation, case.exported_by),
            *(timestamp(case.exported_at), case.outcome, case.by, timestamp(case.at)),
            entry.number,
        ],
    )
    for hit in hits:
        db.execute(
            "INSERT INTO imported_hits (bundle, hit, url, right_id, score, decision, judged_by,"
            " judged_at, reason) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            [
                *(case.bundle, hit.hit, hit.url, hit.right, hit.score, hit.decision),
                *(hit.judged_by, hit.judged_at, hit.reason),
            ],
        )


def find_imported_cases(
    db: Database, *, case: str | None = None, bundle: str | None = None
) -> list[ImportedCase]:
    """Return the cases of others, oldest first; those of one case or one bundle."""
    rows = db.query(
        "SELECT bundle, case_id, origin, organisation, exported_by, exported_at, outcome, by, at,"
        " entry FROM imported_cases WHERE (:case IS NULL OR case_id = :case)"
        " AND (:bundle IS NULL OR bundle = :bundle) ORDER BY entry",
        {"case": case, "bundle": bundle},
    )
    return [
        ImportedCase(
            bundle=row["bundle"],
            case=row["case_id"],
            origin=row["origin"],
            organisation=row["organisation"],
            exported_by=row["exported_by"],
            exported_at=datetime.fromisoformat(row["exported_at"]),
            outcome=row["outcome"],
            by=row["by"],
            at=datetime.fromisoformat(row["at"]),
            entry=row["entry"],
        )
        for row in rows
    ]


def find_imported_hits(db: Database, bundle: str) -> Iterator[ImportedHit]:
    """Yield the hits that came with a bundle, by id."""
    rows = db.query(
        "SELECT hit, url, right_id, score, decision, judged_by, judged_at, reason"
        " FROM imported_hits WHERE bundle = ? ORDER BY hit",
        [bundle],
    )
    for row in rows:
        yield ImportedHit(right=row.pop("right_id"), **row)


def is_any_hit_known(db: Database, hits: Sequence[str]) -> bool:
    """Tell whether one of the hits was found here, or came with a bundle before."""
    asked = (
        "SELECT 1 FROM json_each(:ids) i WHERE EXISTS (SELECT 1 FROM hits WHERE id = i.value)"
        " OR EXISTS (SELECT 1 FROM imported_hits WHERE hit = i.value) LIMIT 1"
    )
    return db.execute(asked, {"ids": json.dumps(hits)}).fetchone() is not None


def record_receipt(db: Database, receipt: StoredReceipt, case: str) -> bool:
    """Append a receipt; inside the caller's transaction, with the write lock.

    False when it was recorded before.
    """
    known = db.execute("SELECT 1 FROM receipts WHERE digest = ?", [receipt.digest])
    if known.fetchone():
        return False
    said = {"direction": receipt.direction, "receipt": receipt.digest, "bundle": receipt.bundle}
    record = {**said, "outcome": receipt.outcome, "key": receipt.key}
    entry = append_entry(db, "receipt", case, record, by=receipt.by, at=receipt.at)
    db.execute(
        "INSERT INTO receipts (digest, direction, bundle, outcome, key, record, by, at, entry)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        [
            *(receipt.digest, receipt.direction, receipt.bundle, receipt.outcome, receipt.key),
            *(canonical(receipt.record).decode(), receipt.by, timestamp(receipt.at)),
            entry.number,
        ],
    )
    return True


def find_receipts(db: Database, bundle: str | None = None) -> list[StoredReceipt]:
    """Return the receipts for a bundle, or all, oldest first."""
    rows = db.query(
        "SELECT digest, direction, bundle, outcome, key, record, by, at FROM receipts"
        " WHERE :bundle IS NULL OR bundle = :bundle ORDER BY entry",
        {"bundle": bundle},
    )
    return [
        StoredReceipt(
            **{
                **row,
                "record": orjson.loads(row["record"]),
                "at": datetime.fromisoformat(row["at"]),
            }
        )
        for row in rows
    ]
