"""``markhound judge``."""

from __future__ import annotations

from typing import get_args

import click

from console.authentication import authenticate
from console.context import Context, pass_context, people
from crawler.causes import CAUSES
from crawler.errors import LeasedError, NotAllowedError
from crawler.model import JudgementKind
from crawler.store.database import now
from crawler.store.decisions import NONE_SEEN, Choice, record_decision
from crawler.store.hits import load_hit


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
@click.option("--cause", type=click.Choice(list(CAUSES)), help="Why, as one of the known causes.")
@click.option(
    "--despite-lease", is_flag=True, help="Decide though somebody else has the group in hand."
)
@pass_context
def judge(
    context: Context,
    hit: str,
    decision: JudgementKind,
    by: str,
    reason: str,
    cause: str | None,
    *,
    despite_lease: bool,
) -> None:
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
        choice = Choice(
            hit=stored.hit.id,
            decision=decision,
            findings=stored.findings,
            cause=cause,
            reason=reason,
            known=stored.judgement.id if stored.judgement else NONE_SEEN,
        )
        try:
            judgement = record_decision(db, choice, actor, at=now(), despite_lease=despite_lease)
        except LeasedError as error:
            raise NotAllowedError(
                f"{stored.hit.id}: {error}; wait, or decide all the same by --despite-lease"
            ) from error
    people().print(
        f"{judgement.hit} judged {decision} by {judgement.by}"
        + ("" if actor.authenticated else " (name not authenticated)"),
        markup=False,
        soft_wrap=True,
    )
