"""``markhound notice send``, ``deliver``, ``cancel``, ``resolve``, ``handed-over``, ``outbox``."""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from types import FrameType

import click
from sqlite_utils import Database

from console.authentication import authenticate
from console.context import Context, json_option, out, pass_context, people, print_json
from console.text import clean, print_rows
from crawler.errors import InputError, NotAllowedError
from crawler.store.outbox import find_standing
from crawler.workspace import Workspace
from pipelines.takedown.delivery import Delivered, deliver_due
from pipelines.takedown.outbox import (
    cancel_notice,
    find_message,
    hand_over_notice,
    resolve_notice,
)
from pipelines.takedown.queueing import queue_notices

NOT_DELIVERED = 1
STOPPED = 3
BAD = ("failed", "uncertain", "stopped")
WAITING = ("queued", "sending", "uncertain", "failed", "bounced")
"""Steps that ``outbox`` lists: all that somebody, or something, still has to do with."""

by_option = click.option("--by", default="", help="Who does it.")
reason_option = click.option(
    "--reason", required=True, help="Why, in words that a colleague understands."
)


def named(db: Database, by: str) -> str:
    """Return who acts; in a workspace with accounts, one that proves it.

    :raises InputError: nobody is named
    :raises NotAllowedError: an account that does not prove it
    """
    return authenticate(db, by).name


def filled(option: str, value: str) -> str:
    """Return an option's value without spaces around it.

    :raises click.UsageError: it is empty
    """
    if not value.strip():
        raise click.UsageError(f"{option} is empty")
    return value.strip()


def past_time(option: str, value: str | None) -> datetime | None:
    """Return a moment that was given as ISO 8601; one without a zone is in UTC.

    :raises InputError: it is none, or lies ahead
    """
    if value is None:
        return None
    try:
        moment = datetime.fromisoformat(value)
    except ValueError as error:
        raise InputError(
            f"{option}: expected 2026-11-22 or 2026-11-22T09:30Z, got {value!r}"
        ) from error
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    if moment > datetime.now(UTC):
        raise InputError(f"{option}: expected a time that is past, got {value!r}")
    return moment


@click.command()
@click.argument("notices", metavar="NOTICE...", nargs=-1, required=True)
@by_option
@click.option(
    "--now", "at_once", is_flag=True, help="Without the time in which it can be cancelled."
)
@click.option("--queue-only", is_flag=True, help="Leave the sending to a later `deliver`.")
@json_option
@pass_context
@click.pass_context
def send(
    ctx: click.Context,
    context: Context,
    notices: Sequence[str],
    by: str,
    *,
    at_once: bool,
    queue_only: bool,
    as_json: bool,
) -> None:
    """Queue approved notices, and send what is due.

    The listings are captured once more, and a notice about what is gone is not sent. The exact
    bytes, with PDF and table of listings, are kept first. A queued notice can be cancelled for
    delivery.cancel_minutes; what is due later, a later `markhound notice deliver` sends.

    When one of the notices may not be sent, none is. Ctrl-C stops it: what is queued by then stays
    queued, the rest is as it was, and nothing is sent before the next `markhound notice deliver`.
    """
    workspace = context.workspace
    with workspace.store() as db, _stoppable() as is_stopped:
        who = named(db, by)
        left = queue_notices(
            workspace, db, notices, by=who, say=_say, is_stopped=is_stopped, at_once=at_once
        )
        if is_stopped():
            people().print("stopped; what is queued stays queued", markup=False)
            ctx.exit(STOPPED)
    if not queue_only:
        _deliver(ctx, workspace, as_json=as_json)
    if left:
        raise NotAllowedError("\n".join(left))


def _say(text: str) -> None:
    people().print(clean(text), markup=False, soft_wrap=True)


@click.command()
@json_option
@pass_context
@click.pass_context
def deliver(ctx: click.Context, context: Context, *, as_json: bool) -> None:
    """Send every queued notice that is due; 1 when one failed, or its outcome is not known.

    Several of these may run at once. What a killed one left becomes `uncertain`, and waits for a
    person: see `markhound notice resolve`.
    """
    _deliver(ctx, context.workspace, as_json=as_json)


def _deliver(ctx: click.Context, workspace: Workspace, *, as_json: bool) -> None:
    def show(one: Delivered) -> None:
        if as_json:
            print_json(one)
        else:
            line = f"{one.notice} {one.result}: {one.words}"
            out().print(clean(line), markup=False, soft_wrap=True)

    with _stoppable() as is_stopped:
        done = deliver_due(workspace, show, is_stopped)
        if is_stopped():
            people().print("stopped; what was not sent yet stays queued", markup=False)
            ctx.exit(STOPPED)
    if not done and not as_json:
        out().print("Nothing is queued.")
    if any(one.result in BAD for one in done):
        ctx.exit(NOT_DELIVERED)


@contextmanager
def _stoppable() -> Iterator[Callable[[], bool]]:
    """Take the first Ctrl-C or SIGTERM as a wish to stop after the message that is under way."""
    asked: list[int] = []

    def ask(number: int, _: FrameType | None) -> None:
        asked.append(number)
        for one, handler in former.items():
            signal.signal(one, handler)  # the second one stops at once

    former = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    for number in former:
        signal.signal(number, ask)
    try:
        yield lambda: bool(asked)
    finally:
        for number, handler in former.items():
            signal.signal(number, handler)


@click.command()
@click.argument("notice")
@by_option
@reason_option
@pass_context
def cancel(context: Context, notice: str, by: str, reason: str) -> None:
    """Take a queued notice back before it is sent."""
    with context.workspace.store() as db:
        cancel_notice(db, notice, by=named(db, by), reason=filled("--reason", reason))
    people().print(f"{notice} is cancelled; nothing of it was sent", markup=False)


@click.command()
@click.argument("notice")
@click.option(
    "--as",
    "found",
    type=click.Choice(["sent", "not-sent"]),
    required=True,
    help="What the person found out.",
)
@by_option
@reason_option
@pass_context
def resolve(context: Context, notice: str, found: str, by: str, reason: str) -> None:
    """Say what became of an uncertain sending; what was not sent can be sent again."""
    sent = found == "sent"
    with context.workspace.store() as db:
        resolve_notice(db, notice, sent=sent, by=named(db, by), reason=filled("--reason", reason))
    then = "is sent" if sent else f"was not sent; again: markhound notice send {notice} --by NAME"
    people().print(f"{notice} {then}", markup=False, soft_wrap=True)


@click.command("handed-over")
@click.argument("notice")
@click.option("--ticket", required=True, help="What the recipient, or the post, gave for it.")
@by_option
@click.option("--at", "moment", help="When, if not now: 2026-11-22T09:30Z.")
@pass_context
def handed_over(context: Context, notice: str, ticket: str, by: str, moment: str | None) -> None:
    """Record that a notice was handed over by a platform's form, or by post."""
    at, given = past_time("--at", moment), filled("--ticket", ticket)
    with context.workspace.store() as db:
        hand_over_notice(db, notice, by=named(db, by), ticket=given, at=at)
    people().print(f"{notice} is sent, by {given}", markup=False, soft_wrap=True)


@click.command()
@click.argument("notice", required=False)
@json_option
@pass_context
def outbox(context: Context, notice: str | None, *, as_json: bool) -> None:
    """List what is queued, and what waits for a person; of one notice, the exact message."""
    workspace = context.workspace
    if notice is not None:
        with workspace.store() as db:
            message = find_message(workspace, db, notice)
        if message is None:
            raise InputError(f"{notice} was never queued")
        click.echo(message, nl=False)
        return
    with workspace.store() as db:
        found = list(find_standing(db, *WAITING))
    if as_json:
        for outgoing, step in found:
            print_json(outgoing, status=step.event, at=step.at, what=dict(step.record))
        return
    rows = []
    for outgoing, step in found:
        known = str(step.record.get("words") or step.record.get("after") or "")
        if step.event == "queued":
            known = f"due {step.record['not_before'][:16]}Z {known}".strip()
        since = f"{step.at:%Y-%m-%d %H:%M}"
        rows.append((outgoing.notice, step.event, since, outgoing.destination, known))
    print_rows(("notice", "status", "since", "to", "what is known"), rows, "Nothing waits.")


COMMANDS = (send, deliver, cancel, resolve, handed_over, outbox)
