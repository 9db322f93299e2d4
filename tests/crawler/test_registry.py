from __future__ import annotations

import json
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from crawler.errors import FileFormatError, InputError
from crawler.registry import check_registry, import_registry, load_registry
from crawler.store.rights import find_versions, load_right
from crawler.workspace import Workspace, make_workspace

TODAY = date(2026, 11, 22)
AT = datetime(2026, 11, 22, tzinfo=UTC)


def write(folder: Path, *rights: dict[str, Any], name: str = "rights.jsonl") -> Path:
    file = folder / name
    file.write_text("".join(json.dumps(r, ensure_ascii=False) + "\n" for r in rights))
    return file


def mark(**changes: Any) -> dict[str, Any]:
    return {"id": "TM-1", "kind": "trademark", "name": "Aurelio", **changes}


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return make_workspace(tmp_path / "w")


@pytest.mark.parametrize(
    ("changes", "where", "message"),
    [
        ({"name": None}, "", "expected a name, an image or a text"),
        ({"name": "  "}, "", "expected a name, an image or a text"),
        ({"id": ""}, "id", "is empty"),
        ({"images": ["nothing.png"]}, "images", "no picture at"),
        ({"images": [""]}, "images", "no picture at"),
        ({"images": ["rights.jsonl"]}, "images", "expected a picture in one of the formats"),
        ({"classes": [25, 46]}, "classes", "got 46"),
        ({"variants": [""]}, "variants", "empty text"),
        ({"licensees": [{}]}, "licensees.0", "expected a seller, a site or both"),
        ({"kind": "brand"}, "kind", "got 'brand'"),
        ({"expires": "soon"}, "expires", "got 'soon'"),
    ],
)
def test_each_problem_is_named(
    tmp_path: Path, changes: dict[str, Any], where: str, message: str
) -> None:
    file = check_registry(write(tmp_path, mark(), mark(id="TM-2") | changes), TODAY)
    assert [(p.line, p.where) for p in file.errors] == [(2, where)]
    assert message in file.errors[0].message


def test_all_problems_of_a_file_are_found_in_one_go(tmp_path: Path) -> None:
    path = write(tmp_path, mark(), mark(), mark(id="TM-2", name=""), mark(id="TM-3", colour="red"))
    with pytest.raises(FileFormatError) as caught:
        load_registry(path, TODAY)
    assert [(p.line, p.where) for p in caught.value.problems] == [(2, "id"), (3, ""), (4, "colour")]
    assert "first on line 1" in str(caught.value)


@pytest.mark.parametrize("changes", [{"expires": "2026-11-21"}, {"status": "pending"}])
def test_lapsed_right_is_a_warning(tmp_path: Path, changes: dict[str, Any]) -> None:
    file = load_registry(write(tmp_path, mark(**changes)), TODAY)
    assert len(file.rights) == 1
    assert "not matched" in file.warnings[0].message


def test_right_that_expires_today_is_in_force(tmp_path: Path) -> None:
    assert not load_registry(write(tmp_path, mark(expires="2026-11-22")), TODAY).problems


def test_empty_file_is_told(tmp_path: Path) -> None:
    file = load_registry(write(tmp_path), TODAY)
    assert "holds no right" in file.warnings[0].message


def test_other_formats_are_refused_by_name(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"expected a JSON Lines registry .*got '\.docx'"):
        check_registry(tmp_path / "rights.docx", TODAY)


def test_import_keeps_pictures_and_history(tmp_path: Path, workspace: Workspace) -> None:
    Image.new("L", (8, 8)).save(tmp_path / "logo.png")
    path = write(tmp_path, mark(images=["logo.png"]))
    with workspace.store() as db:
        assert import_(db, workspace, path) == {"TM-1": "added"}
        assert import_(db, workspace, path) == {"TM-1": "unchanged"}
        Image.new("L", (9, 9)).save(tmp_path / "logo.png")
        assert import_(db, workspace, path) == {"TM-1": "updated"}
        write(tmp_path, mark(images=["logo.png"], variants=["奥雷利奥"]))
        assert import_(db, workspace, path) == {"TM-1": "updated"}
        stored = load_right(db, workspace.pictures, "TM-1")
        versions = find_versions(db, "TM-1")
    assert stored.picture_files["logo.png"].read_bytes() == (tmp_path / "logo.png").read_bytes()
    assert stored.version == 3
    assert [right.variants for _, _, right in versions] == [(), (), ("奥雷利奥",)]


def test_one_id_in_two_files_is_refused_and_nothing_is_taken(
    tmp_path: Path, workspace: Workspace
) -> None:
    files = [
        load_registry(write(tmp_path, mark(), name=name), TODAY) for name in ("a.jsonl", "b.jsonl")
    ]
    with workspace.store() as db:
        with pytest.raises(FileFormatError, match="also stands in"):
            import_registry(db, workspace.pictures, files, AT)
        assert not list(db.query("SELECT * FROM rights"))


def import_(db: Any, workspace: Workspace, path: Path) -> dict[str, Any]:
    return dict(import_registry(db, workspace.pictures, [load_registry(path, TODAY)], AT))
