"""What is said, and done, about the minute that compiling takes."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from pathlib import Path

import pytest

from console.compiling import compile_matcher, tell_compiling
from matchers.index import compiled
from matchers.index.native import place_of


@pytest.fixture(autouse=True)
def empty(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    monkeypatch.setattr(compiled, "is_compiled", lambda: True)
    monkeypatch.setattr(compiled, "find_cache", lambda: tmp_path)
    return tmp_path


def test_it_is_said_until_searches_are_compiled(
    capsys: pytest.CaptureFixture[str], empty: Path
) -> None:
    tell_compiling()
    assert capsys.readouterr() == (
        "",
        "Compiling the matcher for this version; about a minute, once.\n",
    )
    content = b"{}\n"
    digest = hashlib.sha256(content).hexdigest().encode()
    for name in compiled.PARTS:
        place_of(empty, name).write_bytes(digest + b"\n" + content)
    tell_compiling()
    assert capsys.readouterr().err == ""


def test_it_is_said_where_it_happens_each_time(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(compiled, "find_cache", lambda: None)
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


def test_it_is_done_without_numba_too() -> None:
    subprocess.run(
        [sys.executable, "-m", "console.compiling"],
        env={**os.environ, "NUMBA_DISABLE_JIT": "1"},
        check=True,
    )
