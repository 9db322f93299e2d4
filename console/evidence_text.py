"""What a verification found, as text: grouped by whose word it is."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from rich.console import Console

from console.text import cell
from pipelines.evidence.checks import Check, CheckState

HEADS: dict[CheckState, str] = {
    "proven": "[bold]Proven[/bold], by somebody else's word:",
    "holds": "[bold]Holds[/bold]: intact, but by our own word alone:",
    "unproven": "[bold]Not proven[/bold], though nothing is known to be wrong:",
    "broken": "[bold red]Broken[/bold red]:",
}
MOST_LINES = 50
"""Of one group; --json has all."""


def print_checks(console: Console, checks: Iterable[Check]) -> bool:
    """Print the checks by their state, the worst last; return whether anything is broken."""
    counts: Counter[CheckState] = Counter()
    kept: dict[CheckState, list[Check]] = {state: [] for state in HEADS}
    for check in checks:
        counts[check.state] += 1
        if len(kept[check.state]) < MOST_LINES:
            kept[check.state].append(check)
    for state, head in HEADS.items():
        if kept[state]:
            console.print(head)
        for check in kept[state]:
            console.print(f"  {_line(check)}", soft_wrap=True)
        if counts[state] > MOST_LINES:
            console.print(f"  and {counts[state] - MOST_LINES} more (--json has all)")
    console.print(_sum(counts))
    return counts["broken"] > 0


def _line(check: Check) -> str:
    by = f" by {check.by}" if check.by else ""
    return cell(f"{check.what} ({check.subject}){by}: {check.detail}")


def _sum(counts: Counter[CheckState]) -> str:
    words = (
        f"{counts['proven']} proven, {counts['holds']} hold by our word alone,"
        f" {counts['unproven']} not proven"
    )
    if counts["broken"]:
        return f"[bold red]{counts['broken']} broken[/bold red]; {words}"
    return f"Nothing is broken: {words}"
