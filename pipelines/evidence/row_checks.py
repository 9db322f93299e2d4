"""Checking that the rows of tables that name entries of the ledger say what the entries say."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from datetime import datetime
from fnmatch import fnmatchcase
from typing import Any

import orjson
from sqlite_utils import Database

from pipelines.evidence.checks import Check
from pipelines.evidence.recorded import RECORDED, Recorded


def check_rows(db: Database) -> Iterator[Check]:
    """Check that every row that has an entry says what the entry says, and none is missing."""
    for table, known in _tables(db).items():
        problems = rows = alone = 0
        what = f"rows of {table}"
        for row in db.query(
            f'SELECT l.*, t.*, {known.entry} AS l_entry FROM "{table}" t LEFT JOIN'
            " (SELECT number AS l_number, kind AS l_kind, subject AS l_subject, record AS l_record,"
            f" by AS l_by, at AS l_at FROM ledger) l ON l.l_number = {known.entry}"
        ):
            if row["l_entry"] is None:
                alone += 1
                continue
            rows += 1
            if problem := _row_problem(table, known, row):
                problems += 1
                yield Check(what, "broken", f"{table} {_name(row)}", None, problem)
        for kind, number, subject in _without_row(db, table, known):
            problems += 1
            detail = f"{kind} of {subject}: its row in {table} is missing"
            yield Check(what, "broken", f"entry {number}", None, detail)
        if alone and known.kinds:
            detail = (
                f"{alone} have no entry of the ledger: they are older than it, or did not come by"
                " Markhound"
            )
            yield Check(what, "unproven", table, None, detail)
        if not problems:
            yield Check(what, "holds", table, None, f"{rows} agree with their entries")
    yield from _check_members(db)


def _check_members(db: Database) -> Iterator[Check]:
    """Check what notices and cases are said to hold."""
    for table, sql in _MEMBERS.items():
        wrong = [f"{group}: {hit}" for group, hit in db.execute(sql)]
        for subject in wrong:
            detail = "what is in the table is not what the ledger says was put together"
            yield Check(f"rows of {table}", "broken", subject, None, detail)
        if not wrong:
            detail = "they are those that the ledger names"
            yield Check(f"rows of {table}", "holds", table, None, detail)


_NAMED = """
    SELECT DISTINCT l.subject AS owner, h.value AS hit
    FROM ledger l, json_each(CASE WHEN json_valid(l.record) THEN l.record END, '$.hits') h
    WHERE l.kind IN ({kinds})
"""
_KEPT = "SELECT {owner} AS owner, hit FROM {table} WHERE {owner} IN (SELECT owner FROM named)"


def _difference(table: str, owner: str, kinds: str) -> str:
    """Return SQL for what is in one of the two, table and ledger, alone."""
    named = _NAMED.format(kinds=kinds)
    kept = _KEPT.format(owner=owner, table=table)
    return (
        f"WITH named AS ({named}), kept AS ({kept})"
        " SELECT * FROM (SELECT owner, hit FROM named EXCEPT SELECT * FROM kept)"
        " UNION ALL SELECT * FROM (SELECT * FROM kept EXCEPT SELECT owner, hit FROM named)"
    )


_MEMBERS = {
    "notice_hits": _difference("notice_hits", "notice", "'notice-drafted'"),
    "case_hits": _difference("case_hits", "case_id", "'case-opened', 'case-hits-added'"),
}
"""Tables that have no entry of their own, with what is wrong in them."""


def _tables(db: Database) -> dict[str, Recorded]:
    """Return the tables whose rows have entries, by name."""
    found = {
        table: Recorded(kinds=(), subject=(), entry=f't."{column}"')
        for table, column in tables_with_entries(db)
        if table not in RECORDED
    }
    return dict(sorted({**RECORDED, **found}.items()))


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


def _row_problem(table: str, known: Recorded, row: dict[str, Any]) -> str:
    """Say in what a row differs from its entry; empty when in nothing.

    Columns are compared with what the entry's record has under the same name, or under the one that
    is known of it.
    """
    own, number, subject = _own(row), row["l_entry"], row["l_subject"]
    if row["l_number"] is None:
        return f"it names entry {number}, which is not there"
    if known.kinds and not any(fnmatchcase(row["l_kind"], kind) for kind in known.kinds):
        return f"it names entry {number}, which is of the kind {row['l_kind']}"
    if known.subject and subject not in [own[column] for column in known.subject]:
        return f"it names entry {number}, which is about {subject}"
    try:
        record = orjson.loads(row["l_record"])
    except orjson.JSONDecodeError:
        return f"entry {number} has no record that can be read"
    record = record if isinstance(record, dict) else {}
    said = _said(known, row, record)
    for column, value in own.items():
        if column in said and not _is_same(value, said[column]):
            return f"{column} is {value!r:.80}, its entry {number} says {said[column]!r:.80}"
    for column, name in known.members.items():
        if own[column] not in record.get(name, ()):
            return f"{column} is {own[column]!r:.80}, which its entry {number} does not name"
    if table == "notices" and _digest(own["record"]) != record.get("sha256"):
        return f"its text or facts were changed since it was drafted in entry {number}"
    return ""


def _said(known: Recorded, row: dict[str, Any], record: dict[str, Any]) -> dict[str, Any]:
    """Return what the entry says, by column."""
    said = {
        **dict.fromkeys(known.later),
        **record,
        **{column: row[f"l_{side}"] for column, side in known.hand.items()},
    }
    for column, name in known.names.items():
        said.pop(column, None)
        if name in record:
            said[column] = record[name]
    if known.event is not None:
        said["event"] = row["l_kind"].removeprefix(known.event)
    if known.record == "whole":
        said["record"] = record
    elif known.record == "part":
        kept = _loads(row["record"])
        said["record"] = {key: record[key] for key in kept if key in record} if kept else {}
    return said


def _loads(text: str) -> dict[str, Any] | None:
    try:
        found = orjson.loads(text)
    except orjson.JSONDecodeError:
        return None
    return found if isinstance(found, dict) else None


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


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


def _without_row(db: Database, table: str, known: Recorded) -> Iterator[tuple[str, int, str]]:
    """Yield the entries that have a row in the table by their kind, and have none."""
    if not known.kinds:
        return
    kinds = " OR ".join("kind GLOB ?" for _ in known.kinds)
    yield from db.execute(
        f"SELECT kind, number, subject FROM ledger WHERE ({kinds})"
        f" AND {known.missing.format(table=table)} ORDER BY number",
        known.kinds,
    )
