"""``markhound deadlines``: what is due after notices, soonest first."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

import click
from rich.table import Table

from console.context import Context, json_option, out, pass_context, print_json
from console.text import cell
from crawler.store.notices import find_notices, load_notice
from pipelines.takedown.clocks import find_clocks
from pipelines.takedown.deadlines import Deadline


@click.command()
@click.argument("notice", metavar="[NOTICE]", required=False)
@json_option
@pass_context
def deadlines(context: Context, notice: str | None, *, as_json: bool) -> None:
    """List the clocks that run after notices, soonest first, and what to do before they end."""
    workspace = context.workspace
    takedown = workspace.config.takedown
    with workspace.store() as db:
        notices = [load_notice(db, notice)] if notice else find_notices(db)
        running = [(one.id, clock) for one in notices for clock in find_clocks(db, one, takedown)]
    show(running, as_json=as_json)


def show(running: Iterable[tuple[str, Deadline]], *, as_json: bool) -> None:
    """Print the clocks, each with its notice's id, soonest first."""
    ordered = sorted(running, key=lambda pair: (pair[1].due or date.max, pair[0]))
    if as_json:
        for name, clock in ordered:
            print_json(clock, notice=name)
        return
    table = Table("act by", "last day", "notice", "rule", "what to do")
    for name, clock in ordered:
        table.add_row(_due(clock), _latest(clock), cell(name), clock.rule.id, _action(clock))
    out().print(table if ordered else "No clock runs.")


def _due(clock: Deadline) -> str:
    if clock.due is not None:
        return clock.due.isoformat()
    return "for good" if clock.rule.length is None else "not known yet"


def _latest(clock: Deadline) -> str:
    return clock.latest.isoformat() if clock.latest else ""


def _action(clock: Deadline) -> str:
    note = "" if clock.rule.binding else " (no law)"
    notes = "".join(f" {one}" for one in clock.notes)
    return f"{clock.rule.action}{note}.{notes}"
