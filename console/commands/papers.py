"""``markhound notice pdf`` and ``batch``: notices in the forms that others take."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import click

from console.context import Context, pass_context, people
from crawler.errors import InputError
from crawler.files import whole_file
from crawler.store.notice_events import find_notice_events
from crawler.store.notices import load_notice, load_noticed_hits
from pipelines.takedown.batches import Batch, load_platform, make_batches, platform_names
from pipelines.takedown.exhibits import exhibits_of
from pipelines.takedown.pdf import draw_pdf
from pipelines.takedown.tables import write_table
from pipelines.typesetting import find_paper_font


@click.command()
@click.argument("notice", metavar="NOTICE")
@click.option(
    "--output",
    type=click.Path(path_type=Path, dir_okay=False),
    required=True,
    help="Where the PDF goes.",
)
@pass_context
def pdf(context: Context, notice: str, output: Path) -> None:
    """Write a notice as PDF, with the pictures that were compared.

    The plain text is the notice; the PDF carries it as an attachment, and its digest on each page.
    The same notice gives the same bytes.
    """
    workspace = context.workspace
    font = find_paper_font(workspace.font)
    with workspace.store() as db:
        drafted = load_notice(db, notice)
        hits = load_noticed_hits(db, workspace.pictures, drafted)
    data = draw_pdf(drafted, exhibits_of(hits), font)
    with whole_file(output) as file:
        file.write(data)
    people().print(f"{drafted.id} written to {output}", markup=False, soft_wrap=True)


def _given(_ctx: click.Context, _param: click.Parameter, pairs: Sequence[str]) -> dict[str, str]:
    wrong = [pair for pair in pairs if "=" not in pair]
    if wrong:
        raise click.BadParameter(f"expected NAME=VALUE, got {wrong[0]!r}")
    return dict(pair.split("=", 1) for pair in pairs)


@click.command()
@click.argument("notices", metavar="NOTICE...", nargs=-1, required=True)
@click.option(
    "--profile",
    type=click.Choice(platform_names()),
    required=True,
    help="The platform that takes them.",
)
@click.option(
    "--set",
    "given",
    multiple=True,
    metavar="NAME=VALUE",
    callback=_given,
    help="A value that the platform asks for and no notice has, as reason_code=...; repeatable.",
)
@click.option(
    "--output",
    type=click.Path(path_type=Path, file_okay=False),
    required=True,
    help="The folder for the tables; it is made.",
)
@pass_context
def batch(
    context: Context, notices: Sequence[str], profile: str, given: dict[str, str], output: Path
) -> None:
    """Write notices as the tables that a platform takes, and an index of their rows.

    A table holds as many rows as the platform takes at once, under one right where it asks so.
    """
    workspace = context.workspace
    with workspace.store() as db:
        drafted = [load_notice(db, notice) for notice in dict.fromkeys(notices)]
        found = [(one, load_noticed_hits(db, workspace.pictures, one)) for one in drafted]
        events = {one.id: {e.event for e in find_notice_events(db, one.id)} for one in drafted}
    made = make_batches(profile, found, given)
    _write(output, {one.name: one.data for one in made} | {f"{profile}-index.csv": _index(made)})
    platform = load_platform(profile)
    for one in made:
        rows = f"{len(one.rows)} {'row' if len(one.rows) == 1 else 'rows'}"
        people().print(f"{output / one.name}: {rows}", markup=False, soft_wrap=True)
    if unapproved := [name for name, seen in events.items() if "approved" not in seen]:
        _warn(f"Not approved, so not to be sent yet: {', '.join(unapproved)}")
    if not platform.checked:
        _warn(
            f"The columns were not compared with the platform's own form ({platform.source});"
            " look at them before you send."
        )


def _warn(text: str) -> None:
    people().print(text, markup=False, soft_wrap=True)


def _index(batches: Sequence[Batch]) -> bytes:
    rows = (
        (one.name, str(number), row.notice, row.hit, row.url)
        for one in batches
        for number, row in enumerate(one.rows, start=1)
    )
    return write_table(("file", "row", "notice", "hit", "url"), rows)


def _write(folder: Path, files: dict[str, bytes]) -> None:
    """Write the files, none over another that is there with other bytes.

    :raises InputError: when one would be overwritten
    """
    for name, data in files.items():
        path = folder / name
        if path.exists() and path.read_bytes() != data:
            raise InputError(f"{path} is there with other content; give another folder")
    folder.mkdir(parents=True, exist_ok=True)
    for name, data in files.items():
        with whole_file(folder / name) as file:
            file.write(data)
