"""How a workspace stands: its database, its backup, its disk, and whom it needs on the network.

Only what the settings name is asked, each within seconds; no mail is sent.
"""

from __future__ import annotations

import hashlib
import shutil
import smtplib
import sqlite3
import subprocess
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from sqlite_utils import Database

from console.doctor import Check
from console.schedule_health import find_health
from crawler.backup import size_of
from crawler.errors import AnchorError, StopError
from crawler.running import is_running
from crawler.store.database import now
from crawler.store.health import find_backup, find_ledger_health
from crawler.store.integrity import find_faults
from crawler.store.sweeps import StoredSweep, find_some_sweeps
from crawler.troubles import remedy_of
from crawler.workspace import Workspace
from pipelines.evidence.anchors import Anchor, find_anchors
from pipelines.retention import find_unfinished
from pipelines.takedown.smtp import Relay

MAIL_SECONDS = 10.0
"""How long each answer of the relay may take."""
MOST_CLOCK_SECONDS = 5.0
"""Seconds by which our clock may differ from that of a time-stamp authority."""
BACKUP_DAYS = 7
STAMP_DAYS = 2
NIGHTS = 14
"""For so many nights the disk should have room."""
LAST_SWEEPS = 1000
_MIB = 2**20


@dataclass(frozen=True, kw_only=True, slots=True)
class _Asked:
    """What an authority answered."""

    anchor: Anchor
    began: datetime
    ended: datetime
    gen_time: datetime | None = None
    problem: str = ""


def examine_workspace(workspace: Workspace, *, full: bool, offline: bool) -> Iterator[Check]:
    """Yield how each part of a workspace stands; nothing is changed.

    :param full: compare every index of the database with its table
    :param offline: ask nobody on the network
    """
    faults = find_faults(workspace.database, full=full, references=True)
    yield _database(workspace, faults, full=full)
    asked: list[_Asked] = []
    if not offline:
        yield from _relay(workspace)
        asked = _ask_authorities(workspace)
        yield from (_authority(one) for one in asked)
    yield _clock(asked)
    yield _zones()
    if faults:
        return
    try:
        with workspace.store() as db:
            yield _backup(db)
            yield _stamps(db, workspace)
            yield _room(db, workspace)
            yield _sweeps(db, workspace)
            yield from _schedule(db, workspace)
            yield _erasures(db, workspace.folder)
    except (StopError, sqlite3.Error) as error:
        yield _check(
            "Database in use", f"{error}", "everything", remedy_of("disk", workspace.folder)
        )


def _check(
    name: str, found: str, needed_for: str, remedy: str | None, *, required: bool = False
) -> Check:
    return Check(
        name=name,
        ok=remedy is None,
        required=required,
        found=found,
        needed_for=needed_for,
        remedy=remedy,
        area="workspace",
    )


def _database(workspace: Workspace, faults: list[str], *, full: bool) -> Check:
    found = "; ".join(faults) or ("whole, with its indexes" if full else "whole")
    remedy = remedy_of("damaged", workspace.folder) if faults else None
    return _check("Database", found, "everything in the workspace", remedy, required=True)


def _schedule(db: Database, workspace: Workspace) -> Iterator[Check]:
    """Say how the nights go, where any are planned."""
    health = find_health(db, workspace, now())
    if health.scheduled or health.problems:
        found = "; ".join(health.problems) or f"{health.scheduled} campaigns, none late or failed"
        remedy = "markhound schedule health; markhound schedule run" if health.problems else None
        yield _check("Schedule", found, "sweeps by night", remedy)


def _relay(workspace: Workspace) -> Iterator[Check]:
    """Connect to the mail relay as notices do, and log in; nothing is sent."""
    server = workspace.config.delivery.smtp
    if server is None:
        return
    place = f"{server.host} ({server.security}{f', as {server.user}' if server.user else ''})"
    remedy: str | None = None
    found = f"{place}: answers"
    try:
        with Relay(replace(server, timeout=min(server.timeout, MAIL_SECONDS)), workspace.folder):
            pass
    except (OSError, smtplib.SMTPException, StopError) as error:
        found = f"{place}: {error}"
        remedy = (
            "look at [delivery.smtp] in markhound.toml (host, port, security, user, password_env,"
            f" ca_file), and whether this machine may connect: nc -vz {server.host}"
            f" {server.port or ''}".rstrip()
        )
    yield _check("Mail relay", found, "notices by e-mail", remedy)


def _ask_authorities(workspace: Workspace) -> list[_Asked]:
    """Have a digest of nothing stamped by each authority, all at once."""
    anchors = list(find_anchors(workspace))
    if not anchors:
        return []
    with ThreadPoolExecutor(min(8, len(anchors))) as threads:
        return list(threads.map(_ask, anchors))


def _ask(anchor: Anchor) -> _Asked:
    began = now()
    if anchor.kind == "command":  # what it anchors stays anchored, and may cost
        [program, *_] = getattr(anchor, "command", ("",))
        missing = "" if shutil.which(program) else f"there is no command {program}"
        return _Asked(anchor=anchor, began=began, ended=now(), problem=missing)
    try:
        receipt = anchor.anchor(hashlib.sha256(b"markhound doctor").digest())
    except AnchorError as error:
        return _Asked(anchor=anchor, began=began, ended=now(), problem=str(error))
    problem = receipt.problem or ""
    return _Asked(
        anchor=anchor, began=began, ended=now(), gen_time=receipt.gen_time, problem=problem
    )


def _authority(one: _Asked) -> Check:
    seconds = (one.ended - one.began).total_seconds()
    asked = "its command is there (not run)" if one.anchor.kind == "command" else "stamps"
    found = one.problem or f"{asked}, after {seconds:.1f} s"
    remedy = None
    if one.problem:
        remedy = (
            "look at [[evidence.stamp_authorities]] or [[evidence.anchors]] in markhound.toml"
            " (url, root, credentials, command); then: markhound evidence stamp --retry"
        )
    return _check(f"Stamps by {one.anchor.name}", found, "evidence that others vouch for", remedy)


def _clock(asked: list[_Asked]) -> Check:
    """Compare the clock with the authorities', else ask the system whether it is kept right."""
    told = [one for one in asked if one.gen_time is not None]
    for one in told:
        assert one.gen_time is not None
        # it was stamped between asking and answer; accurate to a second (RFC 3161 has whole ones)
        early = (one.began - one.gen_time).total_seconds() - 1
        late = (one.gen_time - one.ended).total_seconds()
        off = max(early, late, 0.0)
        if off > MOST_CLOCK_SECONDS:
            found = f"{off:,.0f} s away from that of {one.anchor.name}"
            return _check("Clock", found, "dates of evidence", "timedatectl set-ntp true")
    if told:
        names = ", ".join(one.anchor.name for one in told)
        return _check("Clock", f"as that of {names}", "dates of evidence", None)
    kept = _is_synchronised()
    if kept:
        return _check("Clock", "synchronised, as the system says", "dates of evidence", None)
    found = "not known: nobody is there to compare it with"
    if kept is False:
        found = "not synchronised, as the system says"
    return _check("Clock", found, "dates of evidence", "timedatectl set-ntp true")


def _is_synchronised() -> bool | None:
    """Tell whether the system keeps the clock by others'; None where it does not say."""
    if shutil.which("timedatectl") is None:
        return None
    try:
        done = subprocess.run(
            ["timedatectl", "show", "--property=NTPSynchronized", "--value"],  # noqa: S607 (where it is differs)
            capture_output=True,
            text=True,
            check=False,
            timeout=5,
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    return {"yes": True, "no": False}.get(done.stdout.strip())


def _zones() -> Check:
    try:
        ZoneInfo("Asia/Shanghai")
    except (ZoneInfoNotFoundError, OSError):
        remedy = "apt-get install tzdata, or make setup"
        return _check("Time zones", "none", "times of the console, schedules", remedy)
    return _check("Time zones", "there", "times of the console, schedules", None)


def _backup(db: Database) -> Check:
    last = find_backup(db)
    remedy = "markhound backup FILE (on another disk)"
    if last is None:
        return _check("Backup", "none was made yet", "the day when the disk fails", remedy)
    age = now() - last.at
    where = f", {last.file}" if last.file else ""
    found = f"{_days(age)} ago{where}"
    late = age > timedelta(days=BACKUP_DAYS)
    return _check("Backup", found, "the day when the disk fails", remedy if late else None)


def _stamps(db: Database, workspace: Workspace) -> Check:
    ledger, at = find_ledger_health(db), now()
    evidence = workspace.config.evidence
    needed = "evidence of which others say when it was there"
    found = f"{ledger.unstamped:,} of {ledger.entries:,} entries are not stamped"
    if ledger.stamped_at is not None:
        found += f"; the last stamp is {_days(at - ledger.stamped_at)} old"
    if not (evidence.stamp_authorities or evidence.anchors):
        remedy = "name an authority in [[evidence.stamp_authorities]] of markhound.toml"
        return _check("Ledger", f"{found}; nobody is named who stamps", needed, remedy)
    old = ledger.stamped_at is None or at - ledger.stamped_at > timedelta(days=STAMP_DAYS)
    late = ledger.unstamped > 0 and old
    return _check("Ledger", found, needed, "markhound evidence stamp" if late else None)


def _room(db: Database, workspace: Workspace) -> Check:
    """Compare what is free with what the workspace grew each night, by its size and its age."""
    size, free = size_of(workspace), shutil.disk_usage(workspace.folder).free
    sweeps = find_some_sweeps(db, limit=LAST_SWEEPS)
    nights = len({sweep.started_at.date() for sweep in sweeps})
    found = f"{size / _MIB:,.0f} MiB used, {free / _MIB:,.0f} MiB free"
    if nights:
        a_night = max(1, size // nights)
        found += f"; {a_night / _MIB:,.1f} MiB a night: room for {free // a_night:,} nights"
    short = nights > 0 and free < size // nights * NIGHTS
    remedy = "make room (markhound retention check), or move the workspace to a larger disk"
    return _check("Room", found, f"the next {NIGHTS} nights", remedy if short else None)


def _sweeps(db: Database, workspace: Workspace) -> Check:
    left = [
        sweep.id
        for sweep in _newest(find_some_sweeps(db, limit=LAST_SWEEPS))
        if sweep.state in {"unfinished", "failed"} and not is_running(sweep.id, workspace.logs)
    ]
    found = f"broken off: {', '.join(left)}" if left else "none is broken off"
    remedy = f"markhound sweep --resume {left[0]}" if left else None
    return _check("Sweeps", found, "pages that nobody has looked at yet", remedy)


def _newest(sweeps: list[StoredSweep]) -> Iterator[StoredSweep]:
    """Yield the last sweep of each campaign; they come newest first."""
    seen: set[str] = set()
    for sweep in sweeps:
        if sweep.campaign.name not in seen:
            seen.add(sweep.campaign.name)
            yield sweep


def _erasures(db: Database, folder: Path) -> Check:
    left = sum(1 for _ in find_unfinished(db, folder))
    found = f"{left} files are recorded as erased and still there" if left else "none is half done"
    remedy = "markhound retention apply --by NAME" if left else None
    return _check("Erasures", found, "keeping what the rules promise", remedy)


def _days(length: timedelta) -> str:
    hours = length.total_seconds() / 3600
    return f"{hours:,.0f} hours" if hours < 48 else f"{hours / 24:,.0f} days"
