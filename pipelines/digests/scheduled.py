"""What the schedule's own records say was not done."""

from __future__ import annotations

from datetime import datetime

from sqlite_utils import Database

from crawler.store.schedule import PlannedRun, RunStep, find_runs, find_sweep_since
from pipelines.digests.sweeps import NotRun

LOOK_BACK = 500
"""Runs, the newest of all campaigns, that are looked through."""
GOOD = (0, 3)
"""How a command ends that did its work, or stopped by itself."""


def find_not_run(db: Database, since: datetime) -> list[NotRun]:
    """Return the runs that were due since a moment and of which nothing, or not all, was done.

    A sweep that failed or was killed is told of by itself, and a digest by its channel; here are
    the times at which no sweep began, what broke off, and other commands that failed.
    """
    found = []
    for run in find_runs(db, limit=LOOK_BACK):
        if run.due >= since and (told := _outcome_of(db, run)) is not None:
            outcome, why = told
            found.append(NotRun(campaign=run.campaign, due=run.due, outcome=outcome, why=why))
    return found


def _outcome_of(db: Database, run: PlannedRun) -> tuple[str, str] | None:
    """Return how a run is told of, and why; None when there is nothing to tell."""
    if run.outcome in ("missed", "skipped"):
        return "missed", run.reason
    bad = [step for step in run.steps if step.status not in GOOD and step.status is not None]
    own = [step for step in bad if _is_told_by_itself(db, run, step)]
    if run.outcome == "interrupted":
        return None if own else ("interrupted", run.reason)
    for step in bad:
        if step not in own:
            return "failed", run.reason or f"{step.step} ended with status {step.status}"
    return ("failed", run.reason) if run.outcome == "failed" and not run.steps else None


def _is_told_by_itself(db: Database, run: PlannedRun, step: RunStep) -> bool:
    if step.step != "sweep":
        return step.step == "digest"
    if run.outcome is not None:
        return run.sweep is not None
    return find_sweep_since(db, run.campaign, step.started_at) is not None  # the end will name it
