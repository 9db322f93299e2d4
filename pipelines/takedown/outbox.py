"""Queueing notices, cancelling them, and a person's word on what nobody knows."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path

from sqlite_utils import Database

from crawler.errors import InputError, NotAllowedError
from crawler.files import whole_file
from crawler.store.database import now, timestamp, writing
from crawler.store.notice_events import record_notice_event
from crawler.store.notices import load_notice
from crawler.store.outbox import Outgoing, find_outgoing, find_step, record_queued
from crawler.takedown import Channel, Notice, Recipient
from crawler.workspace import Workspace
from pipelines.takedown.approval import approval_problem
from pipelines.takedown.attachments import Attachment
from pipelines.takedown.mail_ids import load_mail_key
from pipelines.takedown.message import Letterhead, ascii_domain, compose
from pipelines.takedown.webhook import notice_json

QUEUED_FROM = (None, "approved", "failed", "cancelled")
"""Steps after which a notice may be queued; of the first, its approvals decide."""
BY_HAND: tuple[Channel, ...] = ("portal", "post")
"""Channels on which a person hands a notice over."""


def outbox_folder(workspace: Workspace) -> Path:
    """Return where the messages lie, each under its SHA-256; made when it is not there."""
    folder = workspace.folder / "outbox"
    folder.mkdir(mode=0o700, exist_ok=True)
    return folder


def letterhead_of(workspace: Workspace) -> Letterhead:
    """Return who writes.

    :raises InputError: when the settings name no address
    """
    config, sender = workspace.config.delivery, workspace.config.sender
    address = config.address or sender.email
    if address is None:
        raise InputError(
            "nobody to write from: expected delivery.address or sender.email in markhound.toml"
        )
    address = ascii_domain(address)
    return Letterhead(
        name=sender.organisation or sender.name or address,
        address=address,
        bounces=ascii_domain(config.bounces) if config.bounces else address,
        key=load_mail_key(workspace.folder),
    )


def queue_notice(
    workspace: Workspace,
    db: Database,
    notice: str,
    *,
    by: str,
    attachments: Sequence[Attachment] = (),
    at_once: bool = False,
) -> Outgoing:
    """Queue an approved notice: keep the exact bytes, then the step ``queued``.

    :param at_once: without the time in which it can be cancelled
    :raises NotAllowedError: it is not approved, is queued already, was sent, or may have been
    :raises InputError: its recipient has no address, or the sender none
    """
    outgoing = prepare_message(workspace, load_notice(db, notice), attachments)
    at, config = outgoing.queued_at, workspace.config.delivery
    not_before = at if at_once else at + timedelta(minutes=config.cancel_minutes)
    with writing(db):
        check_may_be_queued(db, notice)
        record_queued(db, outgoing, not_before=not_before, by=by)
    return outgoing


def prepare_message(
    workspace: Workspace, drafted: Notice, attachments: Sequence[Attachment] = ()
) -> Outgoing:
    """Compose a notice as its recipient's channel needs it, and keep the bytes.

    :raises NotAllowedError: its recipient has another address by now
    :raises InputError: its recipient has no address, or the sender none
    """
    recipient = current_recipient(workspace, drafted)
    channel, destination = _way_of(drafted, recipient)
    head, at = letterhead_of(workspace), now()
    if channel == "webhook":
        body = notice_json(drafted, attachments)
    else:
        to = destination if channel == "email" else head.address
        body = compose(drafted, head, to, attachments=attachments, at=at.replace(microsecond=0))
    return Outgoing(
        id=0,
        notice=drafted.id,
        channel=channel,
        destination=destination,
        sha256=keep_message(outbox_folder(workspace), body),
        size=len(body),
        message_id=head.key.message_id(head.address, drafted.id),
        queued_at=at,
    )


def current_recipient(workspace: Workspace, notice: Notice) -> Recipient:
    """Return the recipient to whom the notice was drafted, checked and approved.

    :raises NotAllowedError: the directory names another address by now
    """
    drafted = notice.recipient
    listed = workspace.find_recipients(drafted.site)
    ways = [(one.way, one.destination) for one in listed]
    if not listed or (drafted.way, drafted.destination) in ways:
        return drafted
    now_named = ", ".join(str(destination) for _, destination in ways)
    raise NotAllowedError(
        f"{notice.id} was drafted for {drafted.destination}, and recipients.toml names"
        f" {now_named} for {drafted.site} by now; draft it anew"
    )


def _way_of(notice: Notice, recipient: Recipient) -> tuple[Channel, str]:
    channel, destination = recipient.way, recipient.destination
    if channel is None or destination is None:
        raise InputError(
            f"{notice.id}: the recipient {recipient.name} has no address; expected email, webhook,"
            " portal or address in recipients.toml when it was drafted"
        )
    return channel, destination


def check_may_be_queued(db: Database, notice: str) -> None:
    """Refuse a notice that is not approved, or that is queued or out.

    :raises NotAllowedError: with the reason
    """
    step = find_step(db, notice)
    event = step.event if step else None
    if event == "uncertain":
        raise NotAllowedError(
            f"{notice} may have been sent; a person says what is known first:"
            f" markhound notice resolve {notice} --as sent|not-sent --by NAME --reason TEXT"
        )
    if event not in QUEUED_FROM:
        raise NotAllowedError(f"{notice} is {event} already; it is not queued again")
    if problem := approval_problem(db, notice):
        raise NotAllowedError(f"{notice}: {problem}")


def keep_message(folder: Path, body: bytes) -> str:
    """Write a message under its SHA-256, which is returned; one that is there stays."""
    digest = hashlib.sha256(body).hexdigest()
    path = folder / digest
    if not path.exists():
        with whole_file(path) as file:
            file.write(body)
        path.chmod(0o600)
    return digest


def load_message(folder: Path, digest: str) -> bytes:
    """Return a kept message.

    :raises InputError: when it is not there, or not what was kept
    """
    path = folder / digest
    try:
        body = path.read_bytes()
    except OSError as error:
        raise InputError(f"the message {path} cannot be read: {error.strerror}") from error
    found = hashlib.sha256(body).hexdigest()
    if found != digest:
        raise InputError(f"the message {path} was changed: its SHA-256 is {found}")
    return body


def cancel_notice(db: Database, notice: str, *, by: str, reason: str) -> None:
    """Take a queued notice back before it is sent.

    :raises NotAllowedError: it is not queued
    """
    load_notice(db, notice)
    with writing(db):
        _check_step(db, notice, "queued", "cancelled")
        record_notice_event(db, notice, "cancelled", {"reason": reason}, by=by, at=now())


def resolve_notice(db: Database, notice: str, *, sent: bool, by: str, reason: str) -> None:
    """Record what a person found out about a sending whose outcome nobody knew.

    :param sent: whether the recipient has it; if not, it may be queued again
    :raises NotAllowedError: its outcome is known
    """
    load_notice(db, notice)
    with writing(db):
        record = {**_check_step(db, notice, "uncertain", "resolved"), "reason": reason}
        event = "sent" if sent else "failed"
        record_notice_event(db, notice, event, {**record, "resolved": True}, by=by, at=now())


def hand_over_notice(
    db: Database, notice: str, *, by: str, ticket: str, at: datetime | None = None
) -> None:
    """Record that a person handed a notice over, by a form or by post.

    :param ticket: what the recipient, or the post, gave for it
    :param at: when, if not now
    :raises NotAllowedError: it is not queued, not due, or goes another way
    """
    load_notice(db, notice)
    moment = at or now()
    if moment > now():
        raise InputError(f"expected a time that is past, got {timestamp(moment)}")
    with writing(db):
        record = _check_step(db, notice, "queued", "handed over")
        if record["channel"] not in BY_HAND:
            raise NotAllowedError(
                f"{notice} goes by {record['channel']}; only what goes by a portal or by post is"
                " handed over"
            )
        kept = {key: record[key] for key in ("channel", "destination", "sha256", "message_id")}
        record_notice_event(db, notice, "sending", kept | {"by_hand": True}, by=by, at=now())
        told = kept | {"ticket": ticket, "handed_over_at": timestamp(moment)}
        record_notice_event(db, notice, "sent", told, by=by, at=now())


def _check_step(db: Database, notice: str, expected: str, verb: str) -> Mapping[str, object]:
    """Return the record of the newest step, which must be ``expected``.

    :raises NotAllowedError: it is another one
    """
    step = find_step(db, notice)
    if step is None or step.event != expected:
        found = "a draft" if step is None else step.event
        raise NotAllowedError(f"{notice} is {found}, and only what is {expected} can be {verb}")
    return step.record


def find_message(workspace: Workspace, db: Database, notice: str) -> bytes | None:
    """Return the exact bytes of a notice that was queued; None when it never was."""
    outgoing = find_outgoing(db, notice)
    return None if outgoing is None else load_message(outbox_folder(workspace), outgoing.sha256)
