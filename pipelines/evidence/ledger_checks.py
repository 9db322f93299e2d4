"""Checking the ledger: entry by entry, against what was stamped, and the tables that name entries.

It reads each entry once and keeps none, so a ledger of any length can be checked.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Generator, Iterable, Iterator
from typing import Any

import orjson
from sqlite_utils import Database

from crawler.store.ledger import FIRST, Entry, digest_of, find_entries
from crawler.store.schema import migrations
from crawler.store.stamps import RECEIPT, STAMP
from pipelines.evidence.checks import Check
from pipelines.evidence.stamped_ranges import StampedRange

MOST_FAULTS = 100
"""Told one by one; more are counted."""

NOTICE_EVENTS = (
    *("checked", "approved", "queued", "cancelled", "sending", "sent", "failed", "uncertain"),
    *("acknowledged", "decided", "countered", "bounced", "restored", "withdrawn", "closed"),
)
TABLE_OF_KIND = {
    "capture": "captures",
    STAMP: "stamps",
    RECEIPT: "stamp_receipts",
    **{f"notice-{event}": "notice_events" for event in NOTICE_EVENTS},
}
"""Kinds of entry that each have a row in a table."""

SAME_HAND = {"notice_events", "stamps", "stamp_receipts"}
"""Tables whose columns ``by`` and ``at`` are those of the entry."""


def check_chain(db: Database, ranges: Iterable[StampedRange]) -> Generator[Check, None, int]:
    """Check each entry, and show it to the stamps that cover it, which keep what they saw.

    Return the number of the last entry that does not hold; 0 when all do.

    :param ranges: ordered by their first entry
    """
    waiting, open_ = list(ranges), list[StampedRange]()
    waiting.reverse()
    number, previous, faults, last_fault = 0, FIRST, 0, 0
    for entry in find_entries(db):
        while waiting and waiting[-1].first <= entry.number:
            open_.append(waiting.pop())
        digest = _digest_of(entry)
        for stamped in open_:
            stamped.see(entry.number, digest)
        open_ = [stamped for stamped in open_ if entry.number < stamped.last]
        for fault in _faults(entry, digest, number, previous):
            faults, last_fault = faults + 1, entry.number
            if faults <= MOST_FAULTS:
                yield fault
        number, previous = entry.number, entry.digest
    if faults > MOST_FAULTS:
        detail = f"{faults - MOST_FAULTS} more entries do not hold"
        yield Check("the chain of entries", "broken", "ledger", None, detail)
    if not faults:
        detail = f"{number} entries; each fits its digest and follows the one before"
        yield Check("the chain of entries", "holds", "ledger", None, detail)
    return last_fault


def _digest_of(entry: Entry) -> str:
    """Return the digest that an entry's content gives, or why it gives none."""
    try:
        return digest_of(
            entry.number,
            entry.kind,
            entry.subject,
            entry.record,
            entry.by,
            entry.at,
            entry.previous,
        )
    except (TypeError, ValueError) as error:
        return f"none ({error})"


def _faults(entry: Entry, digest: str, number: int, previous: str) -> Iterator[Check]:
    """Yield what is wrong with an entry, given number and digest of the one read before it."""
    subject = f"entry {entry.number}"
    if entry.number != number + 1:
        gone = f"{number + 1}"
        gone += "" if entry.number == number + 2 else f" to {entry.number - 1}"
        detail = f"missing: after entry {number} comes entry {entry.number}"
        yield Check("entries without gaps", "broken", f"entry {gone}", None, detail)
    elif entry.previous != previous:
        detail = f"it follows {entry.previous:.80}; the entry before it has the digest {previous}"
        yield Check("entries that follow each other", "broken", subject, None, detail)
    if digest != entry.digest:
        detail = f"its content gives the digest {digest}, recorded is {entry.digest:.80}"
        yield Check("what an entry says", "broken", subject, None, detail)


def check_triggers(db: Database) -> Iterator[Check]:
    """Compare the triggers that keep records from being changed with those of a new database."""
    fresh = Database(sqlite3.connect(":memory:"))
    migrations.apply(fresh)
    expected, got = _triggers(fresh), _triggers(db)
    fresh.close()
    wrong = [name for name in expected if got.get(name) != expected[name]]
    for name in wrong:
        how = "is missing" if name not in got else "is not the one that Markhound made"
        detail = f"it {how}: somebody with the database at hand could have changed what it guards"
        yield Check("triggers against changes", "broken", name, None, detail)
    for name in sorted(got.keys() - expected.keys()):
        detail = "Markhound did not make it; it can change what is recorded"
        yield Check("triggers against changes", "broken", name, None, detail)
    if not wrong:
        detail = f"all {len(expected)} are there"
        yield Check("triggers against changes", "holds", "database", None, detail)


def _triggers(db: Database) -> dict[str, str]:
    return {trigger.name: trigger.sql for trigger in db.triggers}


def check_rows(db: Database) -> Iterator[Check]:
    """Check that every row that names an entry says what the entry says, and none is missing."""
    for table in tables_with_entries(db):
        problems = rows = 0
        for row in db.query(
            f'SELECT l.*, t.* FROM "{table}" t LEFT JOIN'
            " (SELECT number AS l_number, kind AS l_kind, subject AS l_subject, record AS l_record,"
            ' by AS l_by, at AS l_at FROM ledger) l ON l.l_number = t."entry"'
        ):
            rows += 1
            if problem := _row_problem(table, row):
                problems += 1
                yield Check(f"rows of {table}", "broken", f"{table} {_name(row)}", None, problem)
        for kind, number, subject in _without_row(db, table):
            problems += 1
            detail = f"{kind} of {subject}: its row in {table} is missing"
            yield Check(f"rows of {table}", "broken", f"entry {number}", None, detail)
        if not problems:
            yield Check(
                f"rows of {table}", "holds", table, None, f"{rows} agree with their entries"
            )


def tables_with_entries(db: Database) -> list[str]:
    """Return the tables that have a column ``entry``, which names an entry of the ledger."""
    names = (name for name in db.table_names() if not name.startswith(("sqlite_", "_")))
    return sorted(name for name in names if "entry" in db.table(name).columns_dict)


def _name(row: dict[str, Any]) -> str:
    """Return what a row is called: its first columns, up to the id."""
    if "id" in row:
        return str(row["id"])
    own = [str(value) for column, value in row.items() if not column.startswith("l_")]
    return " ".join(own[:2])


def _row_problem(table: str, row: dict[str, Any]) -> str:
    """Say in what a row differs from its entry; empty when in nothing.

    Columns are compared with what the entry's record has under the same name. Of the tables that we
    know, a value must be the entry's subject.
    """
    own = {column: value for column, value in row.items() if not column.startswith("l_")}
    number, subject = row["entry"], row["l_subject"]
    if row["l_number"] is None:
        return f"it names entry {number}, which is not there"
    if table in TABLE_OF_KIND.values() and subject not in own.values():
        return f"it names entry {number}, which is about {subject}"
    try:
        record = orjson.loads(row["l_record"])
    except orjson.JSONDecodeError:
        return f"entry {number} has no record that can be read"
    said = {"by": row["l_by"], "at": row["l_at"]} if table in SAME_HAND else {}
    said |= record if isinstance(record, dict) else {}
    if table == "notice_events":
        said |= {"record": record, "event": row["l_kind"].removeprefix("notice-")}
    for column, value in own.items():
        if column in said and not _is_same(value, said[column]):
            return f"{column} is {value!r:.80}, its entry {number} says {said[column]!r:.80}"
    return ""


def _is_same(value: object, said: object) -> bool:
    """Compare a column with a value of a record, which may be kept as JSON or as 0 and 1."""
    if value == said:
        return True
    if isinstance(value, str) and isinstance(said, dict | list):
        try:
            return bool(orjson.loads(value) == said)
        except orjson.JSONDecodeError:
            return False
    return False


def _without_row(db: Database, table: str) -> Iterator[tuple[str, int, str]]:
    kinds = [kind for kind, name in TABLE_OF_KIND.items() if name == table]
    marks = ", ".join("?" for _ in kinds)
    yield from db.execute(
        f"SELECT kind, number, subject FROM ledger WHERE kind IN ({marks})"
        f' AND number NOT IN (SELECT "entry" FROM "{table}") ORDER BY number',
        kinds,
    )
