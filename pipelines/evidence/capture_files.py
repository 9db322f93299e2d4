"""Checking that the files of captures are those that were recorded."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from sqlite_utils import Database

from crawler.store.captures import find_captures_with_entries, find_filed
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
    for row in find_captures_with_entries(db):
        yield _check_capture(row, workspace.folder, covered)
    filed = find_filed(db)
    folders = (workspace.captures, unrecorded_folder(workspace))
    paths = [path for folder in folders for path in sorted(folder.glob("*.wacz"))]
    for path in paths:
        name = path.relative_to(workspace.folder).as_posix()
        if name not in filed:
            detail = "no entry names it: it broke off before it was recorded, or the database is an"
            yield Check("a capture that is recorded", "unproven", name, None, f"{detail} older one")


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
