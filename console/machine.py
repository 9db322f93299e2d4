"""The machine that the schedule runs on: its clock, and the commands that it starts."""

from __future__ import annotations

import os
import select
import signal
import socket
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path
from typing import Protocol

from console.web.processes import ask_to_stop, began_at, open_command
from crawler.store.database import now

PIPE_BYTES = 4096
"""Read of a pipe at once; each that woke the clock wrote one."""


class Clock(Protocol):
    """Tells the time and lets it pass."""

    def now(self) -> datetime:
        """Return the present moment in UTC."""

    def wait(self, until: datetime, at_most: timedelta) -> None:
        """Return at that moment, or sooner: after ``at_most``, or when there is something new."""


class Process(Protocol):
    """A command that was started."""

    @property
    def pid(self) -> int:
        """Its number."""

    @property
    def began(self) -> int:
        """When it began, in ticks since the machine did."""

    def poll(self) -> int | None:
        """Return its exit status, negative for a signal; None while it runs."""

    def ask_to_stop(self) -> None:
        """Ask it to stop, as Ctrl-C does."""

    def kill(self) -> None:
        """End it."""


StartCommand = Callable[[Sequence[str], Path], Process]
"""Starts ``markhound`` with arguments; what it says goes to a file."""


class MachineClock:
    """The machine's own clock."""

    def __init__(self) -> None:
        # a signal may come at any place, also while a lock of threading is held: a pipe has none
        self._woken, self._wake = os.pipe()
        for end in (self._woken, self._wake):
            os.set_blocking(end, False)

    def now(self) -> datetime:
        """Return the present moment in UTC."""
        return now()

    def wait(self, until: datetime, at_most: timedelta) -> None:
        """Sleep until that moment, for so long at the most, or until woken.

        Never for longer than that: the clock may be set, and a machine may sleep.
        """
        tell_service_manager("WATCHDOG=1")
        seconds = min(until - now(), at_most).total_seconds()
        if select.select([self._woken], [], [], max(0.0, seconds))[0]:
            os.read(self._woken, PIPE_BYTES)

    def wake(self) -> None:
        """End what is waited for, or what will be next; a signal may do so."""
        with suppress(BlockingIOError):  # it is full, and so it is woken
            os.write(self._wake, b"!")

    def close(self) -> None:
        """Give back what was opened for it."""
        os.close(self._woken)
        os.close(self._wake)


class MachineProcess:
    """A ``markhound`` command in a process of its own."""

    def __init__(self, arguments: Sequence[str], folder: Path, output: Path) -> None:
        """Start it.

        :param folder: which becomes its current one
        :param output: file for what it says
        """
        self._process = open_command(arguments, folder, output)
        self.pid = self._process.pid
        self.began = began_at(self.pid) or 0

    def poll(self) -> int | None:
        """Return its exit status, negative for a signal; None while it runs."""
        return self._process.poll()

    def ask_to_stop(self) -> None:
        """Ask it to stop, as Ctrl-C does."""
        ask_to_stop(self.pid, self.began)

    def kill(self) -> None:
        """End it."""
        self._process.kill()


def on_signals(act: Callable[[], None]) -> None:
    """Let SIGTERM and SIGINT do something else than end the process."""
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: act())


def tell_service_manager(state: str) -> None:
    """Tell systemd how we are, where it asked for that (sd_notify(3)): ``READY=1``.

    Elsewhere, and where it does not listen, nothing happens.
    """
    address = os.environ.get("NOTIFY_SOCKET", "")
    if not address.startswith(("/", "@")):
        return
    if address.startswith("@"):
        address = "\0" + address[1:]  # in the abstract name space of Linux
    try:
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sender:
            sender.setblocking(False)  # a manager that does not read must not hold the schedule
            sender.sendto(state.encode(), address)
    except OSError:
        return
