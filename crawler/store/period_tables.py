"""What happened in a period, as tables that last as long as the report on it.

Every figure of a report counts rows of one of these tables, or lists them: so a number and the
records behind it cannot differ. They are temporary: nothing of the workspace is changed, and all
is read in one transaction, from one state of the records.

A moment belongs to the period when ``since <= at < until``. Of what people and looks said later
than ``known`` nothing is taken in: a report on a month that is over stays as it is.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlite_utils import Database

from crawler.store.database import timestamp
from crawler.store.period_statements import (
    DIMENSIONS,
    DIMS,
    DRAWN,
    FOUND,
    HITS,
    LOTS,
    PEOPLE,
    SCOPE,
    SENT,
    SWEEPS,
    TIPS,
)
from crawler.store.seller_contacts import MOST_SELLERS


@dataclass(frozen=True, kw_only=True, slots=True)
class SentNotice:
    """A notice that left in the period."""

    id: str
    case: str
    kind: str
    recipient: str
    sent_at: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class SentListing:
    """A listing that a case noticed in the period for the first time."""

    case: str
    notice: str
    """The first that names it."""
    url: str
    sent_at: datetime
    dims: Mapping[str, str]


@contextmanager
def opened_period(
    db: Database,
    since: datetime,
    until: datetime,
    known: datetime,
    place: Callable[[datetime], str],
) -> Iterator[Database]:
    """Make the tables of a period for the length of a ``with`` block; all is read from one state.

    What is derived rather than stored is put in by ``put_notices``, ``put_noticed`` and
    ``put_relistings``.

    :param since: its first moment
    :param until: the first moment after it
    :param known: moment from which on what was said and seen is left out
    :param place: the day, or the week, that a moment lies in
    """

    def placed(stored: str) -> str:
        return place(datetime.fromisoformat(stored))

    db.conn.create_function("period_place", 1, placed, deterministic=True)
    guarded = db.execute("PRAGMA query_only").fetchone()[0]  # on a read-only disk a copy is read
    db.execute("PRAGMA query_only = OFF")
    db.execute("BEGIN")
    try:
        db.execute("CREATE TEMP TABLE period (since TEXT, until TEXT, known TEXT)")
        db.execute(
            "INSERT INTO temp.period VALUES (?, ?, ?)",
            [timestamp(since), timestamp(until), timestamp(known)],
        )
        for statements in (SWEEPS, SENT, FOUND, SCOPE):
            _run(db, statements)
        _put_networks(db)
        for statements in (DIMS, DRAWN, HITS, PEOPLE):
            _run(db, statements)
        _put_optional(db)
        yield db
    finally:
        db.rollback()  # temporary tables go with their transaction
        db.execute(f"PRAGMA query_only = {guarded}")


def _run(db: Database, statements: str) -> None:
    for statement in statements.split(";\n"):
        db.execute(statement)


def _put_networks(db: Database) -> None:
    """Join sellers that share a contact, however long the chain between two of them."""
    db.execute("CREATE TEMP TABLE period_networks (seller TEXT PRIMARY KEY, network TEXT)")
    parents: dict[str, str] = {}

    def root(seller: str) -> str:
        while parents.setdefault(seller, seller) != seller:
            parents[seller] = seller = parents[parents[seller]]
        return seller

    first: dict[str, str] = {}
    rows = db.execute(
        "SELECT contact, seller FROM seller_contacts WHERE contact IN (SELECT contact"
        " FROM seller_contacts GROUP BY contact HAVING count(*) BETWEEN 2 AND ?)"
        " ORDER BY contact, seller",
        [MOST_SELLERS],
    )
    for contact, seller in rows:
        one, other = root(first.setdefault(contact, seller)), root(seller)
        parents[max(one, other)] = min(one, other)
    db.conn.executemany(
        "INSERT INTO temp.period_networks VALUES (?, ?)",
        [(seller, root(seller)) for seller in sorted(parents)],
    )


def find_sent_notices(db: Database) -> list[SentNotice]:
    """Return the notices that left in the period, in the order in which they did."""
    rows = db.execute(
        "SELECT s.notice, n.case_id, n.kind, n.record ->> '$.recipient.name', s.at"
        " FROM temp.period_sent s JOIN notices n ON n.id = s.notice ORDER BY s.at, s.notice"
    )
    return [
        SentNotice(
            id=notice,
            case=case,
            kind=kind,
            recipient=recipient or "",
            sent_at=datetime.fromisoformat(at),
        )
        for notice, case, kind, recipient, at in rows
    ]


def find_sent_listings(db: Database) -> list[SentListing]:
    """Return the listings that were noticed in the period and not before, by case and address."""
    rows = db.query(
        "SELECT n.case_id, s.notice, s.at, h.url, d.* FROM temp.period_sent s"
        " JOIN notices n ON n.id = s.notice JOIN notice_hits nh ON nh.notice = s.notice"
        " JOIN hits h ON h.id = nh.hit JOIN temp.period_dims d ON d.hit = nh.hit"
        " WHERE NOT EXISTS (SELECT 1 FROM notices b JOIN notice_hits bh ON bh.notice = b.id"
        "   JOIN hits g ON g.id = bh.hit AND g.url = h.url JOIN notice_events e ON e.notice = b.id"
        "   WHERE b.case_id = n.case_id AND b.kind <> 'retraction' AND e.event = 'sent'"
        "   AND e.at < (SELECT since FROM temp.period))"
        " ORDER BY n.case_id, h.url, s.at, s.notice, nh.hit"
    )
    groups: dict[tuple[str, str], list[Mapping[str, Any]]] = defaultdict(list)
    for row in rows:
        groups[row["case_id"], row["url"]].append(row)
    return [
        SentListing(
            case=case,
            notice=found[0]["notice"],
            url=url,
            sent_at=datetime.fromisoformat(found[0]["at"]),
            dims=_joined(found),
        )
        for (case, url), found in groups.items()
    ]


def _joined(rows: Sequence[Mapping[str, Any]]) -> dict[str, str]:
    """Return the dimensions of something that several hits are of: all values, each once."""
    return {
        name: " + ".join(sorted({str(row[name]) for row in rows if row[name]}))
        for name in DIMENSIONS
    }


def put_notices(db: Database, rows: Sequence[tuple[SentNotice, str, bool]]) -> None:
    """Put in the notices that left, each with what became of it and whether it was accepted."""
    db.conn.executemany(
        "INSERT INTO temp.period_notices VALUES ('notice', ?, ?, ?, ?, ?, ?, ?)",
        [
            (n.id, timestamp(n.sent_at), n.case, n.kind, n.recipient, fate, int(accepted))
            for n, fate, accepted in rows
        ],
    )


def put_noticed(db: Database, rows: Sequence[tuple[SentListing, str, float | None]]) -> None:
    """Put in the noticed listings, each with its outcome and the hours until it was removed."""
    marks = ", ?" * len(DIMENSIONS)
    db.conn.executemany(
        "INSERT INTO temp.period_noticed"
        f" VALUES ('listing', ?1, ?2, ?3, period_place(?2), ?4, ?5{marks})",
        [
            (
                *(one.url, timestamp(one.sent_at), one.notice, outcome, hours),
                *(one.dims[name] for name in DIMENSIONS),
            )
            for one, outcome, hours in rows
        ],
    )


def put_relistings(db: Database) -> None:
    """Put in the relistings that were found in the period, told apart by the listing of old."""
    rows = db.query(
        "SELECT r.id, r.found_at, r.case_id, d.* FROM temp.period p"
        " JOIN relistings r ON r.found_at >= p.since AND r.found_at < p.until"
        " LEFT JOIN case_hits c ON c.case_id = r.case_id"
        "   AND c.hit IN (SELECT id FROM hits WHERE url = r.old_url)"
        " LEFT JOIN temp.period_dims d ON d.hit = c.hit ORDER BY r.id, c.hit"
    )
    groups: dict[str, list[Mapping[str, Any]]] = defaultdict(list)
    for row in rows:
        groups[row["id"]].append(row)
    marks = ", ?" * len(DIMENSIONS)
    db.conn.executemany(
        "INSERT INTO temp.period_relistings"
        f" VALUES ('relisting', ?1, ?2, ?3, period_place(?2){marks})",
        [
            (found[0]["id"], found[0]["found_at"], found[0]["case_id"], *_joined(found).values())
            for found in groups.values()
        ],
    )


def find_right_names(db: Database) -> dict[str, str]:
    """Return right -> its name, of the rights of the period that have one."""
    rows = db.execute("SELECT right_id, name FROM temp.period_rights WHERE name <> ''")
    return dict(rows.fetchall())


def find_network_names(db: Database) -> dict[str, tuple[str, str, int]]:
    """Return network -> name and site of its most frequent seller, and how many sellers it has.

    Of the sellers of the period; a seller that shares no contact is a network of its own.
    """
    rows = db.execute(
        "SELECT network, seller, min(seller_name), min(site), count(*) FROM temp.period_dims"
        " GROUP BY network, seller ORDER BY network, count(*) DESC, seller"
    )
    sizes = Counter[str]()
    names: dict[str, tuple[str, str]] = {}
    for network, _, name, site, _ in rows.fetchall():
        sizes[network] += 1
        names.setdefault(network, (name, site))
    return {network: (*names[network], sizes[network]) for network in names}


def _put_optional(db: Database) -> None:
    """Put in the leads from outside and the inspections by lot, where there are such tables."""
    for table, statements in (("tips", TIPS), ("inspections", LOTS)):
        if db.table(table).exists():
            _run(db, statements)
