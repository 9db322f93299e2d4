"""When campaigns are due, what becomes of times that passed, and how a run's end is told."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import takewhile

from sqlite_utils import Database

from crawler.campaign import Campaign
from crawler.planning import due_times
from crawler.quiet import QUIET
from crawler.store.schedule import (
    PlannedRun,
    RunOutcome,
    RunWhy,
    find_held_from,
    find_last_activity,
    find_newest_due,
    find_runs,
)
from crawler.store.sweeps import find_some_sweeps, load_sweep
from crawler.sweep import RUN_OVER

ON_TIME = timedelta(minutes=15)
"""What starts within so long of its time was not missed."""
ONCE_ON_TIME = timedelta(minutes=70)
"""The same where a timer of the system starts the runs: at a clock change these differ by up to an
hour in what they take for a time of day that is skipped, or comes twice."""
MOST_MISSED = 100
"""Missed times, the newest, that are recorded one by one; the last of them tells of the others."""
RESUMED_WITHIN = timedelta(days=40)
"""A sweep that stopped longer ago does not go on: what it saw first is too old."""

MISSED_RULE = 'rule: when_missed = "skip"'
NOBODY_RAN = "nobody ran at that time, and a later time came since"
OVERTAKEN = "rule: it was still waiting when its next time came"
UNPLANNED = "rule: its schedule was changed or taken away while it waited"
INTERRUPTED = "the runner ended before the run did"
_BY_SIGNAL = "stopped "
"""What the reason of a sweep starts with that a signal stopped."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Passed:
    """Times of a campaign that came, of which nothing is recorded yet."""

    times: tuple[datetime, ...]
    """The newest, rising."""
    earlier: int
    """How many came before these."""


def passed_times(campaign: Campaign, since: datetime, until: datetime) -> Passed:
    """Return the times (UTC) in ``(since, until]`` at which a campaign was due, in its window."""
    kept: deque[datetime] = deque(maxlen=MOST_MISSED + 1)
    count = 0
    for due in takewhile(lambda due: due <= until, times_after(campaign, since)):
        kept.append(due)
        count += 1
    return Passed(times=tuple(kept), earlier=count - len(kept))


def find_next_time(campaign: Campaign, after: datetime) -> datetime | None:
    """Return when a campaign is due next; None when it has no schedule, or its window closes."""
    return next(times_after(campaign, after), None)


def times_after(campaign: Campaign, after: datetime) -> Iterator[datetime]:
    """Yield the times (UTC, rising) after a moment at which a campaign is due, in its window."""
    opens, closes = campaign.window.opens_at(), campaign.window.closes_at()
    if opens is not None and opens > after:
        after = opens - timedelta(microseconds=1)
    for due in due_times(campaign.schedule, after):
        if closes is not None and due >= closes:
            return
        yield due


@dataclass(frozen=True, kw_only=True, slots=True)
class Due:
    """A run that is to start as soon as it may."""

    due: datetime
    why: RunWhy


@dataclass(frozen=True, kw_only=True, slots=True)
class Decided:
    """What becomes of times that passed."""

    missed: tuple[tuple[datetime, str], ...]
    """Each with the reason."""
    due: Due | None


def decide(campaign: Campaign, passed: Passed, at: datetime, on_time: timedelta) -> Decided:
    """Decide about times that passed: the newest may run, those before it were missed.

    :param on_time: how long after its time a run still starts as if it were on time
    """
    missed = [(due, NOBODY_RAN) for due in passed.times[:-1]]
    if missed and passed.earlier:
        missed[0] = (missed[0][0], f"{NOBODY_RAN}; so did {passed.earlier} times before")
    if not passed.times:
        return Decided(missed=(), due=None)
    newest = passed.times[-1]
    if at - newest <= on_time:
        return Decided(missed=tuple(missed), due=Due(due=newest, why="due"))
    if campaign.schedule.when_missed == "catch-up":
        return Decided(missed=tuple(missed), due=Due(due=newest, why="catch-up"))
    return Decided(missed=(*missed, (newest, f"nobody ran at that time; {MISSED_RULE}")), due=None)


def goes_on(db: Database, campaign: str, at: datetime) -> bool:
    """Tell whether a campaign's next sweep goes on with what its newest one left.

    One that its campaign's own limits ended is as done as it will be. One that failed goes on once:
    when it fails again, whatever makes it fail is in what it left.
    """
    newest = next(iter(find_some_sweeps(db, campaign=campaign, until=at, limit=1)), None)
    if newest is None or newest.state == "finished":
        return False
    last = find_last_activity(db, newest.id)
    if last is None or at - last > RESUMED_WITHIN:
        return False
    if newest.state == "stopped":
        return _may_go_on(newest.reason or "")
    runs = find_runs(db, campaign=campaign, until=at, limit=5)
    before = [run for run in runs if run.sweep == newest.id]
    return [run.outcome for run in before[:2]] != ["failed", "failed"]


def _may_go_on(reason: str) -> bool:
    return reason == RUN_OVER or reason.startswith((QUIET, _BY_SIGNAL))


def tell_sweep(
    db: Database, sweep: str | None, status: int, *, asked_to_stop: bool
) -> tuple[RunOutcome, str]:
    """Return what became of a run by how its sweep ended, and why.

    :param sweep: its id; None when it made no record
    :param status: exit status of its process; negative = the signal that ended it
    :param asked_to_stop: whether the runner was told to stop
    """
    reason = (load_sweep(db, sweep).reason if sweep else None) or ""
    if status == 0:
        return "done", ""
    if asked_to_stop and (status < 0 or status == 3):
        return "stopped", reason or "the runner was told to stop"
    if status < 0:
        return "interrupted", f"the sweep was killed by signal {-status}"
    if status == 3:
        if reason == RUN_OVER or reason.startswith(QUIET):
            return "out of time", reason
        return ("stopped" if reason.startswith(_BY_SIGNAL) else "done"), reason
    return "failed", reason or f"the sweep ended with status {status}"


@dataclass(frozen=True, kw_only=True, slots=True)
class CampaignPlan:
    """How a scheduled campaign stands."""

    campaign: str
    file: str
    cron: str
    zone: str
    next_due: datetime | None
    """None = its window closes before it is due again."""
    last: PlannedRun | None
    """The newest time of which is known what became of it."""
    late: datetime | None
    """The oldest time that passed and of which nothing is known; None = there is none."""


def plan_of(db: Database, campaign: Campaign, file: str, at: datetime) -> CampaignPlan:
    """Return how a campaign stands that has a schedule; nothing is recorded."""
    assert campaign.schedule.cron is not None
    since = unknown_since(db, campaign, at)
    passed = Passed(times=(), earlier=0)
    if since is not None:
        passed = passed_times(campaign, since, at - ON_TIME)
    return CampaignPlan(
        campaign=campaign.name,
        file=file,
        cron=campaign.schedule.cron,
        zone=campaign.schedule.zone,
        next_due=find_next_time(campaign, at),
        last=next(iter(find_runs(db, campaign=campaign.name, until=at, limit=1)), None),
        late=passed.times[0] if passed.times else None,
    )


def unknown_since(
    db: Database, campaign: Campaign, at: datetime, latest: datetime | None = None
) -> datetime | None:
    """Return the moment after which nothing is known of a campaign's times.

    What is recorded of times that are still to come was recorded by a clock that was wrong, and
    says nothing: else one leap of the clock into the future would end all nights until then.

    :param latest: from when on a schedule holds at the latest; None = ``at``
    :returns: None while no runner has seen its schedule
    """
    held = find_held_from(db, campaign.name, campaign.schedule)
    if held is None:
        return None
    held = min(held, at if latest is None else latest)
    newest = find_newest_due(db, campaign.name, at)
    return held if newest is None else max(held, newest)
