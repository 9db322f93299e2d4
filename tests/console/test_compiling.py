"""What is said, and done, about the minute that compiling takes."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from console.compiling import compile_matcher, tell_compiling
from matchers.index import compiled


@pytest.fixture(autouse=True)
def empty(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    monkeypatch.setattr(compiled, "is_compiled", lambda: True)
    monkeypatch.setattr(compiled, "CACHE", tmp_path)
    return tmp_path


def test_it_is_said_until_searches_are_compiled(
    capsys: pytest.CaptureFixture[str], empty: Path
) -> None:
    tell_compiling()
    assert capsys.readouterr() == (
        "",
        "Compiling the matcher for this version; about a minute, once.\n",
    )
    (empty / "index_1").mkdir()
    (empty / "index_1" / "search.search-48.py311.nbi").touch()
    tell_compiling()
    assert capsys.readouterr().err == ""


def test_it_is_said_where_it_happens_each_time(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(compiled, "CACHE", None)
    tell_compiling()
    assert "each time" in capsys.readouterr().err


def test_nothing_is_said_where_nothing_is_compiled(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(compiled, "is_compiled", lambda: False)
    tell_compiling()
    assert capsys.readouterr().err == ""


def test_after_it_nothing_is_left_to_compile(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.undo()
    compile_matcher()
    capsys.readouterr()
    tell_compiling()
    assert capsys.readouterr().err == ""


def test_what_lies_where_nobody_may_write_is_copied(tmp_path: Path) -> None:
    (tmp_path / "installed" / "index_1").mkdir(parents=True)
    (tmp_path / "installed" / "index_1" / "a.nbi").write_text("x")
    for path in (tmp_path / "installed" / "index_1", tmp_path / "installed"):
        path.chmod(0o555)
    compiled._copy_whole(tmp_path / "installed", tmp_path / "home" / "copy")
    copy = tmp_path / "home" / "copy"
    assert (copy / "index_1" / "a.nbi").read_text() == "x"
    assert copy.stat().st_mode & (copy / "index_1").stat().st_mode & 0o200
    assert [path.name for path in (tmp_path / "home").iterdir()] == ["copy"]


def test_it_is_done_without_numba_too() -> None:
    subprocess.run(
        [sys.executable, "-m", "console.compiling"],
        env={**os.environ, "NUMBA_DISABLE_JIT": "1"},
        check=True,
    )
