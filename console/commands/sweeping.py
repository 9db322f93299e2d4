"""``markhound sweep`` and ``campaign``."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import get_args

import click

from console.compiling import tell_compiling
from console.context import Context, json_option, out, pass_context, people, print_json
from console.progress import sweep_progress
from console.sweep_text import print_report
from crawler.campaign import (
    Campaign,
    Limits,
    Politeness,
    campaign_of,
    check_campaign,
    load_campaign,
    matching_of,
)
from crawler.errors import WorkspaceError
from crawler.model import RenderMode
from crawler.sites import site_of
from crawler.store.rights import find_rights
from crawler.sweep import run_sweep
from pipelines.sweep.words import check_installed

EXIT_STATUS = {"finished": 0, "stopped": 3, "failed": 2}


@click.command()
@click.argument("what", metavar="CAMPAIGN.toml | URL...", nargs=-1, required=True)
@click.option("--max-pages", type=click.IntRange(min=1), help="Pages of one site at the most.")
@click.option("--max-minutes", type=click.FloatRange(min=0, min_open=True), help="Then it stops.")
@click.option("--delay", type=click.FloatRange(min=0), help="Seconds between requests to a host.")
@click.option(
    "--render",
    type=click.Choice(get_args(RenderMode)),
    help="Whether pages made by their scripts are rendered in a browser.",
)
@click.option("--allow-private", is_flag=True, help="Fetch loopback and private addresses too.")
@json_option
@pass_context
@click.pass_context
def sweep(
    ctx: click.Context,
    context: Context,
    what: Sequence[str],
    max_pages: int | None,
    max_minutes: float | None,
    delay: float | None,
    render: RenderMode | None,
    *,
    allow_private: bool,
    as_json: bool,
) -> None:
    """Sweep the sites of a campaign, or of URLs, and match what they offer.

    It stays on the sites, honours robots.txt, and ends with a report in which every page is in
    exactly one state. Ctrl-C stops it cleanly and keeps everything. Options go before the
    campaign's own values. Exit status 3 when it stopped early, 2 when it failed.
    """
    campaign = _campaign(what)
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
    check_campaign(campaign, Path(what[0]))
    check_installed(matching_of(campaign, context.workspace.config.matching).words)
    tell_compiling()
    with sweep_progress() as show:
        report = run_sweep(context.workspace, campaign, show)
    if as_json:
        print_json(report, keep_empty=True)
    else:
        print_report(out(), report)
    ctx.exit(EXIT_STATUS[report.state])


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


@click.group()
def campaign() -> None:
    """Campaign files: what is swept, how politely, for which rights."""


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
    limits, politeness = plan.limits, plan.politeness
    minutes = "no limit of time" if limits.minutes is None else f"{limits.minutes:g} minutes"
    console.print(f"Limits: {limits.pages_per_site} pages a site, {minutes}")
    console.print(
        f"Politeness: {politeness.delay:g} s between requests to a host,"
        f" {politeness.concurrency} at a time"
    )
    console.print(f"Rendering: {plan.render}")
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
    unused = [
        t for t in plan.rights if not any(replace(plan, rights=(t,)).covers(r) for r in rights)
    ]
    for term in unused:
        people().print(f"warning: rights: {term!r} selects nothing", markup=False)
