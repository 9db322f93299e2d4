from __future__ import annotations

import sys
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest
from numpy.typing import NDArray

from matchers import kept
from matchers.kept import load_kept, load_kept_arrays


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    calls: list[int] = []
    module = ModuleType("made_for_this_test")

    def words() -> dict[str, float]:
        calls.append(1)
        return {"耐克": 3.5}

    def arrays() -> dict[str, NDArray[np.int32]]:
        calls.append(2)
        return {"numbers": np.arange(3, dtype=np.int32)}

    module.__dict__["arrays"] = arrays
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
    for damage in (b'{"half', b"", b"{}", file.read_bytes()[:-1], b"\xff" + file.read_bytes()):
        file.write_bytes(damage)
        assert load(tmp_path) == {"耐克": 3.5}
    assert made == [1] * 6


def test_the_folder_is_made(tmp_path: Path, made: list[int]) -> None:
    for _ in range(2):
        load(tmp_path / "new")
    assert made == [1]


def test_without_a_folder_to_write_it_is_made_each_time(tmp_path: Path, made: list[int]) -> None:
    for _ in range(2):
        assert load(tmp_path / "no" / "thing") == {"耐克": 3.5}
    assert made == [1, 1]


def test_arrays_are_kept_too(tmp_path: Path, made: list[int]) -> None:
    for _ in range(2):
        kept_arrays = load_kept_arrays("made_for_this_test:arrays", folder=tmp_path)
        assert kept_arrays["numbers"].tolist() == [0, 1, 2]
        assert kept_arrays["numbers"].dtype == np.int32
    [file] = tmp_path.iterdir()
    content = bytearray(file.read_bytes())
    for place in range(0, len(content), 7):
        content[place] ^= 1
        file.write_bytes(content)
        content[place] ^= 1
        damaged = load_kept_arrays("made_for_this_test:arrays", folder=tmp_path)
        assert damaged["numbers"].tolist() == [0, 1, 2]
    assert made == [2] * (2 + len(range(7, len(content), 7)))
