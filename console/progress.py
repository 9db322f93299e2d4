"""Progress of long work: a live line on a terminal, plain lines elsewhere."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    SpinnerColumn,
    TextColumn,
    TimeElapsedColumn,
)
from rich.progress import Progress as Bar

from console.context import people

if TYPE_CHECKING:
    from crawler.sweep import Progress

SECONDS_BETWEEN_LINES = 5.0


@contextmanager
def sweep_progress() -> Iterator[Callable[[Progress], None]]:
    """Show how far a sweep is while the ``with`` block runs, on stderr."""
    console = people()
    if not console.is_terminal:
        yield _Lines().show
        return
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(bar_width=30),
        MofNCompleteColumn(),
        TextColumn("pages"),
        TimeElapsedColumn(),
    )
    with Bar(*columns, console=console, transient=True) as bar:
        task = bar.add_task("sweeping", total=None)

        def show(progress: Progress) -> None:
            bar.update(
                task,
                description=f"sweeping: {progress.listings} listings",
                completed=progress.settled,
                total=progress.settled + progress.waiting,
            )

        yield show


@contextmanager
def gathering(doing: str) -> Iterator[None]:
    """Show that something of unknown length is at work while the ``with`` block runs, on stderr.

    Elsewhere than on a terminal nothing is written: it takes seconds, a minute at the most.
    """
    console = people()
    if not console.is_terminal:
        yield
        return
    with console.status(doing):
        yield


class _Lines:
    def __init__(self) -> None:
        self._next = time.monotonic() + SECONDS_BETWEEN_LINES

    def show(self, progress: Progress) -> None:
        if time.monotonic() < self._next:
            return
        self._next = time.monotonic() + SECONDS_BETWEEN_LINES
        people().print(
            f"sweeping: {progress.listings} listings, {progress.settled} pages done,"
            f" {progress.waiting} known to come"
        )


@contextmanager
def counting(doing: str, unit: str, total: int) -> Iterator[Callable[[int], None]]:
    """Show how much of a known amount is done while the ``with`` block runs, on stderr."""
    console = people()
    if not console.is_terminal:
        yield _Counts(doing, unit, total).show
        return
    columns = (
        TextColumn("{task.description}"),
        BarColumn(bar_width=30),
        MofNCompleteColumn(),
        TextColumn(unit),
        TimeElapsedColumn(),
    )
    with Bar(*columns, console=console, transient=True) as bar:
        task = bar.add_task(doing, total=total)
        yield lambda done: bar.update(task, completed=done)


class _Counts:
    def __init__(self, doing: str, unit: str, total: int) -> None:
        self._words = f"of {total:,} {unit}"
        self._doing = doing
        self._next = time.monotonic() + SECONDS_BETWEEN_LINES

    def show(self, done: int) -> None:
        if time.monotonic() < self._next:
            return
        self._next = time.monotonic() + SECONDS_BETWEEN_LINES
        people().print(f"{self._doing}: {done:,} {self._words}")
