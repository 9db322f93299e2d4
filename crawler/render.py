"""Which Chromium pages are rendered in; ``crawler/browser/`` does it, ``rendering.py`` says when.

Everything that needs no browser works without one.
"""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

from crawler.errors import InputError
from crawler.model import RenderMode

VARIABLE = "MARKHOUND_CHROMIUM"
"""The environment variable that names the browser to use, and no other."""

HOW_TO_GET = "`markhound doctor` says how to get one"

NAMES = (
    "chromium-headless-shell",
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
)
"""What the program is called, the leanest first."""

USUAL_PLACES = (
    Path("/usr/bin"),
    Path("/usr/local/bin"),
    Path("/snap/bin"),
    Path("/opt/google/chrome"),
    Path("/Applications/Chromium.app/Contents/MacOS"),
    Path("/Applications/Google Chrome.app/Contents/MacOS"),
)
"""Searched after PATH, which is short in a service or a cron job."""

BUNDLE_NAMES = ("chrome", "Chromium", "Google Chrome")
"""What the program is called inside those places that hold nothing else."""

DOWNLOADED = ("chromium_headless_shell-*/*/*headless[-_]shell", "chromium-*/*/chrome")
"""Where ``playwright install chromium`` puts it, below its folder of browsers."""


def find_chromium() -> Path | None:
    """Return the browser that pages are rendered in; None when there is none.

    :raises InputError: when MARKHOUND_CHROMIUM names something that cannot be run
    """
    named = os.environ.get(VARIABLE)
    if named:
        path = Path(named).expanduser()
        if not _runs(path):
            raise InputError(f"{VARIABLE} is {named!r}: expected the path of a program, got none")
        return path
    return next(_candidates(), None)


def check_browser(mode: RenderMode) -> None:
    """Refuse a sweep whose pages shall all be rendered where there is no browser.

    :raises InputError: there is none, or MARKHOUND_CHROMIUM names something else
    """
    if mode != "never" and find_chromium() is None and mode == "always":
        raise InputError(f"render: `always` needs a browser, and there is none; {HOW_TO_GET}")


def _candidates() -> Iterator[Path]:
    for name in NAMES:
        if found := shutil.which(name):
            yield Path(found)
        yield from (place / name for place in USUAL_PLACES if _runs(place / name))
    for place in USUAL_PLACES:
        yield from (place / name for name in BUNDLE_NAMES if _runs(place / name))
    folder = _downloads()
    for pattern in DOWNLOADED:
        # The highest revision first: the folder's name ends with its number.
        found_here = sorted(folder.glob(pattern), key=_revision, reverse=True)
        yield from (path for path in found_here if _runs(path))


def _downloads() -> Path:
    if chosen := os.environ.get("PLAYWRIGHT_BROWSERS_PATH"):
        return Path(chosen)
    caches = "Library/Caches" if sys.platform == "darwin" else ".cache"
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / caches) / "ms-playwright"


def _revision(program: Path) -> int:
    number = program.parent.parent.name.rpartition("-")[2]
    return int(number) if number.isdecimal() else 0


def _runs(path: Path) -> bool:
    return path.is_file() and os.access(path, os.X_OK)
