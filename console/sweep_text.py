"""The report of a sweep as text."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from rich.console import Console
from rich.table import Table

from console.text import cell, clean
from crawler.model import PageWarning, TargetState
from crawler.report import SweepReport
from crawler.store.sweeps import SiteOutcomes

MOST_REASONS = 8
MOST_WARNINGS = 20
FIGURES = ("requests", "per listing", "listings", "flagged")


def print_report(console: Console, report: SweepReport) -> None:
    """Print what a sweep did, what it did not, and why."""
    why = f" ({report.reason})" if report.reason else ""
    took = "" if report.seconds is None else f" in {report.seconds:g} s"
    console.print(
        f"[bold]Sweep {report.sweep}[/bold] {report.state}{cell(why)}{took}:"
        f" {report.listings} listings, {report.pictures} pictures,"
        f" [bold]{report.flagged} flagged[/bold], {report.hits - report.flagged} below threshold",
        soft_wrap=True,
    )
    states = [state.value for state in TargetState if report.targets.get(state.value)]
    table = Table("site", *(s.replace("_", " ") for s in states), *FIGURES, box=None)
    for column in table.columns[1:]:
        column.justify = "right"
    for site in report.sites:
        counts = (str(site.targets.get(state, 0)) for state in states)
        figures = (site.requests, _each(site), site.listings, site.flagged)
        table.add_row(cell(site.site), *counts, *map(str, figures))
    if report.sites:
        console.print(table)
    for line in _reasons(report.sites):
        console.print(clean(line), markup=False, soft_wrap=True)
    for line in _warnings(report.warnings):
        console.print(f"[yellow]warning:[/yellow] {cell(line)}", soft_wrap=True)


def _each(site: SiteOutcomes) -> str:
    """Return how many requests a listing of the site cost."""
    return f"{site.requests / site.listings:.2f}" if site.listings else "-"


def _reasons(sites: tuple[SiteOutcomes, ...]) -> Iterator[str]:
    counts: Counter[str] = Counter()
    for site in sites:
        counts.update(site.reasons)
    for reason, count in counts.most_common(MOST_REASONS):
        yield f"  {count} {reason}"
    if len(counts) > MOST_REASONS:
        yield f"  and {len(counts) - MOST_REASONS} more reasons (--json has all)"


def _warnings(warnings: tuple[PageWarning, ...]) -> Iterator[str]:
    for warning in warnings[:MOST_WARNINGS]:
        yield f"{warning.url}: {warning.message}" if warning.url else warning.message
    if len(warnings) > MOST_WARNINGS:
        yield f"and {len(warnings) - MOST_WARNINGS} more (--json has all)"
