"""Checking that the files of captures are those that were recorded."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from sqlite_utils import Database

from crawler.store.captures import find_captures_with_entries, find_filed
from crawler.store.retention import Erasure, find_erasures, find_wrong_erasures, is_needed
from crawler.workspace import Workspace
from pipelines.evidence.checks import Check
from pipelines.evidence.covered import Covered
from pipelines.evidence.kept_files import problem_of
from pipelines.evidence.unfinished import unrecorded_folder

WHAT = "the capture's file"
ERASED = "a file erased by rule"


def check_captures(db: Database, workspace: Workspace, covered: Covered) -> Iterator[Check]:
    """Check the file of each capture against its row and its entry; tell what no row names.

    :param covered: the entries for which somebody vouches
    """
    erased = {one.file: one for one in find_erasures(db) if one.rule == "captures"}
    for row in find_captures_with_entries(db):
        erasure = erased.get(row[1])
        if erasure is not None and erasure.sha256 == row[2]:
            there = (workspace.folder / row[1]).exists()
            if there and is_needed(db, erasure):  # it came to count before the file went
                yield _check_capture(row, workspace.folder, covered)
            else:
                yield _check_erased(row, erasure, there=there)
        else:
            yield _check_capture(row, workspace.folder, covered)
    for file, why in find_wrong_erasures(db):
        detail = (
            f"it was erased though it was needed by then ({why}): no rule of Markhound does that"
        )
        yield Check(ERASED, "broken", file, None, detail)
    filed = find_filed(db)
    folders = (workspace.captures, unrecorded_folder(workspace))
    paths = [path for folder in folders for path in sorted(folder.glob("*.wacz"))]
    for path in paths:
        name = path.relative_to(workspace.folder).as_posix()
        if name not in filed:
            detail = "no entry names it: it broke off before it was recorded, or the database is an"
            yield Check("a capture that is recorded", "unproven", name, None, f"{detail} older one")


def _check_erased(
    row: tuple[str, str, str, bool, int, str], erasure: Erasure, *, there: bool
) -> Check:
    id_, name, expected, _, entry, said = row
    subject = f"{id_} {name}"
    if expected not in said:
        detail = f"its entry {entry} does not name its SHA-256 {expected}"
        return Check(WHAT, "broken", subject, None, detail)
    if there:
        detail = (
            f"its erasure is recorded in entry {erasure.entry}, and it is still there;"
            " `markhound retention apply` finishes it"
        )
        return Check(ERASED, "unproven", subject, None, detail)
    detail = (
        f"by the rule {erasure.rule} ({erasure.days} days), on {erasure.at:%Y-%m-%d}, by"
        f" {erasure.by}, as entry {erasure.entry} says; its digest and entry {entry} stay"
    )
    return Check(ERASED, "holds", subject, None, detail)


def _check_capture(
    row: tuple[str, str, str, bool, int, str], folder: Path, covered: Covered
) -> Check:
    id_, name, expected, proof, entry, said = row
    subject = f"{id_} {name}"
    if expected not in said:
        detail = f"its entry {entry} does not name its SHA-256 {expected}"
        return Check(WHAT, "broken", subject, None, detail)
    if problem := problem_of(folder / name, expected):
        return Check(WHAT, "broken", subject, None, problem)
    if not proof:
        detail = "it is whole, but was recorded as one that shows no page that proves anything"
        return Check(WHAT, "unproven", subject, None, detail)
    if by := covered.by(entry):
        detail = f"as recorded in entry {entry}, which was there when it was stamped"
        return Check(WHAT, "proven", subject, by, detail)
    return Check(WHAT, "holds", subject, None, f"as recorded in entry {entry}")
