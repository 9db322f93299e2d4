"""Captures: what was kept of a page, when, and whether it proves anything."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson
from sqlite_utils import Database

from crawler.errors import NotFoundError
from crawler.model import TargetState
from crawler.store.database import timestamp
from crawler.store.ledger import append_entry, canonical


@dataclass(frozen=True, kw_only=True, slots=True)
class Capture:
    """One capture, as recorded; nothing of it ever changes."""

    id: str
    url: str
    hit: str | None
    sweep: str | None
    purpose: str
    at: datetime
    """When it was begun."""
    file: str
    """Path of the WACZ inside the workspace."""
    sha256: str
    """Of that file, hex."""
    proof: bool
    """Whether it shows the page and what the hit speaks of."""
    record: Mapping[str, Any]
    """``state`` and ``reason`` as a sweep would tell them, ``doubts`` (why it is no proof),
    ``differences`` between plain answer and browser, ``datapackage`` (its SHA-256), ``operator``,
    ``campaign``, ``rendered``, ``notes``."""
    entry: int
    """Number of its entry of the ledger."""

    @property
    def state(self) -> TargetState:
        """What the page was."""
        return TargetState(self.record["state"])

    @property
    def doubts(self) -> tuple[str, ...]:
        """Why it is no proof; empty when it is."""
        return tuple(self.record["doubts"])

    @property
    def shows_other(self) -> bool:
        """Whether a page was there, and not the one that the hit speaks of."""
        return bool(self.record.get("shows_other", False))


def record_capture(db: Database, capture: Capture, *, by: str, at: datetime) -> Capture:
    """Append a capture with its entry of the ledger; inside the caller's transaction.

    :param capture: its ``entry`` is taken from the ledger
    :param at: when it was finished, which the entry has as its time
    :returns: the capture with that entry
    """
    told = {
        **capture.record,
        "url": capture.url,
        "hit": capture.hit,
        "sweep": capture.sweep,
        "purpose": capture.purpose,
        "begun_at": timestamp(capture.at),
        "file": capture.file,
        "sha256": capture.sha256,
        "proof": capture.proof,
    }
    entry = append_entry(db, "capture", capture.id, told, by=by, at=at)
    db.execute(
        "INSERT INTO captures"
        " (id, url, hit, sweep, purpose, at, file, sha256, proof, record, entry) VALUES"
        " (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        [
            capture.id,
            capture.url,
            capture.hit,
            capture.sweep,
            capture.purpose,
            timestamp(capture.at),
            capture.file,
            capture.sha256,
            int(capture.proof),
            canonical(capture.record).decode(),
            entry.number,
        ],
    )
    return next(_captures(db, "WHERE id = ?", [capture.id]))


def load_capture(db: Database, capture: str) -> Capture:
    """Return one capture.

    :raises NotFoundError: when there is none of that id
    """
    for found in _captures(db, "WHERE id = ?", [capture]):
        return found
    raise NotFoundError(f"no capture has the id {capture!r}")


def find_file_of_entry(db: Database, entry: int) -> str | None:
    """Return the file of the capture that an entry is about, from the workspace's folder."""
    found = db.execute("SELECT file FROM captures WHERE entry = ?", [entry]).fetchone()
    return None if found is None else str(found[0])


def find_captures(
    db: Database,
    *,
    hit: str | None = None,
    url: str | None = None,
    case: str | None = None,
    sweep: str | None = None,
) -> list[Capture]:
    """Return captures, oldest first: of a hit, a URL, a sweep, or of all hits noticed in a case.

    Several conditions must all hold; without one, all captures are returned.
    """
    terms, values = ["1"], []
    for column, value in (("hit", hit), ("url", url), ("sweep", sweep)):
        if value is not None:
            terms.append(f"{column} = ?")
            values.append(value)
    if case is not None:
        terms.append(
            "hit IN (SELECT nh.hit FROM notice_hits nh JOIN notices n ON n.id = nh.notice"
            " WHERE n.case_id = ?)"
        )
        values.append(case)
    where = f"WHERE {' AND '.join(terms)} ORDER BY at, id"
    return list(_captures(db, where, values))


def find_newest_capture(db: Database, hit: str) -> Capture | None:
    """Return the newest capture of a hit, if any."""
    return next(_captures(db, "WHERE hit = ? ORDER BY at DESC, id DESC LIMIT 1", [hit]), None)


def find_captures_of_file(db: Database, file: str) -> list[Capture]:
    """Return the captures of one WACZ: one for each hit of its page."""
    return list(_captures(db, "WHERE file = ? ORDER BY entry", [file]))


def find_filed(db: Database) -> set[str]:
    """Return the files that captures name."""
    return {row["file"] for row in db.query("SELECT DISTINCT file FROM captures")}


def _captures(db: Database, where: str, values: list[str]) -> Iterator[Capture]:
    for row in db.query(f"SELECT * FROM captures {where}", values):
        yield Capture(
            id=row["id"],
            url=row["url"],
            hit=row["hit"],
            sweep=row["sweep"],
            purpose=row["purpose"],
            at=datetime.fromisoformat(row["at"]),
            file=row["file"],
            sha256=row["sha256"],
            proof=bool(row["proof"]),
            record=orjson.loads(row["record"]),
            entry=row["entry"],
        )
