from __future__ import annotations

import sys
from pathlib import Path
from types import ModuleType

import pytest

from matchers import kept
from matchers.kept import load_kept


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    calls: list[int] = []

    def words() -> dict[str, float]:
        calls.append(1)
        return {"耐克": 3.5}

    module = ModuleType("made_for_this_test")
    module.__dict__["words"] = words
    monkeypatch.setitem(sys.modules, module.__name__, module)
    return calls


def load(folder: Path) -> object:
    return load_kept("made_for_this_test:words", folder=folder)


def test_a_table_is_made_once(tmp_path: Path, made: list[int]) -> None:
    assert load(tmp_path) == load(tmp_path) == {"耐克": 3.5}
    assert made == [1]


def test_it_is_made_anew_when_something_changes(
    tmp_path: Path, made: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    load(tmp_path)
    monkeypatch.setattr(kept, "_state", lambda: "changed")
    assert load(tmp_path) == {"耐克": 3.5}
    assert made == [1, 1]
    assert len(list(tmp_path.iterdir())) == 1


def test_a_damaged_file_is_made_anew(tmp_path: Path, made: list[int]) -> None:
    load(tmp_path)
    [file] = tmp_path.iterdir()
    file.write_bytes(b'{"half')
    assert load(tmp_path) == {"耐克": 3.5}
    assert made == [1, 1]


def test_the_folder_is_made(tmp_path: Path, made: list[int]) -> None:
    for _ in range(2):
        load(tmp_path / "new")
    assert made == [1]


def test_without_a_folder_to_write_it_is_made_each_time(tmp_path: Path, made: list[int]) -> None:
    for _ in range(2):
        assert load(tmp_path / "no" / "thing") == {"耐克": 3.5}
    assert made == [1, 1]
