"""Digests: what was told on which channel, and what each channel knows by now.

A digest is claimed, with its items, before it leaves: its steps are ``sending``, then ``sent``,
``failed`` or ``uncertain`` (its program was killed in between). What failed was not told; what is
uncertain may have been, and is not told again by itself.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

import orjson
from sqlite_utils import Database

from crawler.errors import NotFoundError
from crawler.store.database import timestamp
from crawler.store.ledger import append_entry, canonical

DigestEnd = Literal["sent", "failed", "uncertain"]


@dataclass(frozen=True, kw_only=True, slots=True)
class DigestItem:
    """One thing that is told."""

    kind: str
    """``hits``, ``seller``, ``site``, ``deadline``, ..."""
    key: str
    """What it is of; with the kind the same whenever it is told of that."""
    state: str
    """Told again only when this is another one."""
    words: str
    """Name of the sentence that says it."""
    facts: Mapping[str, str | int | float] = field(default_factory=dict)
    """What the sentence holds."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Memory:
    """What a channel knows: made of what was sent to it, or may have been."""

    newest: str
    """Id of its newest digest, whatever became of it; empty before the first."""
    floor: datetime
    """When it began to be told: nothing older is."""
    upto: int
    """Number of the newest findings that it was told of."""
    at: datetime
    """When it was told last; ``floor`` before the first."""
    told: Mapping[tuple[str, str], str]
    """(kind, key) -> the state that was told last."""


@dataclass(frozen=True, kw_only=True, slots=True)
class StoredDigest:
    """A digest, and what became of it."""

    id: str
    channel: str
    follows: str
    kind: str
    address: str
    """With its secrets by name."""
    language: str
    risk: float
    floor: datetime
    upto: int
    items: int
    subject: str
    text: str
    """What was told, as plain text."""
    at: datetime
    event: str
    """``sending``, ``sent``, ``failed`` or ``uncertain``."""
    words: str
    """What the server said, or what happened."""
    worker: str
    """Whose lock tells whether it is still being sent."""


def new_digest_id() -> str:
    """Return the id of a digest, before there is one."""
    return f"dg-{secrets.token_hex(8)}"


def record_digest(db: Database, digest: StoredDigest, items: Sequence[DigestItem]) -> None:
    """Claim a digest, and append to the ledger; inside the caller's transaction, with its lock.

    :raises sqlite3.IntegrityError: another program tells this channel meanwhile
    """
    told = {
        "channel": digest.channel,
        "follows": digest.follows,
        "kind": digest.kind,
        "address": digest.address,
        "language": digest.language,
        "risk": digest.risk,
        "floor": timestamp(digest.floor),
        "upto": digest.upto,
        "items": digest.items,
        "subject": digest.subject,
        "sha256": hashlib.sha256(digest.text.encode()).hexdigest(),
    }
    entry = append_entry(db, "digest", digest.id, told, by="markhound", at=digest.at)
    marks = ", ".join("?" for _ in range(len(told) + 4))
    db.execute(
        f"INSERT INTO digests (id, {', '.join(told)}, text, at, entry) VALUES ({marks})",
        [digest.id, *told.values(), digest.text, timestamp(digest.at), entry.number],
    )
    db.conn.executemany(
        "INSERT INTO digest_items (digest, kind, key, state, words, facts)"
        " VALUES (?, ?, ?, ?, ?, ?)",
        (
            (digest.id, one.kind, one.key, one.state, one.words, canonical(one.facts).decode())
            for one in items
        ),
    )
    _record_event(db, digest.id, "sending", {"worker": digest.worker}, at=digest.at)


def record_digest_end(
    db: Database, digest: str, event: DigestEnd, words: str, *, at: datetime
) -> None:
    """Append what became of a digest; inside the caller's transaction, with its lock.

    :raises sqlite3.IntegrityError: it is not being sent
    """
    _record_event(db, digest, event, {"words": words}, at=at)


def _record_event(
    db: Database, digest: str, event: str, record: Mapping[str, Any], *, at: datetime
) -> None:
    entry = append_entry(db, f"digest-{event}", digest, record, by="markhound", at=at)
    db.execute(
        "INSERT INTO digest_events (digest, event, record, by, at, entry)"
        " VALUES (?, ?, ?, 'markhound', ?, ?)",
        [digest, event, entry.record, timestamp(at), entry.number],
    )


_STANDING = """
SELECT d.*, e.event, coalesce(e.record ->> '$.words', '') AS said, coalesce((SELECT
    record ->> '$.worker' FROM digest_events WHERE digest = d.id AND event = 'sending'), '')
    AS worker
FROM digests d JOIN digest_events e
    ON e.id = (SELECT max(id) FROM digest_events WHERE digest = d.id)
"""


def find_digests(db: Database, *, channel: str = "", limit: int = -1) -> list[StoredDigest]:
    """Return the digests, newest first; of a channel, or of all."""
    rows = db.query(
        f"{_STANDING} WHERE :channel IN ('', d.channel) ORDER BY d.rowid DESC LIMIT :limit",
        {"channel": channel, "limit": limit},
    )
    return [_digest(row) for row in rows]


def load_digest(db: Database, digest: str) -> StoredDigest:
    """Return one digest.

    :raises NotFoundError: when there is none of that id
    """
    for row in db.query(f"{_STANDING} WHERE d.id = ?", [digest]):
        return _digest(row)
    raise NotFoundError(f"no digest has the id {digest!r:.80}; `markhound digest --list` has them")


def find_unended(db: Database) -> list[StoredDigest]:
    """Return the digests that are being sent, or whose program was killed."""
    return [_digest(row) for row in db.query(f"{_STANDING} WHERE e.event = 'sending'")]


def find_items(db: Database, digest: str) -> list[DigestItem]:
    """Return what a digest told, in its order."""
    rows = db.query(
        "SELECT kind, key, state, words, facts FROM digest_items WHERE digest = ? ORDER BY id",
        [digest],
    )
    return [DigestItem(**{**row, "facts": orjson.loads(row["facts"])}) for row in rows]


def tells_of_channels_alone(db: Database, digest: str) -> bool:
    """Tell whether nothing stands in a digest but how other digests fared."""
    row = db.execute(
        "SELECT 1 FROM digest_items WHERE digest = ? AND kind <> 'channel' LIMIT 1", [digest]
    ).fetchone()
    return row is None


def find_failing_since(db: Database, channel: str) -> str:
    """Return the id of the first digest in the row, up to the newest, that failed on a channel."""
    row = db.execute(
        "SELECT d.id FROM digests d WHERE d.channel = ?1 AND d.rowid > coalesce("
        "(SELECT max(g.rowid) FROM digests g WHERE g.channel = ?1 AND NOT EXISTS"
        " (SELECT 1 FROM digest_events WHERE digest = g.id AND event = 'failed')), 0)"
        " ORDER BY d.rowid LIMIT 1",
        [channel],
    ).fetchone()
    return "" if row is None else str(row[0])


def load_memory(db: Database, channel: str, floor: datetime) -> Memory:
    """Return what a channel knows.

    :param floor: from when on one is told that was never told anything
    """
    newest = next(iter(find_digests(db, channel=channel, limit=1)), None)
    known = next(
        db.query(
            "SELECT min(d.floor) AS floor, max(d.upto) AS upto, max(d.at) AS at FROM digests d"
            " WHERE d.channel = ? AND NOT EXISTS"
            " (SELECT 1 FROM digest_events WHERE digest = d.id AND event = 'failed')",
            [channel],
        )
    )
    told = {
        (row["kind"], row["key"]): row["state"]
        for row in db.query(
            "SELECT i.kind, i.key, i.state FROM digest_items i JOIN digests d ON d.id = i.digest"
            " WHERE d.channel = ? AND i.kind NOT IN ('hits', 'seller', 'reference') AND NOT EXISTS"
            " (SELECT 1 FROM digest_events WHERE digest = d.id AND event = 'failed') ORDER BY i.id",
            [channel],
        )
    }
    first = known["upto"] is None
    since = (newest.floor if newest else floor) if first else datetime.fromisoformat(known["floor"])
    return Memory(
        newest=newest.id if newest else "",
        floor=since,
        upto=find_findings_before(db, since) if first else known["upto"],
        at=since if first else datetime.fromisoformat(known["at"]),
        told=told,
    )


def find_findings_before(db: Database, moment: datetime) -> int:
    """Return the number of the last findings before the first sweep since a moment."""
    row = db.execute(
        "SELECT min(f.id) FROM sweeps s JOIN sightings t ON t.sweep = s.id"
        " JOIN hit_findings f ON f.sighting = t.id WHERE s.started_at >= ?",
        [timestamp(moment)],
    ).fetchone()
    return find_newest_findings(db) if row[0] is None else int(row[0]) - 1


def find_newest_findings(db: Database) -> int:
    """Return the number of the newest findings; 0 = there are none."""
    return int(db.execute("SELECT coalesce(max(id), 0) FROM hit_findings").fetchone()[0])


def _digest(row: Mapping[str, Any]) -> StoredDigest:
    kept = {name: row[name] for name in _COLUMNS}
    return StoredDigest(
        **kept,
        floor=datetime.fromisoformat(row["floor"]),
        at=datetime.fromisoformat(row["at"]),
        words=row["said"],
    )


_COLUMNS = (
    *("id", "channel", "follows", "kind", "address", "language", "risk", "upto", "items"),
    *("subject", "text", "event", "worker"),
)
