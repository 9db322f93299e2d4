"""Everything that was ever seen, listing by listing, with the hits that stand now."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from operator import itemgetter

from sqlite_utils import Database

from crawler.formats import load_record
from crawler.model import Hit, Listing
from crawler.records import collecting_paused, quick

CHUNK = 2000
"""Listings that are read at once."""

_SEEN_AT = re.compile(r',"seen_at":"[^"]*"')
_NO_PICTURES: Mapping[str, str] = {}
_Row = tuple[str, str, str, str, str, str]
"""Listing, sighting, sweep, when it was seen, record, kind of target."""


@quick
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
        rows = db.execute("SELECT id FROM listings WHERE id > ? ORDER BY id LIMIT ?", [last, CHUNK])
        ids = [str(id_) for (id_,) in rows]
        if not ids:
            return
        last = ids[-1]
        with collecting_paused():
            seen = list(_seen(db, ids[0], last))
        if since is not None:
            seen = [one for one in seen if one.seen_at >= since]
        yield len(ids), seen


def find_standing_hits(
    db: Database, first: str, last: str
) -> dict[tuple[str, str], dict[str, Hit]]:
    """Return the hits that stand now: (target, address) -> right -> hit.

    :param first: id of a listing; those up to ``last`` are looked at, by id
    """
    rows = db.execute(
        "SELECT h.target, h.url, h.right_id, f.record FROM listings l"
        " CROSS JOIN hits h ON h.url = l.url JOIN hit_findings f"
        " ON f.id = (SELECT max(id) FROM hit_findings WHERE hit = h.id)"
        " WHERE f.score > 0 AND l.id BETWEEN ? AND ? ORDER BY h.id",
        [first, last],
    )
    found: dict[tuple[str, str], dict[str, Hit]] = {}
    for target, url, right, record in rows:
        found.setdefault((target, url), {})[right] = load_record(Hit, record)
    return found


def _seen(db: Database, first: str, last: str) -> Iterator[SeenRecord]:
    """Yield what was seen of the listings from one id to another, listing by listing."""
    pictures: dict[str, dict[str, str]] = {}
    for sighting, url, sha256 in db.execute(
        "SELECT p.sighting, p.url, p.sha256 FROM sightings s JOIN sighting_pictures p"
        " ON p.sighting = s.id WHERE p.sha256 IS NOT NULL AND s.listing BETWEEN ? AND ?",
        [first, last],
    ):
        pictures.setdefault(sighting, {})[url] = sha256
    again = _seen_again(db, first, last)
    rows = db.execute(
        "SELECT listing, id, sweep, seen_at, record, target FROM sightings"
        " WHERE listing BETWEEN ? AND ? ORDER BY listing, seen_at, rowid",
        [first, last],
    )
    for listing, same in groupby(rows, key=itemgetter(0)):
        sightings = list(same)
        if len(sightings) > 1:
            sightings = _without_repeats(sightings[::-1], pictures)
        kinds: set[str] = set()
        for _, sighting, sweep, seen_at, record, kind in sightings:
            newest = kind not in kinds
            kinds.add(kind)
            if newest and again:
                seen_at = max(seen_at, again.get((listing, kind), ""))
            yield SeenRecord(
                sighting=sighting,
                listing=listing,
                sweep=sweep,
                seen_at=datetime.fromisoformat(seen_at),
                record=load_record(Listing, record),
                pictures=pictures.get(sighting, _NO_PICTURES),
                newest=newest,
            )


def _without_repeats(
    sightings: Sequence[_Row], pictures: Mapping[str, Mapping[str, str]]
) -> list[_Row]:
    """Return the sightings of one listing that saw it differently, the newest of each state."""
    known: dict[str, _Row] = {}
    for row in sightings:
        _, sighting, _, _, record, _ = row
        had = sorted(pictures.get(sighting, _NO_PICTURES).items())
        known.setdefault(_SEEN_AT.sub("", record) + json.dumps(had), row)
    return list(known.values())


def _seen_again(db: Database, first: str, last: str) -> dict[tuple[str, str], str]:
    """Return when listings and pages were last seen that did not change since their sighting."""
    rows = db.execute(
        "SELECT l.id, v.kind, max(v.seen_at) FROM listings l JOIN visits v ON v.address = l.url"
        " WHERE l.id BETWEEN ? AND ? GROUP BY l.id, v.kind",
        [first, last],
    )
    return {(listing, kind): seen_at for listing, kind, seen_at in rows}
