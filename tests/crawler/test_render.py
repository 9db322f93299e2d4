from __future__ import annotations

from pathlib import Path

import pytest

from crawler import render
from crawler.errors import InputError
from crawler.render import check_browser, find_chromium


@pytest.fixture(autouse=True)
def bare_machine(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """No browser anywhere: not on PATH, not in the usual places, not downloaded."""
    monkeypatch.delenv(render.VARIABLE, raising=False)
    monkeypatch.setenv("PATH", "")
    monkeypatch.setenv("PLAYWRIGHT_BROWSERS_PATH", str(tmp_path / "downloads"))
    monkeypatch.setattr(render, "USUAL_PLACES", (tmp_path / "usual",))
    return tmp_path


def program(path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("#!/bin/sh\n")
    path.chmod(0o755)
    return path


def test_none_without_a_browser() -> None:
    assert find_chromium() is None


def test_the_variable_wins(bare_machine: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program(bare_machine / "usual" / "chromium")
    own = program(bare_machine / "own" / "browser")
    monkeypatch.setenv(render.VARIABLE, str(own))
    assert find_chromium() == own


def test_a_wrong_variable_is_an_error_and_no_fallback(
    bare_machine: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program(bare_machine / "usual" / "chromium")
    text = bare_machine / "notes.txt"
    text.write_text("no program")
    for wrong in (text, bare_machine, bare_machine / "missing"):
        monkeypatch.setenv(render.VARIABLE, str(wrong))
        with pytest.raises(InputError, match=wrong.name):
            find_chromium()


def test_an_empty_variable_counts_as_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(render.VARIABLE, "")
    assert find_chromium() is None


def test_the_headless_shell_is_preferred_wherever_it_stands(
    bare_machine: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    on_path = program(bare_machine / "bin" / "chromium")
    monkeypatch.setenv("PATH", str(on_path.parent))
    assert find_chromium() == on_path
    shell = program(bare_machine / "usual" / "chromium-headless-shell")
    assert find_chromium() == shell


def test_the_newest_downloaded_browser_comes_last(bare_machine: Path) -> None:
    for revision in ("999", "1200"):
        program(
            bare_machine
            / f"downloads/chromium_headless_shell-{revision}/chrome-headless-shell-linux64"
            / "chrome-headless-shell"
        )
    found = find_chromium()
    assert found is not None
    assert "chromium_headless_shell-1200" in found.parts
    installed = program(bare_machine / "usual" / "google-chrome")
    assert find_chromium() == installed


def test_always_is_refused_without_a_browser() -> None:
    with pytest.raises(InputError, match="`always` needs a browser, and there is none"):
        check_browser("always")
    check_browser("auto")
    check_browser("never")


def test_a_wrong_variable_is_told_before_a_sweep(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(render.VARIABLE, "missing-browser")
    with pytest.raises(InputError, match="missing-browser"):
        check_browser("auto")
    check_browser("never")
