from __future__ import annotations

import json
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from crawler.errors import FileFormatError
from crawler.intake import import_registry
from crawler.registry import load_registry
from crawler.store.rights import find_versions, load_right
from crawler.workspace import Workspace, make_workspace

AT = datetime(2026, 11, 22, tzinfo=UTC)
TODAY = AT.date()


def write(folder: Path, *rights: dict[str, Any], name: str = "rights.jsonl") -> Path:
    file = folder / name
    file.write_text("".join(json.dumps(r, ensure_ascii=False) + "\n" for r in rights))
    return file


def mark(**changes: Any) -> dict[str, Any]:
    return {"id": "TM-1", "kind": "trademark", "name": "Aurelio", **changes}


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return make_workspace(tmp_path / "w")


def test_import_keeps_pictures_and_history(tmp_path: Path, workspace: Workspace) -> None:
    Image.new("L", (8, 8)).save(tmp_path / "logo.png")
    path = write(tmp_path, mark(images=["logo.png"]))
    with workspace.store() as db:
        assert import_(db, workspace, path) == {"TM-1": "added"}
        assert import_(db, workspace, path) == {"TM-1": "unchanged"}
        Image.new("L", (9, 9)).save(tmp_path / "logo.png")
        assert import_(db, workspace, path) == {"TM-1": "updated"}
        change = {"variants": ["奥雷利奥"], "prices": {"CNY": "1200.00"}}
        write(tmp_path, mark(images=["logo.png"], **change))
        assert import_(db, workspace, path) == {"TM-1": "updated"}
        stored = load_right(db, workspace.pictures, "TM-1")
        versions = find_versions(db, "TM-1")
    assert stored.picture_files["logo.png"].read_bytes() == (tmp_path / "logo.png").read_bytes()
    assert stored.version == 3
    assert stored.right.prices == {"CNY": Decimal(1200)}
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
