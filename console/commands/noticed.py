"""``markhound notice status``, ``show``, ``standing`` and ``withdraw``."""

from __future__ import annotations

from typing import get_args

import click
from sqlite_utils import Database

from console.authentication import authenticate
from console.context import Context, json_option, pass_context, people, print_json
from console.text import clean, print_rows
from crawler.store.approvals import (
    find_approvals,
    find_considerations,
    find_draft,
    find_needs,
    lacking_approvals,
)
from crawler.store.database import now, writing
from crawler.store.notice_events import find_notice_events
from crawler.store.notices import find_notices, load_notice
from crawler.takedown import Notice, status_of
from pipelines.takedown.retraction import Overturned, withdraw_notice
from pipelines.takedown.situations import RETRACTION, gather_standings
from pipelines.takedown.standing import Interval, Standing, find_danger


@click.command()
@json_option
@pass_context
def status(context: Context, *, as_json: bool) -> None:
    """List the notices and where each stands."""
    with context.workspace.store() as db:
        rows = [(n, *_where(db, n)) for n in find_notices(db)]
    if as_json:
        for notice, state, lacking in rows:
            print_json(notice, status=state, lacking=lacking)
        return
    print_rows(
        ("id", "status", "lacks", "kind", "recipient", "hits", "drafted by", "case"),
        [
            (
                *(n.id, state, ", ".join(lacking), n.kind, n.recipient.name),
                *(str(len(n.hits)), n.drafted_by, n.case),
            )
            for n, state, lacking in rows
        ],
        "No notices yet: markhound notice draft HIT --kind KIND",
        whole=("id", "case"),
    )


def _where(db: Database, notice: Notice) -> tuple[str, list[str]]:
    """Return the status of a notice, and the approvals it lacks while it is not sent."""
    state = status_of(event.event for event in find_notice_events(db, notice.id))
    if notice.kind == RETRACTION or state not in ("draft", "checked"):
        return state, []
    return state, [*lacking_approvals(db, notice.id)]


@click.command()
@click.argument("notice_id", metavar="NOTICE")
@json_option
@pass_context
def show(context: Context, notice_id: str, *, as_json: bool) -> None:
    """Show a notice: its exact text, all that happened to it, and what it still lacks."""
    with context.workspace.store() as db:
        notice = load_notice(db, notice_id)
        state, lacking = _where(db, notice)
        draft, needs = find_draft(db, notice.id), find_needs(db, notice.id)
        approvals, considered = find_approvals(db, notice.id), find_considerations(db, notice.id)
        events = list(find_notice_events(db, notice.id))
    if as_json:
        print_json(
            notice,
            status=state,
            sha256=draft and draft.sha256,
            lacking=lacking,
            needs=needs,
            approvals=approvals,
            considerations=considered,
            events=events,
        )
        return
    click.echo(notice.text, nl=False)
    lines = [f"{notice.id}: {state}, drafted by {notice.drafted_by}, case {notice.case}"]
    lines += [f"SHA-256 of its record: {draft.sha256}"] if draft else []
    lines += [
        f"{e.at:%Y-%m-%d %H:%M} {e.event}, {e.by}" + _told(e.record.get("reason")) for e in events
    ]
    lines += [
        f"{c.at:%Y-%m-%d %H:%M} {c.by} considered {c.exception} for {c.hit}:"
        f" {'applies' if c.applies else 'does not apply'}: {c.result}"
        for c in considered
    ]
    lines += [
        f"{a.at:%Y-%m-%d %H:%M} approved ({a.kind}), {a.name} ({a.role}): {a.reason}"
        for a in approvals
    ]
    lines += [f"needs: {need}: {reason}" for need, reason in needs.items()]
    lines += [f"lacks: {', '.join(lacking)}"] if lacking else []
    for line in lines:
        people().print(clean(line), markup=False, soft_wrap=True)


def _told(reason: object) -> str:
    return f": {reason}" if reason else ""


@click.command()
@json_option
@pass_context
def standing(context: Context, *, as_json: bool) -> None:
    """List what each recipient decided of our notices within its window; 0 whatever it is."""
    with context.workspace.store() as db:
        standings = gather_standings(context.workspace, db, now=now())
    if as_json:
        for one in standings:
            print_json(
                one,
                keep_empty=True,
                accepted_share=one.accepted_share,
                accepted_interval=one.accepted_interval,
                countered_share=one.countered_share,
                countered_interval=one.countered_interval,
                too_few=one.too_few,
                danger=find_danger(one),
            )
        return
    print_rows(
        ("recipient", "days", "decided", "accepted", "upheld counters", "withdrawn", "pending",
         "danger"),
        [_row(one) for one in standings],
        "No notices yet: markhound notice draft HIT --kind KIND",
    )  # fmt: skip


def _row(one: Standing) -> tuple[str, ...]:
    told = "too few to tell" if one.too_few else find_danger(one) or "none"
    return (
        *(one.recipient, str(one.limits.days), str(one.decided)),
        _share(one.accepted, one.accepted_share, one.accepted_interval),
        _share(one.countered, one.countered_share, one.countered_interval),
        *(str(one.withdrawn), str(one.pending), told),
    )


def _share(count: int, share: float | None, interval: Interval | None) -> str:
    if share is None or interval is None:
        return str(count)
    return f"{count} ({share:.0%}; {interval[0]:.0%} to {interval[1]:.0%})"


@click.command()
@click.argument("notice_id", metavar="NOTICE")
@click.option("--reason", required=True, help="What was wrong; the recipient reads it.")
@click.option("--by", default="", help="Who withdraws it.")
@click.option(
    "--as",
    "overturned",
    type=click.Choice(get_args(Overturned)),
    default="unrelated",
    show_default=True,
    help="What its hits are judged to be now.",
)
@click.option("--licensee", is_flag=True, help="The seller is a licensee from now on.")
@pass_context
def withdraw(
    context: Context,
    notice_id: str,
    reason: str,
    by: str,
    overturned: Overturned,
    *,
    licensee: bool,
) -> None:
    """Withdraw a notice that was wrong: its judgements, the statistics and the recipient's copy.

    One person is enough, since every hour counts for the seller. Where the notice was sent, a
    retraction is drafted that is ready to be sent.
    """
    if not reason.strip():
        raise click.UsageError("--reason is empty")
    workspace = context.workspace
    with workspace.store() as db:
        notice = load_notice(db, notice_id)
        otherwise = workspace.config.sender.name or ""
        actor = authenticate(db, by, otherwise=otherwise)
        with writing(db):
            done = withdraw_notice(
                workspace,
                db,
                notice.id,
                actor,
                reason=reason.strip(),
                overturned=overturned,
                licensee=licensee,
                at=now(),
            )
    _tell(f"{done.notice} withdrawn by {actor.name}; {len(done.judgements)} hits judged anew")
    for right in done.licensed:
        _tell(f"{right} has a licensee more; put it into your registry file too")
    if done.retraction:
        _tell(f"{done.retraction} tells {notice.recipient.name}; it is ready to be sent")


def _tell(text: str) -> None:
    people().print(text, markup=False, soft_wrap=True)


COMMANDS = (status, show, standing, withdraw)
