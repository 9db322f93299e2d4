from __future__ import annotations

import importlib.metadata
import resource
import shutil
import sqlite3
import sys
from pathlib import Path
from typing import NamedTuple

import pytest

from console import doctor
from console.doctor import Check, examine
from crawler import fonts, render
from matchers.index import compiled


def checked(name: str) -> Check:
    return next(check for check in examine() if check.name == name)


class Disk(NamedTuple):
    total: int
    used: int
    free: int


def test_what_is_lacking_has_a_remedy_and_what_is_there_has_none() -> None:
    checks = examine()
    assert {check.name for check in checks if check.required} == {
        "Python", "Python packages", "SQLite", "Disk",
    }  # fmt: skip
    for check in checks:
        assert (check.remedy is None) == check.ok, check
        assert check.found
        assert check.needed_for


def test_an_empty_path_stops_nothing(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", "")
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setattr(render, "USUAL_PLACES", ())
    monkeypatch.delenv(render.VARIABLE, raising=False)
    monkeypatch.delenv("PLAYWRIGHT_BROWSERS_PATH", raising=False)
    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
    lacking = {check.name: check for check in examine() if not check.ok}
    assert {"Chromium", "openssl"} <= lacking.keys()
    assert "chromium-headless-shell" in str(lacking["Chromium"].remedy)
    assert not any(check.required for check in lacking.values())


def test_a_wrong_browser_variable_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(render.VARIABLE, "missing-browser")
    check = checked("Chromium")
    assert not check.ok
    assert "missing-browser" in check.found
    assert check.remedy == f"unset {render.VARIABLE}"


def test_packages_outside_their_range_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    wanted = ["scrapy>=99", "no-such-package", "rich", 'mypy>=99; extra == "dev"']
    monkeypatch.setattr(doctor, "requires", lambda _: wanted)
    check = checked("Python packages")
    installed = importlib.metadata.version("scrapy")
    assert check.found == f"scrapy is {installed}, expected >=99; no-such-package is missing"
    assert check.remedy == "make setup"


def test_packages_in_their_ranges_are_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor, "requires", lambda _: ["rich", 'mypy>=99; extra == "dev"'])
    assert checked("Python packages").found == "1, each in its range"


def test_markhound_itself_must_be_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(name: str) -> None:
        raise importlib.metadata.PackageNotFoundError(name)

    monkeypatch.setattr(doctor, "requires", missing)
    check = checked("Python packages")
    assert not check.ok
    assert "not installed" in check.found


def test_old_python_and_sqlite_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor, "OLDEST_PYTHON", (3, 99))
    monkeypatch.setattr(sqlite3, "sqlite_version_info", (3, 8, 0))
    assert not checked("Python").ok
    assert "expected 3.37.0 or newer" in checked("SQLite").found


def test_a_full_disk_is_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _: Disk(2**40, 2**40, 2**21))
    check = next(c for c in examine(tmp_path / "not" / "yet") if c.name == "Disk")
    assert not check.ok
    assert check.found.startswith("2 MiB free")


def test_a_chinese_font_is_found_by_its_file(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(fonts, "FONT_FOLDERS", (tmp_path,))
    assert not checked("Chinese font").ok
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep" / "NotoSansCJK-Regular.ttc").touch()
    assert checked("Chinese font").found == "NotoSansCJK-Regular.ttc"


@pytest.mark.parametrize(
    ("limit", "ok"), [(256, False), (4096, True), (resource.RLIM_INFINITY, True)]
)
def test_few_open_files_are_told(monkeypatch: pytest.MonkeyPatch, limit: int, ok: bool) -> None:
    monkeypatch.setattr(resource, "getrlimit", lambda _: (limit, limit))
    assert checked("Open files").ok is ok


def test_slow_matching_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compiled, "is_compiled", lambda: False)
    monkeypatch.setenv("NUMBA_DISABLE_JIT", "1")
    assert checked("Compiled matching").remedy == "unset NUMBA_DISABLE_JIT"
    monkeypatch.delenv("NUMBA_DISABLE_JIT")
    check = checked("Compiled matching")
    assert (check.required, check.remedy) == (False, "make setup")


def test_whether_words_in_pictures_are_read_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    assert checked("Words in pictures").found.startswith("rapidocr 3.")
    monkeypatch.setitem(sys.modules, "rapidocr", None)
    check = checked("Words in pictures")
    assert (check.ok, check.required) == (False, False)
    assert "markhound[ocr]" in str(check.remedy)
