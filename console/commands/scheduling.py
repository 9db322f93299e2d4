"""``markhound schedule``."""

from __future__ import annotations

import shutil
import sys
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import get_args
from zoneinfo import ZoneInfo

import click

from console.context import Context, json_option, pass_context, people, print_json
from console.machine import MachineClock, MachineProcess, on_signals, tell_service_manager
from console.schedule import AT_ONCE, Runner
from console.schedule_export import ExportFormat, Target, exports
from console.schedule_files import ScheduleFiles, check_only
from console.schedule_health import find_health, find_plans
from console.text import clean, print_rows
from crawler.errors import InputError
from crawler.files import write_whole
from crawler.store.database import now
from crawler.store.schedule import PlannedRun, find_runs
from pipelines.scheduling import CampaignPlan

EXIT_NOT_WELL = 1
EXIT_STOPPED = 3


@click.group()
def schedule() -> None:
    """Sweep campaigns at their times: run, list, export."""


@schedule.command("run")
@click.option("--once", is_flag=True, help="Run what is due now, and end.")
@click.option("--campaign", "only", default="", metavar="NAME", help="This campaign alone.")
@click.option("--until", metavar="TIME", help="End then, as after SIGTERM: 2026-12-01T06:00+01:00.")
@click.option(
    "--at-once",
    type=click.IntRange(min=1),
    default=AT_ONCE,
    show_default=True,
    help="Campaigns that are swept at the same time.",
)
@pass_context
@click.pass_context
def run_command(
    ctx: click.Context, context: Context, only: str, until: str | None, at_once: int, *, once: bool
) -> None:
    """Sweep each campaign at the times of its [schedule], until told to stop.

    What it starts are commands of their own: the sweep, the follow-up of notices, the digest. Each
    run is claimed in the store before it starts, so that nothing runs twice, whoever else runs the
    schedule. SIGTERM or Ctrl-C stops what runs cleanly; status 3 then, and 1 when a run failed.
    """
    end = None if until is None else _moment(until)
    workspace = context.workspace
    check_only(workspace, only)
    with closing(MachineClock()) as clock, workspace.store() as db:
        runner = Runner(
            workspace,
            db,
            clock=clock,
            start=lambda arguments, output: MachineProcess(arguments, workspace.folder, output),
            tell=_tell,
            only=only,
            once=once,
            at_once=at_once,
        )

        signals: list[str] = []

        def stop() -> None:
            signals.append("told to stop")
            tell_service_manager("STOPPING=1")
            runner.ask_to_stop()
            clock.wake()

        on_signals(stop)
        tell_service_manager("READY=1")
        runner.run(end)
    if runner.stopped or signals:
        ctx.exit(EXIT_STOPPED)
    ctx.exit(EXIT_NOT_WELL if once and runner.failed else 0)


def _tell(line: str) -> None:
    click.echo(clean(line), err=True)


def _moment(text: str) -> datetime:
    """Read a moment with its offset.

    :raises InputError: when it is none
    """
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise InputError(f"--until: expected a time such as 2026-12-01T06:00Z, got {text!r}"
                         f" ({error})") from None  # fmt: skip
    if moment.tzinfo is None:
        raise InputError(f"--until: expected an offset with the time (Z, +01:00), got {text!r}")
    return moment.astimezone(UTC)


@schedule.command("list")
@json_option
@pass_context
def list_command(context: Context, *, as_json: bool) -> None:
    """List the scheduled campaigns: when each is due next, and how its last run ended."""
    with context.workspace.store() as db:
        plans, problems = find_plans(db, context.workspace, now())
    for problem in problems:
        people().print(f"not scheduled: {clean(problem)}", markup=False, soft_wrap=True)
    if as_json:
        for plan in plans:
            print_json(plan, keep_empty=True)
        return
    heads = ("campaign", "next", "last due", "outcome", "reason")
    nothing = "No campaign has a [schedule]: docs/how-to/run-every-night.md"
    print_rows(heads, [_row(plan) for plan in plans], nothing)
    for plan in plans:
        if plan.late is not None:
            late = _local(plan.late, plan.zone)
            people().print(f"late: {clean(plan.campaign)}, due {late}", markup=False)


def _row(plan: CampaignPlan) -> tuple[str, ...]:
    following = "never again" if plan.next_due is None else _local(plan.next_due, plan.zone)
    if plan.last is None:
        return (plan.campaign, following, "", "", "")
    last = plan.last
    due = _local(last.due, plan.zone)
    return (plan.campaign, following, due, last.outcome or "running", last.reason)


def _local(moment: datetime, zone: str) -> str:
    return f"{moment.astimezone(ZoneInfo(zone)):%Y-%m-%d %H:%M} {zone}"


@schedule.command("runs")
@click.option("--campaign", default="", metavar="NAME", help="Of this campaign alone.")
@click.option(
    "--limit", type=click.IntRange(min=1), default=30, show_default=True, help="How many."
)
@json_option
@pass_context
def runs_command(context: Context, campaign: str, limit: int, *, as_json: bool) -> None:
    """List the runs, newest first: when each was due, what was started, how it ended."""
    with context.workspace.store() as db:
        found = find_runs(db, campaign=campaign, limit=limit)
    if as_json:
        for one in found:
            print_json(one, keep_empty=True)
        return
    heads = ("due (UTC)", "campaign", "why", "outcome", "steps", "sweep", "reason")
    print_rows(heads, [_run_row(one) for one in found], "Nothing was due yet.")


def _run_row(run: PlannedRun) -> tuple[str, ...]:
    steps = ", ".join(f"{s.step} {'runs' if s.status is None else s.status}" for s in run.steps)
    due = f"{run.due:%Y-%m-%d %H:%M}"
    return (due, run.campaign, run.why, run.outcome or "running", steps, run.sweep or "",
            run.reason)  # fmt: skip


@schedule.command("health")
@click.option("--timers", is_flag=True, help="Timers of the system start the runs.")
@json_option
@pass_context
@click.pass_context
def health_command(ctx: click.Context, context: Context, *, timers: bool, as_json: bool) -> None:
    """Tell whether the schedule is well; status 1 when it is not, with what is wrong."""
    with context.workspace.store() as db:
        health = find_health(db, context.workspace, now(), timers=timers)
    if as_json:
        print_json(health, keep_empty=True)
    else:
        sign = "never" if health.last_sign is None else f"{health.last_sign:%Y-%m-%d %H:%M:%S} UTC"
        click.echo(f"{'well' if health.well else 'not well'}: {health.scheduled} campaigns")
        click.echo(f"last sign of life: {sign}")
        for name, campaigns in (("running", health.running), ("waiting", health.waiting)):
            if campaigns:
                click.echo(f"{name}: {clean(', '.join(campaigns))}")
        for problem in health.problems:
            click.echo(clean(f"problem: {problem}"))
    ctx.exit(0 if health.well else EXIT_NOT_WELL)


@schedule.command("export")
@click.option("--format", "wanted", type=click.Choice(get_args(ExportFormat)), required=True)
@click.option(
    "--output",
    type=click.Path(path_type=Path, file_okay=False),
    required=True,
    metavar="DIR",
    help="Folder for the files; what it has of the same names is replaced.",
)
@click.option("--campaign", "only", default="", metavar="NAME", help="This campaign alone.")
@click.option("--command", metavar="PATH", help="How markhound is called; as it was now.")
@click.option("--image", default="", help="Container image, for kubernetes.")
@click.option(
    "--claim",
    default="markhound",
    show_default=True,
    help="PersistentVolumeClaim of the workspace, for kubernetes.",
)
@pass_context
def export_command(
    context: Context,
    wanted: ExportFormat,
    output: Path,
    only: str,
    command: str | None,
    image: str,
    claim: str,
) -> None:
    """Write the schedule for what starts programs on your machines.

    systemd: a timer and a service for each campaign. systemd-service: one service that keeps
    `markhound schedule run` alive. crontab: one line that asks every five minutes. kubernetes: a
    CronJob for each campaign.
    """
    workspace = context.workspace
    files = ScheduleFiles(workspace, only, _tell)
    check_only(workspace, only)
    plans = [one for _, one in sorted(files.read().items())]
    if not plans:
        raise InputError("expected a campaign with [schedule] cron, got none")
    target = Target(
        command=(command,) if command else _called(),
        workspace=str(workspace.folder),
        image=image,
        claim=claim,
    )
    written = exports(target, wanted, plans)
    output.mkdir(parents=True, exist_ok=True)
    for name, text in written.items():
        write_whole(output / name, text)
        click.echo(str(output / name))


def _called() -> tuple[str, ...]:
    """Return how this very program is called."""
    found = shutil.which("markhound", path=str(Path(sys.executable).parent))
    return (found,) if found else (sys.executable, "-P", "-m", "console.cli")
