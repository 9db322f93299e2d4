"""``markhound notice``: from judged hits to a notice, and what becomes of it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import click

from console.authentication import authenticate
from console.commands import answering, approving, noticed, sending
from console.commands.papers import batch, pdf
from console.context import Context, pass_context, people
from crawler.files import write_whole
from pipelines.takedown.drafting import draft_and_keep
from pipelines.takedown.kinds import KINDS
from pipelines.takedown.situations import load_current_hits


@click.group()
def notice() -> None:
    """Notices: drafted from judged hits, checked, approved by a second person, withdrawn."""


for part in (approving, noticed, sending, answering):
    for command in part.COMMANDS:
        notice.add_command(command)
notice.add_command(pdf)
notice.add_command(batch)


@notice.command()
@click.argument("hits", metavar="HIT...", nargs=-1, required=True)
@click.option(
    "--kind",
    type=click.Choice([kind.name for kind in KINDS]),
    required=True,
    help="The law on which the notice stands.",
)
@click.option(
    "--language",
    help="The language of the text, as in zh-CN; the recipient's unless given.",
)
@click.option("--by", default="", help="Who drafts; the sender of markhound.toml unless given.")
@click.option(
    "--output",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Where the text goes; stdout unless given.",
)
@pass_context
def draft(
    context: Context,
    hits: Sequence[str],
    kind: str,
    language: str | None,
    by: str,
    output: Path | None,
) -> None:
    """Draft a notice from hits of one seller and one holder that were judged infringing.

    It refuses hits that are not judged so, and names every fact that the law requires and that
    is missing. The draft is kept; nothing is sent. One that may be approved later is drafted by
    an account.
    """
    workspace = context.workspace
    with workspace.store() as db:
        load_current_hits(workspace, db, hits)  # before anybody is asked for a passphrase
        otherwise = workspace.config.sender.name or "not named"
        actor = authenticate(db, by, otherwise=otherwise)
        drafted = draft_and_keep(workspace, db, hits, kind, actor, language)
    if output is None:
        click.echo(drafted.text, nl=False)
    else:
        write_whole(output, drafted.text)
    people().print(
        f"{drafted.id} drafted for {drafted.recipient.name} in case {drafted.case};"
        " nothing was sent",
        markup=False,
        soft_wrap=True,
    )
