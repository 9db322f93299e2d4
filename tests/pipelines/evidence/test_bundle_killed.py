"""A hand-over that is killed half-way leaves nothing half-made, and works when it is done again."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from crawler.store.handover import find_imported_cases
from crawler.workspace import make_workspace, open_workspace
from pipelines.evidence.bundle import export_case
from pipelines.evidence.bundle_check import check_bundle
from pipelines.evidence.imports import INCOMING, Desk
from tests.servers.stored_case import AT, store_case

FEW, MANY = 8, 100
ROOT = Path(__file__).resolve().parents[3]

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="needs processes that fork")
points = pytest.mark.parametrize("points", [FEW, pytest.param(MANY, marks=pytest.mark.long)])


def kill(task: str, folder: Path, points: int) -> list[Path]:
    """Return the folder of every killed run."""
    subprocess.run(
        [sys.executable, "-m", "tests.servers.killed", task, str(folder), str(points)],
        cwd=ROOT,
        check=True,
    )
    runs = [path for path in sorted(folder.iterdir()) if path.name.isdigit()]
    assert len(runs) == points
    return runs


@points
def test_an_export_that_is_killed_leaves_a_whole_bundle_or_none(
    tmp_path: Path, points: int
) -> None:
    workspace = make_workspace(tmp_path / "w")
    with workspace.store() as db:
        case = store_case(db, workspace)
    states = set()
    for run in kill("export", tmp_path, points):
        bundle, there = run / "b", open_workspace(run / "w")
        made = bundle.exists()
        with there.store() as db:
            known = db.table("exports").count == 1
            states.add((made, known))
            assert made or not known, run
            if not made:
                export_case(db, there, case, bundle, by="李伟", at=AT)
        assert "broken" not in {check.state for check in check_bundle(bundle)}, run
    assert (False, False) in states


@points
def test_an_import_that_is_killed_takes_in_all_or_nothing(tmp_path: Path, points: int) -> None:
    sender = make_workspace(tmp_path / "sender")
    with sender.store() as db:
        case = store_case(db, sender)
        export_case(db, sender, case, tmp_path / "b", by="李伟", at=AT)
    make_workspace(tmp_path / "w")
    states = set()
    for run in kill("import", tmp_path, points):
        there = open_workspace(run / "w")
        with there.store() as db:
            before = len(find_imported_cases(db))
            assert db.table("imported_hits").count == 2 * before == 2 * db.table("cases").count
            states.add(before)
            done = Desk(db=db, workspace=there, by="安娜", at=AT).take_in(tmp_path / "b")
            assert done.outcome == ("merged" if before else "accepted")
            assert len(find_imported_cases(db)) == 1
        imported = there.folder / "evidence" / "imported"
        assert not (imported / INCOMING).exists()
        kept = check_bundle(imported / done.bundle)
        assert "broken" not in {check.state for check in kept}, run
    assert 0 in states
