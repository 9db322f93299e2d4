"""What cannot go into a bundle is told; what keeps it from being written lets none appear."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from crawler.workspace import Workspace
from pipelines.evidence.bundle import Exported, export_case
from pipelines.evidence.bundle_check import check_bundle
from pipelines.evidence.stamps import stamp_ledger
from pipelines.evidence.statements import stamps_folder
from tests.servers.ledgers import broken, verified, workspace_with
from tests.servers.stored_case import AT, store_case
from tests.servers.tsa import Authority, make_authority, serving

ROOT = Path(__file__).parent.parent.parent.parent


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Authority]:
    with serving(make_authority(tmp_path_factory.mktemp("tsa") / "one")) as authority:
        yield authority


def stored(folder: Path, authority: Authority) -> tuple[Workspace, str]:
    workspace = workspace_with(folder, authority)
    with workspace.store() as db:
        return workspace, store_case(db, workspace)


def export(workspace: Workspace, case: str, path: Path) -> Exported:
    with workspace.store() as db:
        return export_case(db, workspace, case, path, by="li", at=AT)


@pytest.mark.parametrize("kind", ["folder", "pipe", "device", "loop"])
def test_what_is_no_file_any_more_is_told_and_waited_for_by_nobody(
    tmp_path: Path, authority: Authority, kind: str
) -> None:
    workspace, case = stored(tmp_path / "w", authority)
    file = workspace.captures / "cap-0000.wacz"
    file.unlink()
    if kind == "folder":
        file.mkdir()
    elif kind == "pipe":
        os.mkfifo(file)
    else:
        file.symlink_to("/dev/zero" if kind == "device" else file)
    done = export(workspace, case, tmp_path / "b")
    assert [(lack.what, lack.name) for lack in done.lacks] == [("capture", "cap-0000")]
    assert broken(check_bundle(done.path)) == []
    assert any("cap-0000" in one for one in broken(verified(workspace)))


def test_a_file_that_lies_elsewhere_by_a_link_is_the_file(
    tmp_path: Path, authority: Authority
) -> None:
    workspace, case = stored(tmp_path / "w", authority)
    file = workspace.captures / "cap-0000.wacz"
    shutil.move(file, tmp_path / "elsewhere")
    file.symlink_to(tmp_path / "elsewhere")
    assert export(workspace, case, tmp_path / "b").lacks == ()
    assert broken(verified(workspace)) == []


_EXPORTS = """
import resource, sys
from pathlib import Path
from crawler.workspace import open_workspace
from pipelines.evidence.bundle import export_case
from tests.servers.stored_case import AT
workspace = open_workspace(Path(sys.argv[1]))
with workspace.store() as db:
    most = (workspace.captures / "cap-0000.wacz").stat().st_size - 1
    resource.setrlimit(resource.RLIMIT_FSIZE, (most, most))
    export_case(db, workspace, sys.argv[2], Path(sys.argv[3]), by="li", at=AT)
"""


def test_a_full_disk_leaves_no_bundle_without_its_captures(
    tmp_path: Path, authority: Authority
) -> None:
    workspace, case = stored(tmp_path / "w", authority)
    command = [sys.executable, "-c", _EXPORTS, str(workspace.folder), case, str(tmp_path / "b")]
    done = subprocess.run(command, cwd=ROOT, check=False, capture_output=True, text=True)
    assert "File too large" in done.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["w"]


def test_a_stamp_whose_files_are_lost_keeps_no_case_from_being_handed_over(
    tmp_path: Path, authority: Authority
) -> None:
    workspace, case = stored(tmp_path / "w", authority)
    assert stamp_ledger(workspace)
    whole = export(workspace, case, tmp_path / "whole")
    assert len(list((whole.path / "data" / "proofs").iterdir())) == 5
    shutil.rmtree(stamps_folder(workspace))
    done = export(workspace, case, tmp_path / "b")
    assert [lack.what for lack in done.lacks] == ["proof"] * 4
    assert str(tmp_path) not in (done.path / "data" / "case.json").read_text()
    assert broken(check_bundle(done.path)) == []


def test_an_answer_that_could_not_be_verified_is_no_proof_and_breaks_no_bundle(
    tmp_path: Path, authority: Authority
) -> None:
    workspace, case = stored(tmp_path / "w", authority)
    authority.body = b"<html>no</html>"
    assert stamp_ledger(workspace)
    authority.body = None
    done = export(workspace, case, tmp_path / "b")
    assert list((done.path / "data" / "proofs").iterdir()) == [
        done.path / "data" / "proofs" / "ledger.jsonl"
    ]
    assert broken(check_bundle(done.path)) == []
