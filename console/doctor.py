"""What this machine lacks, and the one command that gets it."""

from __future__ import annotations

import os
import resource
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import import_module
from importlib.metadata import PackageNotFoundError, requires, version
from pathlib import Path
from typing import Literal

from packaging.requirements import Requirement

from crawler.errors import InputError
from crawler.fonts import debian_remedy, find_fonts, font_remedy
from crawler.render import VARIABLE, find_chromium
from pipelines.sweep.words import REMEDY, is_installed

OLDEST_PYTHON = (3, 11)
BEYOND_PYTHON = (3, 14)
OLDEST_SQLITE = (3, 37, 0)
"""From this version on a table can be STRICT, and the store's tables are."""
LEAST_FREE_MIB = 500
GOOD_OPEN_FILES = 4096
"""A sweep of some hundred sites holds a connection and a file or two for each."""


Area = Literal["machine", "workspace"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Check:
    """One thing that was looked at."""

    name: str
    ok: bool
    required: bool
    """Whether nothing works without it."""
    found: str
    """What is there, in words."""
    needed_for: str
    remedy: str | None = None
    """The one command or step that mends it; None when it is in order."""
    area: Area = "machine"


def examine(workspace: Path = Path()) -> list[Check]:
    """Look at everything that Markhound needs from this machine, without changing anything.

    :param workspace: the folder whose disk is looked at; it need not exist yet
    """
    return [
        _check_python(),
        _check_packages(),
        _check_sqlite(),
        _check_disk(workspace),
        _check_chromium(),
        _check_driver(),
        _check_font(),
        _check_openssl(),
        _check_open_files(),
        _check_numba(),
        _check_ocr(),
    ]


def _check_python() -> Check:
    ok = OLDEST_PYTHON <= sys.version_info[:2] < BEYOND_PYTHON
    return Check(
        name="Python",
        ok=ok,
        required=True,
        found=".".join(str(part) for part in sys.version_info[:3]),
        needed_for="everything (3.11 to 3.13)",
        remedy=None if ok else "make setup PYTHON=python3.13",
    )


def _check_packages() -> Check:
    try:
        wanted = [Requirement(line) for line in requires("markhound") or ()]
    except PackageNotFoundError:
        wanted = []
        problems = ["markhound itself is not installed"]
    else:
        wanted = [r for r in wanted if r.marker is None or r.marker.evaluate({"extra": ""})]
        problems = list(_package_problems(wanted))
    return Check(
        name="Python packages",
        ok=not problems,
        required=True,
        found="; ".join(problems) or f"{len(wanted)}, each in its range",
        needed_for="everything",
        remedy="make setup" if problems else None,
    )


def _package_problems(wanted: list[Requirement]) -> Iterator[str]:
    for requirement in wanted:
        try:
            got = version(requirement.name)
        except PackageNotFoundError:
            yield f"{requirement.name} is missing"
            continue
        if not requirement.specifier.contains(got, prereleases=True):
            yield f"{requirement.name} is {got}, expected {requirement.specifier}"


def _check_sqlite() -> Check:
    problems = []
    if sqlite3.sqlite_version_info < OLDEST_SQLITE:
        problems.append(f"expected {'.'.join(str(part) for part in OLDEST_SQLITE)} or newer")
    connection = sqlite3.connect(":memory:")
    for feature, statement in (
        ("JSON functions", "SELECT json_extract('{}', '$')"),
        ("full-text search (FTS5)", "CREATE VIRTUAL TABLE words USING fts5(word)"),
    ):
        try:
            connection.execute(statement)
        except sqlite3.OperationalError:
            problems.append(f"lacks {feature}")
    connection.close()
    return Check(
        name="SQLite",
        ok=not problems,
        required=True,
        found=", ".join([sqlite3.sqlite_version, *problems]),
        needed_for="the store of every workspace",
        remedy="make setup PYTHON=... with a Python built on a newer SQLite" if problems else None,
    )


def _check_disk(workspace: Path) -> Check:
    folder = workspace.resolve()
    while not folder.exists():
        folder = folder.parent
    free = shutil.disk_usage(folder).free // 2**20
    ok = free >= LEAST_FREE_MIB
    return Check(
        name="Disk",
        ok=ok,
        required=True,
        found=f"{free:,} MiB free for {workspace}",
        needed_for=f"pictures and the store (at least {LEAST_FREE_MIB} MiB)",
        remedy=None if ok else "use a folder on a larger disk: markhound --workspace DIR ...",
    )


def _check_chromium() -> Check:
    playwright = f"{sys.executable} -m playwright install chromium-headless-shell"
    remedy: str | None = debian_remedy("chromium-headless-shell") or playwright
    try:
        browser = find_chromium()
    except InputError as error:
        browser, found = None, str(error)
        remedy = f"unset {VARIABLE}"
    else:
        found = str(browser or "none")
    return Check(
        name="Chromium",
        ok=browser is not None,
        required=False,
        found=found,
        needed_for="pages that are made by their scripts, and lists that grow by clicks",
        remedy=remedy if browser is None else None,
    )


def _check_driver() -> Check:
    done = subprocess.run(
        [sys.executable, "-m", "playwright", "--version"],
        capture_output=True,
        text=True,
        check=False,
    )
    ok = done.returncode == 0
    return Check(
        name="Playwright",
        ok=ok,
        required=False,
        found=done.stdout.strip() if ok else "its driver does not start",
        needed_for="the project's tests, which steer Chromium by it",
        # Debian's smallest systems lack this one library of the Node.js that it brings
        remedy=None if ok else debian_remedy("libatomic1") or "install the library libatomic",
    )


def _check_font() -> Check:
    font = next(find_fonts(), None)
    return Check(
        name="Chinese font",
        ok=font is not None,
        required=False,
        found=font.name if font else "none",
        needed_for="Chinese text in captured and drawn pictures, and in notices as PDF",
        remedy=None if font else font_remedy(),
    )


def _check_openssl() -> Check:
    program = shutil.which("openssl")
    return Check(
        name="openssl",
        ok=program is not None,
        required=False,
        found=program or "not on PATH",
        needed_for="checking the time-stamps of evidence",
        remedy=None if program else debian_remedy("openssl") or "install openssl",
    )


def _check_open_files() -> Check:
    allowed, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    ok = allowed == resource.RLIM_INFINITY or allowed >= GOOD_OPEN_FILES
    return Check(
        name="Open files",
        ok=ok,
        required=False,
        found="no limit" if allowed == resource.RLIM_INFINITY else f"{allowed:,} at once",
        needed_for="sweeps of some hundred sites at once",
        remedy=None if ok else f"ulimit -n {GOOD_OPEN_FILES}",
    )


def _check_numba() -> Check:
    # Loaded when asked for, as the commands are.
    ok = import_module("matchers.index.compiled").is_compiled()
    try:
        found = f"numba {version('numba')}" + ("" if ok else ", which is switched off or broken")
    except PackageNotFoundError:
        found = "numba is missing"
    off = os.environ.get("NUMBA_DISABLE_JIT", "0") != "0"
    return Check(
        name="Compiled matching",
        ok=ok,
        required=False,
        found=found,
        needed_for="speed alone: names are found about 50 times as fast with it",
        remedy=None if ok else "unset NUMBA_DISABLE_JIT" if off else "make setup",
    )


def _check_ocr() -> Check:
    ok = is_installed()
    found = (
        f"rapidocr {version('rapidocr')}, onnxruntime {version('onnxruntime')}" if ok else "none"
    )
    return Check(
        name="Words in pictures",
        ok=ok,
        required=False,
        found=found,
        needed_for="reading the text in listings' pictures",
        remedy=None if ok else f"make setup, or {REMEDY}",
    )
