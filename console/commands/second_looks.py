"""``markhound second-looks``."""

from __future__ import annotations

import click

from console.authentication import authenticate
from console.context import Context, json_option, out, pass_context, people, print_json
from console.text import clean
from crawler.store.database import now, writing
from crawler.store.second_looks import Draw, find_answers, record_draw
from pipelines.second_looks import Agreement, measure_agreement


@click.group("second-looks")
def second_looks() -> None:
    """Second looks: a sample of what was put aside, judged again by somebody else."""


@second_looks.command()
@click.option(
    "--share",
    type=click.FloatRange(0, 1, min_open=True),
    help="Share that is drawn; that of the settings unless given.",
)
@click.option("--seed", type=click.IntRange(0, 2**53 - 1), help="Seed of the draw, to repeat one.")
@click.option("--by", default="", help="Who draws; needed in a workspace with accounts.")
@json_option
@pass_context
def draw(
    context: Context, share: float | None, seed: int | None, by: str, *, as_json: bool
) -> None:
    """Draw a sample of what was put aside since the draw before.

    Its seed and the sample are entries of the ledger before anybody looks. In the console another
    person judges each of them again, at /second-looks, without knowing what was decided.
    """
    chosen = share or context.workspace.config.console.second_look_share
    if not chosen:
        raise click.UsageError("second_look_share of [console] is 0; expected --share")
    with context.workspace.store() as db:
        actor = authenticate(db, by, otherwise="markhound")
        with writing(db):
            drawn = record_draw(db, share=chosen, seed=seed, by=actor.name, at=now())
    if as_json and drawn is not None:
        print_json(drawn, keep_empty=True)
    people().print(told(drawn), markup=False, soft_wrap=True)


def told(drawn: Draw | None) -> str:
    """Say what was drawn."""
    if drawn is None:
        return "Second looks: nothing was put aside since the draw before"
    return (
        f"Second looks: {len(drawn.drawn)} drawn of {drawn.rejected} that were judged unrelated or"
        f" licensed and {drawn.dismissed} that were not flagged (seed {drawn.seed})"
    )


@second_looks.command()
@json_option
@pass_context
def agreement(context: Context, *, as_json: bool) -> None:
    """Show how far second looks agree with the first ones."""
    with context.workspace.store() as db:
        report = measure_agreement(find_answers(db))
    if as_json:
        rows = [("all", report.overall), *report.rights.items()]
        rows += [(" / ".join(pair), value) for pair, value in report.pairs.items()]
        for name, value in rows:
            print_json(value, keep_empty=True, of=name, interval=value.interval)
        return
    console = out()
    console.print(f"All: {_line(report.overall)}")
    for right, value in report.rights.items():
        console.print(clean(f"{right}: {_line(value)}"), markup=False, soft_wrap=True)
    for pair, value in report.pairs.items():
        console.print(clean(f"{' / '.join(pair)}: {_line(value)}"), markup=False, soft_wrap=True)
    missed = report.missed
    console.print(f"Not flagged, looked at: {missed.looks}; infringing: {missed.infringing}")


def _line(value: Agreement) -> str:
    if value.interval is None or value.share is None:
        return "no second looks yet"
    low, high = value.interval
    kappa = "" if value.kappa is None else f", kappa {value.kappa:.2f}"
    return f"{value.agreed} of {value.looks} agree ({low:.0%} to {high:.0%}){kappa}"
