"""What every page was when it was last fetched, so that the next sweep need not read it again.

Like the frontier, this is no record of ours but a memory that may be forgotten: without it, pages
are fetched and read anew.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

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
    first_at: str = ""
    """When it was first read; written once."""
    changes: int = 0
    """How often it was found to have changed since; counted here."""


class Visits(NamedTuple):
    """What is to be remembered."""

    read: list[Visit]
    confirmed: list[tuple[str, str]]
    """(seen_at, URL) of what was found unchanged."""
    gone: list[str]
    pictures: list[tuple[str, str | None, str | None, str]]
    """(URL, ETag, Last-Modified, SHA-256)."""
    missed: list[Visit]
    """What was asked for and not had: it is asked for again, in full."""
    catalogues: list[tuple[str, str]]
    """(URL, when the sweep began) of catalogues that were read in full."""

    def __bool__(self) -> bool:
        return any(self)


_COUNTED = ("first_at", "changes")
_CHANGED = (
    "CASE WHEN excluded.listing IS NULL THEN excluded.body IS NOT visits.body"
    " ELSE excluded.listing IS NOT visits.listing END"
)
"""Of a listing counts what it offers; a token on its page is no change."""


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
        " ON CONFLICT (url) DO NOTHING",
        [visit._asdict() for visit in visits.missed],
    )
    db.conn.executemany(  # what such a catalogue does not list any more, it says nothing of
        "UPDATE visits SET source = NULL WHERE source = ? AND seen_at < ?", visits.catalogues
    )
    db.conn.executemany("UPDATE visits SET seen_at = ? WHERE url = ?", visits.confirmed)
    db.conn.executemany("DELETE FROM visits WHERE url = ?", [(url,) for url in visits.gone])
    db.conn.executemany(
        "INSERT INTO picture_visits (url, etag, last_modified, sha256) VALUES (?, ?, ?, ?)"
        " ON CONFLICT (url) DO UPDATE SET etag = excluded.etag,"
        " last_modified = excluded.last_modified, sha256 = excluded.sha256",
        visits.pictures,
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
