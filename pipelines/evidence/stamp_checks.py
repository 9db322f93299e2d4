"""Checking the stamps of a workspace: statements, and what the authorities answered."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from sqlite_utils import Database

from crawler.errors import InputError
from crawler.store.stamps import Stamp, StampReceipt, find_receipts, find_stamps
from pipelines.evidence.checks import Check
from pipelines.evidence.plain_files import read_plain
from pipelines.evidence.receipt_checks import KeptReceipt, check_receipt
from pipelines.evidence.stamped_ranges import StampedRange
from pipelines.evidence.stamps import clock_note
from pipelines.evidence.statements import MOST_BYTES, STATEMENT, Statement, id_of, parse_statement
from pipelines.evidence.trust import Trust


@dataclass(frozen=True, kw_only=True, slots=True)
class FoundStamp:
    """A stamp of the database, or of a folder that the database does not know."""

    id: str
    folder: Path
    recorded: Stamp | None
    statement: Statement | None
    problem: str
    """Why there is no statement, or that it is not the one recorded; empty when it is."""


def find_all_stamps(db: Database, folder: Path) -> list[FoundStamp]:
    """Return the stamps of the database, and of the folders that only lie there."""
    recorded = {stamp.id: stamp for stamp in find_stamps(db)}
    lying = {path.parent.name for path in folder.glob(f"*/{STATEMENT}")}
    names = sorted(recorded.keys() | lying)
    return [_find_stamp(folder / name, recorded.get(name)) for name in names]


def _find_stamp(folder: Path, recorded: Stamp | None) -> FoundStamp:
    statement, problem = None, ""
    try:
        data = read_plain(folder / STATEMENT, MOST_BYTES)
        statement = parse_statement(data)
        if id_of(data) != folder.name:
            problem = f"{STATEMENT} is not the statement of {folder.name}: it was changed"
        elif recorded is not None and not _agree(recorded, statement):
            problem = f"{STATEMENT} says something else than the database"
    except OSError as error:
        problem = f"{STATEMENT} cannot be read: {error.strerror}"
    except InputError as error:
        problem = f"{STATEMENT} was changed: {error}"
    return FoundStamp(
        id=folder.name, folder=folder, recorded=recorded, statement=statement, problem=problem
    )


def _agree(recorded: Stamp, statement: Statement) -> bool:
    return (recorded.first, recorded.last, recorded.root) == (
        statement.first,
        statement.last,
        statement.root,
    )


def ranges_of(stamps: list[FoundStamp]) -> dict[str, StampedRange]:
    """Return what is to be compared with the ledger, ordered by the first entry."""
    found = [
        StampedRange(stamp.id, stamp.statement, stamp.folder)
        for stamp in stamps
        if stamp.statement is not None
    ]
    return {r.stamp: r for r in sorted(found, key=lambda r: r.first)}


def check_stamp(
    db: Database, stamp: FoundStamp, stamped: StampedRange | None, trust: Trust
) -> Iterator[Check]:
    """Check one stamp, once the ledger was read: its statement, its entries, its receipts."""
    if stamp.problem:
        yield Check("the statement of a stamp", "broken", stamp.id, None, stamp.problem)
    if stamped is not None:
        yield from stamped.checks()
    if stamp.recorded is None:
        detail = (
            "the database does not know it: stamping broke off, or the database is an older one"
        )
        yield Check("a stamp that is recorded", "unproven", stamp.id, None, detail)
        return
    what = f"entries {stamp.recorded.first} to {stamp.recorded.last} were there"
    if stamped is None or not stamped.is_whole or stamp.problem:
        what = "what was stamped was there; it is not what stands in the ledger now"
    receipts = list(find_receipts(db, stamp.id))
    for receipt in receipts:
        if receipt.state == "failed":
            yield from _failed(receipt, receipts)
        else:
            yield _kept(stamp, receipt, what, trust)
            if note := clock_note(receipt):
                yield Check("the clocks", "unproven", stamp.id, receipt.anchor, note)
    asked = {receipt.anchor for receipt in receipts}
    for anchor in stamp.recorded.anchors:
        if anchor not in asked:
            detail = "it left no answer: stamping broke off; `markhound evidence stamp --retry`"
            yield Check("a stamp by each authority", "unproven", stamp.id, anchor, detail)


def _failed(receipt: StampReceipt, receipts: list[StampReceipt]) -> Iterator[Check]:
    """Tell a failure, unless a later asking went well."""
    later = (r for r in receipts if r.anchor == receipt.anchor and r.number > receipt.number)
    if any(later):
        return
    detail = f"it did not stamp: {receipt.problem}; `markhound evidence stamp --retry`"
    yield Check("a stamp by each authority", "unproven", receipt.stamp, receipt.anchor, detail)


def _kept(stamp: FoundStamp, receipt: StampReceipt, what: str, trust: Trust) -> Check:
    assert stamp.recorded is not None  # else there are no receipts
    kept = KeptReceipt(anchor=receipt.anchor, kind=receipt.kind, files=receipt.files)
    digest = bytes.fromhex(stamp.recorded.statement)
    check = check_receipt(stamp.folder, kept, digest, what, stamp.id, trust)
    if check.state == "broken" and check.what == "the time-stamp" and receipt.state != "granted":
        detail = f"kept as it came, but it could not be verified even then: {check.detail}"
        return Check("the time-stamp", "unproven", stamp.id, receipt.anchor, detail)
    return check
