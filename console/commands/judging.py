"""``markhound judge``."""

from __future__ import annotations

import secrets
from typing import get_args

import click

from console.authentication import authenticate
from console.context import Context, pass_context, people
from crawler.model import Judgement, JudgementKind
from crawler.store.database import now, writing
from crawler.store.hits import load_hit, record_judgement


@click.command()
@click.argument("hit")
@click.option(
    "--as",
    "decision",
    type=click.Choice(get_args(JudgementKind)),
    required=True,
    help="The decision.",
)
@click.option("--by", required=True, help="Who decides.")
@click.option("--reason", required=True, help="Why, in words that a colleague understands.")
@pass_context
def judge(context: Context, hit: str, decision: JudgementKind, by: str, reason: str) -> None:
    """Record a person's decision on a hit; the start of its id is enough.

    In a workspace with accounts NAME must be one, and prove it. Without, the name is recorded as
    given, as not authenticated. A later decision stands beside the earlier one, and counts.
    """
    for name, value in (("--by", by), ("--reason", reason)):
        if not value.strip():
            raise click.UsageError(f"{name} is empty")
    with context.workspace.store() as db:
        actor = authenticate(db, by)
        stored = load_hit(db, context.workspace.pictures, hit)
        judgement = Judgement(
            id=f"j-{secrets.token_hex(8)}",
            hit=stored.hit.id,
            findings=stored.findings,
            decision=decision,
            by=actor.name,
            authenticated=actor.authenticated,
            reason=reason.strip(),
            judged_at=now(),
        )
        with writing(db):
            record_judgement(db, judgement)
    people().print(
        f"{judgement.hit} judged {decision} by {judgement.by}"
        + ("" if actor.authenticated else " (name not authenticated)"),
        markup=False,
        soft_wrap=True,
    )
