"""Whether the schedule is well: signs of life of its runner, runs that are late or failed."""

from __future__ import annotations

import os
from dataclasses import dataclass
from datetime import datetime, timedelta

from pydantic import ValidationError
from sqlite_utils import Database

from console.schedule_files import ScheduleFiles
from crawler.formats import dump_json, load_record
from crawler.store.schedule import find_open_runs, find_runs
from crawler.workspace import Workspace
from pipelines.scheduling import CampaignPlan, plan_of

BEAT_FILE = "schedule.json"
"""In the folder of logs."""
STALE = timedelta(minutes=3)
"""A runner gives a sign of life every half a minute."""
LOOKED_AT = 1
"""Runs of a campaign, the newest, that say whether it is well."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Beat:
    """A sign of life of a runner."""

    at: datetime
    runner: str
    """Host and process."""
    once: bool = False
    running: tuple[str, ...] = ()
    """Names of campaigns."""
    waiting: tuple[str, ...] = ()
    """Those that are due and wait for room, or for their sites."""
    scheduled: int = 0
    """Campaigns that have a schedule."""
    problems: tuple[str, ...] = ()
    """Campaign files that cannot be read, in words."""


def write_beat(workspace: Workspace, beat: Beat) -> None:
    """Leave a sign of life, whole or not at all."""
    workspace.logs.mkdir(exist_ok=True)
    path = workspace.logs / BEAT_FILE
    part = path.with_name(f"{BEAT_FILE}.{os.getpid()}")
    part.write_text(dump_json(beat, keep_empty=True) + "\n", encoding="utf-8")
    part.replace(path)


def find_beat(workspace: Workspace) -> Beat | None:
    """Return the last sign of life; None when there is none that can be read."""
    try:
        return load_record(Beat, (workspace.logs / BEAT_FILE).read_bytes())
    except (OSError, ValidationError):
        return None


@dataclass(frozen=True, kw_only=True, slots=True)
class Health:
    """How the schedule is."""

    well: bool
    last_sign: datetime | None
    runner: str
    running: tuple[str, ...]
    waiting: tuple[str, ...]
    scheduled: int
    late: tuple[str, ...]
    """Campaigns of which a time passed and nothing is known."""
    failed: tuple[str, ...]
    """Campaigns whose last run failed, was interrupted or missed."""
    problems: tuple[str, ...]
    """What is wrong, in words; empty when all is well."""


def find_plans(
    db: Database, workspace: Workspace, at: datetime
) -> tuple[list[CampaignPlan], tuple[str, ...]]:
    """Return how each scheduled campaign stands, by name, and what is wrong with other files."""
    files = ScheduleFiles(workspace, "", lambda _: None)
    found = files.read()
    plans = [plan_of(db, one.campaign, one.file, at) for _, one in sorted(found.items())]
    return plans, files.problems


def find_health(
    db: Database, workspace: Workspace, at: datetime, *, timers: bool | None = None
) -> Health:
    """Return how the schedule is.

    :param timers: whether timers of the system start the runs, so that no runner lives between;
        None = as the last runner was started
    """
    plans, problems = find_plans(db, workspace, at)
    beat = find_beat(workspace)
    if timers is None:
        timers = beat is not None and beat.once
    said = list(problems)
    if not timers and plans and (beat is None or abs(at - beat.at) > STALE):
        since = "it never gave one" if beat is None else f"its last was at {beat.at:%Y-%m-%d %H:%M}"
        said.append(f"no sign of life of `markhound schedule run`: {since}")
    late = [plan for plan in plans if plan.late is not None and not _is_waiting(plan, beat, db)]
    said += [f"{p.campaign}: due at {p.late:%Y-%m-%d %H:%M} UTC, and nothing ran" for p in late]
    failed = []
    for plan in plans:
        for run in find_runs(db, campaign=plan.campaign, until=at, limit=LOOKED_AT):
            if run.outcome in ("failed", "interrupted", "missed"):
                failed.append(plan.campaign)
                said.append(f"{plan.campaign}: {run.outcome} ({run.reason})")
    return Health(
        well=not said,
        last_sign=None if beat is None else beat.at,
        runner="" if beat is None else beat.runner,
        running=tuple(sorted({run.campaign for run in find_open_runs(db)})),
        waiting=() if beat is None else beat.waiting,
        scheduled=len(plans),
        late=tuple(plan.campaign for plan in late),
        failed=tuple(failed),
        problems=tuple(said),
    )


def _is_waiting(plan: CampaignPlan, beat: Beat | None, db: Database) -> bool:
    """Tell whether what is late waits for a run that has no end yet."""
    if beat is None or plan.campaign not in beat.waiting:
        return False
    return bool(find_open_runs(db))
