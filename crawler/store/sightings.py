"""Everything that was ever seen, listing by listing, with the hits that stand now."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlite_utils import Database

from crawler.formats import load_record
from crawler.model import Hit, Listing

CHUNK = 2000
"""Listings that are read at once."""

_SEEN_AT = re.compile(r',"seen_at":"[^"]*"')


@dataclass(frozen=True, kw_only=True, slots=True)
class SeenRecord:
    """A listing, or page, as it was once seen."""

    sighting: str
    """Id of the newest sighting that saw it so."""
    listing: str
    """Id of the listing."""
    sweep: str
    seen_at: datetime
    """When it was last seen so."""
    record: Listing
    pictures: Mapping[str, str]
    """Picture URL -> SHA-256, of those that were had."""
    newest: bool
    """Whether it is what was seen last."""


def count_listings(db: Database) -> int:
    """Return how many listings and pages were ever seen."""
    return int(db.execute("SELECT count(*) FROM listings").fetchone()[0])


def find_seen(
    db: Database, *, since: datetime | None = None
) -> Iterator[tuple[int, list[SeenRecord]]]:
    """Yield everything that was ever seen, some listings at a time, newest sighting first.

    A listing that looked the same for several sightings comes once, as last seen so.

    :param since: leaves out what was not seen since then
    :returns: how many listings were looked at, and what was seen of them
    """
    last = ""
    while True:
        rows = db.query("SELECT id FROM listings WHERE id > ? ORDER BY id LIMIT ?", [last, CHUNK])
        ids = [str(row["id"]) for row in rows]
        if not ids:
            return
        last = ids[-1]
        seen = _seen(db, ids)
        yield len(ids), [one for one in seen if since is None or one.seen_at >= since]


def find_standing_hits(db: Database, urls: Sequence[str]) -> dict[tuple[str, str], dict[str, Hit]]:
    """Return the hits at some addresses that stand now: (target, address) -> right -> hit."""
    rows = db.query(
        "SELECT h.target, h.url, h.right_id, f.record FROM hits h JOIN hit_findings f"
        " ON f.id = (SELECT max(id) FROM hit_findings WHERE hit = h.id)"
        " WHERE f.score > 0 AND h.url IN (SELECT value FROM json_each(?)) ORDER BY h.id",
        [json.dumps(list(urls))],
    )
    found: dict[tuple[str, str], dict[str, Hit]] = {}
    for row in rows:
        here = found.setdefault((row["target"], row["url"]), {})
        here[row["right_id"]] = load_record(Hit, row["record"])
    return found


def _seen(db: Database, ids: Sequence[str]) -> Iterator[SeenRecord]:
    wanted = json.dumps(list(ids))
    pictures: dict[str, dict[str, str]] = {}
    for row in db.query(
        "SELECT p.sighting, p.url, p.sha256 FROM sightings s JOIN sighting_pictures p"
        " ON p.sighting = s.id WHERE p.sha256 IS NOT NULL"
        " AND s.listing IN (SELECT value FROM json_each(?))",
        [wanted],
    ):
        pictures.setdefault(row["sighting"], {})[row["url"]] = row["sha256"]
    again = _seen_again(db, wanted)
    kinds: set[tuple[str, str]] = set()
    known: set[tuple[str, str]] = set()
    for row in db.query(
        "SELECT id, listing, sweep, seen_at, record, target FROM sightings"
        " WHERE listing IN (SELECT value FROM json_each(?))"
        " ORDER BY listing, seen_at DESC, rowid DESC",
        [wanted],
    ):
        had = pictures.get(row["id"], {})
        kind = (row["listing"], row["target"])
        content = (
            row["listing"],
            _SEEN_AT.sub("", row["record"]) + json.dumps(sorted(had.items())),
        )
        newest = kind not in kinds
        kinds.add(kind)
        if content in known:
            continue
        known.add(content)
        seen_at = max(row["seen_at"], again.get(kind, "")) if newest else row["seen_at"]
        yield SeenRecord(
            sighting=row["id"],
            listing=row["listing"],
            sweep=row["sweep"],
            seen_at=datetime.fromisoformat(seen_at),
            record=load_record(Listing, row["record"]),
            pictures=had,
            newest=newest,
        )


def _seen_again(db: Database, wanted: str) -> dict[tuple[str, str], str]:
    """Return when listings and pages were last seen that did not change since their sighting."""
    rows = db.query(
        "SELECT l.id, v.kind, max(v.seen_at) AS seen_at FROM listings l"
        " JOIN visits v ON v.address = l.url"
        " WHERE l.id IN (SELECT value FROM json_each(?)) GROUP BY l.id, v.kind",
        [wanted],
    )
    return {(row["id"], row["kind"]): row["seen_at"] for row in rows}
