"""``markhound audit``: what is inspected by whom, drawn by lot."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from pathlib import Path
from typing import TypeVar

import click
from sqlite_utils import Database

from console.authentication import named_actor
from console.context import Context, json_option, out, pass_context, people, print_json
from console.text import clean, print_rows
from crawler.draws import Conflict, load_names
from crawler.formats import dump_record
from crawler.store.database import now, writing
from crawler.store.draws import (
    OUTCOMES,
    Draw,
    DrawList,
    Inspection,
    InspectionOutcome,
    Source,
    check_draw,
    find_draws,
    find_inspections,
    load_draw,
    record_inspection,
    record_lots,
    record_seed,
)
from pipelines.draws.exporting import export_draw
from pipelines.draws.populations import (
    find_accounts_that_inspect,
    find_known_sites,
    find_rejected_hits,
    join_conflicts,
    load_campaign_sites,
)

EXIT_BROKEN = 1
Chosen = TypeVar("Chosen", bound=str)
DRAW = click.argument("draw_id", metavar="DRAW")
BY = click.option("--by", default="", help="Who does it; else the sender of markhound.toml.")
FILE = click.Path(path_type=Path, exists=True, dir_okay=False)


@click.group()
def audit() -> None:
    """Inspections by lot: targets and inspectors drawn so that anybody can draw again."""


@audit.command()
@click.option("--targets", type=FILE, help="A list of what can be drawn, one on each line.")
@click.option("--sites", is_flag=True, help="Every site that sweeps met.")
@click.option("--campaign", type=FILE, help="The sites of a campaign file.")
@click.option("--rejects", is_flag=True, help="Hits judged unrelated or licensed.")
@click.option("--inspectors", type=FILE, help="A list of who can be drawn, one on each line.")
@click.option("--accounts", is_flag=True, help="Every account that may judge.")
@click.option("--count", type=click.IntRange(min=1), required=True, help="Targets to draw.")
@click.option("--each", type=click.IntRange(min=1), default=1, help="Inspectors for every target.")
@click.option("--seed", help="The seed; a random one unless given.")
@click.option(
    "--conflict",
    "conflicts",
    multiple=True,
    nargs=3,
    metavar="INSPECTOR TARGET REASON",
    help="Who must not inspect what (TARGET '*': anything), and why; may be repeated.",
)
@click.option("--purpose", default="", help="What the inspection is for.")
@BY
@json_option
@pass_context
def draw(
    context: Context,
    targets: Path | None,
    campaign: Path | None,
    inspectors: Path | None,
    count: int,
    each: int,
    seed: str | None,
    conflicts: tuple[tuple[str, str, str], ...],
    purpose: str,
    by: str,
    *,
    sites: bool,
    rejects: bool,
    accounts: bool,
    as_json: bool,
) -> None:
    """Draw what is inspected, and by whom; all of it is an entry of the ledger before the look.

    A draw cannot be taken back: drawing once more is a second entry that everybody sees.
    """
    sources: dict[Source, object] = {
        "file": targets,
        "sites": sites,
        "campaign": campaign,
        "rejects": rejects,
    }
    source = _chosen(sources, "--targets, --sites, --campaign or --rejects")
    _chosen({"file": inspectors, "accounts": accounts}, "--inspectors or --accounts")
    excluded = [Conflict(inspector=i, target=t, reason=r.strip()) for i, t, r in conflicts]
    with context.workspace.store() as db:
        actor = named_actor(context.workspace, db, by)
        who = load_names(inspectors) if inspectors else find_accounts_that_inspect(db)
        names, own = _population(db, source, targets or campaign, who)
        joined = join_conflicts(excluded, own)
        listed = DrawList(targets=tuple(names), inspectors=tuple(who), conflicts=joined)
        with writing(db):
            made = record_lots(
                db,
                listed,
                actor,
                source=source,
                count=count,
                each=each,
                seed=seed,
                purpose=purpose,
                at=now(),
            )
    if as_json:
        print_json(made, keep_empty=True)
    else:
        _print(made)
    people().print(f"{made.id}: markhound audit export {made.id} --output FOLDER", markup=False)


def _chosen(options: Mapping[Chosen, object], expected: str) -> Chosen:
    """Return the one option that was given."""
    given = [name for name, value in options.items() if value]
    if len(given) != 1:
        raise click.UsageError(f"expected one of {expected}, got {len(given)}")
    return given[0]


def _population(
    db: Database, source: Source, file: Path | None, inspectors: Collection[str]
) -> tuple[list[str], list[Conflict]]:
    """Return what can be drawn, and the conflicts that come with it."""
    if source == "rejects":
        return find_rejected_hits(db, inspectors)
    if source == "sites":
        return find_known_sites(db), []
    assert file is not None
    return load_campaign_sites(file) if source == "campaign" else load_names(file), []


def _print(made: Draw, found: Mapping[tuple[str, str], Inspection] | None = None) -> None:
    told = f"of {made.targets:,}, {made.each} of {made.inspectors:,} inspectors for each"
    lines = [
        f"{made.id}: {len(made.turns):,} drawn {told}",
        f"by {made.by}, {made.at:%Y-%m-%d %H:%M} UTC; seed ({made.seed_from}): {made.seed}",
    ]
    lines += [f"for: {made.purpose}"] if made.purpose else []
    for line in lines:
        out().print(clean(line), markup=False, soft_wrap=True)
    rows = []
    for turn in made.turns:
        for name in turn.inspectors:
            one = (found or {}).get((turn.target, name))
            outcome = f"{one.outcome}: {one.words}".rstrip(": ") if one else ""
            rows.append((str(turn.place), turn.target, name, outcome))
    print_rows(("place", "target", "inspector", "outcome"), rows, "", whole=("place",))


@audit.command()
@BY
@json_option
@pass_context
def seed(context: Context, by: str, *, as_json: bool) -> None:
    """Make a random seed and record its digest, to be published before the list is known.

    The seed is shown once and kept nowhere: keep it closed until the draw, then give it to
    `audit draw --seed`.
    """
    with context.workspace.store() as db:
        actor = named_actor(context.workspace, db, by)
        with writing(db):
            made, digest = record_seed(db, actor, at=now())
    if as_json:
        print_json({"seed": made, "sha256": digest})
        return
    out().print(f"seed, to be kept closed until the draw: {made}", soft_wrap=True)
    out().print(f"its SHA-256, to be published now: {digest}", soft_wrap=True)


@audit.command("list")
@json_option
@pass_context
def list_(context: Context, *, as_json: bool) -> None:
    """List the draws, newest first, with how many of their inspections are recorded."""
    rows = []
    with context.workspace.store() as db:
        for made in find_draws(db):
            done, all_ = len(find_inspections(db, made.id)), len(made.turns) * made.each
            if as_json:
                print_json(made, keep_empty=True, recorded=done)
            else:
                sizes = (f"{len(made.turns):,} of {made.targets:,}", f"{done:,} of {all_:,}")
                rows.append((made.id, f"{made.at:%Y-%m-%d}", made.source, *sizes, made.purpose))
    if not as_json:
        heads = ("id", "drawn", "from", "targets", "recorded", "for")
        print_rows(heads, rows, "No draws: markhound audit draw", whole=("id",))


@audit.command()
@DRAW
@json_option
@pass_context
def show(context: Context, draw_id: str, *, as_json: bool) -> None:
    """Show a draw: what was drawn, who inspects it, and what was found."""
    with context.workspace.store() as db:
        made, found = load_draw(db, draw_id), find_inspections(db, draw_id)
    if as_json:
        print_json(made, keep_empty=True, inspections=[dump_record(o) for o in found.values()])
    else:
        _print(made, found)


@audit.command()
@DRAW
@json_option
@pass_context
@click.pass_context
def check(ctx: click.Context, context: Context, draw_id: str, *, as_json: bool) -> None:
    """Draw again from what is kept, and compare it with the ledger; status 1 if it differs."""
    with context.workspace.store() as db:
        problems = check_draw(db, draw_id)
    if as_json:
        print_json({"draw": draw_id, "holds": not problems, "problems": problems})
    for problem in problems:
        people().print(clean(f"{draw_id}: {problem}"), markup=False, soft_wrap=True)
    if problems:
        ctx.exit(EXIT_BROKEN)
    people().print(clean(f"{draw_id}: drawn again, it is the same, as the ledger has it"))


@audit.command()
@DRAW
@click.argument("target")
@click.option("--outcome", type=click.Choice(OUTCOMES), required=True, help="What was found.")
@click.option("--words", default="", help="More about it; needed for not_inspected.")
@BY
@json_option
@pass_context
def record(
    context: Context,
    draw_id: str,
    target: str,
    outcome: InspectionOutcome,
    words: str,
    by: str,
    *,
    as_json: bool,
) -> None:
    """Record what an inspector found; only who was drawn for the target may.

    Recorded again, the newest counts, and the log shows both.
    """
    with context.workspace.store() as db:
        actor = named_actor(context.workspace, db, by)
        with writing(db):
            made = record_inspection(db, draw_id, target, outcome, actor, words=words, at=now())
    if as_json:
        print_json(made, keep_empty=True, draw=draw_id)
    line = f"{draw_id}: {made.target}: {made.outcome}, by {made.inspector}"
    people().print(clean(line), markup=False, soft_wrap=True)


@audit.command()
@DRAW
@click.option(
    "--output",
    type=click.Path(path_type=Path),
    required=True,
    help="A folder that is not there yet, or is empty.",
)
@pass_context
def export(context: Context, draw_id: str, output: Path) -> None:
    """Write a draw into a folder with which anybody can draw again, by SHA-256 alone."""
    with context.workspace.store() as db:
        export_draw(db, draw_id, output)
    told = f"{draw_id} is in {output}; README.txt says how to check it"
    people().print(clean(told), markup=False, soft_wrap=True)
