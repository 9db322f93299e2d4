"""``markhound match``."""

from __future__ import annotations

import gc
import sys
from contextlib import nullcontext
from datetime import UTC, datetime
from pathlib import Path
from typing import get_args

import click

from console.compiling import tell_compiling
from console.limits import descriptor_option, limits_options, match_settings
from crawler.files import whole_file
from crawler.formats import dump_line
from crawler.pictures import WORDS_BUDGET, WordsMode, descriptor_at
from matchers.judge import MatchSettings
from pipelines.offline import OfflineMatch

_COLLECT_AFTER = 100_000
"""Objects made since the last look for garbage before the next: matching makes hardly any that
needs one, and the usual 700 are made in a moment."""

EXISTING = click.Path(path_type=Path, exists=True, dir_okay=False)


@click.command()
@click.argument("listings", metavar="LISTINGS.jsonl", type=EXISTING)
@click.option(
    "--registry", metavar="RIGHTS.jsonl", type=EXISTING, required=True, help="The rights."
)
@click.option(
    "--output",
    metavar="HITS.jsonl",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Where the hits go; stdout unless given.",
)
@click.option("--no-images", is_flag=True, help="Compare no pictures.")
@click.option(
    "--index",
    metavar="DIR",
    type=click.Path(path_type=Path, file_okay=False),
    help="Keep the indexes over names and over the rights' pictures here, and use them again.",
)
@click.option(
    "--pictures",
    type=click.Choice(["all", "hashes"]),
    default="all",
    show_default=True,
    help="Compare pictures by hashes and local features, or by hashes alone.",
)
@click.option(
    "--words",
    type=click.Choice(get_args(WordsMode)),
    default="auto",
    show_default=True,
    help="Read the text in pictures: never, where the extra ocr is installed, or always.",
)
@click.option(
    "--words-budget",
    metavar="N",
    type=click.IntRange(min=0),
    default=WORDS_BUDGET,
    show_default=True,
    help="Pictures that are read for it at the most, the likeliest first.",
)
@descriptor_option
@limits_options
def match(
    listings: Path,
    registry: Path,
    output: Path | None,
    index: Path | None,
    pictures: str,
    words: WordsMode,
    words_budget: int,
    descriptor: str | None,
    cutoff: float | None,
    threshold: float | None,
    *,
    no_images: bool,
) -> None:
    """Match a file of listings with a file of rights: no workspace, no store, no network.

    One hit per line of JSON. Pictures are compared where they are files, relative to the file
    that names them or absolute; a picture that is a URL is counted, not fetched. A wrong line
    in either file ends it with status 2 before anything is written; all wrong lines are told.
    """
    if output is not None and output.resolve() in (listings.resolve(), registry.resolve()):
        raise click.UsageError(f"--output {output} is one of the files to be read")
    settings = match_settings(cutoff, threshold, MatchSettings())
    tell_compiling()
    # All that is loaded here stays to the end, so looking through it for garbage finds nothing.
    gc.disable()
    run = OfflineMatch(
        listings,
        registry,
        images=not no_images,
        hashes_only=pictures == "hashes",
        words=words,
        words_budget=words_budget,
        descriptor=descriptor_at(descriptor or "", Path()),
        index=index,
        settings=settings,
        on=datetime.now(UTC).date(),
    )
    gc.freeze()
    gc.set_threshold(_COLLECT_AFTER)
    gc.enable()
    flagged = total = 0
    with nullcontext(sys.stdout.buffer) if output is None else whole_file(output) as stream:
        for hit in run.hits():
            stream.write(dump_line(hit) + b"\n")
            total += 1
            flagged += hit.flagged
    for problem, count in run.problems.items():
        times = f"{count} times: " if count > 1 else ""
        click.echo(f"warning: {times}{problem}", err=True)
    click.echo(f"{run.listings} listings, {total} hits, {flagged} of them flagged", err=True)
