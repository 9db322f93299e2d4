"""The schedule's runner: starts what is due, once, and records how it ended."""

from __future__ import annotations

import os
import socket
from collections import deque
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlite_utils import Database

from console.machine import Clock, Process, StartCommand
from console.schedule_files import Scheduled, ScheduleFiles
from console.schedule_health import Beat, write_beat
from console.schedule_steps import PUT_OFF, RETENTION, command_of, plan_steps
from console.web.campaigns import output_of, refuse_second
from console.web.processes import is_alive
from crawler.campaign import Campaign
from crawler.errors import NotAllowedError
from crawler.running import is_running, running
from crawler.sites import site_of
from crawler.store.schedule import (
    PlannedRun,
    RunOutcome,
    claim_run,
    find_open_runs,
    find_sweep_since,
    hold_plan,
    new_run_id,
    record_run_end,
    record_step_end,
    record_step_start,
    record_unrun,
)
from crawler.workspace import Workspace
from pipelines.scheduling import (
    INTERRUPTED,
    ON_TIME,
    ONCE_ON_TIME,
    OVERTAKEN,
    UNPLANNED,
    Due,
    decide,
    find_next_time,
    passed_times,
    tell_sweep,
    unknown_since,
)

BUSY_LOOK = timedelta(seconds=1)
"""Between two looks while something runs or waits."""
IDLE_LOOK = timedelta(seconds=30)
"""Between two looks, and signs of life, while nothing does."""
OVER_BY = timedelta(minutes=15)
"""So long after its time a sweep that has not ended is told to, and so long after that killed."""
AT_ONCE = 2
"""Campaigns that are swept at the same time, unless told otherwise."""


@dataclass(kw_only=True)
class _Active:
    """A run of which something runs."""

    run: PlannedRun
    campaign: Campaign
    lock: ExitStack
    steps: deque[str]
    sites: frozenset[str]
    step_began: datetime
    step: str = ""
    step_id: int = 0
    process: Process | None = None
    told_to_stop: bool = False
    outcome: RunOutcome = "done"
    reason: str = ""
    sweep: str | None = None


class Runner:
    """Plans, starts and follows runs, one look at a time; a single thread."""

    def __init__(
        self,
        workspace: Workspace,
        db: Database,
        *,
        clock: Clock,
        start: StartCommand,
        tell: Callable[[str], None],
        only: str = "",
        once: bool = False,
        at_once: int = AT_ONCE,
    ) -> None:
        """Look at nothing yet.

        :param tell: says in words what happens
        :param only: name of the one campaign that is run; empty = all
        :param once: whether it ends when nothing that is due now is left
        :param at_once: campaigns that are swept at the same time, at the most
        """
        self._workspace = workspace
        self._db = db
        self._clock = clock
        self._start = start
        self._tell = tell
        self._once = once
        self._on_time = ONCE_ON_TIME if once else ON_TIME
        self._at_once = at_once
        self._files = ScheduleFiles(workspace, only, tell)
        self._name = f"{socket.gethostname()} {os.getpid()}"
        self._active: dict[str, _Active] = {}
        self._waiting: dict[str, tuple[Scheduled, Due]] = {}
        self._known: dict[str, tuple[str, str, datetime]] = {}
        """Campaign -> cron, zone, and the moment until which its times are decided."""
        self.asked = 0
        """How often it was told to stop."""
        self._forwarded = 0
        self._looked = False
        self.failed = 0
        """Runs that failed or were interrupted."""
        self.stopped = 0
        """Runs that were stopped."""

    def ask_to_stop(self) -> None:
        """Start nothing more, and tell what runs to stop; once more: to stop at once."""
        self.asked += 1

    def run(self, until: datetime | None = None) -> None:
        """Look again and again until told to stop.

        :param until: when it tells itself to stop; None = never
        """
        while not self.look():
            if until is not None and self._clock.now() >= until and not self.asked:
                self.ask_to_stop()
                continue
            self._clock.wait(self._next_look(until), self._pause())

    def look(self) -> bool:
        """Look once at all there is; True when there is nothing left to do."""
        self._forward_stops()
        for active in list(self._active.values()):
            self._follow(active)
        self._settle_interrupted()
        scheduled = self._files.read()
        if not self.asked:
            if not (self._once and self._looked):
                self._plan(scheduled)
            self._start_waiting(scheduled)
        self._looked = True
        self._give_sign(scheduled)
        if self._active:
            return False
        return bool(self.asked) or (self._once and not self._waiting)

    # -- when -------------------------------------------------------------------------------
    def _pause(self) -> timedelta:
        return BUSY_LOOK if self._active or self._waiting else IDLE_LOOK

    def _next_look(self, until: datetime | None) -> datetime:
        at = self._clock.now()
        moments = [at + timedelta(days=1) if until is None else until]
        dues = [find_next_time(one.campaign, at) for one in self._files.read().values()]
        return min([*moments, *(due for due in dues if due is not None)])

    def _plan(self, scheduled: dict[str, Scheduled]) -> None:
        """Decide about the times that came since the last look."""
        at = self._clock.now()
        for name, one in scheduled.items():
            passed = passed_times(one.campaign, self._since(one, at), at)
            if not passed.times:
                continue
            decided = decide(one.campaign, passed, at, self._on_time)
            for due, reason in decided.missed:
                self._note(one, due, "missed", reason)
            waits = self._waiting.get(name)
            # a clock that was set back comes to the same time once more
            if decided.due is not None and (waits is None or waits[1].due != decided.due.due):
                self._skip(name, OVERTAKEN)
                self._waiting[name] = (one, decided.due)
            schedule = one.campaign.schedule
            self._known[name] = (schedule.cron or "", schedule.zone, passed.times[-1])

    def _since(self, one: Scheduled, at: datetime) -> datetime:
        """Return the moment after which the times of a campaign are not decided.

        Where the clock was set back, the store tells what is known by the new time.
        """
        schedule, name = one.campaign.schedule, one.campaign.name
        cron, zone, since = self._known.get(name, ("", "", at))
        is_same = (cron, zone) == (schedule.cron, schedule.zone)
        if is_same and since <= at:
            return since
        new = at - ON_TIME if self._once else at  # a timer fires a little after the time
        hold_plan(self._db, name, one.file, schedule, since=new, at=at)
        known = unknown_since(self._db, one.campaign, at, new)
        assert known is not None  # the plan holds by now
        if not is_same:
            self._skip(name, UNPLANNED)
        self._known[name] = (schedule.cron or "", schedule.zone, known)
        return known

    def _skip(self, name: str, reason: str) -> None:
        """Record of what waits of a campaign that it does not start."""
        if (waits := self._waiting.pop(name, None)) is not None:
            self._note(waits[0], waits[1].due, "skipped", reason)

    def _note(self, one: Scheduled, due: datetime, outcome: RunOutcome, reason: str) -> None:
        run = self._planned(one, Due(due=due, why="due"))
        if record_unrun(self._db, run, outcome, reason):
            self._tell(f"{run.campaign}: {outcome}, due at {due:%Y-%m-%d %H:%M} UTC ({reason})")

    def _planned(self, one: Scheduled, due: Due) -> PlannedRun:
        return PlannedRun(
            id=new_run_id(due.due),
            campaign=one.campaign.name,
            file=one.file,
            due=due.due,
            why=due.why,
            runner=self._name,
            claimed_at=self._clock.now(),
        )

    # -- runs -------------------------------------------------------------------------------
    def _start_waiting(self, scheduled: dict[str, Scheduled]) -> None:
        """Start what waits, where there is room and its sites are not being asked already."""
        for gone in self._waiting.keys() - scheduled.keys():
            self._skip(gone, UNPLANNED)
        waiting = sorted(self._waiting.items(), key=lambda item: item[1][1].due)
        for name, (_, due) in waiting:
            if len(self._active) >= self._at_once:
                return
            one = scheduled[name]
            sites = frozenset(site_of(seed) for seed in one.campaign.seeds)
            taken = any(sites & active.sites for active in self._active.values())
            if not taken and name not in self._active and not self._is_swept(name):
                self._claim(one, due, sites)

    def _is_swept(self, name: str) -> bool:
        try:
            refuse_second(self._db, self._workspace, name)
        except NotAllowedError:
            return True
        return False

    def _claim(self, one: Scheduled, due: Due, sites: frozenset[str]) -> None:
        run = self._planned(one, due)
        lock = ExitStack()
        lock.enter_context(running(run.id, self._workspace.logs))  # before others can see the run
        claimed = claim_run(self._db, run)
        if claimed != "claimed":
            lock.close()
            if claimed == "taken":
                del self._waiting[run.campaign]
            return
        del self._waiting[run.campaign]
        self._tell(f"{run.campaign}: started, {run.why}, due at {run.due:%Y-%m-%d %H:%M} UTC")
        active = _Active(
            run=run,
            campaign=one.campaign,
            lock=lock,
            steps=plan_steps(self._db, self._workspace, one.campaign),
            sites=sites,
            step_began=run.claimed_at,
        )
        self._active[run.campaign] = active
        self._next_step(active)

    def _next_step(self, active: _Active) -> None:
        """Start the next command of a run, or end the run."""
        if self.asked and active.steps:
            if active.outcome == "done":
                active.outcome = "stopped"
                active.reason = f"the runner was told to stop before: {', '.join(active.steps)}"
            active.steps.clear()
        if not active.steps:
            self._end(active)
            return
        active.step = active.steps.popleft()
        active.step_began = self._clock.now()
        try:
            process = self._start(
                command_of(
                    active.step,
                    self._db,
                    self._workspace,
                    active.campaign,
                    active.run.file,
                    active.step_began,
                ),
                output_of(self._workspace, f"{active.run.id}-{active.step}"),
            )
        except OSError as error:
            active.outcome, active.reason = "failed", f"{active.step} cannot be started: {error}"
            self._next_step(active)
            return
        active.process = process
        active.step_id = record_step_start(
            self._db, active.run.id, active.step, process.pid, process.began, active.step_began
        )

    def _follow(self, active: _Active) -> None:
        """Look at the command of a run that was started last."""
        assert active.process is not None
        status = active.process.poll()
        if status is None:
            self._end_overdue(active)
            return
        record_step_end(self._db, active.step_id, status, self._clock.now())
        if active.step == "sweep":
            name = active.campaign.name
            active.sweep = find_sweep_since(self._db, name, active.step_began)
            active.outcome, active.reason = tell_sweep(
                self._db, active.sweep, status, asked_to_stop=bool(self.asked)
            )
        elif active.step == RETENTION and status == PUT_OFF:
            self._tell(f"{active.run.campaign}: nothing is erased now, as other work goes on")
        elif status != 0 and active.outcome in ("done", "out of time"):
            stopped = self.asked and (status < 0 or status == 3)
            active.outcome = "stopped" if stopped else "failed"
            active.reason = f"{active.step} ended with status {status}"
        active.process = None
        self._next_step(active)

    def _end_overdue(self, active: _Active) -> None:
        """End a sweep that does not heed its time."""
        minutes = active.campaign.schedule.minutes
        if active.step != "sweep" or minutes is None or active.process is None:
            return
        over = self._clock.now() - active.step_began - timedelta(minutes=minutes)
        if over > 2 * OVER_BY:
            active.process.kill()
        elif over > OVER_BY and not active.told_to_stop:
            active.told_to_stop = True
            active.process.ask_to_stop()

    def _end(self, active: _Active) -> None:
        run, at = active.run, self._clock.now()
        record_run_end(self._db, run.id, active.outcome, active.reason, active.sweep, at)
        active.lock.close()
        del self._active[run.campaign]
        self.failed += active.outcome in ("failed", "interrupted")
        self.stopped += active.outcome == "stopped"
        why = f" ({active.reason})" if active.reason else ""
        self._tell(f"{run.campaign}: {active.outcome}{why}")

    def _forward_stops(self) -> None:
        """Tell what runs to stop, as often as we were told to."""
        asked = self.asked
        if self._forwarded < asked:
            self._forwarded = asked
            for active in self._active.values():
                if active.process is not None:
                    active.process.ask_to_stop()

    def _settle_interrupted(self) -> None:
        """Record the end of runs whose runner ended before them, once nothing of them runs."""
        mine = {active.run.id for active in self._active.values()}
        for run in find_open_runs(self._db):
            if run.id in mine or is_running(run.id, self._workspace.logs):
                continue
            if any(s.ended_at is None and is_alive(s.pid, s.pid_began) for s in run.steps):
                continue
            begun = next((s.started_at for s in run.steps if s.step == "sweep"), None)
            sweep = begun and find_sweep_since(self._db, run.campaign, begun)
            at = self._clock.now()
            record_run_end(self._db, run.id, "interrupted", INTERRUPTED, sweep or None, at)
            (self._workspace.logs / f"{run.id}.lock").unlink(missing_ok=True)
            self._tell(f"{run.campaign}: interrupted, due at {run.due:%Y-%m-%d %H:%M} UTC")

    def _give_sign(self, scheduled: dict[str, Scheduled]) -> None:
        at = self._clock.now()
        beat = Beat(
            at=at,
            runner=self._name,
            once=self._once,
            running=tuple(sorted(self._active)),
            waiting=tuple(sorted(self._waiting)),
            scheduled=len(scheduled),
            problems=self._files.problems,
        )
        if not self._once:
            write_beat(self._workspace, beat)
