"""The workspace's campaign files, and the sweeps that people start from them and stop."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from sqlite_utils import Database

from console.web.processes import ask_to_stop, is_alive, start_command
from crawler.accounts import Actor
from crawler.campaign import Campaign, load_campaign, matching_of
from crawler.errors import InputError, NotAllowedError, NotFoundError
from crawler.running import is_running
from crawler.store.console_starts import (
    ConsoleStart,
    find_start_of,
    find_starts,
    find_sweep_of,
    load_start,
    new_start_id,
    record_start,
    record_stop,
)
from crawler.store.right_facts import count_covered
from crawler.store.schedule import find_open_runs
from crawler.store.sweeps import StoredSweep, find_some_sweeps, load_sweep
from crawler.workspace import CONFIG_NAME, RECIPIENTS_NAME, Workspace
from pipelines.digests.audiences import Broken, Planned
from pipelines.sweep.words import check_installed

FOLDER = "campaigns"
MOST_FILES = 200
LOOKED_AT = 50
"""Starts and sweeps, the newest, that are looked through for one that still runs."""


@dataclass(frozen=True, kw_only=True, slots=True)
class CampaignFile:
    """A campaign file of the workspace."""

    file: str
    """Inside the workspace's folder, with ``/``."""
    campaign: Campaign | None
    problem: str = ""
    """Why it is no campaign; empty when it is."""


@dataclass(frozen=True, kw_only=True, slots=True)
class CampaignCheck:
    """What a campaign would do, as ``markhound campaign check`` says it."""

    file: str
    campaign: Campaign
    sha256: str
    rights: int
    """Of the registry that it looks for."""
    unused: tuple[str, ...]
    """What of its ``rights`` and ``rights_within`` selects nothing."""
    cutoff: float
    threshold: float


def find_files(workspace: Workspace) -> Iterator[str]:
    """Yield the names of the files that may be campaigns: in ``campaigns/`` and beside it."""
    own = {CONFIG_NAME, RECIPIENTS_NAME}
    found = [p for p in workspace.folder.glob("*.toml") if p.name not in own]
    found += (workspace.folder / FOLDER).glob("*.toml")
    for path in sorted(found)[:MOST_FILES]:
        if path.is_file():
            yield path.relative_to(workspace.folder).as_posix()


def read_files(workspace: Workspace) -> Iterator[CampaignFile]:
    """Yield every campaign file, read."""
    for name in find_files(workspace):
        yield read_file(workspace, name)


def read_file(workspace: Workspace, name: str) -> CampaignFile:
    """Read a campaign file; one that is none has a problem."""
    try:
        return CampaignFile(file=name, campaign=load_campaign(workspace.folder / name))
    except InputError as error:
        problem = str(error).replace(f"{workspace.folder}/", "")
        return CampaignFile(file=name, campaign=None, problem=problem)


def find_planned(workspace: Workspace) -> tuple[list[Planned], list[Broken]]:
    """Return the campaigns of the workspace, and the files in ``campaigns/`` that are none."""
    planned, broken = [], []
    for file in read_files(workspace):
        if file.campaign is not None:
            written = (workspace.folder / file.file).stat().st_mtime
            changed_at = datetime.fromtimestamp(written, UTC)
            planned.append(Planned(campaign=file.campaign, file=file.file, changed_at=changed_at))
        elif file.file.startswith(f"{FOLDER}/"):
            broken.append(Broken(file=file.file, problem=file.problem))
    return planned, broken


def check_file(db: Database, workspace: Workspace, name: str) -> CampaignCheck:
    """Check a campaign file as a sweep would.

    :raises NotFoundError: when the workspace has no such file
    :raises InputError: with what is wrong in it
    """
    if name not in find_files(workspace):
        raise NotFoundError(f"the workspace has no campaign file {name!r:.200}")
    path = workspace.folder / name
    data = path.read_bytes()
    campaign = load_campaign(path)
    matching = matching_of(campaign, workspace.config.matching)
    check_installed(matching.words)
    terms = (*campaign.rights, *campaign.rights_within)
    return CampaignCheck(
        file=name,
        campaign=campaign,
        sha256=hashlib.sha256(data).hexdigest(),
        rights=count_covered(db, campaign.rights, campaign.rights_within),
        unused=tuple(term for term in terms if not count_covered(db, (term,))),
        cutoff=matching.cutoff,
        threshold=matching.threshold,
    )


def is_running_start(start: ConsoleStart) -> bool:
    """Tell whether the process of a start lives."""
    return is_alive(start.pid, start.pid_began)


def state_of(workspace: Workspace, stored: StoredSweep) -> str:
    """Return a sweep's state; one that has no end is ``running`` or ``unfinished`` (killed)."""
    running = stored.state == "unfinished" and is_running(stored.id, workspace.logs)
    return "running" if running else stored.state


def start_campaign(
    db: Database, workspace: Workspace, name: str, sha256: str, actor: Actor, at: datetime
) -> ConsoleStart:
    """Start a sweep of a campaign file; inside the caller's transaction, with its lock.

    :param sha256: of the file as the person saw it
    :raises NotAllowedError: when the campaign is running, or the file has changed
    :raises InputError: when the file is wrong
    """
    check = check_file(db, workspace, name)
    if check.sha256 != sha256:
        raise NotAllowedError(f"{name} was changed since you looked at it; look at it again")
    refuse_second(db, workspace, check.campaign.name)
    return _start(db, workspace, actor, at, check.campaign.name, name, check.sha256)


def resume_sweep(
    db: Database, workspace: Workspace, sweep: str, actor: Actor, at: datetime
) -> ConsoleStart:
    """Let a sweep go on that did not finish; inside the caller's transaction, with its lock.

    :raises NotAllowedError: when it has finished, or its campaign is running
    """
    stored = load_sweep(db, sweep)
    if stored.state == "finished":
        raise NotAllowedError(f"the sweep {sweep} has finished; nothing of it is left")
    refuse_second(db, workspace, stored.campaign.name)
    return _start(db, workspace, actor, at, stored.campaign.name, None, None, sweep)


def _start(
    db: Database,
    workspace: Workspace,
    actor: Actor,
    at: datetime,
    campaign: str,
    name: str | None,
    sha256: str | None,
    resumes: str | None = None,
) -> ConsoleStart:
    start = new_start_id()
    what = ["--resume", resumes] if resumes is not None else [str(workspace.folder / (name or ""))]
    pid, began = start_command(
        ["--workspace", str(workspace.folder), "sweep", *what],
        workspace.folder,
        output_of(workspace, start),
    )
    started = ConsoleStart(
        id=start,
        campaign=campaign,
        file=name,
        sha256=sha256,
        resumes=resumes,
        pid=pid,
        pid_began=began,
        by=actor.name,
        at=at,
    )
    try:
        record_start(db, started, actor)
    except BaseException:
        ask_to_stop(pid, began)  # nothing runs of which nothing is known
        raise
    return started


def refuse_second(db: Database, workspace: Workspace, campaign: str) -> None:
    """Refuse to sweep a campaign twice at once.

    :raises NotAllowedError: when it is being swept, whoever started that
    """
    for start in find_starts(db, LOOKED_AT):
        if start.campaign == campaign and is_running_start(start):
            raise NotAllowedError(f"the campaign {campaign} is running: {start.by} started it")
    for stored in find_some_sweeps(db, campaign=campaign, limit=LOOKED_AT):
        if state_of(workspace, stored) == "running":
            raise NotAllowedError(f"the campaign {campaign} is running: sweep {stored.id}")
    for run in find_open_runs(db):
        if run.campaign == campaign and is_running(run.id, workspace.logs):
            raise NotAllowedError(f"the campaign {campaign} is running: the schedule started it")


def stop_start(db: Database, start: str, actor: Actor, at: datetime) -> ConsoleStart:
    """Ask a sweep that the console started to stop; inside the caller's transaction.

    :raises NotAllowedError: when its process lives no more
    """
    found = load_start(db, start)
    if not is_running_start(found):
        raise NotAllowedError(f"the process {found.pid} of the campaign {found.campaign} has ended")
    record_stop(db, found, actor, at)
    ask_to_stop(found.pid, found.pid_began)
    return found


def output_of(workspace: Workspace, start: str) -> Path:
    """Return where what a started process says is kept."""
    return workspace.logs / f"{start}.out"


@dataclass(frozen=True, kw_only=True, slots=True)
class StartLine:
    """A start, and what became of it."""

    start: ConsoleStart
    sweep: str | None
    """Id of its sweep; None while there is none."""
    running: bool


def find_start_lines(db: Database, limit: int) -> list[StartLine]:
    """Return the starts whose process lives, or that never became a sweep, newest first."""
    lines = [
        StartLine(start=start, sweep=find_sweep_of(db, start), running=is_running_start(start))
        for start in find_starts(db, limit)
    ]
    return [line for line in lines if line.running or line.sweep is None]


def find_running_start(db: Database, sweep: str) -> ConsoleStart | None:
    """Return the start by which a sweep runs now, if the console started it."""
    start = find_start_of(db, sweep)
    return start if start is not None and is_running_start(start) else None


def read_tail(path: Path, lines: int, most: int = 64 * 1024) -> str:
    """Return the last lines of a file, of its last ``most`` bytes; empty where there is none."""
    try:
        with path.open("rb") as file:
            file.seek(0, 2)
            size = file.tell()
            file.seek(max(0, size - most))
            data = file.read()
    except OSError:
        return ""
    text = data.decode("utf-8", "replace")
    if size > most:
        text = text.partition("\n")[2]
    return "\n".join(text.splitlines()[-lines:])
