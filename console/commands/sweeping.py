"""``markhound sweep`` and ``campaign``."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from importlib import import_module
from itertools import islice
from pathlib import Path
from typing import get_args
from zoneinfo import ZoneInfo

import click
from rich.console import Console

from console.campaign_themes import Language, Theme, draft_campaign
from console.commands.second_looks import told
from console.compiling import tell_compiling
from console.context import Context, json_option, out, pass_context, people, print_json
from console.progress import sweep_progress
from console.sweep_text import print_report
from console.text import clean
from crawler.campaign import (
    Campaign,
    Limits,
    Politeness,
    campaign_of,
    check_campaign,
    load_campaign,
    matching_of,
)
from crawler.errors import InputError, WorkspaceError
from crawler.files import write_whole
from crawler.model import RenderMode, Right
from crawler.queries import queries_of
from crawler.quiet import find_quiet
from crawler.selection import selects
from crawler.sites import site_of, words_of_shared_site
from crawler.store.database import now
from crawler.store.looks import find_noticed
from crawler.store.rights import find_rights
from crawler.store.sweeps import StoredSweep
from crawler.sweep import find_resumable, run_sweep
from pipelines.scheduling import times_after
from pipelines.second_looks import draw_after_sweep
from pipelines.sweep.words import check_installed

SHOWN_TIMES = 3
"""Times at which a campaign is due next."""
DAY = click.DateTime(formats=["%Y-%m-%d"])
EXIT_STATUS = {"finished": 0, "stopped": 3, "failed": 2}


@click.command()
@click.argument("what", metavar="[CAMPAIGN.toml | URL...]", nargs=-1)
@click.option("--resume", is_flag=True, help="Go on with what a sweep left that did not finish.")
@click.option("--max-pages", type=click.IntRange(min=1), help="Pages of one site at the most.")
@click.option("--max-minutes", type=click.FloatRange(min=0, min_open=True), help="Then it stops.")
@click.option(
    "--run-minutes",
    type=click.FloatRange(min=0, min_open=True),
    help="Then this run stops; --resume goes on.",
)
@click.option("--delay", type=click.FloatRange(min=0), help="Seconds between requests to a site.")
@click.option(
    "--render",
    type=click.Choice(get_args(RenderMode)),
    help="Whether pages made by their scripts are rendered in a browser.",
)
@click.option("--allow-private", is_flag=True, help="Fetch loopback and private addresses too.")
@click.option("--outside-window", is_flag=True, help="Also on days that the campaign leaves out.")
@json_option
@pass_context
@click.pass_context
def sweep(
    ctx: click.Context,
    context: Context,
    what: Sequence[str],
    max_pages: int | None,
    max_minutes: float | None,
    run_minutes: float | None,
    delay: float | None,
    render: RenderMode | None,
    *,
    resume: bool,
    allow_private: bool,
    outside_window: bool,
    as_json: bool,
) -> None:
    """Sweep the sites of a campaign, or of URLs, and match what they offer.

    It stays on the sites, honours robots.txt, and ends with a report in which every page is in
    exactly one state. Ctrl-C stops it cleanly and keeps everything. Options go before the
    campaign's own values. Exit status 3 when it stopped early, 2 when it failed.

    With --resume the newest sweep of that campaign, or of these URLs, goes on with what it had
    still to fetch, whether it was stopped or killed; where none is left unfinished, a new one
    starts. A sweep's id in place of the campaign, or nothing (the newest of all), takes the plan of
    that sweep.
    """
    found: StoredSweep | None = None
    if resume:
        campaign, found = _resumed(context, what)
    elif what:
        campaign = _campaign(what)
    else:
        raise click.UsageError("expected a campaign file or URLs (http://...), got nothing")
    limits = replace(
        campaign.limits,
        pages_per_site=max_pages or campaign.limits.pages_per_site,
        minutes=max_minutes or campaign.limits.minutes,
    )
    campaign = replace(
        campaign,
        limits=limits,
        politeness=campaign.politeness
        if delay is None
        else replace(campaign.politeness, delay=delay),
        allow_private=allow_private or campaign.allow_private,
        render=render or campaign.render,
    )
    check_campaign(campaign, Path(what[0] if what else "command line"))
    if not outside_window and (why := campaign.window.find_outside(now())):
        raise InputError(
            f"the campaign {campaign.name} is not swept today: {why}; --outside-window sweeps it"
            " all the same"
        )
    check_installed(matching_of(campaign, context.workspace.config.matching).words)
    tell_compiling()
    with sweep_progress() as show:
        report = run_sweep(
            context.workspace,
            campaign,
            show,
            resume=None if found is None else found.id,
            run_minutes=run_minutes,
        )
    if as_json:
        print_json(report, keep_empty=True)
    else:
        print_report(out(), report)
    _tell_relistings(context)
    if drawn := draw_after_sweep(context.workspace, report.sweep):
        people().print(told(drawn), markup=False, soft_wrap=True)
    _stamp(context)
    ctx.exit(EXIT_STATUS[report.state])


def _tell_relistings(context: Context) -> None:
    """Tell which noticed listings came back, where there are any."""
    with context.workspace.store() as db:
        if not any(find_noticed(db)):
            return  # what compares pictures takes longer to load than small sites to sweep
    import_module("console.commands.following").look_for_relistings(context.workspace)


def _stamp(context: Context) -> None:
    """Have what is new stamped, where somebody is named who does."""
    evidence = context.workspace.config.evidence
    if not (evidence.stamp_authorities or evidence.anchors):
        return  # what asks them need not be loaded
    for line in import_module("pipelines.evidence.stamps").stamp_after_sweep(context.workspace):
        people().print(clean(line), markup=False, soft_wrap=True)


def _resumed(context: Context, what: Sequence[str]) -> tuple[Campaign, StoredSweep | None]:
    """Return the plan, and the sweep that goes on; None when a new one starts."""
    if what and not _is_sweep(what):
        campaign = _campaign(what)
        with context.workspace.store() as db:
            found = find_resumable(db, campaign, None)
        if found is None:
            people().print("nothing is left unfinished: a new sweep starts", markup=False)
        return campaign, found
    with context.workspace.store() as db:
        found = find_resumable(db, None, what[0] if what else None)
    if found is None:
        name = what[0] if what else "the newest sweep"
        raise click.UsageError(f"nothing to resume: {name} has finished, or there is none")
    return found.campaign, found


def _is_sweep(what: Sequence[str]) -> bool:
    return len(what) == 1 and what[0].startswith("w-") and not Path(what[0]).exists()


def _campaign(what: Sequence[str]) -> Campaign:
    files = [name for name in what if "://" not in name]
    if not files:
        return campaign_of(what, allow_private=False, limits=Limits(), politeness=Politeness())
    if len(what) > 1:
        raise click.UsageError(
            f"expected one campaign file or URLs (http://...), got {', '.join(what)}"
        )
    if not Path(files[0]).exists() and "." in files[0] and not files[0].endswith(".toml"):
        raise click.UsageError(f"no file {files[0]}; a URL starts with https:// or http://")
    return load_campaign(Path(files[0]))


def _print_queries(console: Console, plan: Campaign, rights: Sequence[Right]) -> None:
    """Print what the sites would be searched for."""
    if plan.search.mode == "off":
        console.print("Search: off; listings are found by links, sitemaps and interfaces")
        return
    queries = queries_of(plan, rights, now().date())
    left = f"; {queries.left_out} more are left out" if queries.left_out else ""
    pages = plan.search.max_pages_per_query
    console.print(
        f"Search: {len(queries.words)} queries a site, {pages} pages of results each{left}"
    )
    for word in queries.words:
        console.print(f"  {clean(word)}", markup=False, soft_wrap=True)


def _print_times(console: Console, plan: Campaign) -> None:
    """Print on which days a campaign is swept, when it is due next, and who is told."""
    if plan.theme:
        console.print(f"Theme: {clean(plan.theme)}", markup=False, soft_wrap=True)
    if plan.window.first_day or plan.window.last_day:
        days = f"{plan.window.first_day or '...'} to {plan.window.last_day or '...'}"
        outside = plan.window.find_outside(now())
        console.print(f"Window: {days} {plan.window.zone} ({outside or 'open now'})", markup=False)
    if plan.schedule.cron:
        zone = ZoneInfo(plan.schedule.zone)
        dues = list(islice(times_after(plan, now()), SHOWN_TIMES))
        said = ", ".join(f"{due.astimezone(zone):%Y-%m-%d %H:%M}" for due in dues) or "never again"
        console.print(f"Schedule: {said} {plan.schedule.zone}", markup=False, soft_wrap=True)
        for due in dues:
            if quiet := find_quiet(plan.politeness.quiet_hours, due):
                said = f"warning: schedule.cron: due in the quiet hours {quiet}, nothing is asked"
                people().print(said, markup=False, soft_wrap=True)
                break
    if plan.tell.to:
        console.print(f"Told: {clean(', '.join(plan.tell.to))}", markup=False, soft_wrap=True)


@click.group()
def campaign() -> None:
    """Campaign files: what is swept, how politely, for which rights."""


@campaign.command()
@click.argument("theme", type=click.Choice(get_args(Theme)))
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--seed", "seeds", multiple=True, required=True, help="URL at which it starts.")
@click.option("--from", "first", type=DAY, required=True, help="Its first day, as 2026-11-05.")
@click.option("--to", "last", type=DAY, required=True, help="Its last day.")
@click.option("--name", default="", help="What it is called; otherwise as the file.")
@click.option("--zone", default="UTC", show_default=True, help="Time zone, as Asia/Shanghai.")
@click.option("--language", type=click.Choice(get_args(Language)), default="en", show_default=True,
              help="Of what people are told.")  # fmt: skip
def new(
    theme: Theme,
    file: Path,
    seeds: Sequence[str],
    first: datetime,
    last: datetime,
    name: str,
    zone: str,
    language: Language,
) -> None:
    """Write a campaign file for a special action: a beginning for its theme, in both languages.

    Change it as you need, and see with `markhound campaign check` what it would do.
    """
    if file.exists():
        raise InputError(f"{file} is there already; give another name, or change it by hand")
    days = (first.date(), last.date())
    text = draft_campaign(
        theme, name or file.stem, seeds, days, zone=zone, language=language, file=file
    )
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InputError(f"cannot make {file.parent}: {error.strerror}") from error
    write_whole(file, text)
    people().print(f"Written: {file}", markup=False, soft_wrap=True)
    people().print("See what it would do: markhound campaign check, and say whom it tells.")


@campaign.command()
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@pass_context
def check(context: Context, file: Path) -> None:
    """Say what a campaign would do, without doing it; status 2 when the file is wrong."""
    plan = load_campaign(file)
    check_campaign(plan, file)
    console = out()
    console.print(f"Campaign {plan.name}: {len(plan.seeds)} seeds", markup=False)
    for seed in plan.seeds:
        console.print(f"  {seed} (site {site_of(seed)})", markup=False, soft_wrap=True)
        if not plan.only_seeds and (shared := words_of_shared_site(seed)):
            people().print(f"warning: {shared}", markup=False, soft_wrap=True)
    limits, politeness = plan.limits, plan.politeness
    minutes = "no limit of time" if limits.minutes is None else f"{limits.minutes:g} minutes"
    console.print(f"Limits: {limits.pages_per_site} pages a site, {minutes}")
    if limits.megabytes_per_site is not None:
        console.print(f"        {limits.megabytes_per_site:g} MB a site")
    if limits.minutes_per_site is not None:
        console.print(f"        {limits.minutes_per_site:g} minutes a site")
    console.print(
        f"Politeness: {politeness.delay:g} s between requests to a site,"
        f" {politeness.concurrency} at a time"
    )
    for hours in politeness.quiet_hours:
        held = "now" if find_quiet([hours]) else "not now"
        console.print(f"Quiet hours: {hours} ({held})", markup=False)
    console.print(f"Rendering: {plan.render}")
    _print_times(console, plan)
    try:
        workspace = context.workspace
    except WorkspaceError:
        console.print("Rights: not looked at, as there is no workspace here")
        return
    scores = matching_of(plan, workspace.config.matching)
    console.print(f"Scores: kept from {scores.cutoff:g}, flagged from {scores.threshold:g}")
    with workspace.store() as db:
        rights = [r.right for r in find_rights(db, workspace.pictures)]
    covered = [right for right in rights if plan.covers(right)]
    console.print(f"Rights: {len(covered)} of the registry's {len(rights)}")
    _print_queries(console, plan, rights)
    terms = (*plan.rights, *plan.rights_within)
    unused = [term for term in terms if not any(selects(term, right) for right in rights)]
    for term in unused:
        people().print(f"warning: rights: {term!r} selects nothing", markup=False)
