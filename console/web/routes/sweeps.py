"""Sweeps: what ran and what it met, honestly; starting and stopping campaigns."""

from __future__ import annotations

from dataclasses import dataclass

from starlette.responses import Response

from console.schedule_health import find_plans
from console.web.campaigns import (
    check_file,
    find_running_start,
    find_start_lines,
    output_of,
    read_files,
    read_tail,
    resume_sweep,
    start_campaign,
    state_of,
    stop_start,
)
from console.web.drops import say_drop
from console.web.pages import action, page
from console.web.visits import Visit, with_query
from crawler.accounts import Role
from crawler.model import TargetState
from crawler.store.console_starts import find_start_of, find_sweep_of, load_start
from crawler.store.database import now, writing
from crawler.store.sweep_figures import (
    KeptReport,
    SweepFigures,
    count_sweep,
    find_kept_reports,
    find_seconds,
    find_site_lines,
    find_some_warnings,
)
from crawler.store.sweeps import StoredSweep, find_some_sweeps, load_sweep
from crawler.sweep import RUN_OVER
from pipelines.scheduling import INTERRUPTED, OVERTAKEN, UNPLANNED

MAY_START: frozenset[Role] = frozenset({"admin", "approver"})
SWEEPS_ON_A_PAGE = 30
SITES_ON_A_PAGE = 50
MOST_WARNINGS = 50
MOST_SEEDS = 30
MOST_STARTS = 20
LOG_LINES = 200
STATES: tuple[str, ...] = tuple(state.value for state in TargetState)


@dataclass(frozen=True, kw_only=True, slots=True)
class SweepLine:
    """A sweep in one line."""

    stored: StoredSweep
    state: str
    figures: SweepFigures
    kept: KeptReport | None
    """What was found out at its end; None while it runs, or when that was long ago."""
    seconds: float | None

    @property
    def rate(self) -> float | None:
        """Requests a second; None while it is not known."""
        return self.figures.requests / self.seconds if self.seconds else None

    @property
    def length(self) -> str:
        """How long it ran, ``h:mm:ss``."""
        if self.seconds is None:
            return ""
        whole = round(self.seconds)
        return f"{whole // 3600}:{whole // 60 % 60:02}:{whole % 60:02}"


def _line(visit: Visit, stored: StoredSweep, kept: KeptReport | None) -> SweepLine:
    return SweepLine(
        stored=stored,
        state=state_of(visit.workspace, stored),
        figures=count_sweep(visit.db, stored.id) if kept is None else kept.figures,
        kept=kept,
        seconds=find_seconds(visit.db, stored),
    )


def may_start(visit: Visit) -> bool:
    """Tell whether the account may start and stop sweeps."""
    return visit.account is not None and visit.account.role in MAY_START


def show_sweeps(visit: Visit) -> Response:
    """Show the sweeps, newest first, and the campaigns that can be started."""
    campaign, after = visit.query.get("campaign", ""), visit.query.get("after", "")
    found = find_some_sweeps(visit.db, campaign=campaign, after=after, limit=SWEEPS_ON_A_PAGE + 1)
    shown = found[:SWEEPS_ON_A_PAGE]
    kept = find_kept_reports(visit.db, shown)
    more = len(found) > SWEEPS_ON_A_PAGE
    return visit.render(
        "sweeps.html",
        lines=[_line(visit, stored, kept.get(stored.id)) for stored in shown],
        states=STATES,
        campaign=campaign,
        starts=find_start_lines(visit.db, MOST_STARTS),
        plans=find_plans(visit.db, visit.workspace, now())[0],
        say_reason=lambda reason: say_reason(visit, reason),
        files=list(read_files(visit.workspace)) if may_start(visit) else [],
        may_start=may_start(visit),
        first=f"/sweeps{with_query(visit.query, after=None)}" if after else "",
        next=f"/sweeps{with_query(visit.query, after=shown[-1].id)}" if more else "",
    )


def show_sweep(visit: Visit) -> Response:
    """Show one sweep."""
    stored = load_sweep(visit.db, visit.part("sweep"))
    line = _line(visit, stored, find_kept_reports(visit.db, [stored]).get(stored.id))
    state = visit.query.get("state", "")
    state = state if state in STATES else ""
    words = visit.query.get("site", "").strip().lower()
    sites = find_site_lines(
        visit.db,
        stored.id,
        state=state,
        words=words,
        after=visit.query.get("after", ""),
        limit=SITES_ON_A_PAGE + 1,
    )
    shown = sites[:SITES_ON_A_PAGE]
    more = len(sites) > SITES_ON_A_PAGE
    warnings, count = find_some_warnings(visit.db, stored.id, MOST_WARNINGS)
    is_admin = visit.account is not None and visit.account.role == "admin"
    return visit.render(
        "sweep.html",
        line=line,
        states=STATES,
        state=state,
        words=words,
        sites=shown,
        next=f"/sweeps/{stored.id}{with_query(visit.query, after=shown[-1].site)}" if more else "",
        first=f"/sweeps/{stored.id}{with_query(visit.query, after=None)}"
        if visit.query.get("after")
        else "",
        told=line.kept.told if line.kept else (),
        alarms=line.kept.alarms if line.kept else (),
        warnings=warnings,
        warnings_left=count - len(warnings),
        plan=stored.campaign,
        seeds=stored.campaign.seeds[:MOST_SEEDS],
        log=read_tail(visit.workspace.logs / f"{stored.id}.log", LOG_LINES) if is_admin else "",
        is_admin=is_admin,
        started=find_start_of(visit.db, stored.id),
        running=find_running_start(visit.db, stored.id),
        may_start=may_start(visit),
        drop=lambda words: say_drop(words, visit.language),
        goes_on=line.state in ("stopped", "failed", "unfinished"),
    )


_REASONS = (
    (RUN_OVER, "run_reason.run_over"),
    ("stopped by a signal", "run_reason.by_signal"),
    (INTERRUPTED, "run_reason.interrupted"),
    ("nobody ran at that time", "run_reason.missed"),
    (OVERTAKEN, "run_reason.overtaken"),
    (UNPLANNED, "run_reason.unplanned"),
)
"""How reasons of the schedule begin -> what is said of them."""


def say_reason(visit: Visit, reason: str) -> str:
    """Return why a planned run ended as it did, in the language of the visit where we know it."""
    for start, key in _REASONS:
        if reason.startswith(start):
            return visit.say(key)
    return reason


def show_campaign(visit: Visit) -> Response:
    """Show what a campaign would do, before it is started."""
    check = check_file(visit.db, visit.workspace, visit.query.get("file", ""))
    return visit.render(
        "campaign.html",
        check=check,
        plan=check.campaign,
        seeds=check.campaign.seeds[:MOST_SEEDS],
    )


def do_start(visit: Visit) -> Response:
    """Start a sweep of a campaign file."""
    name, sha256 = visit.field("file"), visit.field("sha256")
    with writing(visit.db):
        start = start_campaign(visit.db, visit.workspace, name, sha256, visit.actor, now())
    return visit.redirect(f"/sweeps/-/starts/{start.id}", said="started")


def do_resume(visit: Visit) -> Response:
    """Let a sweep go on."""
    sweep = visit.part("sweep")
    with writing(visit.db):
        resume_sweep(visit.db, visit.workspace, sweep, visit.actor, now())
    return visit.redirect(f"/sweeps/{sweep}", said="started")


def show_start(visit: Visit) -> Response:
    """Show a start that has not become a sweep; lead to the sweep where it has."""
    start = load_start(visit.db, visit.part("start"))
    if sweep := find_sweep_of(visit.db, start):
        return visit.redirect(f"/sweeps/{sweep}", said=visit.query.get("said", ""))
    lines = find_start_lines(visit.db, MOST_STARTS)
    return visit.render(
        "sweep_start.html",
        start=start,
        running=any(line.running and line.start.id == start.id for line in lines),
        output=read_tail(output_of(visit.workspace, start.id), LOG_LINES),
        may_start=may_start(visit),
    )


def do_stop(visit: Visit) -> Response:
    """Ask a sweep that the console started to stop."""
    with writing(visit.db):
        start = stop_start(visit.db, visit.part("start"), visit.actor, now())
    return visit.redirect(f"/sweeps/-/starts/{start.id}", said="stopping")


ROUTES = (
    page("/sweeps", show_sweeps),
    page("/sweeps/-/campaign", show_campaign, roles=MAY_START),
    action("/sweeps/-/start", do_start, roles=MAY_START),
    page("/sweeps/-/starts/{start}", show_start, roles=MAY_START),
    action("/sweeps/-/starts/{start}/stop", do_stop, roles=MAY_START),
    action("/sweeps/{sweep}/resume", do_resume, roles=MAY_START),
    page("/sweeps/{sweep}", show_sweep),
)
