"""Erasing what nobody needs: recorded first, then gone, so that a kill leaves nothing untold."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import nullcontext
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import get_args

from sqlite_utils import Database

from crawler.accounts import Actor
from crawler.errors import BusyError
from crawler.files import locked
from crawler.running import erasing, find_running
from crawler.store.database import now, writing
from crawler.store.retention import (
    Erasable,
    RuleName,
    Why,
    count_kept,
    find_erasable,
    find_erasures,
    is_needed,
    record_erasure,
)
from crawler.store.schedule import RUN
from crawler.workspace import Workspace

RULES: tuple[RuleName, ...] = get_args(RuleName)
AT_ONCE = 5_000
"""Files whose erasure is recorded in one transaction; others can write between two."""


@dataclass(frozen=True, kw_only=True, slots=True)
class RetentionReport:
    """What a rule would erase, or has erased."""

    rule: RuleName
    days: int
    """0 = the rule is not set: everything stays."""
    before: datetime | None
    """What was of use since then stays."""
    files: int
    bytes: int
    kept: Mapping[str, int]
    """Why files stay -> how many; a file may have several reasons."""


def days_of(workspace: Workspace, rule: RuleName) -> int:
    """Return after how many days a rule erases; 0 = never."""
    days: int = getattr(workspace.config.retention, f"{rule}_days")
    return days


def check_retention(workspace: Workspace, *, at: datetime) -> Iterator[RetentionReport]:
    """Yield for each rule what it would erase at a moment, and why the rest stays."""
    with workspace.store() as db:
        for rule in RULES:
            days = days_of(workspace, rule)
            if not days:
                yield _unset(rule)
                continue
            before = at - timedelta(days=days)
            spared: dict[str, Why] = {}
            found = find_erasable(db, rule, before)
            sizes = [size for _, size in _sized(found, workspace.folder, rule, before, spared)]
            yield RetentionReport(
                rule=rule,
                days=days,
                before=before,
                files=len(sizes),
                bytes=sum(sizes),
                kept=_kept(db, rule, before, spared),
            )


def apply_retention(
    workspace: Workspace, by: Actor, *, show: Callable[[int], None] = lambda _: None
) -> Iterator[RetentionReport]:
    """Erase what the rules say; yield for each what went. Finishes first what a kill left.

    :param show: called with the number of files that went so far
    :raises BusyError: while a sweep runs, which may be about to name a picture that is erased, or
        a backup is made, whose copy of the database names what is erased
    """
    with erasing(workspace.logs):
        yield from _apply(workspace, by, show)


def _apply(
    workspace: Workspace, by: Actor, show: Callable[[int], None]
) -> Iterator[RetentionReport]:
    # a run of the schedule is held as long as its steps, of which this may be one
    if running := [one for one in find_running(workspace.logs) if not one.startswith(RUN)]:
        raise BusyError(
            f"nothing is erased while a sweep runs ({', '.join(running)}); wait for its end"
        )
    done = 0
    for rule in RULES:
        at = now()
        days = days_of(workspace, rule)
        captures = workspace.captures
        lock = locked(captures) if rule == "captures" and captures.is_dir() else nullcontext()
        with lock, workspace.store() as db:
            db.execute("PRAGMA synchronous = FULL")  # the record is on the disk before a file goes
            _finish(db, workspace.folder, rule)
            if not days:
                yield _unset(rule)
                continue
            before = at - timedelta(days=days)
            files = size = 0
            spared: dict[str, Why] = {}
            while gone := _record_some(db, workspace.folder, rule, days, before, by, spared):
                for one, one_size in gone:
                    _remove(workspace.folder / one.file)
                    files, size, done = files + 1, size + one_size, done + 1
                    show(done)
            yield RetentionReport(
                rule=rule,
                days=days,
                before=before,
                files=files,
                bytes=size,
                kept=_kept(db, rule, before, spared),
            )


def find_unfinished(db: Database, folder: Path, rule: RuleName | None = None) -> Iterator[Path]:
    """Yield files whose erasure is recorded and that are still there, as they were before it.

    A picture that was taken in again is younger than its erasure. What came to be needed since, as
    a case was opened before a file went, stays.
    """
    for one in find_erasures(db):
        if rule is not None and one.rule != rule:
            continue
        path = folder / one.file
        try:
            written = path.stat().st_mtime
        except OSError:
            continue
        old = one.rule == "captures" or written <= one.at.timestamp()
        if old and not is_needed(db, one):
            yield path


def _unset(rule: RuleName) -> RetentionReport:
    return RetentionReport(rule=rule, days=0, before=None, files=0, bytes=0, kept={})


def _finish(db: Database, folder: Path, rule: RuleName) -> None:
    for path in list(find_unfinished(db, folder, rule)):
        _remove(path)


def _record_some(
    db: Database,
    folder: Path,
    rule: RuleName,
    days: int,
    before: datetime,
    by: Actor,
    spared: dict[str, Why],
) -> list[tuple[Erasable, int]]:
    """Record that some files are erased; return them with their sizes, none when none are left.

    :param spared: what was left alone so far; grows
    """
    with writing(db):
        sized: list[tuple[Erasable, int]] = []
        count = -1
        while not sized and count != len(spared):
            count = len(spared)
            found = find_erasable(db, rule, before, limit=AT_ONCE + count)
            sized = _sized(found, folder, rule, before, spared)
        at = now()
        for one, size in sized:
            record_erasure(db, one, rule=rule, days=days, size=size, by=by, at=at)
    return sized


def _remove(path: Path) -> None:
    path.unlink(missing_ok=True)


def _sized(
    found: Iterable[Erasable],
    folder: Path,
    rule: RuleName,
    before: datetime,
    spared: dict[str, Why],
) -> list[tuple[Erasable, int]]:
    """Return files with their sizes in bytes, but not those that are left alone.

    What is missing was not erased by a rule, and is not told so; and a picture that was taken in
    since may be about to be named by a record, though none names it yet.

    :param spared: file -> why it is left alone; grows
    """
    sized = []
    for one in found:
        if one.file in spared:
            continue
        try:
            status = (folder / one.file).stat()
        except OSError:
            spared[one.file] = "missing"
            continue
        if rule == "pictures" and status.st_mtime >= before.timestamp():
            spared[one.file] = "young"
        else:
            sized.append((one, status.st_size))
    return sized


def _kept(
    db: Database, rule: RuleName, before: datetime, spared: Mapping[str, Why]
) -> dict[str, int]:
    counts = Counter(count_kept(db, rule, before))
    counts.update(Counter(str(why) for why in spared.values()))
    return dict(counts)
