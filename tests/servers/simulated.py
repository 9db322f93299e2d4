"""Nights of the schedule in a few seconds: its runner and its commands, by a clock of ours.

Run as a program it loads what sweeps need, once, and forks runners, which fork the commands that
they start: real processes that can be killed, without the seconds in which each would load. Between
two commands the clock leaps; while one runs it goes as fast as it does. Inside a command all that
asks for the time gets ours. Nothing of this is in the product: evidence never bears a false time.
"""

from __future__ import annotations

import gc
import json
import os
import pkgutil
import socket
import subprocess
import sys
import time
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta, tzinfo
from importlib import import_module
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import click

from console.cli import cli
from console.machine import on_signals
from console.schedule import Runner
from console.web.processes import ask_to_stop, began_at
from crawler.store import database
from crawler.workspace import open_workspace

ROOMS = ("crawler", "spiders", "matchers", "pipelines.sweep")
COMMANDS = ("sweeping", "following", "second_looks", "digesting")
RUNS = 1000
"""In place of the exit status of a command that has none yet."""
NAP = 0.1
"""Seconds that the clock goes on while something runs."""


class LeapingClock:
    """Goes while a command runs, and leaps over the time in which none does."""

    def __init__(self, at: datetime) -> None:
        self._at = at
        self.started: list[ForkedProcess] = []

    def now(self) -> datetime:
        return self._at

    def wait(self, until: datetime, at_most: timedelta) -> None:  # noqa: ARG002 (a real clock's)
        if any(process.status is None for process in self.started):
            time.sleep(NAP)
            self._at += timedelta(seconds=NAP)
        else:
            self._at = max(self._at, until)


class Spawner:
    """Forks commands. It has no store open, as that does not outlive a fork."""

    def __init__(self) -> None:
        """Fork it; it ends when this process does."""
        ours, theirs = socket.socketpair()
        self._pid = os.fork()
        if not self._pid:
            ours.close()
            with theirs.makefile("rw") as talk:
                for line in talk:
                    print(self._answer(*json.loads(line)), file=talk, flush=True)
            os._exit(0)
        theirs.close()
        self._ours = ours
        self._talk = ours.makefile("rw")

    def close(self) -> None:
        self._talk.close()
        self._ours.close()
        os.waitpid(self._pid, 0)

    def ask(self, *told: Any) -> int:
        print(json.dumps(told), file=self._talk, flush=True)
        return int(self._talk.readline())

    def _answer(self, what: str, *told: Any) -> int:
        if what == "poll":
            ended, status = os.waitpid(told[0], os.WNOHANG)
            return os.waitstatus_to_exitcode(status) if ended else RUNS
        pid = os.fork()
        if not pid:
            os.setsid()
            arguments, output, at = told
            run_in_fork(lambda: command(arguments, datetime.fromisoformat(at)), Path(output))
        return pid


class ForkedProcess:
    """A ``markhound`` command in a fork."""

    def __init__(
        self, spawner: Spawner, arguments: Sequence[str], output: Path, at: datetime
    ) -> None:
        self._spawner = spawner
        self.status: int | None = None
        self.pid = spawner.ask("start", list(arguments), str(output), at.isoformat())
        self.began = began_at(self.pid) or 0

    def poll(self) -> int | None:
        if self.status is None:
            status = self._spawner.ask("poll", self.pid)
            self.status = None if status == RUNS else status
        return self.status

    def ask_to_stop(self) -> None:
        ask_to_stop(self.pid, self.began)

    def kill(self) -> None:
        os.kill(self.pid, 9)


def run_in_fork(work: Any, output: Path) -> None:
    """Do the work of a process that was just forked, and end it with the status of the work."""
    status = 70
    try:
        out = os.open(output, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
        nothing = os.open(os.devnull, os.O_RDONLY)
        for number, name in ((nothing, 0), (out, 1), (out, 2)):
            os.dup2(number, name)
        os.closerange(3, 1024)  # what the other process holds is its own: locks, the store
        work()
        status = 0
    except SystemExit as end:
        status = end.code if isinstance(end.code, int) else int(end.code is not None)
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(status)


def command(arguments: Sequence[str], at: datetime) -> None:
    shift_clock(at - datetime.now(UTC))
    cli(list(arguments), prog_name="markhound")


def shift_clock(by: timedelta) -> None:
    """Let all that is loaded take the time from a clock that goes before or after."""

    class Shifted(datetime):
        @classmethod
        def now(cls, tz: tzinfo | None = None) -> datetime:  # type: ignore[override]  # no subclass
            return (datetime.now(UTC) + by).astimezone(tz)

        @classmethod
        def __get_pydantic_core_schema__(cls, _: Any, handler: Any) -> Any:
            return handler(datetime)  # where a record's types are read anew

    true = database.now

    def shifted() -> datetime:
        return true() + by

    rooms = {room.partition(".")[0] for room in ROOMS} | {"console"}
    for name, module in list(sys.modules.items()):
        if name.partition(".")[0] not in rooms:
            continue
        for key, value in list(vars(module).items()):
            if value is true:
                setattr(module, key, shifted)
            elif value is datetime and module is not database:
                setattr(module, key, Shifted)


def run_schedule(folder: str, begin: str, end: str) -> None:
    """Run the schedule of a workspace from one moment to another."""
    spawner = Spawner()
    workspace = open_workspace(Path(folder))
    clock = LeapingClock(datetime.fromisoformat(begin))

    def start(arguments: Sequence[str], output: Path) -> ForkedProcess:
        process = ForkedProcess(spawner, arguments, output, clock.now())
        clock.started.append(process)
        return process

    with workspace.store() as db:
        runner = Runner(workspace, db, clock=clock, start=start, tell=click.echo)
        on_signals(runner.ask_to_stop)
        runner.run(datetime.fromisoformat(end))
    spawner.close()


def serve() -> None:
    """Fork a runner for each line of the input, and say how it ended for each that is empty."""
    for room in ROOMS:
        for found in pkgutil.walk_packages(import_module(room).__path__, f"{room}."):
            import_module(found.name)
    for name in COMMANDS:
        import_module(f"console.commands.{name}")
    gc.freeze()
    pid = 0
    for line in sys.stdin:
        if line.strip():
            told = json.loads(line)
            pid = os.fork()
            if not pid:
                run_in_fork(
                    lambda t=told: run_schedule(t["folder"], t["begin"], t["end"]),
                    Path(told["output"]),
                )
            answer = pid
        else:
            answer = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
        click.echo(answer)


class Simulation:
    """Runs the schedule of a workspace over spans of time, while the ``with`` block runs."""

    def __init__(self, workspace: Path) -> None:
        self._workspace = workspace
        self.output = workspace.parent / "schedule.out"

    def __enter__(self) -> Self:
        self._server = subprocess.Popen(
            [sys.executable, "-m", "tests.servers.simulated"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, "PYTHONUNBUFFERED": "1"},
        )
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._server.communicate()  # its input ends, and so does it

    def start(self, begin: datetime, end: datetime) -> int:
        """Start a runner; return the number of its process."""
        told = {
            "folder": str(self._workspace),
            "begin": begin.isoformat(),
            "end": end.isoformat(),
            "output": str(self.output),
        }
        return self._ask(json.dumps(told))

    def wait(self) -> int:
        """Return how the runner ended that was started last."""
        return self._ask("")

    def run(self, begin: datetime, end: datetime) -> None:
        """Run the schedule from one moment to another."""
        self.start(begin, end)
        assert self.wait() == 0, self.output.read_text()

    def _ask(self, line: str) -> int:
        assert self._server.stdin is not None
        assert self._server.stdout is not None
        print(line, file=self._server.stdin, flush=True)
        return int(self._server.stdout.readline())


if __name__ == "__main__":
    serve()
