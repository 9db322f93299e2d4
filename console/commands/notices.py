"""``markhound notice``: from judged hits to a drafted notice."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import click
from rich.table import Table
from sqlite_utils import Database

from console.commands.papers import batch, pdf
from console.context import Context, json_option, out, pass_context, people, print_json
from console.text import cell
from crawler.errors import MissingFactsError, NotAllowedError
from crawler.files import write_whole
from crawler.store.database import now, writing
from crawler.store.hits import StoredHit, load_hit
from crawler.store.notices import find_notices, next_notice_id, record_case, record_notice
from crawler.store.rights import load_right
from crawler.takedown import Notice
from crawler.workspace import Workspace
from pipelines.takedown.cases import draft_case, site_of_hit
from pipelines.takedown.draft import draft_notice, missing_facts
from pipelines.takedown.kinds import KINDS, find_kind

HITS = click.argument("hits", metavar="HIT...", nargs=-1, required=True)
KIND = click.option(
    "--kind",
    type=click.Choice([kind.name for kind in KINDS]),
    required=True,
    help="The law on which the notice stands.",
)


@click.group()
def notice() -> None:
    """Draft notices from judged hits. Nothing is sent from here."""


notice.add_command(pdf)
notice.add_command(batch)


@notice.command()
@HITS
@KIND
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
    is missing. The draft is kept; nothing is sent.
    """
    workspace = context.workspace
    with workspace.store() as db, writing(db):
        found = _load(workspace, db, hits)
        drafted = _draft(workspace, db, found, kind, by, language)
        record_notice(db, drafted, {h.hit.id: h.judgement.id for h in found if h.judgement})
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


@notice.command()
@HITS
@KIND
@pass_context
@click.pass_context
def check(ctx: click.Context, context: Context, hits: Sequence[str], kind: str) -> None:
    """Say what stands against a notice and what it lacks, without drafting it; 1 if anything."""
    workspace = context.workspace
    with workspace.store() as db:
        found = _load(workspace, db, hits)
        recipient = workspace.find_recipient(site_of_hit(found[0]))
        missing = missing_facts(find_kind(kind), found, workspace.config.sender, recipient)
        lines = [f"missing: {fact}" for fact in missing]
        try:
            with _undone(db):
                _draft(workspace, db, found, kind, by="")
        except MissingFactsError:
            pass  # all of them are in the list already
        except NotAllowedError as error:
            lines += [f"not allowed: {reason}" for reason in str(error).splitlines()]
    for line in lines:
        out().print(line, markup=False, soft_wrap=True)
    if lines:
        ctx.exit(1)
    out().print(f"Nothing is missing for a {kind} notice.")


@contextmanager
def _undone(db: Database) -> Iterator[None]:
    """Take back whatever the block writes."""
    db.begin()
    try:
        yield
    finally:
        db.rollback()


def _draft(
    workspace: Workspace,
    db: Database,
    found: Sequence[StoredHit],
    kind: str,
    by: str,
    language: str | None = None,
) -> Notice:
    """Draft inside the caller's transaction, which opens the case if it is new."""
    at = now()
    sender = workspace.config.sender
    return draft_notice(
        find_kind(kind),
        found,
        sender,
        workspace.find_recipient(site_of_hit(found[0])),
        drafted_by=by.strip() or sender.name or "not named",
        drafted_at=at,
        notice_id=next_notice_id(db, at.year),
        case=record_case(db, draft_case(found, opened_at=at)),
        language=language,
    )


@notice.command()
@json_option
@pass_context
def status(context: Context, *, as_json: bool) -> None:
    """List the notices and where each stands."""
    with context.workspace.store() as db:
        notices = find_notices(db)
    if as_json:
        for drafted in notices:
            print_json(drafted, status="draft")
        return
    table = Table("id", "status", "kind", "recipient", "hits", "drafted by", "drafted", "case")
    for n in notices:
        cells = (n.id, "draft", n.kind, n.recipient.name, str(len(n.hits)), n.drafted_by)
        table.add_row(*map(cell, cells), f"{n.drafted_at:%Y-%m-%d %H:%M}", n.case)
    out().print(table if notices else "No notices yet: markhound notice draft HIT --kind KIND")


def _load(workspace: Workspace, db: Database, hits: Sequence[str]) -> list[StoredHit]:
    """Return the hits with their rights as they stand in the registry today.

    The findings stay those of the sweep; who holds a right, and until when, is today's matter.
    """
    found = [load_hit(db, workspace.pictures, hit) for hit in hits]
    return [
        replace(stored, right=load_right(db, workspace.pictures, stored.right.id).right)
        for stored in found
    ]
