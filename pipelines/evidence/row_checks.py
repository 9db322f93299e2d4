"""Checking that the rows of tables that name entries of the ledger say what the entries say."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

import orjson
from sqlite_utils import Database

from crawler.store.stamps import RECEIPT, STAMP
from pipelines.evidence.checks import Check

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


def check_rows(db: Database) -> Iterator[Check]:
    """Check that every row that names an entry says what the entry says, and none is missing."""
    for table, column in tables_with_entries(db):
        problems = rows = 0
        what = f"rows of {table}"
        for row in db.query(
            f'SELECT l.*, t.*, t."{column}" AS l_entry FROM "{table}" t LEFT JOIN'
            " (SELECT number AS l_number, kind AS l_kind, subject AS l_subject, record AS l_record,"
            f' by AS l_by, at AS l_at FROM ledger) l ON l.l_number = t."{column}"'
            f' WHERE t."{column}" IS NOT NULL'
        ):
            rows += 1
            if problem := _row_problem(table, row):
                problems += 1
                yield Check(what, "broken", f"{table} {_name(row)}", None, problem)
        for kind, number, subject in _without_row(db, table, column):
            problems += 1
            detail = f"{kind} of {subject}: its row in {table} is missing"
            yield Check(what, "broken", f"entry {number}", None, detail)
        if not problems:
            yield Check(what, "holds", table, None, f"{rows} agree with their entries")


def tables_with_entries(db: Database) -> list[tuple[str, str]]:
    """Return the tables with a column that refers to the ledger, and that column."""
    names = sorted(name for name in db.table_names() if not name.startswith(("sqlite_", "_")))
    return [
        (name, key.column)
        for name in names
        for key in db.table(name).foreign_keys
        if key.other_table == "ledger" and key.column is not None
    ]


def _own(row: dict[str, Any]) -> dict[str, Any]:
    """Return the columns of the row itself."""
    return {column: value for column, value in row.items() if not column.startswith("l_")}


def _name(row: dict[str, Any]) -> str:
    """Return what a row is called: its id, or else its first two columns."""
    own = _own(row)
    return str(own["id"]) if "id" in own else " ".join(str(value) for value in [*own.values()][:2])


def _row_problem(table: str, row: dict[str, Any]) -> str:
    """Say in what a row differs from its entry; empty when in nothing.

    Columns are compared with what the entry's record has under the same name. Of the tables that we
    know, a value must be the entry's subject.
    """
    own, number, subject = _own(row), row["l_entry"], row["l_subject"]
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
    """Compare a column with a value of a record: JSON and moments may be written in two ways."""
    if value == said:
        return True
    if not isinstance(value, str):
        return False
    try:
        if isinstance(said, str):
            return datetime.fromisoformat(value) == datetime.fromisoformat(said)
        return bool(orjson.loads(value) == said)
    except (TypeError, ValueError):  # no moment, no JSON
        return False


def _without_row(db: Database, table: str, column: str) -> Iterator[tuple[str, int, str]]:
    """Yield the entries that have a row in the table by their kind, and have none."""
    kinds = [kind for kind, name in TABLE_OF_KIND.items() if name == table]
    marks = ", ".join("?" for _ in kinds)
    yield from db.execute(
        f"SELECT kind, number, subject FROM ledger WHERE kind IN ({marks}) AND number NOT IN"
        f' (SELECT "{column}" FROM "{table}" WHERE "{column}" IS NOT NULL) ORDER BY number',
        kinds,
    )
