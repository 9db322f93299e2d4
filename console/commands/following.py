"""``markhound follow-up``."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import click

from console.compiling import tell_compiling
from console.context import Context, json_option, pass_context, people, print_json
from console.text import clean, print_rows
from crawler.campaign import Politeness
from crawler.store.looks import Relisting
from crawler.workspace import Workspace
from pipelines.takedown.follow_up import FollowedUp, follow_up
from pipelines.takedown.relisting import find_relistings, record_relistings


@click.command("follow-up")
@click.option("--all", "everything", is_flag=True, help="Also what is not due.")
@click.option("--allow-private", is_flag=True, help="Fetch loopback and private addresses too.")
@click.option("--delay", type=click.FloatRange(min=0), help="Seconds between requests to a site.")
@click.option(
    "--confirm-hours",
    type=click.FloatRange(min=0),
    help="Hours between two looks that prove a listing gone; follow_up.confirm_hours unless given.",
)
@json_option
@pass_context
def follow_up_command(
    context: Context,
    delay: float | None,
    confirm_hours: float | None,
    *,
    everything: bool,
    allow_private: bool,
    as_json: bool,
) -> None:
    """Look again at the listings of sent notices, and for those that came back elsewhere.

    It asks for exactly these URLs, as politely as a sweep. Two looks that found a listing gone,
    hours apart, prove it; what is blocked, or fails, is never gone.
    """
    politeness = Politeness() if delay is None else replace(Politeness(), delay=delay)
    tell_compiling()
    found, back = follow_up(
        context.workspace,
        everything=everything,
        allow_private=allow_private,
        politeness=politeness,
        confirm_hours=confirm_hours,
    )
    usual = context.workspace.config.follow_up.confirm_hours
    if confirm_hours is not None and confirm_hours != usual:
        people().print(
            f"proven by looks {confirm_hours:g} h apart in this run alone; cases go by"
            f" follow_up.confirm_hours = {usual:g}",
            markup=False,
            soft_wrap=True,
        )
    if as_json:
        for one in found:
            print_json(one, what="look")
        for relisting in back:
            print_json(relisting, what="relisting")
        return
    _print(found, back)


def _print(found: list[FollowedUp], back: list[Relisting]) -> None:
    rows = [
        (one.notice, one.url, one.verdict, one.outcome.state, one.state.value, one.reason or "")
        for one in found
    ]
    print_rows(("notice", "listing", "now", "outcome", "state", "why"), rows, "Nothing is due.")
    tell_relistings(back)


def look_for_relistings(workspace: Workspace) -> None:
    """Record what came back of noticed listings, and tell what was not known."""
    with workspace.store() as db:
        tell_relistings(record_relistings(db, find_relistings(db, workspace)))


def tell_relistings(back: Sequence[Relisting]) -> None:
    """Tell people what came back, and in which case it is."""
    for relisting in back:
        why = "; ".join(relisting.reasons)
        line = f"back: {relisting.old} stands at {relisting.new} ({why}); case {relisting.case}"
        people().print(clean(line), markup=False, soft_wrap=True)
