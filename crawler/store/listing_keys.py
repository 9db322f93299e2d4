"""Finding listings by what they share: keys of their newest sightings, made as these come in.

What the keys are of is their maker's business (``pipelines.takedown.relisting``); here they are
numbers. Sightings are numbered as they were recorded, and none is ever taken out, so that it is
known up to which of them all were read.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Iterator, Mapping
from datetime import datetime

from sqlite_utils import Database

from crawler.store.database import timestamp


def key_of(*parts: str) -> int:
    """Return the key of something that listings may share; by chance two have one in 2**64."""
    whole = hashlib.blake2b("\0".join(parts).encode("utf-8", "surrogatepass"), digest_size=8)
    return int.from_bytes(whole.digest(), signed=True)


def find_unread(db: Database, limit: int) -> tuple[list[str], int]:
    """Return ids of listings that were sighted since keys were last made, and up to where.

    :param limit: sightings that are looked at
    """
    rows = db.execute(
        "SELECT rowid, listing, target FROM sightings WHERE rowid >"
        " coalesce((SELECT sighting FROM listing_keys_read), 0) ORDER BY rowid LIMIT ?",
        [limit],
    ).fetchall()
    listings = dict.fromkeys(listing for _, listing, target in rows if target == "listing")
    return list(listings), rows[-1][0] if rows else 0


def record_keys(db: Database, keys: Mapping[str, Collection[int]], until: int) -> None:
    """Put keys in place of those that the listings had; inside the caller's transaction.

    :param keys: id of a listing -> its keys
    :param until: up to which sighting all were read
    """
    for listing, new in keys.items():
        db.execute("DELETE FROM listing_keys WHERE listing = ?", [listing])
        db.conn.executemany(
            "INSERT INTO listing_keys (key, listing) VALUES (?, ?)",
            [(key, listing) for key in set(new)],
        )
    db.execute(
        "INSERT INTO listing_keys_read (one, sighting) VALUES (1, ?) ON CONFLICT (one)"
        " DO UPDATE SET sighting = max(sighting, excluded.sighting)",
        [until],
    )


def find_sharing(db: Database, keys: Collection[int], *, since: datetime) -> Iterator[str]:
    """Yield the ids of listings with any of the keys that were first seen after a moment."""
    rows = db.execute(
        "SELECT id FROM listings WHERE first_seen_at > ? AND id IN (SELECT listing FROM"
        " listing_keys WHERE key IN (SELECT value FROM json_each(?))) ORDER BY id",
        [timestamp(since), json.dumps(list(keys))],
    )
    for (listing,) in rows:
        yield listing


def is_common(db: Database, key: int, beside: Collection[str], most: int) -> bool:
    """Tell whether more than ``most`` listings have a key, those aside that are named."""
    found = 0
    for (listing,) in db.execute("SELECT listing FROM listing_keys WHERE key = ?", [key]):
        found += listing not in beside
        if found > most:
            return True
    return False
