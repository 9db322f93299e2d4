"""What a sweep has still to fetch, as rows; the only tables that are not append-only."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from sqlite_utils import Database


class Row(NamedTuple):
    """A target that waits. Rows sort by when they are to be fetched within their site."""

    priority: int
    """Lower is earlier."""
    number: int
    """In the order in which they were found in the sweep."""
    site: str
    target: str
    """Its name in the sweep: the canonical URL, mostly."""
    request: str | None = None
    """JSON of how it is asked for; None for a plain GET."""


class Changes(NamedTuple):
    """What became of a frontier since it was last written."""

    added: list[Row]
    ended: list[Row]
    """Rows that were handed out and have ended."""
    read_elsewhere: list[tuple[str, str]]
    """(site, target) of rows that wait on disk and need not be fetched any more."""
    left: list[tuple[str, str]]
    """(site, why): what waits of that site is not fetched in this run."""
    addresses: list[tuple[str, str]]
    """(identity, URL at which a listing of that identity was first met)."""

    def __bool__(self) -> bool:
        return any(self)


def record_frontier(db: Database, sweep: str, changes: Changes) -> None:
    """Write the changes; inside the caller's transaction."""
    db.conn.executemany(
        "INSERT INTO frontier (sweep, priority, number, site, url, request)"
        " VALUES (?, ?, ?, ?, ?, ?)",
        [(sweep, *row) for row in changes.added],
    )
    db.conn.executemany(
        "DELETE FROM frontier WHERE sweep = ? AND site = ? AND priority = ? AND number = ?",
        [(sweep, row.site, row.priority, row.number) for row in changes.ended],
    )
    db.conn.executemany(
        "DELETE FROM frontier WHERE sweep = ? AND url = ?",
        [(sweep, target) for _, target in changes.read_elsewhere],
    )
    db.conn.executemany(
        "UPDATE frontier SET reason = ? WHERE sweep = ? AND site = ?",
        [(reason, sweep, site) for site, reason in changes.left],
    )
    db.conn.executemany(
        "INSERT INTO listing_addresses (sweep, identity, url) VALUES (?, ?, ?)",
        [(sweep, *address) for address in changes.addresses],
    )


def record_rest(db: Database, sweep: str, reason: str) -> None:
    """Say why what still waits was not fetched; inside the caller's transaction."""
    db.execute("UPDATE frontier SET reason = ? WHERE sweep = ? AND reason IS NULL", [reason, sweep])


def reopen_frontier(db: Database, sweep: str) -> None:
    """Let everything that was left wait again; inside the caller's transaction."""
    db.execute("UPDATE frontier SET reason = NULL WHERE sweep = ?", [sweep])


class StoredRows:
    """The rows of one sweep, as a frontier reads them."""

    def __init__(self, db: Database, sweep: str) -> None:
        self._db = db
        self._sweep = sweep

    def first(self, site: str, most: int) -> list[Row]:
        """Return the first rows of a site, in order."""
        found = self._db.execute(
            "SELECT priority, number, site, url, request FROM frontier"
            " WHERE sweep = ? AND site = ? ORDER BY priority, number LIMIT ?",
            [self._sweep, site, most],
        )
        return [Row(*row) for row in found]

    def hold(self, target: str) -> bool:
        """Tell whether a target waits."""
        return self.find(target) is not None

    def find(self, target: str) -> Row | None:
        """Return the row of a target that waits."""
        found = self._db.execute(
            "SELECT priority, number, site, url, request FROM frontier WHERE sweep = ? AND url = ?",
            [self._sweep, target],
        ).fetchone()
        return None if found is None else Row(*found)


def record_spent(db: Database, sweep: str, spent: Mapping[str, tuple[int, float]]) -> None:
    """Write what each site has cost so far, in bytes and seconds; inside the caller's transaction.

    :param spent: site -> both, since the sweep first began; the empty name is the whole sweep
    """
    db.conn.executemany(
        "INSERT INTO site_spent (sweep, site, bytes, seconds) VALUES (?, ?, ?, ?)"
        " ON CONFLICT (sweep, site) DO UPDATE SET bytes = excluded.bytes,"
        " seconds = excluded.seconds",
        [(sweep, site, size, seconds) for site, (size, seconds) in spent.items()],
    )


def find_spent(db: Database, sweep: str) -> dict[str, tuple[int, float]]:
    """Return site -> what it has cost so far; the empty name is the whole sweep."""
    found = db.execute("SELECT site, bytes, seconds FROM site_spent WHERE sweep = ?", [sweep])
    return {site: (size, seconds) for site, size, seconds in found}


def find_shown(db: Database, sweep: str) -> Iterator[tuple[str, str]]:
    """Yield (site, target) of what a former run of the sweep found, as it was found.

    What was known before the sweep, or left by another one, was not found by it.
    """
    known = (
        " AND url NOT IN (SELECT url FROM frontier WHERE sweep < :sweep)"
        " AND NOT EXISTS (SELECT 1 FROM visits v WHERE v.url = {}.url AND v.first_at <"
        " (SELECT started_at FROM sweeps WHERE id = :sweep))"
    )
    for table, order in (("outcomes", "rowid"), ("frontier", "number")):
        yield from db.execute(
            f"SELECT site, url FROM {table} WHERE sweep = :sweep{known.format(table)}"
            f" ORDER BY {order}",
            {"sweep": sweep},
        )


def find_traps(db: Database, sweep: str) -> frozenset[tuple[str, str]]:
    """Return (site, reason) of what was left out as a trap."""
    found = db.execute(
        "SELECT DISTINCT site, reason FROM outcomes WHERE sweep = ? AND state = 'skipped'"
        " AND reason LIKE 'rule: trap, %'",
        [sweep],
    )
    return frozenset((site, reason) for site, reason in found)


def find_left(db: Database, sweep: str, site: str) -> list[Row]:
    """Return what other sweeps left of a site and none has ended since, in order."""
    found = db.execute(
        "SELECT f.priority, min(f.number), f.site, f.url, f.request FROM frontier f"
        " WHERE f.site = ? AND f.sweep != ? AND NOT EXISTS"
        " (SELECT 1 FROM outcomes o WHERE o.url = f.url AND o.sweep > f.sweep)"
        " GROUP BY f.url ORDER BY f.priority, f.number",
        [site, sweep],
    )
    return [Row(*row) for row in found]


def count_rows(db: Database, sweep: str) -> dict[str, int]:
    """Return site -> how many of its rows wait; the site that was taken up first stands first."""
    found = db.execute(
        "SELECT site, count(*) FROM frontier WHERE sweep = ? GROUP BY site ORDER BY min(number)",
        [sweep],
    )
    return dict(found.fetchall())


def find_last_number(db: Database, sweep: str) -> int:
    """Return the highest number of a row that waits; 0 when none does."""
    [last] = db.execute(
        "SELECT coalesce(max(number), 0) FROM frontier WHERE sweep = ?", [sweep]
    ).fetchone()
    number: int = last
    return number


def find_taken(db: Database, sweep: str) -> Iterator[str]:
    """Yield the name of every target that the sweep took on, waiting or ended."""
    for sql in (
        "SELECT url FROM frontier WHERE sweep = ?",
        "SELECT url FROM outcomes WHERE sweep = ?",
    ):
        for (url,) in db.execute(sql, [sweep]):
            yield url


def count_fetched(db: Database, sweep: str, asked: Iterable[str]) -> dict[str, int]:
    """Return site -> how many of its targets ended in one of the states ``asked``."""
    states = list(asked)
    marks = ", ".join("?" * len(states))
    found = db.execute(
        "SELECT site, count(*) FROM outcomes WHERE sweep = ? AND state IN"
        f" ({marks}) AND coalesce(reason, '') NOT LIKE 'read from %' GROUP BY site",
        [sweep, *states],
    )
    return dict(found.fetchall())


def find_addresses(db: Database, sweep: str) -> Iterator[tuple[str, str]]:
    """Yield (identity, URL at which a listing of that identity was first met)."""
    yield from db.execute("SELECT identity, url FROM listing_addresses WHERE sweep = ?", [sweep])
