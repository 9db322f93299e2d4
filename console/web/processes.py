"""Processes that the console starts, which live on when it ends, and are told apart for sure."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Sequence
from pathlib import Path

from crawler.errors import MachineError

_PROC = Path("/proc")


def start_command(arguments: Sequence[str], folder: Path, output: Path) -> tuple[int, int]:
    """Start ``markhound`` with these arguments in a session of its own.

    :param folder: which becomes its current one
    :param output: file for what it says
    :returns: number of the process, and when it began, in ticks since the machine did
    :raises MachineError: where the system does not tell when a process began
    """
    if not (_PROC / "self" / "stat").exists():
        raise MachineError(
            "this system does not tell when a process began, so that the console could not stop it"
            " for sure; start the sweep on the command line"
        )
    process = open_command(arguments, folder, output)
    began = began_at(process.pid)
    # else it would stay on as a zombie; a thread that waits costs nothing and ends with it
    threading.Thread(target=process.wait, daemon=True).start()
    return process.pid, began or 0


def open_command(arguments: Sequence[str], folder: Path, output: Path) -> subprocess.Popen[bytes]:
    """Start ``markhound`` with these arguments in a session of its own; the caller waits for it.

    :param folder: which becomes its current one
    :param output: file for what it says
    """
    output.parent.mkdir(exist_ok=True)
    with output.open("wb") as file:
        return subprocess.Popen(  # noqa: S603 - this very program, its arguments in a list
            # -P: what lies in the workspace's folder is never taken for a part of the program
            [sys.executable, "-P", "-m", "console.cli", *arguments],
            cwd=folder,
            stdin=subprocess.DEVNULL,
            stdout=file,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            env=os.environ | {"PYTHONUNBUFFERED": "1"},
        )


def began_at(pid: int) -> int | None:
    """Return when a process began, in ticks since the machine did; None when it does not live.

    Field 22 of ``/proc/PID/stat`` (proc(5)); what stands before may hold blanks and brackets.
    """
    try:
        text = (_PROC / str(pid) / "stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return None
    fields = text.rpartition(")")[2].split()
    return None if fields[0] in "ZX" else int(fields[19])


def is_alive(pid: int, began: int) -> bool:
    """Tell whether that very process lives, and none that got its number later."""
    return began > 0 and began_at(pid) == began


def ask_to_stop(pid: int, began: int) -> bool:
    """Ask that very process to stop, as Ctrl-C does; False when it does not live any more."""
    if not is_alive(pid, began):
        return False
    try:
        os.kill(pid, signal.SIGTERM)
    except ProcessLookupError:
        return False
    return True
