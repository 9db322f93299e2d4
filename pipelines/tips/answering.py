"""Telling who gave a tip what came of it: one mail, when a person says so, and never by itself.

As with notices, that a mail is about to leave is recorded before it does. Where nobody knows
whether it arrived, it is not sent again unless a person says so.
"""

from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP, SMTPUTF8
from email.utils import format_datetime
from typing import Literal

from sqlite_utils import Database

from crawler.accounts import Actor
from crawler.delivery import address_problem
from crawler.errors import InputError, NotAllowedError
from crawler.store.database import now, writing
from crawler.store.tip_states import TipStatus, find_tip_status
from crawler.store.tips import (
    Tip,
    TipEvent,
    TipEventKind,
    find_texts,
    find_tip_events,
    load_tip,
    record_tip_event,
)
from crawler.workspace import Workspace
from pipelines.takedown.message import Letterhead, ascii_domain, one_line
from pipelines.takedown.outbox import letterhead_of
from pipelines.takedown.smtp import Relay, Result, Sending
from pipelines.tips.words import load_tip_words, outcome_words

MailBar = Literal["waiting", "no_contact", "no_address", "no_relay", "told", "unknown"]
"""What is in the way of a mail."""
_EVENTS: dict[Result, TipEventKind] = {
    "sent": "answered",
    "failed": "unanswered",
    "put_off": "unanswered",
    "uncertain": "uncertain",
}


def send_answer(workspace: Workspace, tip: str, actor: Actor, *, again: bool = False) -> Sending:
    """Tell the contact of a tip, by mail through the organisation's relay, what came of it.

    :param again: also where the same was told before, or nobody knows whether it was
    :raises NotFoundError: there is no tip of that id
    :raises NotAllowedError: there is nothing to tell yet, or it was told
    :raises InputError: no e-mail address was left, or the settings have no relay or sender
    :raises MachineError: the relay cannot be used as the settings say; nothing was sent
    """
    server = workspace.config.delivery.smtp
    if server is None:
        raise InputError(
            "no relay to send by: expected [delivery.smtp] with host in markhound.toml"
        )
    head = letterhead_of(workspace)
    with workspace.store() as db, Relay(server, workspace.folder) as relay:
        db.execute("PRAGMA synchronous = FULL")  # on the disk before it leaves
        found = load_tip(db, tip)
        contact = _contact(db, found)
        with writing(db):
            status = _check_may_be_told(db, found, again=again)
            message = compose_answer(found, status, head, contact, at=now())
            record = {
                "state": status.state,
                "sha256": hashlib.sha256(message).hexdigest(),
                "way": "email",
            }
            record_tip_event(db, tip, "answering", record, by=actor.name, at=now())
        recipient = ascii_domain(contact)
        sending = relay.send(message, sender=head.bounces, recipient=recipient)
        words = sending.words
        for address in (contact, recipient):  # whom a server names stays out of the ledger
            words = words.replace(address, "<contact>")
        with writing(db):
            record = {**record, "words": words}
            record_tip_event(db, tip, _EVENTS[sending.result], record, by=actor.name, at=now())
    return replace(sending, words=words)


def record_answer(db: Database, tip: str, actor: Actor, *, way: str) -> TipStatus:
    """Append that a person told the outcome of a tip in another way; returns what was told.

    :param way: how, in words: by telephone, by letter
    :raises NotFoundError: there is no tip of that id
    :raises NotAllowedError: there is nothing to tell yet
    :raises InputError: no way is given
    """
    if not way.strip():
        raise InputError("expected how it was told (by telephone), got nothing")
    with writing(db):
        status = _check_may_be_told(db, load_tip(db, tip), again=True)
        record = {"state": status.state, "way": way.strip()}
        record_tip_event(db, tip, "answered", record, by=actor.name, at=now())
    return status


def _contact(db: Database, tip: Tip) -> str:
    contact = find_texts(db, tip.id).contact
    if not contact:
        raise InputError(f"{tip.id}: no contact was left, or it was erased")
    if address_problem(contact):
        raise InputError(
            f"{tip.id}: the contact is no e-mail address; tell it in another way, then:"
            f" markhound tip answer {tip.id} --told-by WAY"
        )
    return contact


def find_mail_bar(
    workspace: Workspace, db: Database, tip: Tip, status: TipStatus
) -> MailBar | None:
    """Return what is in the way of a mail to who gave a tip; None where nothing is.

    ``told`` and ``unknown`` are in the way only unless a person says so.
    """
    contact = find_texts(db, tip.id).contact
    if status.state == "waiting":
        return "waiting"
    if not contact:
        return "no_contact"
    if address_problem(contact):
        return "no_address"
    if workspace.config.delivery.smtp is None:
        return "no_relay"
    if status.answered_state == status.state:
        return "told"
    return "unknown" if _find_unknown(db, tip) is not None else None


def _find_unknown(db: Database, tip: Tip) -> TipEvent | None:
    """Return the step after which nobody knows whether a mail arrived."""
    events = find_tip_events(db, tip.id)
    return events[-1] if events and events[-1].event in ("answering", "uncertain") else None


def _check_may_be_told(db: Database, tip: Tip, *, again: bool) -> TipStatus:
    status = find_tip_status(db, tip)
    if status.state == "waiting":
        raise NotAllowedError(f"{tip.id} has not been looked at: there is nothing to tell yet")
    if again:
        return status
    if status.answered_state == status.state:
        raise NotAllowedError(f"{tip.id}: that was told on {status.answered_at:%Y-%m-%d}; --again")
    if last := _find_unknown(db, tip):
        raise NotAllowedError(
            f"{tip.id}: nobody knows whether the mail of {last.at:%Y-%m-%d %H:%M} arrived;"
            " look into the relay's log, then: --again"
        )
    return status


def compose_answer(
    tip: Tip, status: TipStatus, head: Letterhead, contact: str, *, at: datetime
) -> bytes:
    """Return the mail, in Chinese and English, with CRLF.

    It names the receipt and what came of it, and no address of a page: a tip may come from somebody
    who gave another's address, and no relay of ours is to carry what strangers write to others.

    :raises InputError: when the contact's domain is no name
    """
    words = load_tip_words()["mail"]
    recipient = ascii_domain(contact)
    policy = (SMTP if recipient.isascii() else SMTPUTF8).clone(cte_type="7bit")
    message = EmailMessage(policy=policy)
    message["Date"] = format_datetime(at.replace(microsecond=0))
    message["From"] = Address(one_line(head.name), addr_spec=head.address)
    local, _, domain = recipient.rpartition("@")
    message["To"] = Address(username=local, domain=domain)
    subjects = (words["subject"][language].format(tip=tip.id) for language in ("zh", "en"))
    message["Subject"] = one_line(" / ".join(subjects))
    message["Message-ID"] = head.key.message_id(head.address, f"{tip.id}.{int(at.timestamp())}")
    message["Auto-Submitted"] = "no"
    message["Content-Language"] = "zh-CN, en"
    message.set_content(answer_text(tip, status, one_line(head.name)), charset="utf-8")
    return message.as_bytes()


def answer_text(tip: Tip, status: TipStatus, name: str) -> str:
    """Return what the mail says, in Chinese and English.

    :param name: who answers, on one line
    """
    words = load_tip_words()["mail"]
    parts = []
    for language in ("zh", "en"):
        greeting = words["greeting"][language].format(day=f"{tip.at:%Y-%m-%d}", tip=tip.id)
        told = outcome_words(status, language)
        parts.append(f"{greeting}\n\n{told}\n\n{words['end'][language]}\n\n{name}\n")
    return "\n---\n\n".join(parts)
