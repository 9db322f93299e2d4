"""Runs a hand-over again and again, each time killed (SIGKILL) at another step on the disk.

Steps are files opened, made, moved and removed, and statements of the database. Called as a process
of its own, as it forks: ``python -m tests.servers.killed export|import FOLDER POINTS``, where the
folder has the workspace ``w``, and the bundle ``b`` for an import. Each run has its copy of the
workspace, ``FOLDER/<step>/w``; the last one was not killed.
"""

from __future__ import annotations

import os
import shutil
import signal
import sys
from datetime import UTC, datetime
from pathlib import Path

from sqlite_utils import Database

from crawler.workspace import Workspace, open_workspace
from pipelines.evidence.bundle import export_case
from pipelines.evidence.imports import Desk

STEPS = ("open", "os.mkdir", "os.rename", "os.remove", "os.rmdir")
AT = datetime(2026, 11, 30, 8, 0, tzinfo=UTC)


class _Counter:
    """Counts steps, and ends its process at one of them."""

    def __init__(self, last: int) -> None:
        self.left = last
        self.on = False

    def step(self) -> None:
        if not self.on:
            return
        if self.left == 0:
            os.kill(os.getpid(), signal.SIGKILL)
        self.left -= 1


def run_killed(task: str, folder: Path, points: int) -> None:
    """Run the task: once whole, to count its steps, and killed at ``points`` of them."""
    steps = _run(task, folder, folder / "whole", -1)
    for number in range(points):
        last = number * steps // points
        _run(task, folder, folder / f"{last:04}", last)


def _run(task: str, folder: Path, place: Path, last: int) -> int:
    """Fork, do the task in a copy of the workspace, and return how many steps it took."""
    shutil.copytree(folder / "w", place / "w")
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        counter = _Counter(last)
        sys.addaudithook(lambda event, _: counter.step() if event in STEPS else None)
        _do(task, folder, place, counter)
        os.write(writing, str(-1 - counter.left).encode())
        os._exit(0)
    os.close(writing)
    _, status = os.waitpid(child, 0)
    assert status == (0 if last < 0 else signal.SIGKILL), (task, last, status)
    said = os.read(reading, 20)
    os.close(reading)
    return int(said or b"0")


def _do(task: str, folder: Path, place: Path, counter: _Counter) -> None:
    workspace = open_workspace(place / "w")
    with workspace.store() as db:
        db.conn.set_trace_callback(lambda _: counter.step())
        counter.on = True
        (_export if task == "export" else _import)(db, workspace, folder, place)
        counter.on = False


def _export(db: Database, workspace: Workspace, folder: Path, place: Path) -> None:
    del folder
    case = str(db.execute("SELECT id FROM cases").fetchone()[0])
    export_case(db, workspace, case, place / "b", by="李伟", at=AT)


def _import(db: Database, workspace: Workspace, folder: Path, place: Path) -> None:
    del place
    Desk(db=db, workspace=workspace, by="安娜", at=AT).take_in(folder / "b")


if __name__ == "__main__":
    run_killed(sys.argv[1], Path(sys.argv[2]), int(sys.argv[3]))
