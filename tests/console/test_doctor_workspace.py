"""How a workspace stands, as ``markhound doctor`` tells it."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from console import doctor_workspace
from console.commands import workspace as workspace_command
from console.schedule_health import Beat, write_beat
from crawler.campaign import Campaign
from crawler.store.database import now, writing
from crawler.store.ledger import append_entry
from crawler.store.sweeps import record_sweep
from crawler.workspace import Workspace, make_workspace
from tests.servers.command import invoke
from tests.servers.ledgers import workspace_with
from tests.servers.mail import MailServer, use
from tests.servers.tsa import make_authority, serving

Told = Mapping[str, Mapping[str, Any]]


@pytest.fixture(autouse=True)
def _without_the_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workspace_command, "examine", lambda _: [])  # test_doctor.py has it


def told(workspace: Workspace, *options: str, expect: int = 0) -> Told:
    checks = invoke("doctor", "--json", *options, workspace=workspace.folder, expect=expect).lines
    assert all(check["area"] == "workspace" for check in checks)
    return {check["name"]: check for check in checks}


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return make_workspace(tmp_path / "w")


def test_whom_the_settings_name_is_asked(tmp_path: Path) -> None:
    with serving(make_authority(tmp_path / "tsa")) as authority, MailServer(tmp_path) as mail:
        workspace = workspace_with(tmp_path / "w", authority, entries=2)
        use(workspace.folder, mail)
        checks = told(workspace)
        assert mail.taken == []
        assert len(authority.requests) == 1
        assert told(workspace, "--offline").keys() == checks.keys() - {
            "Mail relay", "Stamps by 甲 TSA 1",
        }  # fmt: skip
        assert len(authority.requests) == 1
    assert checks["Mail relay"]["ok"]
    assert checks["Stamps by 甲 TSA 1"]["found"].startswith("stamps, after")
    assert checks["Clock"]["found"] == "as that of 甲 TSA 1"
    assert checks["Database"]["found"] == "whole"
    assert checks["Backup"]["remedy"] == "markhound backup FILE (on another disk)"
    assert checks["Ledger"]["remedy"] == "markhound evidence stamp"
    assert checks["Ledger"]["found"] == "2 of 2 entries are not stamped"
    for check in checks.values():
        assert (check["remedy"] is None) == check["ok"], check


def test_who_does_not_answer_is_told_with_what_to_look_at(tmp_path: Path) -> None:
    authority = make_authority(tmp_path / "tsa")  # nobody listens
    with MailServer(tmp_path) as mail:
        workspace = workspace_with(tmp_path / "w", authority)
        use(workspace.folder, mail)
    checks = told(workspace)
    assert "no answer" in checks["Stamps by 甲 TSA 1"]["found"]
    assert "stamp_authorities" in checks["Stamps by 甲 TSA 1"]["remedy"]
    assert "[delivery.smtp]" in checks["Mail relay"]["remedy"]
    assert "refused" in checks["Mail relay"]["found"]


def test_a_clock_that_goes_wrong_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with serving(make_authority(tmp_path / "tsa")) as authority:
        workspace = workspace_with(tmp_path / "w", authority)
        for hours in (-1, 1):
            false = now() + timedelta(hours=hours)
            monkeypatch.setattr(doctor_workspace, "now", lambda false=false: false)
            check = told(workspace)["Clock"]
            assert not check["ok"]
            assert "s away from that of 甲 TSA 1" in check["found"]


@pytest.mark.parametrize(
    ("kept", "words", "ok"),
    [(True, "synchronised, as", True), (False, "not synchronised", False), (None, "not kn", False)],
)
def test_without_an_authority_the_system_is_asked(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch, kept: bool | None, words: str, ok: bool
) -> None:
    monkeypatch.setattr(doctor_workspace, "_is_synchronised", lambda: kept)
    check = told(workspace)["Clock"]
    assert check["found"].startswith(words)
    assert check["ok"] is ok


def test_nights_that_nobody_runs_are_told(workspace: Workspace) -> None:
    assert "Schedule" not in told(workspace)
    (workspace.folder / "campaigns").mkdir()
    (workspace.folder / "campaigns" / "夜.toml").write_text(
        'name = "夜"\nseeds = ["https://a.example/"]\n[schedule]\ncron = "0 3 * * *"\n',
        encoding="utf-8",
    )
    check = told(workspace)["Schedule"]
    assert not check["ok"]
    assert check["found"] == "no sign of life of `markhound schedule run`: it never gave one"
    write_beat(workspace, Beat(at=now(), runner="here 1"))
    check = told(workspace)["Schedule"]
    assert (check["ok"], check["found"]) == (True, "1 campaigns, none late or failed")


def test_a_backup_has_an_age(workspace: Workspace, tmp_path: Path) -> None:
    invoke("backup", tmp_path / "b.tar.gz", workspace=workspace.folder)
    check = told(workspace)["Backup"]
    assert check["ok"]
    assert check["found"] == f"0 hours ago, {tmp_path / 'b.tar.gz'}"
    with workspace.store() as db, writing(db):
        old = now() - timedelta(days=8)
        append_entry(db, "backup", "workspace", {}, by="markhound", at=old)
    check = told(workspace)["Backup"]
    assert (check["ok"], check["found"]) == (False, "8 days ago")


def test_a_damaged_database_is_told_and_how_to_mend_it(workspace: Workspace) -> None:
    data = bytearray(workspace.database.read_bytes())
    middle = len(data) // 8192 * 4096
    data[middle : middle + 4096] = b"\xff" * 4096
    workspace.database.write_bytes(data)
    check = told(workspace, expect=1)["Database"]
    assert check["required"]
    assert "restore BACKUP" in check["remedy"]
    shown = invoke("doctor", workspace=workspace.folder, expect=1).out
    assert "BROKEN   Database: " in shown
    assert "mend it: The database" in shown


def test_a_row_without_the_one_it_names_is_told(workspace: Workspace) -> None:
    with workspace.store() as db:
        db.execute("PRAGMA foreign_keys = OFF")
        db.execute("INSERT INTO case_hits VALUES ('C-1', 'h-1', 'now')")
        db.conn.commit()
    check = told(workspace, "--full", expect=1)["Database"]
    assert "of case_hits names a row of" in check["found"]


def test_a_disk_that_is_full_in_a_few_nights_is_told(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    with workspace.store() as db:
        for day in range(3):
            at = now() - timedelta(days=day)
            record_sweep(db, f"w-{day}", Campaign(name="皮具", seeds=("https://s.example/",)), at)
    monkeypatch.setattr(doctor_workspace, "size_of", lambda _: 3 * 2**30)
    for free, ok in ((13 * 2**30, False), (15 * 2**30, True)):
        usage = shutil.disk_usage(workspace.folder)
        monkeypatch.setattr(shutil, "disk_usage", lambda _, u=usage, f=free: u._replace(free=f))
        check = told(workspace)["Room"]
        assert check["ok"] is ok
        assert f"room for {free // 2**30} nights" in check["found"]
    check = told(workspace)["Sweeps"]
    assert check["found"] == "broken off: w-0"
    assert check["remedy"] == "markhound sweep --resume w-0"


def test_wrong_settings_are_told_beside_the_machine(workspace: Workspace) -> None:
    (workspace.folder / "markhound.toml").write_text("[sendr]\n")
    check = told(workspace, expect=1)["Settings"]
    assert "sendr: unknown key" in check["found"]


def test_a_folder_that_is_no_workspace_has_a_machine_alone(tmp_path: Path) -> None:
    assert invoke("doctor", "--json", workspace=tmp_path).lines == []
    assert not list(tmp_path.iterdir())
