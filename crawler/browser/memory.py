"""Memory and CPU time of a process and of all below it, read from ``/proc`` (Linux).

On other systems nothing is known (None): there the limits of the browser's own heaps must do.
"""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from pathlib import Path

PROC = Path("/proc")
_PSS = re.compile(rb"^Pss:\s+(\d+) kB", re.MULTILINE)
_KIND = re.compile(rb"--type=([\w-]+)")


@dataclass(frozen=True, kw_only=True, slots=True)
class Part:
    """One process of a tree."""

    pid: int
    bytes: int
    """Memory that it alone uses, and its share of what several use (PSS)."""
    cpu_seconds: float
    """Its own, and that of children which have ended."""
    kind: str
    """What Chromium calls a process that it started (``renderer``); empty for others."""


def find_parts(root: int) -> list[Part] | None:
    """Return the processes at and below ``root``; None where the system does not tell."""
    if not (PROC / "self" / "smaps_rollup").exists():
        return None
    children: dict[int, list[int]] = {}
    for entry in PROC.iterdir():
        if entry.name.isdecimal() and (fields := _fields(entry)) is not None:
            children.setdefault(int(fields[1]), []).append(int(entry.name))
    found, todo = [], [root]
    while todo:
        pid = todo.pop()
        todo += children.get(pid, ())
        if (part := _part(pid)) is not None:
            found.append(part)
    return found


def _fields(entry: Path) -> list[bytes] | None:
    """Return the fields of ``stat`` behind the name; None when the process has ended."""
    try:
        return (entry / "stat").read_bytes().rpartition(b")")[2].split()
    except OSError:
        return None


def _part(pid: int) -> Part | None:
    entry = PROC / str(pid)
    fields = _fields(entry)
    try:
        share = _PSS.search((entry / "smaps_rollup").read_bytes())
        command = (entry / "cmdline").read_bytes()
    except OSError:  # it ended meanwhile, or belongs to somebody else
        return None
    if fields is None:
        return None
    ticks = sum(int(field) for field in fields[11:15])  # utime, stime, cutime, cstime
    return Part(
        pid=pid,
        bytes=int(share[1]) * 1024 if share else 0,
        cpu_seconds=ticks / os.sysconf("SC_CLK_TCK"),
        kind=found[1].decode() if (found := _KIND.search(command)) else "",
    )
