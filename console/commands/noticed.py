"""``markhound notice status``, ``show``, ``standing`` and ``withdraw``."""

from __future__ import annotations

from dataclasses import dataclass
from typing import get_args

import click
from sqlite_utils import Database

from console.authentication import authenticate
from console.context import Context, json_option, pass_context, people, print_json
from console.text import clean, print_rows
from crawler.config import TakedownConfig
from crawler.formats import dump_record
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
from pipelines.intervals import Interval
from pipelines.takedown.clocks import find_clocks
from pipelines.takedown.deadlines import Deadline
from pipelines.takedown.kinds import find_kind
from pipelines.takedown.retraction import Overturned, withdraw_notice
from pipelines.takedown.situations import RETRACTION, gather_standings
from pipelines.takedown.standing import Standing, find_danger


@dataclass(frozen=True, kw_only=True, slots=True)
class _Where:
    """Where a notice stands."""

    status: str
    lacking: tuple[str, ...]
    """Approvals without which it is not sent."""
    clocks: tuple[Deadline, ...]

    @property
    def due(self) -> str:
        """The next day on which a clock ends; of those that all ended, the last."""
        days = [clock.due for clock in self.clocks if clock.due is not None]
        ahead = [day for day in days if day >= now().date()]
        return str(min(ahead, default=max(days, default="")))


def _where(db: Database, notice: Notice, takedown: TakedownConfig) -> _Where:
    events = list(find_notice_events(db, notice.id))
    state = status_of(event.event for event in events)
    if notice.kind == RETRACTION:
        return _Where(status=state, lacking=(), clocks=())
    lacking = lacking_approvals(db, notice.id) if state in ("draft", "checked") else []
    clocks = find_clocks(db, notice, takedown)
    return _Where(status=state, lacking=tuple(lacking), clocks=tuple(clocks))


@click.command()
@json_option
@pass_context
def status(context: Context, *, as_json: bool) -> None:
    """List the notices, where each stands, and the next day on which a clock ends."""
    takedown = context.workspace.config.takedown
    with context.workspace.store() as db:
        rows = [(n, _where(db, n, takedown)) for n in find_notices(db)]
    if as_json:
        for notice, where in rows:
            clocks = dump_record(where, keep_empty=True)["clocks"]
            print_json(
                notice,
                status=where.status,
                lacking=where.lacking,
                due=where.due or None,
                clocks=clocks,
            )
        return
    print_rows(
        ("id", "status", "lacks", "due", "kind", "recipient", "drafted by", "case"),
        [
            (
                *(n.id, where.status, ", ".join(where.lacking), where.due, n.kind),
                *(n.recipient.name, n.drafted_by, n.case),
            )
            for n, where in rows
        ],
        "No notices yet: markhound notice draft HIT --kind KIND",
        whole=("id", "due", "case"),
    )


@click.command()
@click.argument("notice_id", metavar="NOTICE")
@json_option
@pass_context
def show(context: Context, notice_id: str, *, as_json: bool) -> None:
    """Show a notice: its exact text, all that happened to it, and what it still lacks."""
    with context.workspace.store() as db:
        notice = load_notice(db, notice_id)
        where = _where(db, notice, context.workspace.config.takedown)
        draft, needs = find_draft(db, notice.id), find_needs(db, notice.id)
        approvals, considered = find_approvals(db, notice.id), find_considerations(db, notice.id)
        events = list(find_notice_events(db, notice.id))
    if as_json:
        print_json(
            notice,
            status=where.status,
            sha256=draft and draft.sha256,
            lacking=where.lacking,
            clocks=dump_record(where, keep_empty=True)["clocks"],
            needs=needs,
            approvals=approvals,
            considerations=considered,
            events=events,
            unconfirmed=_unconfirmed(notice),
        )
        return
    click.echo(notice.text, nl=False)
    lines = [f"{notice.id}: {where.status}, drafted by {notice.drafted_by}, case {notice.case}"]
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
    lines += [f"lacks: {', '.join(where.lacking)}"] if where.lacking else []
    lines += [f"counsel has still to confirm: {text}" for text in _unconfirmed(notice)]
    lines += [
        f"due {clock.due or 'never'}: {clock.rule.action} ({clock.rule.basis})"
        for clock in where.clocks
    ]
    for line in lines:
        people().print(clean(line), markup=False, soft_wrap=True)


def _unconfirmed(notice: Notice) -> tuple[str, ...]:
    """Return what of its law was not read in the law itself; nothing of a retraction."""
    return () if notice.kind == RETRACTION else find_kind(notice.kind).unconfirmed


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
    _tell(f"{done.notice} withdrawn by {actor.name}; hits judged anew: {len(done.judgements)}")
    for right in done.licensed:
        _tell(f"{right} has a licensee more (markhound registry lessons)")
    if done.retraction:
        _tell(f"{done.retraction} tells {notice.recipient.name}; it is ready to be sent")


def _tell(text: str) -> None:
    people().print(clean(text), markup=False, soft_wrap=True)


COMMANDS = (status, show, standing, withdraw)
