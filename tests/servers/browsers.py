"""What tests with the real browser share."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

from crawler.browser.memory import find_parts
from crawler.render import find_chromium

needs_browser = pytest.mark.skipif(  # a machine may lack one; `make test` installs it
    find_chromium() is None, reason="no Chromium here; `make browser` installs one"
)


@contextmanager
def opened_browser(*arguments: str) -> Iterator[Browser]:
    """Start Chromium for a ``with`` block; a machine without one fails, as `make test` gets it."""
    program = find_chromium()
    if program is None:
        pytest.fail("no Chromium here; `make browser` gets it, `markhound doctor` says how")
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(
            executable_path=str(program), args=["--no-sandbox", *arguments]
        )
        try:
            yield started
        finally:
            started.close()


def kill_browsers_below(pid: int) -> None:
    """Kill the browsers that a process has started, as if they had crashed."""
    parts = find_parts(pid) or []
    shown = {part.pid for part in parts if part.kind}
    assert shown, "no browser runs below the process"
    for part in parts:
        if part.pid != pid and not part.kind and _is_chromium(part.pid):
            os.kill(part.pid, signal.SIGKILL)


def _is_chromium(pid: int) -> bool:
    return b"--remote-debugging-pipe" in Path(f"/proc/{pid}/cmdline").read_bytes()
