"""Why a right is a hit on a listing, or why not, as text: the sum as a waterfall."""

from __future__ import annotations

from collections.abc import Iterator

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from console.text import clean
from pipelines.explaining import Explanation

BAR = 20
"""Columns of the bar that shows a probability."""
LONGEST_READING = 200
"""Characters of a reading that are shown."""

READINGS = {
    "plain": "as it is written",
    "skeleton": "look-alike letters as Latin ones",
    "leet": "digits and signs as letters",
    "romanised": "in Latin letters",
    "reversed": "as it is shown, from right to left",
}
"""Kind of reading -> its name for people."""


def print_explanation(console: Console, found: Explanation) -> None:
    """Print the sum for a pair with findings; for any other what was looked for, and how."""
    names = ", ".join(found.names) or "no name"
    for line in ("Listing: " + found.title, "  " + found.listing):
        console.print(clean(line), markup=False, soft_wrap=True)
    for line in ("Right:   " + names, "  " + found.right):
        console.print(clean(line), markup=False, soft_wrap=True)
    console.print(Text(_outcome(found), style="bold"), soft_wrap=True)
    if found.steps:
        console.print(_waterfall(found))
    for line in (*(f"Note: {note}" for note in found.notes), *_not_found(found)):
        console.print(clean(line), markup=False, soft_wrap=True)


def _outcome(found: Explanation) -> str:
    limits = f"cutoff {found.cutoff:g}, threshold {found.threshold:g}"
    score = "" if found.score is None else f"score {found.score:.3f} ({limits})"
    if found.outcome == "lapsed":
        then = f"; if it were in force: {score or 'nothing found'}"
        return f"Not matched: the right {found.lapse}{then}."
    if found.score is None:
        return "No hit: neither a name nor a picture of the right was found."
    verdicts = {
        "flagged": "A hit, flagged for review",
        "hit": "A hit, below the threshold for review",
        "forgotten": "No hit, below the cutoff",
    }
    return f"{verdicts[found.outcome]}: {score}."


def _waterfall(found: Explanation) -> Table:
    table = Table(box=box.SIMPLE, show_footer=True, header_style="bold", footer_style="bold")
    score = found.score or 0.0
    last = found.steps[-1]
    table.add_column("", "score")
    table.add_column("why", "", overflow="fold", ratio=1)
    table.add_column("bits", f"{last.bits - found.prior:+.1f}", justify="right")
    table.add_column("sum", f"{last.bits:+.1f}", justify="right")
    table.add_column("probability", _bar(score), no_wrap=True)
    before = 1 / (1 + 2**-found.prior)
    table.add_row("prior", "Before any finding.", "", f"{found.prior:+.1f}", _bar(before))
    for step in found.steps:
        finding = step.finding
        table.add_row(
            finding.feature.replace("_", " "),
            clean(finding.detail or ""),
            Text(f"{finding.weight:+.1f}", style="red" if finding.weight > 0 else "green"),
            f"{step.bits:+.1f}",
            _bar(step.probability),
        )
    return table


def _bar(probability: float) -> str:
    filled = round(probability * BAR)
    return f"{probability:6.3f} {'█' * filled}{'·' * (BAR - filled)}"


def _not_found(found: Explanation) -> Iterator[str]:
    if found.readings:
        yield "No name was found. These readings were searched:"
    for reading in found.readings:
        cut = reading.text[:LONGEST_READING]
        more = " ..." if len(reading.text) > LONGEST_READING else ""
        yield f"  {reading.field}, {READINGS.get(reading.kind, reading.kind)}: {cut}{more}"
    missed = {nearest.form: nearest for nearest in found.nearest}
    for name in found.names if found.readings else ():
        if name in missed:
            near = missed[name]
            yield f"  “{name}”: nearest in the {near.field} is “{near.text}”. {near.verdict}"
        else:
            yield f"  “{name}”: nothing in the text is like it."
    compared, references = found.pictures
    alike = any(step.finding.image is not None for step in found.steps)
    if (compared or references) and not alike:
        yield f"Pictures: {compared} of the listing and {references} of the right, none alike."
