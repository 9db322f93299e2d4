from __future__ import annotations

from pathlib import Path

import pytest

from crawler.errors import FileFormatError, WorkspaceError
from crawler.workspace import make_workspace, open_workspace


def test_made_workspace_opens_with_its_starting_files(tmp_path: Path) -> None:
    make_workspace(tmp_path / "w")
    workspace = open_workspace(tmp_path / "w")
    assert workspace.config.matching.threshold == 0.5
    assert workspace.find_recipient("shop.example") is None


def test_making_again_overwrites_nothing(tmp_path: Path) -> None:
    make_workspace(tmp_path)
    (tmp_path / "markhound.toml").write_text('[crawl]\ncontact = "mailto:a@b.example"\n')
    assert make_workspace(tmp_path).config.crawl.contact == "mailto:a@b.example"


def test_other_folder_is_no_workspace(tmp_path: Path) -> None:
    with pytest.raises(WorkspaceError, match=r"no workspace at .* init"):
        open_workspace(tmp_path)


def test_file_in_place_of_the_folder(tmp_path: Path) -> None:
    (tmp_path / "w").write_text("")
    with pytest.raises(WorkspaceError, match="got a file"):
        make_workspace(tmp_path / "w")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("[matching]\nthreshold = 2", "expected 0 <= cutoff <= threshold <= 1"),
        ("[retention]\ncaptures_days = -1", "expected 1 to 36,500 days, or 0 for never, got -1"),
        ("[retention]\npictures_days = 9999999", "got 9999999"),
        ("[sendr]\n", "sendr: unknown key"),
        ('[sender]\nname = "x"\nphones = 1', "sender.phones: unknown key"),
    ],
)
def test_wrong_settings_are_named(tmp_path: Path, text: str, expected: str) -> None:
    make_workspace(tmp_path)
    (tmp_path / "markhound.toml").write_text(text)
    with pytest.raises(FileFormatError, match=expected):
        open_workspace(tmp_path)


def test_recipient_is_found_by_site(tmp_path: Path) -> None:
    workspace = make_workspace(tmp_path)
    (tmp_path / "recipients.toml").write_text(
        '[[recipients]]\nsite = "shop.example"\nname = "店铺平台"\n', encoding="utf-8"
    )
    found = workspace.find_recipient("shop.example")
    assert found is not None
    assert found.name == "店铺平台"
    assert workspace.find_recipient("other.example") is None


def test_database_of_something_else_is_refused(tmp_path: Path) -> None:
    make_workspace(tmp_path)
    (tmp_path / "markhound.db").write_bytes(b"this is no database" * 100)
    with pytest.raises(WorkspaceError, match="cannot open"), open_workspace(tmp_path).store():
        pass


def test_database_of_a_newer_version_is_refused(tmp_path: Path) -> None:
    workspace = make_workspace(tmp_path)
    with workspace.store() as db:
        row = {"migration_set": "markhound", "name": "m9999_future", "applied_at": "2030"}
        db.table("_sqlite_migrations").insert(row)
    with pytest.raises(WorkspaceError, match=r"newer version.*m9999_future"), workspace.store():
        pass


@pytest.mark.parametrize("days", ["[]", "[0]", "[7, 3]", "[3, 3]"])
def test_days_without_an_answer_rise(tmp_path: Path, days: str) -> None:
    workspace = make_workspace(tmp_path)
    config = workspace.folder / "markhound.toml"
    config.write_text(f"[takedown]\nanswer_days = {days}\n", encoding="utf-8")
    with pytest.raises(FileFormatError, match=r"takedown\.answer_days: expected rising numbers"):
        open_workspace(tmp_path)
