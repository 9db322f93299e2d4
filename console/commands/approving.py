"""``markhound notice check``, ``consider`` and ``approve``: four eyes."""

from __future__ import annotations

from collections.abc import Sequence
from importlib import import_module
from typing import get_args

import click

from console.authentication import authenticate
from console.compiling import tell_compiling
from console.context import Context, json_option, out, pass_context, people, print_json
from console.text import clean
from crawler.accounts import MAY_APPROVE, ApprovalKind
from crawler.errors import NotAllowedError
from crawler.store.database import now, writing
from crawler.store.hits import find_hit_url
from crawler.store.notices import load_notice
from crawler.workspace import Workspace
from pipelines.takedown.checking import EXCEPTIONS, CheckLine, blocking, check_notice
from pipelines.takedown.drafting import check_hits
from pipelines.takedown.examining import approve_notice, consider_exception, run_rules
from pipelines.takedown.kinds import KINDS
from pipelines.takedown.situations import gather_situation

BY_ITSELF = "markhound"
"""In whose name the rules are run when nobody is named."""


@click.command()
@click.argument("targets", metavar="NOTICE|HIT...", nargs=-1, required=True)
@click.option(
    "--kind",
    type=click.Choice([kind.name for kind in KINDS]),
    help="With hits: the law on which the notice would stand.",
)
@click.option(
    "--no-fetch", is_flag=True, help="Do not look at the listings again; take what sweeps saw."
)
@click.option("--allow-private", is_flag=True, help="Fetch loopback and private addresses too.")
@json_option
@pass_context
@click.pass_context
def check(
    ctx: click.Context,
    context: Context,
    targets: Sequence[str],
    kind: str | None,
    *,
    no_fetch: bool,
    allow_private: bool,
    as_json: bool,
) -> None:
    """Say what stands against a notice and what it lacks; 1 if anything.

    Of a NOTICE every rule that approval asks for is checked, its listings are looked at again, and
    the result is kept. Of HITs, what a notice of that kind would lack, without drafting it.
    """
    workspace = context.workspace
    if not targets[0].startswith("N-"):
        if kind is None:
            raise click.UsageError("hits need --kind")
        with workspace.store() as db:
            lines = tuple(check_hits(workspace, db, targets, kind))
    elif kind is not None or len(targets) > 1:
        raise click.UsageError("a notice is checked alone, and has its kind")
    else:
        if not no_fetch:
            _look_at_listings(workspace, targets[0], allow_private=allow_private)
        with workspace.store() as db, writing(db):
            lines = run_rules(workspace, db, targets[0], by=BY_ITSELF, at=now())
    _print_lines(lines, as_json=as_json)
    if blocking(lines):
        ctx.exit(1)
    if kind is not None and not as_json:
        out().print(f"Nothing is missing for a {kind} notice.")


def _look_at_listings(workspace: Workspace, name: str, *, allow_private: bool) -> None:
    """Fetch exactly the notice's listings; what comes of it is kept as of any sweep."""
    with workspace.store() as db:
        urls = [find_hit_url(db, hit) for hit in load_notice(db, name).hits]
    tell_compiling()
    # Loaded when asked for: Scrapy takes longer to load than all other notice commands to run.
    looks = import_module("pipelines.takedown.looks")
    looks.look_again(workspace, urls, purpose=f"check of {name}", allow_private=allow_private)


def _print_lines(lines: Sequence[CheckLine], *, as_json: bool) -> None:
    for line in lines:
        if as_json:
            print_json(line, keep_empty=True)
        else:
            rule = f"{line.rule}: " if line.rule not in ("missing", "not allowed") else ""
            state = line.state if rule else line.rule
            out().print(f"{state}: {rule}{clean(line.text)}", markup=False, soft_wrap=True)


@click.command()
@click.argument("notice_id", metavar="NOTICE")
@click.option(
    "--exception", type=click.Choice(EXCEPTIONS), required=True, help="What was considered."
)
@click.option("--result", required=True, help="What came of it, and why.")
@click.option("--applies", is_flag=True, help="The exception covers the use: nothing may be sent.")
@click.option("--hit", "hits", multiple=True, help="Of this hit alone; of all unless given.")
@click.option("--by", default="", help="Who considered it.")
@pass_context
def consider(
    context: Context,
    notice_id: str,
    exception: str,
    result: str,
    hits: Sequence[str],
    by: str,
    *,
    applies: bool,
) -> None:
    """Record that a person considered an exception for a notice, and what came of it."""
    if not result.strip():
        raise click.UsageError("--result is empty")
    with context.workspace.store() as db:
        notice = load_notice(db, notice_id)
        actor = authenticate(db, by)
        of = consider_exception(
            db, notice.id, hits, exception, result.strip(), actor, applies=applies
        )
    verdict = "applies" if applies else "does not apply"
    _tell(f"{notice.id}: {exception} {verdict} to {len(of)} hits, as {actor.name} considered")


@click.command()
@click.argument("notice_id", metavar="NOTICE")
@click.option(
    "--as",
    "kind",
    type=click.Choice(get_args(ApprovalKind)),
    default="ordinary",
    show_default=True,
    help="The approval that is given.",
)
@click.option("--by", default="", help="Who approves: an account that is not the author's.")
@click.option("--reason", required=True, help="Why, in words that a colleague understands.")
@pass_context
def approve(context: Context, notice_id: str, kind: ApprovalKind, by: str, reason: str) -> None:
    """Approve a notice, as a second person; every rule is checked again first.

    What the rules warn of is told before the passphrase is asked for.
    """
    if not reason.strip():
        raise click.UsageError("--reason is empty")
    workspace = context.workspace
    with workspace.store() as db:
        notice = load_notice(db, notice_id)
        _warn(check_notice(gather_situation(workspace, db, notice.id, now=now())))
        account = authenticate(db, by, roles=MAY_APPROVE[kind]).account
        if account is None:
            raise NotAllowedError(
                "approving needs accounts, so that author and approver are two:"
                " markhound user add NAME --role ROLE"
            )
        done = approve_notice(workspace, db, notice.id, kind, account, reason.strip())
    if stopped := done.stopped:
        missing = "\n".join(f"  - {line.rule}: {clean(line.text)}" for line in stopped)
        raise NotAllowedError(f"{notice.id} cannot be approved:\n{missing}")
    still = f"; it still needs: {', '.join(done.lacking)}" if done.lacking else "; it may be sent"
    _tell(f"{notice.id} approved by {account.name} ({kind}){still}")


def _warn(lines: Sequence[CheckLine]) -> None:
    for line in lines:
        if line.state == "warning":
            _tell(f"warning: {line.rule}: {line.text}")


def _tell(text: str) -> None:
    people().print(clean(text), markup=False, soft_wrap=True)


COMMANDS = (check, consider, approve)
