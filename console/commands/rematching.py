"""``markhound rematch``."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from console.compiling import tell_compiling
from console.context import Context, json_option, pass_context, people, print_json
from console.limits import limits_options, match_settings
from console.progress import counting
from console.text import print_rows
from crawler.errors import NotFoundError
from crawler.store.database import now
from matchers.judge import MatchSettings
from pipelines.rematching import (
    CHANGES,
    Change,
    Rematch,
    Rematched,
    record_rematch,
    registry_of_file,
    registry_of_workspace,
)

FINDS: frozenset[Change] = frozenset({"new", "flagged", "earlier"})
"""What is told without ``--diff``: what today's registry finds and the store has not as it is."""
WORDS: dict[Change, str] = {
    "new": "new",
    "flagged": "now flagged",
    "unflagged": "flagged no more",
    "ended": "a hit no more",
    "earlier": "as seen earlier",
    "same": "same",
}


@click.command()
@click.option("--right", metavar="ID", help="Tell only of this right.")
@click.option(
    "--since",
    type=click.DateTime(["%Y-%m-%d"]),
    help="Only what was seen on this day (UTC) or later.",
)
@click.option("--diff", is_flag=True, help="Every decision that would be another one.")
@click.option(
    "--registry",
    metavar="RIGHTS.jsonl",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="Match with this file in place of the workspace's registry: before it is imported.",
)
@click.option("--no-images", is_flag=True, help="Compare no pictures: names and texts alone.")
@click.option("--record", is_flag=True, help="Keep the changed hits, as a sweep would.")
@limits_options
@json_option
@pass_context
def rematch(
    context: Context,
    right: str | None,
    since: datetime | None,
    registry: Path | None,
    cutoff: float | None,
    threshold: float | None,
    *,
    diff: bool,
    no_images: bool,
    record: bool,
    as_json: bool,
) -> None:
    """Match everything ever seen with today's registry and rules, without fetching.

    Tells the hits that are new: a mark that was taken in today finds last year's sellers. --diff
    tells every decision that would be another one, so that rules can be compared before they are
    adopted. Nothing is recorded unless --record is given.
    """
    if record and (registry or cutoff is not None or threshold is not None):
        raise click.UsageError(
            "--record keeps what the workspace's own registry and limits find; leave out"
            " --registry, --cutoff and --threshold"
        )
    workspace = context.workspace
    on = now().date()
    limits = workspace.config.matching
    default = MatchSettings(cutoff=limits.cutoff, threshold=limits.threshold)
    settings = match_settings(cutoff, threshold, default)
    known = (
        registry_of_workspace(workspace)
        if registry is None
        else registry_of_file(registry, workspace, on)
    )
    if right is not None and right not in {r.id for r, _ in known.rights}:
        where = "the workspace" if registry is None else str(registry)
        raise NotFoundError(f"no right of {where} has the id {right!r}")
    tell_compiling()
    run = Rematch(
        workspace,
        known,
        settings,
        on=on,
        right=right,
        since=None if since is None else since.replace(tzinfo=UTC),
        images=not no_images,
    )
    counts: Counter[Change] = Counter()
    shown: list[Rematched] = []
    with workspace.store() as db, counting("rematching", "listings", run.total) as show:
        for found in run.run(db, record=record):
            counts[found.change] += 1
            show(run.listings)
            if not (found.change in FINDS or (diff and found.change != "same")):
                continue
            if as_json:
                print_json(found.hit, **_parents(found))
            else:
                shown.append(found)
        if record and any(counts[change] for change in CHANGES if change not in _UNRECORDED):
            record_rematch(db, known, {str(change): count for change, count in counts.items()})
    if not as_json:
        _print_table(shown)
    for problem, count in run.problems.items():
        times = f"{count} times: " if count > 1 else ""
        click.echo(f"warning: {times}{problem}", err=True)
    _tell(run, counts, recorded=record)


_UNRECORDED: frozenset[Change] = frozenset({"earlier", "same"})


def _tell(run: Rematch, counts: Counter[Change], *, recorded: bool) -> None:
    told = ", ".join(f"{counts[change]:,} {WORDS[change]}" for change in CHANGES)
    people().print(
        f"{run.listings:,} listings and pages, {run.records:,} different states of them,"
        f" {len(run.covered):,} rights: {told}",
        soft_wrap=True,
    )
    if not recorded and any(counts[change] for change in CHANGES if change not in _UNRECORDED):
        people().print("Nothing was recorded; --record keeps what changed.", soft_wrap=True)


def _print_table(shown: list[Rematched]) -> None:
    ranked = sorted(shown, key=lambda f: (CHANGES.index(f.change), -f.hit.score))
    print_rows(
        ("Change", "Score", "Right", "Last seen", "Title", "Address"),
        [
            (
                WORDS[found.change],
                f"{found.hit.score:.2f}",
                found.hit.right,
                f"{found.seen.seen_at:%Y-%m-%d}",
                found.seen.record.title,
                found.hit.listing,
            )
            for found in ranked
        ],
        "Nothing that the store has not as it is.",
    )


def _parents(found: Rematched) -> dict[str, Any]:
    return {
        "change": found.change,
        "sweep": found.seen.sweep,
        "sighting": found.seen.sighting,
        "seen_at": found.seen.seen_at,
        "title": found.seen.record.title,
        **({"was": {"score": found.was.score, "flagged": found.was.flagged}} if found.was else {}),
    }
