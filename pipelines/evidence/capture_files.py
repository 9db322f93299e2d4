"""Checking that the files of captures are those that were recorded."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from sqlite_utils import Database

from crawler.store.captures import find_filed
from crawler.workspace import Workspace
from pipelines.evidence.checks import Check
from pipelines.evidence.covered import Covered
from pipelines.evidence.kept_files import problem_of
from pipelines.evidence.unfinished import unrecorded_folder

WHAT = "the capture's file"


def check_captures(db: Database, workspace: Workspace, covered: Covered) -> Iterator[Check]:
    """Check the file of each capture against its row and its entry; tell what no row names.

    :param covered: the entries for which somebody vouches
    """
    rows = db.query(
        "SELECT c.id, c.file, c.sha256, c.proof, c.entry, l.record AS said FROM captures c"
        " LEFT JOIN ledger l ON l.number = c.entry ORDER BY c.entry"
    )
    for row in rows:
        yield _check_capture(row, workspace.folder, covered)
    filed = find_filed(db)
    folders = (workspace.captures, unrecorded_folder(workspace))
    paths = [path for folder in folders for path in sorted(folder.glob("*.wacz"))]
    for path in paths:
        name = path.relative_to(workspace.folder).as_posix()
        if name not in filed:
            detail = "no entry names it: it broke off before it was recorded, or the database is an"
            yield Check("a capture that is recorded", "unproven", name, None, f"{detail} older one")


def _check_capture(row: dict[str, Any], folder: Path, covered: Covered) -> Check:
    name, expected = str(row["file"]), str(row["sha256"])
    subject = f"{row['id']} {name}"
    if expected not in (row["said"] or ""):
        detail = f"its entry {row['entry']} does not name its SHA-256 {expected}"
        return Check(WHAT, "broken", subject, None, detail)
    if problem := problem_of(folder / name, expected):
        return Check(WHAT, "broken", subject, None, problem)
    if not row["proof"]:
        detail = "it is whole, but was recorded as one that shows no page that proves anything"
        return Check(WHAT, "unproven", subject, None, detail)
    if by := covered.by(row["entry"]):
        detail = f"as recorded in entry {row['entry']}, which was there when it was stamped"
        return Check(WHAT, "proven", subject, by, detail)
    return Check(WHAT, "holds", subject, None, f"as recorded in entry {row['entry']}")
