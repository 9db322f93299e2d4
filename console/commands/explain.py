"""``markhound explain``."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from importlib import import_module
from pathlib import Path

import click

from console.compiling import tell_compiling
from console.context import Context, out, pass_context, print_json
from console.explanation import print_explanation
from console.limits import descriptor_option, limits_options, match_settings
from crawler.pictures import descriptor_at
from crawler.store.database import now
from pipelines.explaining import (
    Explanation,
    Question,
    ask_of_files,
    ask_of_workspace,
    explain_question,
)
from pipelines.matching import FingerprintIndex
from pipelines.sweep.decoding import Decoder

EXISTING = click.Path(path_type=Path, exists=True, dir_okay=False)


@click.command()
@click.argument("listing")
@click.option("--right", required=True, metavar="ID", help="The right that is asked about.")
@click.option("--listings", metavar="FILE.jsonl", type=EXISTING, help="Take the listing from here.")
@click.option(
    "--registry", metavar="RIGHTS.jsonl", type=EXISTING, help="Take the rights from here."
)
@click.option(
    "--picture",
    metavar="FILE.png",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Write the listing's and the right's picture side by side, what they share outlined.",
)
@descriptor_option
@limits_options
@click.option("--json", "as_json", is_flag=True, help="One JSON object on stdout.")
@pass_context
def explain(
    context: Context,
    listing: str,
    right: str,
    listings: Path | None,
    registry: Path | None,
    picture: Path | None,
    descriptor: str | None,
    cutoff: float | None,
    threshold: float | None,
    *,
    as_json: bool,
) -> None:
    """Say why a right is a hit on a listing, or why not, feature by feature.

    LISTING is the id or the URL of a stored listing. With --listings and --registry it is the
    URL of a listing in that file, and no workspace is needed. It is matched anew, with today's
    rules and all rights that a sweep would match beside it.
    """
    if (listings is None) != (registry is None):
        raise click.UsageError("--listings and --registry go together: give both, or neither")
    tell_compiling()
    today, folder = now().date(), None
    if listings is not None and registry is not None:
        question = ask_of_files(listings, registry, listing, right, today)
    else:
        question = ask_of_workspace(context.workspace, listing, right, today)
        folder = context.workspace.folder / "index"
    if picture is not None:
        _check_target(picture, question, [p for p in (listings, registry) if p is not None])
    settings = match_settings(cutoff, threshold, question.settings)
    if descriptor is not None:
        question = replace(question, descriptor=descriptor_at(descriptor, Path()))
    with Decoder(hashes_only=question.hashes_only, descriptor=question.descriptor) as decoder:
        index = FingerprintIndex(decoder, folder)
        explanation = explain_question(replace(question, settings=settings), index, folder)
    if as_json:
        print_json(explanation)
    else:
        print_explanation(out(), explanation)
    if picture is not None:
        _draw(picture, question, explanation)


def _check_target(target: Path, question: Question, read: Sequence[Path]) -> None:
    """Refuse to write over what is read."""
    pictures = [path for _, files in question.rights for path in files.values()]
    taken = {path.resolve() for path in (*read, *pictures, *question.pictures.values())}
    if target.resolve() in taken:
        raise click.UsageError(f"--picture {target} is one of the files to be read")


def _draw(target: Path, question: Question, explanation: Explanation) -> None:
    """Write the pair of pictures that says most."""
    findings = [f for f in (step.finding for step in explanation.steps) if f.reference is not None]
    if not findings:
        click.echo(f"No picture of the listing shows one of the right: no {target}.", err=True)
        return
    best = max(findings, key=lambda finding: finding.weight)
    registered = next(files for right, files in question.rights if right.id == question.right)
    assert best.image is not None
    assert best.reference is not None
    # Loaded when asked for: it decodes pictures.
    import_module("console.side_by_side").write_side_by_side(
        target,
        (question.pictures[best.image], best.region),
        (registered[best.reference], best.reference_region),
    )
    click.echo(f"Wrote {target}.", err=True)
