"""Verifying evidence: everything of a workspace, or what lies at a path, told by its content."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from sqlite_utils import Database

from crawler.errors import InputError
from crawler.store.ledger import find_head
from crawler.store.stamps import find_unstamped, last_stamped
from crawler.workspace import Workspace
from pipelines.evidence.bag_check import looks_like_bag
from pipelines.evidence.bundle_check import check_bundle
from pipelines.evidence.capture_files import check_captures
from pipelines.evidence.checks import Check
from pipelines.evidence.covered import Covered
from pipelines.evidence.imported import check_imported
from pipelines.evidence.kept_files import check_kept_files
from pipelines.evidence.keys import check_keys
from pipelines.evidence.ledger_checks import check_chain, check_triggers
from pipelines.evidence.proof_checks import check_proof, is_proof
from pipelines.evidence.receipts import check_receipts
from pipelines.evidence.row_checks import check_rows
from pipelines.evidence.stamp_checks import FoundStamp, check_stamp, find_all_stamps, ranges_of
from pipelines.evidence.statements import stamps_folder
from pipelines.evidence.trust import Trust
from pipelines.evidence.wacz import check_wacz, is_wacz


@dataclass(frozen=True, kw_only=True, slots=True)
class Checker:
    """Checks one kind of thing that people hand to each other."""

    kind: str
    """What it is, for messages: ``the folder of a proof``."""
    is_it: Callable[[Path], bool]
    """Tells by its content, in little time, whether a path holds such a thing."""
    check: Callable[[Path, Trust], Iterator[Check]]


CHECKERS: tuple[Checker, ...] = (
    Checker(
        kind="the folder of a bundle",
        is_it=looks_like_bag,
        check=lambda path, trust: iter(check_bundle(path, trust.keys, trust)),
    ),
    Checker(kind="the folder of a proof", is_it=is_proof, check=check_proof),
    Checker(kind="a capture (.wacz)", is_it=is_wacz, check=lambda path, _: iter(check_wacz(path))),
)
"""The first that knows a path checks it: a bundle into which a proof was laid stays a bundle, where
every file that nobody signed is broken; a proof leaves unknown files beside it alone."""


def check_path(path: Path, trust: Trust) -> Iterator[Check]:
    """Check what lies at a path, without any workspace.

    :raises InputError: when nothing is there, or nothing that can be checked
    """
    for checker in CHECKERS:
        if checker.is_it(path):
            return checker.check(path.resolve(), trust)
    if not path.exists():
        raise InputError(f"expected evidence at {path}, got nothing: there is no such file")
    kinds = " or ".join(checker.kind for checker in CHECKERS)
    raise InputError(f"{path}: expected {kinds}, got something else")


def check_workspace(workspace: Workspace, trust: Trust) -> Iterator[Check]:
    """Check the ledger, its stamps, all that names entries, and the files of captures.

    All is seen as it is at one moment, whatever others write meanwhile.
    """
    yield from trust.problems
    try:
        with workspace.store() as db:
            db.execute("BEGIN")
            yield from _check_store(db, workspace, trust)
    except sqlite3.DatabaseError as error:
        yield Check("the database", "broken", workspace.database.name, None, f"{error}")


def _check_store(db: Database, workspace: Workspace, trust: Trust) -> Iterator[Check]:
    stamps: list[FoundStamp] = []
    try:
        stamps = find_all_stamps(db, stamps_folder(workspace))
    except UNREADABLE as error:
        yield _unreadable("stamps", error)
    ranges = ranges_of(stamps)
    yield from check_triggers(db)
    covered = Covered(last_fault=(yield from check_chain(db, ranges.values())))
    for stamp in stamps:
        stamped = ranges.get(stamp.id)
        for check in _read("stamp_receipts", check_stamp(db, stamp, stamped, trust)):
            if check.state == "proven" and stamped and stamped.is_whole and not stamp.problem:
                covered.add(stamped.first, stamped.last, check.by)
            yield check
    whole = all(stamped.is_whole for stamped in ranges.values())
    yield from _unstamped(db, covered.last, whole=whole)
    yield from check_rows(db)
    yield from check_captures(db, workspace, covered)
    yield from check_kept_files(db, workspace.folder)
    yield from _read("key_events", check_keys(db))
    yield from _read("imported_cases", check_imported(db, workspace, trust))
    yield from _read("receipts", check_receipts(db, workspace))


UNREADABLE = (ValueError, TypeError)
"""What reading a row raises that somebody wrote by hand: no time, no JSON, no list."""


def _read(table: str, checks: Iterator[Check]) -> Iterator[Check]:
    """Yield checks; where a row of the table cannot be read, that instead of the rest."""
    try:
        yield from checks
    except UNREADABLE as error:
        yield _unreadable(table, error)


def _unreadable(table: str, error: Exception) -> Check:
    detail = f"a row of it cannot be read, so that it is not checked any further: {error}"
    return Check("rows that can be read", "broken", table, None, detail)


def _unstamped(db: Database, proven: int, *, whole: bool) -> Iterator[Check]:
    """Tell the entries that only we vouch for.

    :param proven: number of the last entry for which somebody vouches
    :param whole: whether every stamp fits the ledger
    """
    head = find_head(db)
    if head is None or head.number <= proven:
        return
    what = f"entries {proven + 1} to {head.number}"
    new = find_unstamped(db)
    if new is None and proven == last_stamped(db):
        detail = "they are about the stamps themselves; the next stamp covers them"
        yield Check(what, "holds", "ledger", None, detail)
        return
    if not whole:
        detail = "nobody vouches for them as they stand there now: see what is broken"
        yield Check(what, "unproven", "ledger", None, detail)
        return
    retry = "" if new is not None and new[0] == proven + 1 else " --retry"
    detail = (
        "nobody else vouches for them yet: who holds the database could have made them anew, and"
        " entries taken off the end would not be missed; get it by"
        f" `markhound evidence stamp{retry}`"
    )
    yield Check(what, "unproven", "ledger", None, detail)
