"""Files of offices on the command line: taken in whole or not at all, shown, and checked."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path

import pytest

from crawler.workspace import open_workspace
from tests.crawler.offices import samples
from tests.servers.command import invoke


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    folder = tmp_path / "w"
    invoke("init", workspace=folder)
    return folder


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    path = tmp_path / "daily.zip"
    with zipfile.ZipFile(path, "w") as made:
        made.writestr("a/DE.xml", samples.ST66)
        made.writestr("b/WO.xml", samples.ST96)
        made.writestr("b/1799999.png", samples.png(9))
        made.writestr("cn.csv", samples.CNIPA)
    return path


def test_an_archive_is_taken_in_with_its_pictures_and_again_without_a_change(
    workspace: Path, archive: Path
) -> None:
    done = invoke("registry", "import", archive, "--json", workspace=workspace)
    told = done.json
    assert [told[key] for key in ("rights", "added", "updated", "unchanged")] == [5, 5, 0, 0]
    counts = {one["kind"]: one["count"] for one in told["warnings"]}
    assert counts["is no Nice class (1 to 45); left out"] == 1
    assert f"{archive}/a/DE.xml:4: warning: is no Nice class" in done.err
    assert "5 rights: 5 added, 0 updated, 0 unchanged; 8 warnings" in done.err
    kept = [path.read_bytes() for path in (workspace / "pictures").rglob("*") if path.is_file()]
    assert sorted(kept) == sorted([samples.png(), samples.png(9)])
    again = invoke("registry", "import", archive, "--json", workspace=workspace).json
    assert (again["added"], again["unchanged"]) == (0, 5)
    assert [one for one in workspace.iterdir() if one.name.startswith("tmp")] == []


def test_a_file_with_an_error_changes_nothing(workspace: Path, tmp_path: Path) -> None:
    good, bad = tmp_path / "good.xml", tmp_path / "bad.xml"
    good.write_text(samples.ST96.replace("1799999.png", "no.png"))
    bad.write_text(samples.ST66[:-60])
    done = invoke("registry", "import", good, bad, workspace=workspace, expect=2)
    assert f"{bad}:" in done.err
    assert "not XML" in done.err
    with open_workspace(workspace).store() as db:
        assert db.execute("SELECT count(*) FROM rights").fetchone()[0] == 0


def test_a_dry_run_shows_and_converts(workspace: Path, tmp_path: Path) -> None:
    path = tmp_path / "cn.csv"
    path.write_text(samples.CNIPA, encoding="gb18030")
    done = invoke("registry", "import", "--dry-run", path, workspace=workspace)
    assert "CN-61000001-21" in done.out
    assert "3 rights would be read; nothing was taken in" in done.err
    lines = invoke("registry", "import", "--dry-run", "--json", path, workspace=workspace)
    converted = tmp_path / "rights.jsonl"
    converted.write_text(lines.out)
    assert "3 rights" in invoke("registry", "check", converted, workspace=workspace, expect=1).err
    assert invoke("registry", "list", "--json", workspace=workspace).out == ""


def test_columns_tell_what_a_table_has(workspace: Path, tmp_path: Path) -> None:
    path = tmp_path / "cn.csv"
    path.write_text(samples.CNIPA)
    lines = invoke("registry", "columns", "--json", path, workspace=workspace).lines
    assert lines[2] == {"column": "国际分类", "first": "第21类", "field": "classes"}
    assert lines[7] == {"column": "类似群", "first": "2103", "field": None}
    told = invoke("registry", "columns", path, workspace=workspace)
    assert "Read as a table of CNIPA" in told.err
    path.write_text("Nummer;Marke\n7;Alpha\n")
    mapping = tmp_path / "m.toml"
    mapping.write_text(
        'id = "A-{registration}"\n[columns]\nNummer = "registration"\nMarke = "name"\n'
        '[constants]\nkind = "trademark"\n'
    )
    done = invoke("registry", "import", path, workspace=workspace, expect=2)
    assert "or --mapping FILE for any other" in done.err or "expected some of" in done.err
    done = invoke("registry", "import", "--mapping", mapping, path, workspace=workspace)
    assert "1 rights: 1 added" in done.err
    done = invoke("registry", "check", "--mapping", mapping, path, workspace=workspace)
    assert "1 rights checked, 0 problems" in done.err


def test_many_warnings_of_a_kind_are_counted(workspace: Path, tmp_path: Path) -> None:
    path = tmp_path / "rights.jsonl"
    rights = [
        {"id": f"T-{n}", "kind": "trademark", "name": f"N{n}", "status": "expired"}
        for n in range(30)
    ]
    path.write_text("".join(json.dumps(right) + "\n" for right in rights))
    done = invoke("registry", "import", path, workspace=workspace)
    assert done.err.count("status is 'expired'") == 5
    assert "... and 25 more: is not in force" in done.err
    assert "30 rights: 30 added, 0 updated, 0 unchanged; 30 warnings" in done.err
    done = invoke("registry", "check", workspace=workspace, expect=1)
    assert "30 rights checked, 30 problems" in done.err
