"""``markhound evaluate``: how right the hits are, and what was missed."""

from __future__ import annotations

from pathlib import Path

import click

from console.commands.reporting import (
    as_of_option,
    html_option,
    language_option,
    print_numbers,
    print_sections,
    zone_option,
)
from console.context import Context, json_option, pass_context, people
from console.progress import gathering
from console.reports.drawing import draw_chart
from console.reports.html import render_evaluation
from console.reports.wording import evaluated_of
from crawler.errors import InputError
from crawler.files import write_whole
from matchers.wording import Language
from pipelines.figures.gathering import evaluated
from pipelines.figures.numbers import Report
from pipelines.figures.period import ReportPeriod, all_time, parse_period


@click.command()
@click.option("--from", "first", metavar="DATE", help="First day on which hits were found.")
@click.option("--to", "last", metavar="DATE", help="Last day, which is of the period.")
@as_of_option
@zone_option
@language_option
@html_option
@click.option(
    "--svg", type=click.Path(path_type=Path, dir_okay=False), help="Write the calibration plot."
)
@json_option
@pass_context
def evaluate(
    context: Context,
    first: str | None,
    last: str | None,
    known: str | None,
    zone: str,
    language: Language,
    html: Path | None,
    svg: Path | None,
    *,
    as_json: bool,
) -> None:
    """Precision by right, matcher and platform, what was missed, and how true the scores are.

    From judgements and from second looks, each with its 95 % interval; of all hits unless a period
    is given.
    """
    workspace = context.workspace
    chosen = zone or workspace.config.console.time_zone
    period = _period(first, last, known, chosen)
    with gathering("evaluating the hits"), evaluated(workspace, period) as (_, made):
        pass
    plot = _plot(made, language) if svg is not None else ""
    if html is not None:
        write_whole(html, render_evaluation(made, language))
        people().print(f"evaluation written to {html.resolve()}", markup=False, soft_wrap=True)
    if svg is not None:
        write_whole(svg, plot)
        people().print(f"calibration plot written to {svg.resolve()}", markup=False, soft_wrap=True)
    if as_json:
        print_numbers(made)
    elif html is None:
        people().print(evaluated_of(made, language), markup=False, soft_wrap=True)
        print_sections(made.sections, language)


def _period(first: str | None, last: str | None, known: str | None, zone: str) -> ReportPeriod:
    if first is None and last is None:
        if known is not None:
            raise click.UsageError("--as-of goes with --from and --to")
        return all_time(zone)
    if first is None or last is None:
        raise click.UsageError("expected both --from and --to, or neither")
    return parse_period(first, last, zone, known)


def _plot(made: Report, language: Language) -> str:
    """Return the calibration plot.

    :raises InputError: when nothing is known of any hit
    """
    for section in made.sections:
        for table in section.tables:
            if table.key == "calibration" and (drawn := draw_chart(table, language)):
                return drawn
    raise InputError("nothing to plot: no hit of these days was judged or looked at a second time")
