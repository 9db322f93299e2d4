"""Listings and their sightings; pages that are no listings are kept the same way."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import get_args

from sqlite_utils import Database

from crawler.errors import NotFoundError
from crawler.formats import dump_json, load_record
from crawler.model import Listing, Sighting, TargetKind
from crawler.sites import canonical_url
from crawler.store.database import timestamp
from crawler.store.seller_contacts import record_seller


@dataclass(frozen=True, kw_only=True, slots=True)
class StoredListing:
    """A listing as last seen."""

    id: str
    sighting: str
    """Id of the newest sighting."""
    sweep: str
    listing: Listing
    first_seen_at: datetime
    seen_at: datetime
    pictures: Mapping[str, str]
    """Picture URL -> SHA-256, of the pictures that were had."""


@dataclass(frozen=True, kw_only=True, slots=True)
class SiteFigures:
    """What is stored of one site."""

    site: str
    listings: int
    sightings: int
    hits: int
    flagged: int
    seen_at: datetime | None
    """When a listing of it was last seen; None = never."""


def record_sighting(db: Database, sighting: Sighting) -> bool:
    """Append a sighting, and its listing if that is new; inside the caller's transaction.

    False when the sweep has recorded that listing before: a listing is sighted once in a sweep.
    """
    if db.execute("SELECT 1 FROM sightings WHERE id = ?", [sighting.id]).fetchone():
        return False
    seen_at = timestamp(sighting.seen_at)
    listing = sighting.record
    db.execute(
        "INSERT OR IGNORE INTO listings (id, url, site, first_seen_at) VALUES (?, ?, ?, ?)",
        [sighting.listing, listing.url, listing.site, seen_at],
    )
    db.execute(
        "INSERT INTO sightings (id, listing, sweep, seen_at, record, target)"
        " VALUES (?, ?, ?, ?, ?, ?)",
        [
            *(sighting.id, sighting.listing, sighting.sweep, seen_at, dump_json(listing)),
            listing.target,
        ],
    )
    record_seller(db, sighting.listing, listing)
    for picture in sighting.pictures:
        db.execute(
            "INSERT INTO sighting_pictures (sighting, url, sha256, problem) VALUES (?, ?, ?, ?)",
            [sighting.id, picture.url, picture.sha256, picture.problem],
        )
    return True


def is_known(db: Database, listing: str, target: TargetKind) -> bool:
    """Tell whether something of that id was sighted before, as a listing or as a page."""
    asked = "SELECT 1 FROM sightings WHERE listing = ? AND target = ? LIMIT 1"
    return db.execute(asked, [listing, target]).fetchone() is not None


def find_sighting(db: Database, sweep: str, url: str) -> str | None:
    """Return the id of the sighting of a sweep at an address, if something new stood there."""
    rows = db.execute(
        "SELECT s.id FROM sightings s JOIN listings l ON l.id = s.listing"
        " WHERE s.sweep = ? AND l.url = ?",
        [sweep, url],
    )
    return next((str(sighting) for (sighting,) in rows), None)


def load_listing(db: Database, name: str) -> StoredListing:
    """Return one listing, or page, as last seen.

    :param name: its id or its URL
    :raises NotFoundError: when there is none of that id or URL
    """
    targets: tuple[TargetKind, ...] = get_args(TargetKind)
    found = [stored for kind in targets for stored in find_listings(db, name=name, target=kind)]
    for stored in sorted(found, key=lambda stored: stored.seen_at, reverse=True):
        return stored
    raise NotFoundError(f"no listing has the id or URL {name!r}; `markhound listings` has all")


def find_listings(
    db: Database,
    *,
    site: str | None = None,
    name: str | None = None,
    target: TargetKind = "listing",
) -> list[StoredListing]:
    """Return every listing as last seen, by URL; or every page that was kept.

    :param name: only the one with this id or URL
    """
    conditions = ["1"]
    if site is not None:
        conditions.append("l.site = :site")
    if name is not None:
        conditions.append("(l.id = :name OR l.url IN (:name, :url))")
    wanted = " AND ".join(conditions)
    values = {"site": site, "name": name, "url": name and canonical_url(name), "target": target}
    pictures: dict[str, dict[str, str]] = {}
    for row in db.query(
        "SELECT p.sighting, p.url, p.sha256 FROM listings l"
        " JOIN sightings s ON s.listing = l.id JOIN sighting_pictures p ON p.sighting = s.id"
        f" WHERE p.sha256 IS NOT NULL AND s.target = :target AND {wanted}",
        values,
    ):
        pictures.setdefault(row["sighting"], {})[row["url"]] = row["sha256"]
    rows = db.query(
        "SELECT l.id, l.first_seen_at, s.id AS sighting, s.sweep, s.record,"
        " max(s.seen_at, coalesce((SELECT max(v.seen_at) FROM visits v"
        " WHERE v.address = l.url AND v.kind = :target), '')) AS seen_at"
        " FROM listings l JOIN sightings s ON s.rowid ="
        " (SELECT rowid FROM sightings WHERE listing = l.id AND target = :target"
        " ORDER BY seen_at DESC LIMIT 1)"
        f" WHERE {wanted} ORDER BY l.url",
        values,
    )
    return [
        StoredListing(
            id=row["id"],
            sighting=row["sighting"],
            sweep=row["sweep"],
            listing=load_record(Listing, row["record"]),
            first_seen_at=datetime.fromisoformat(row["first_seen_at"]),
            seen_at=datetime.fromisoformat(row["seen_at"]),
            pictures=pictures.get(row["sighting"], {}),
        )
        for row in rows
    ]


def find_sites(db: Database) -> list[SiteFigures]:
    """Return the figures of every site that a sweep met, most hits first."""
    rows = db.query(
        """
        WITH seen AS (
            SELECT l.site, count(DISTINCT l.id) AS listings, count(*) AS sightings,
                max(s.seen_at) AS seen_at
            FROM listings l JOIN sightings s ON s.listing = l.id
            WHERE s.target = 'listing' GROUP BY l.site
        ), found AS (
            SELECT l.site, count(*) AS hits, sum(f.flagged) AS flagged
            FROM (SELECT max(id) AS id FROM hit_findings GROUP BY hit) n
            JOIN hit_findings f ON f.id = n.id AND f.score > 0
            JOIN sightings s ON s.id = f.sighting JOIN listings l ON l.id = s.listing
            GROUP BY l.site
        )
        SELECT m.site, coalesce(seen.listings, 0) AS listings,
            coalesce(seen.sightings, 0) AS sightings,
            max(seen.seen_at, coalesce(again.seen_at, '')) AS seen_at,
            coalesce(found.hits, 0) AS hits, coalesce(found.flagged, 0) AS flagged
        FROM (SELECT site FROM listings UNION SELECT site FROM outcomes
            UNION SELECT site FROM frontier) m
        LEFT JOIN (SELECT site, max(seen_at) AS seen_at FROM visits WHERE kind = 'listing'
            GROUP BY site) again ON again.site = m.site
        LEFT JOIN seen ON seen.site = m.site LEFT JOIN found ON found.site = m.site
        ORDER BY flagged DESC, hits DESC, m.site
        """
    )
    return [
        SiteFigures(
            site=row["site"],
            listings=row["listings"],
            sightings=row["sightings"],
            hits=row["hits"],
            flagged=row["flagged"],
            seen_at=None if row["seen_at"] is None else datetime.fromisoformat(row["seen_at"]),
        )
        for row in rows
    ]


def load_site(db: Database, site: str) -> SiteFigures:
    """Return the figures of one site.

    :raises NotFoundError: when no sweep has met it
    """
    for figures in find_sites(db):
        if figures.site == site:
            return figures
    raise NotFoundError(f"no sweep has met the site {site!r}; `markhound sites` lists them")
