"""What every page was when it was last fetched, so that the next sweep need not read it again.

Like the frontier, this is no record of ours but a memory that may be forgotten: without it, pages
are fetched and read anew.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple, Self

from sqlite_utils import Database

Plan = str
"""Stands for the registry and the settings that a page was matched by."""


class Visit(NamedTuple):
    """A page or listing as it was last read."""

    url: str
    """Its name as a target."""
    site: str
    kind: str
    """``listing`` or ``page``."""
    plan: Plan
    seen_at: str
    """When it was last known to be as it is, as :func:`crawler.store.database.timestamp` has it."""
    priority: int = 0
    """As in a frontier's row: lower is earlier."""
    request: str | None = None
    """How it is asked for, as in a frontier's row."""
    source: str | None = None
    """The catalogue that a listing was read from; None = from its own page."""
    etag: str | None = None
    last_modified: str | None = None
    body: str | None = None
    """Digest of the answer's content; None = it must be read again."""
    identities: str | None = None
    """By which the same listing is known at another address, separated by spaces."""
    listing: str | None = None
    """Digest of the listing's record; None = it must be matched again."""
    read_at: str = ""
    """When its server last sent it in full; empty = never."""
    address: str | None = None
    """URL under which its listing is kept, which redirects may have led to; None = no listing."""
    gone: int = 0
    """How many times in a row it was found gone."""
    gone_at: str | None = None
    """When it was last found gone; None = it is there."""
    looked_at: str = ""
    """When it was last read and its pictures were asked for, whatever was the same."""
    pictures: str | None = None
    """Digest of the pictures that its listing had then; None = none were asked for."""
    words: str | None = None
    """Of a page that is no listing: digest of what is compared on it, without digits."""
    missed: int = 0
    """How many times in a row it was asked for and failed, or was refused."""
    missed_at: str | None = None
    """When it was last missed; None = it was had."""
    first_at: str = ""
    """When it was first read; written once."""
    changes: int = 0
    """How often it was found to have changed since; counted here."""


class Visits(NamedTuple):
    """What is to be remembered."""

    read: list[Visit]
    confirmed: list[tuple[str, str | None, str]]
    """(seen_at, read_at, URL) of what was found unchanged; read_at None = by the server's word."""
    gone: list[Visit]
    """What was found gone; of it only what was a listing is remembered."""
    pictures: list[tuple[str, str | None, str | None, str]]
    """(URL, ETag, Last-Modified, SHA-256)."""
    missed: list[Visit]
    """What was asked for and not had: it is asked for again, in full."""
    catalogues: list[tuple[str, str]]
    """(URL, when the sweep began) of catalogues that were read in full."""
    lastmods: list[tuple[str, Mapping[str, str]]]
    """(sitemap, URL -> lastmod) of all that it says now; what it said before is forgotten."""
    doubts: list[tuple[str, str, str]]
    """(what, name, since) of what is not believed any more, see ``crawler.belief``."""

    @classmethod
    def none(cls) -> Self:
        """Return that there is nothing."""
        return cls([], [], [], [], [], [], [], [])

    def __bool__(self) -> bool:
        return any(self)


_COUNTED = ("first_at", "changes")
_CHANGED = (
    "CASE WHEN excluded.listing IS NULL THEN excluded.body IS NOT visits.body"
    " ELSE (excluded.listing, excluded.pictures) IS NOT (visits.listing, visits.pictures) END"
)
"""Of a listing counts what it offers, and its pictures; a token on its page is no change."""


def record_visits(db: Database, visits: Visits) -> None:
    """Write what is to be remembered; inside the caller's transaction."""
    columns = ", ".join(Visit._fields)
    told = Visit._fields[: -len(_COUNTED)]
    marks = ", ".join(f":{name}" for name in told)
    renewed = ", ".join(f"{name} = excluded.{name}" for name in told[1:])
    db.conn.executemany(
        f"INSERT INTO visits ({columns}) VALUES ({marks}, :seen_at, 0)"
        f" ON CONFLICT (url) DO UPDATE SET {renewed}, changes = changes + ({_CHANGED})",
        [visit._asdict() for visit in visits.read],
    )
    db.conn.executemany(
        f"INSERT INTO visits ({columns}) VALUES ({marks}, :seen_at, 0)"
        " ON CONFLICT (url) DO UPDATE SET etag = NULL, last_modified = NULL, body = NULL,"
        " missed = visits.missed + excluded.missed, missed_at = excluded.missed_at",
        [visit._asdict() for visit in visits.missed],
    )
    db.conn.executemany(  # what such a catalogue does not list any more, it says nothing of
        "UPDATE visits SET source = NULL WHERE source = ? AND seen_at < ?", visits.catalogues
    )
    db.conn.executemany(
        "UPDATE visits SET seen_at = ?, read_at = coalesce(?, read_at), missed = 0,"
        " missed_at = NULL WHERE url = ?",
        visits.confirmed,
    )
    _record_gone(db, visits.gone, f"INSERT INTO visits ({columns}) VALUES ({marks}, :seen_at, 0)")
    _record_words(db, visits)
    db.conn.executemany(
        "INSERT INTO picture_visits (url, etag, last_modified, sha256) VALUES (?, ?, ?, ?)"
        " ON CONFLICT (url) DO UPDATE SET etag = excluded.etag,"
        " last_modified = excluded.last_modified, sha256 = excluded.sha256",
        visits.pictures,
    )


def _record_gone(db: Database, gone: Iterable[Visit], insert: str) -> None:
    """Count that a listing, or what had a hit, is gone, to ask for it again; forget the rest.

    When it is back, it is read, whatever it was before.
    """
    for visit in gone:
        was_listing = f"(kind = 'listing' OR {_IS_LISTING})"
        counts = f"({was_listing} OR {_HAS_HIT})"
        db.execute(f"{insert} ON CONFLICT (url) DO NOTHING", visit._asdict())
        db.execute(
            f"UPDATE visits SET kind = iif({was_listing}, 'listing', kind), gone = gone + 1,"
            " gone_at = ?, source = NULL, etag = NULL, last_modified = NULL, body = NULL,"
            " identities = NULL, listing = NULL, missed = 0,"
            f" missed_at = NULL WHERE url = ? AND {counts}",
            [visit.seen_at, visit.url],
        )
        db.execute(f"DELETE FROM visits WHERE url = ? AND NOT {counts}", [visit.url])


_IS_LISTING = (
    "EXISTS (SELECT 1 FROM listings l JOIN sightings s ON s.listing = l.id"
    " WHERE l.url IN (visits.url, visits.address) AND s.target = 'listing')"
)
_HAS_HIT = "EXISTS (SELECT 1 FROM hits h WHERE h.url IN (visits.url, visits.address))"


def _record_words(db: Database, visits: Visits) -> None:
    """Write what sites say of their pages, and what is not believed any more."""
    for sitemap, lastmods in visits.lastmods:
        db.execute("DELETE FROM lastmods WHERE sitemap = ?", [sitemap])
        db.conn.executemany(
            "INSERT INTO lastmods (url, sitemap, lastmod) VALUES (?, ?, ?)"
            " ON CONFLICT (url) DO UPDATE SET sitemap = excluded.sitemap,"
            " lastmod = excluded.lastmod",
            [(url, sitemap, lastmod) for url, lastmod in lastmods.items()],
        )
    db.conn.executemany(
        "INSERT INTO doubts (what, name, since) VALUES (?, ?, ?)"
        " ON CONFLICT (what, name) DO UPDATE SET since = excluded.since",
        visits.doubts,
    )


class StoredVisits:
    """What is remembered."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def find(self, url: str) -> Visit | None:
        """Return the last visit of a target."""
        for visit in self._visits("url = ?", [url]):
            return visit
        return None

    def of_site(self, site: str) -> Iterator[Visit]:
        """Yield what is known of a site, what was not seen for longest first."""
        yield from self._visits("site = ? ORDER BY seen_at, url", [site])

    def forgotten(self, site: str) -> list[str]:
        """Return listings of a site of which no visit is left, as of an older version's days."""
        found = self._db.execute(
            "SELECT url FROM listings l WHERE site = ? AND EXISTS (SELECT 1 FROM sightings s"
            " WHERE s.listing = l.id AND s.target = 'listing')"
            " AND NOT EXISTS (SELECT 1 FROM visits v WHERE v.url = l.url)"
            " AND NOT EXISTS (SELECT 1 FROM visits v WHERE v.address = l.url)",
            [site],
        )
        return [url for (url,) in found]

    def is_listing(self, visit: Visit) -> bool:
        """Tell whether a listing was ever recorded there."""
        if visit.kind == "listing":
            return True
        sql = (
            "SELECT 1 FROM listings l JOIN sightings s ON s.listing = l.id"
            " WHERE l.url IN (?, ?) AND s.target = 'listing' LIMIT 1"
        )
        return self._db.execute(sql, [visit.url, visit.address]).fetchone() is not None

    def has_hit(self, visit: Visit) -> bool:
        """Tell whether a hit was ever recorded there."""
        sql = "SELECT 1 FROM hits WHERE url IN (?, ?)"
        return self._db.execute(sql, [visit.url, visit.address]).fetchone() is not None

    def other_listings(self, site: str, url: str, most: int) -> list[str]:
        """Return other pages of the site that were listings when they were last seen."""
        found = self._db.execute(
            "SELECT url FROM visits WHERE site = ? AND kind = 'listing' AND gone = 0 AND url != ?"
            " ORDER BY seen_at DESC, url LIMIT ?",
            [site, url, most],
        )
        return [other for (other,) in found]

    def read_times(self, site: str) -> dict[str, str]:
        """Return URL -> when it was last sent in full, of all that is known of a site."""
        return dict(self._db.execute("SELECT url, read_at FROM visits WHERE site = ?", [site]))

    def find_lastmod(self, url: str, sweep: str) -> tuple[str, str] | None:
        """Return (sitemap, lastmod) of a page, of a sitemap that answered in that sweep."""
        found: tuple[str, str] | None = self._db.execute(
            "SELECT m.sitemap, m.lastmod FROM lastmods m JOIN outcomes o ON o.sweep = ?"
            " AND o.url = m.sitemap AND o.state IN ('seen', 'unchanged') WHERE m.url = ?",
            [sweep, url],
        ).fetchone()
        return found

    def doubts(self, what: str) -> dict[str, str]:
        """Return name -> since when it is not believed."""
        return dict(self._db.execute("SELECT name, since FROM doubts WHERE what = ?", [what]))

    def read_from(self, source: str) -> list[Visit]:
        """Return the listings that were last read from a catalogue."""
        return list(self._visits("source = ?", [source]))

    def find_picture(self, url: str) -> tuple[str | None, str | None, str] | None:
        """Return ETag, Last-Modified and SHA-256 of a picture as last fetched."""
        found: tuple[str | None, str | None, str] | None = self._db.execute(
            "SELECT etag, last_modified, sha256 FROM picture_visits WHERE url = ?", [url]
        ).fetchone()
        return found

    def _visits(self, where: str, values: Iterable[str]) -> Iterator[Visit]:
        columns = ", ".join(Visit._fields)
        for row in self._db.execute(f"SELECT {columns} FROM visits WHERE {where}", list(values)):
            yield Visit(*row)
