"""Checking the records of a bundle against the entries of the ledger that came with them.

Whoever signs a bundle can write into its records what they like, but not into an entry that others
have stamped. So each record that has an entry must say what the entry says, as in a workspace.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import orjson

from crawler.store.ledger import Entry
from pipelines.evidence.bundle_proofs import LEDGER
from pipelines.evidence.bundle_records import (
    CAPTURES,
    JUDGEMENTS,
    NOTICES,
    REST,
    load_about,
    read_bundle_lines,
)
from pipelines.evidence.checks import Check
from pipelines.evidence.recorded import RECORDED, Recorded
from pipelines.evidence.row_checks import row_problem

Row = dict[str, Any]
_RECORD = '"record":'


@dataclass
class _Entries:
    """The entries of a bundle, by what a record may name them."""

    by_number: dict[int, Entry] = field(default_factory=dict)
    judgements: dict[str, int] = field(default_factory=dict)
    """Id -> number of its entry."""
    drafts: dict[str, int] = field(default_factory=dict)
    """Id of a notice -> number of its entry."""
    missing: dict[int, str] = field(default_factory=dict)
    """Those of which no record was met yet, of the kinds that a bundle has whole."""

    def add(self, entry: Entry) -> None:
        """Take in an entry."""
        self.by_number[entry.number] = entry
        if entry.kind == "judgement" and (id_ := _judgement_of(entry.record)):
            self.judgements[id_] = entry.number
        elif entry.kind == "judgement-undone":  # then the record stays out, the entries go along
            self.missing.pop(self.judgements.get(_judgement_of(entry.record) or "", 0), None)
            return
        elif entry.kind == "notice-drafted":
            self.drafts[entry.subject] = entry.number
        elif entry.kind != "capture":
            return
        self.missing[entry.number] = entry.kind

    def problem(self, table: str, row: Row, number: int | None) -> str:
        """Say in what a row differs from its entry; empty when in nothing, or when it has none."""
        if number is None:
            return ""
        self.missing.pop(number, None)
        entry = self.by_number.get(number)
        joined: Row = {"l_entry": number, "l_number": entry and number, "l_subject": None}
        if entry is not None:
            joined |= {f"l_{side}": getattr(entry, side) for side in _SIDES}
        try:
            return row_problem(table, RECORDED.get(table, _UNKNOWN), {**row, **joined})
        except (
            KeyError,
            TypeError,
            AttributeError,
        ) as error:  # it has other columns, or other types
            return f"it is no row of {table}: {error!r}"


_SIDES = ("kind", "subject", "record", "by", "at")
_UNKNOWN = Recorded(kinds=(), subject=())


def check_entries(folder: Path) -> Iterator[Check]:
    """Yield what records of a checked bundle say otherwise than their entries.

    :param folder: whose records are all of the form that they must have
    """
    entries, wrong, alone = _Entries(), False, 0
    case = load_about(folder).case.id
    for entry in read_bundle_lines(Entry, folder, LEDGER):
        entries.add(entry)
        if entry.kind.startswith("case-") and entry.subject != case:
            wrong = True
            detail = f"entry {entry.number} is about the case {entry.subject}, not {case}"
            yield Check("records", "broken", LEDGER, None, detail)
    for name, table, row, number in _rows(folder, entries):
        alone += number is None
        if problem := entries.problem(table, row, number):
            wrong = True
            yield Check("records", "broken", name, None, f"{table} {row.get('id', '')}: {problem}")
    for number, kind in sorted(entries.missing.items()):
        wrong = True
        detail = f"entry {number}, {kind}: what it is about is not in the bundle"
        yield Check("records", "broken", LEDGER, None, detail)
    if alone:
        detail = f"{alone} judgements or notices have no entry: they are older than the ledger"
        yield Check("records", "unproven", LEDGER, None, detail)
    if not wrong:
        detail = "the records say what the entries of the ledger say"
        yield Check("records", "holds", LEDGER, None, detail)


def _rows(folder: Path, entries: _Entries) -> Iterator[tuple[str, str, Row, int | None]]:
    """Yield file, table, row as the database had it, and the number of its entry."""
    for line, _ in _lines(folder, JUDGEMENTS):
        row = {**line, "judged_by": line["by"]}
        del row["by"]
        yield JUDGEMENTS, "judgements", row, entries.judgements.get(str(line.get("id")))
    for line, _ in _lines(folder, CAPTURES):
        row = {**line, "record": orjson.dumps(line.get("record")).decode()}
        del row["file"]  # where it lies in the bundle
        yield CAPTURES, "captures", row, line["entry"]
    for line, record in _lines(folder, NOTICES):
        row = {side: line.get(side) for side in ("id", "kind", "drafted_by", "drafted_at")}
        row |= {"case_id": line.get("case"), "record": record}
        yield NOTICES, "notices", row, entries.drafts.get(line["id"])
        for event in line["events"]:
            row = {**event, "record": orjson.dumps(event["record"]).decode()}
            yield NOTICES, "notice_events", row, event["entry"]
    for line, _ in _lines(folder, REST):
        row = line["row"]
        if isinstance(number := row.get("entry"), int):
            yield REST, line["table"], row, number


def _lines(folder: Path, name: str) -> Iterator[tuple[Row, str]]:
    """Yield the lines of a file, each with its key ``record`` as the text that was stored."""
    with (folder / name).open("rb") as file:
        for data in file:
            yield orjson.loads(data), _record_of(data.decode())


def _record_of(line: str) -> str:
    """Return the record of a line as it stands there; empty where it does not as we write it."""
    start = line.find(_RECORD) + len(_RECORD)
    try:
        return line[start : json.JSONDecoder().raw_decode(line, start)[1]]
    except (ValueError, RecursionError):
        return ""


def _judgement_of(record: str) -> str | None:
    try:
        found = orjson.loads(record)
    except orjson.JSONDecodeError:
        return None
    named = found.get("judgement") if isinstance(found, dict) else None
    return named if isinstance(named, str) else None
