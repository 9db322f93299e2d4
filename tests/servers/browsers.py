"""What tests with the real browser share."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import pytest

from crawler.browser.memory import find_parts
from crawler.render import find_chromium

needs_browser = pytest.mark.skipif(  # a machine may lack one; `make test` installs it
    find_chromium() is None, reason="no Chromium here; `make browser` installs one"
)


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
