"""Answers from mail: kept first, then matched to their notice and told apart.

What machines say in the form that is made for it (acknowledgements, bounces) is a step of the
notice when the mail proves that it answers it. All else waits for a person, with a suggestion; so
does an automatic answer that says that nobody reads the mailbox.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, Literal

from sqlite_utils import Database

from crawler.delivery import is_loopback
from crawler.errors import InputError, NotAllowedError, NotFoundError
from crawler.files import whole_file
from crawler.identities import storable
from crawler.sites import parse_site
from crawler.store.answers import (
    Answer,
    find_same,
    find_tickets,
    load_answer,
    record_answer,
    record_answer_decision,
)
from crawler.store.database import now, timestamp, writing
from crawler.store.notice_events import record_notice_event
from crawler.store.notices import load_notice
from crawler.store.outbox import find_by_message_id, find_last, find_step
from crawler.takedown import Notice
from crawler.workspace import Workspace
from pipelines.takedown.answer_words import says_nobody_reads, suggest_meaning
from pipelines.takedown.mail_ids import MailKey, find_tag, load_mail_key
from pipelines.takedown.mail_reading import Mail, read_mail

Match = Literal["signed", "thread", "ticket", "subject"]
Meaning = Literal["acknowledged", "removed", "partly", "refused", "countered", "restored"]
PROVEN: tuple[Match, ...] = ("signed", "thread")
"""Matches by what only the recipient was told."""
LONGEST_ON_THE_WAY = timedelta(days=30)
"""A date older than that on a mail is not believed."""
SHORTEST_TICKET = 5
"""Characters; a shorter number stands in any mail."""


def receive_mail(workspace: Workspace, db: Database, raw: bytes, *, source: str) -> Answer | None:
    """Keep a mail, match and record it; None when it was received before.

    :param source: where it was read from, in words
    """
    at = now()
    digest = hashlib.sha256(raw).hexdigest()
    _keep(workspace, digest, raw)
    key = load_mail_key(workspace.folder)
    mail = read_mail(raw)
    with writing(db):
        notice, matched_by = _match(db, key, mail)
        kind = _kind(mail)
        suggestion = None if mail.statuses else suggest_meaning(mail.subject, mail.text)
        answer = Answer(
            id=digest,
            content=_content_digest(mail, raw),
            file=f"answers/{digest}.eml",
            size=len(raw),
            source=storable(source),
            received_at=at,
            sender=storable(mail.sender)[:320],
            subject=storable(mail.subject)[:500],
            message_id=mail.message_id and storable(mail.message_id),
            notice=notice,
            matched_by=matched_by,
            kind=kind,
            suggestion=suggestion,
            clock_from=_sent_at(mail, at) if suggestion == "countered" else None,
            record=_details(key, mail),
        )
        if not record_answer(db, answer):
            return None
        if notice is not None and matched_by in PROVEN and not _is_odd(key, mail, kind):
            _record_step(db, answer, notice, at)
    return answer


def find_received(db: Database, raw: bytes) -> Answer:
    """Return a mail that was received before, perhaps by another way.

    :raises NotFoundError: when it was not
    """
    return load_answer(db, find_same(db, _content_digest(read_mail(raw), raw)) or "")


def _keep(workspace: Workspace, digest: str, raw: bytes) -> None:
    folder = workspace.folder / "answers"
    folder.mkdir(mode=0o700, exist_ok=True)
    path = folder / f"{digest}.eml"
    if not path.exists():
        with whole_file(path) as file:
            file.write(raw)


def _content_digest(mail: Mail, raw: bytes) -> str:
    """Return what is the same for one mail, whatever servers wrote above it on the way."""
    body = re.split(rb"\r?\n\r?\n", raw, maxsplit=1)[-1].replace(b"\r\n", b"\n").rstrip()
    if mail.message_id is None:
        return hashlib.sha256(raw).hexdigest()
    said = f"{mail.message_id}\0{mail.sender}\0{mail.subject}\0".encode("utf-8", "surrogatepass")
    return hashlib.sha256(said + body).hexdigest()


def _match(db: Database, key: MailKey, mail: Mail) -> tuple[str | None, Match | None]:
    """Return the notice that a mail answers, and by what that is known."""
    for address in mail.recipients:
        found = key.read_address(address)
        if found is not None and _find(db, found[0]):
            return found[0], "signed"
    for name in mail.thread:
        outgoing = find_by_message_id(db, name)
        if outgoing is not None:
            return outgoing.notice, "thread"
    text = f"{mail.subject}\n{mail.text}"
    for ticket, notice in find_tickets(db):
        if len(ticket) < SHORTEST_TICKET or ticket not in text:
            continue
        if re.search(rf"(?<!\w){re.escape(ticket)}(?!\w)", text):
            drafted = _find(db, notice)
            if drafted is not None and _is_theirs(mail.sender, drafted):
                return notice, "ticket"
    tag = find_tag(mail.subject)
    tagged = _find(db, tag) if tag else None
    if tagged is not None and _is_theirs(mail.sender, tagged):
        return tagged.id, "subject"
    return None, None


def _find(db: Database, notice: str) -> Notice | None:
    try:
        return load_notice(db, notice)
    except NotFoundError:
        return None


def _is_theirs(sender: str, notice: Notice) -> bool:
    """Tell whether a mail claims to come from the site or the domain of a notice's recipient."""
    recipient = notice.recipient
    domain = sender.rpartition("@")[2]
    theirs = {parse_site(recipient.site), parse_site((recipient.email or "").rpartition("@")[2])}
    theirs.add(parse_site(recipient.portal or ""))
    site = parse_site(domain)
    return bool(domain) and not is_loopback(domain) and bool(site) and site in theirs


def _is_odd(key: MailKey, mail: Mail, kind: str) -> bool:
    """Tell whether a report went where none is sent: to the address that the notice shows.

    Mail servers report to the envelope's sender, which has a mark of its own; whoever was shown the
    notice knows the other one.
    """
    marks = {mark for address in mail.recipients if (mark := key.read_address(address))}
    return kind == "bounce" and bool(marks) and all(purpose == "reply" for _, purpose in marks)


def _kind(mail: Mail) -> str:
    actions = {status.action for status in mail.statuses}
    if "failed" in actions:
        return "bounce"
    if "delayed" in actions:
        return "delayed"
    if actions:
        return "delivered"
    if mail.automatic and not says_nobody_reads(mail.subject, mail.text):
        return "acknowledgement"
    return "reply"


def _sent_at(mail: Mail, received_at: datetime) -> datetime:
    """Return when the clock began at the latest: the mail's own date, if that can be."""
    if mail.date is None or not received_at - LONGEST_ON_THE_WAY < mail.date < received_at:
        return received_at
    return mail.date


def _details(key: MailKey, mail: Mail) -> dict[str, Any]:
    details: dict[str, Any] = {}
    if mail.date is not None:
        details["date"] = timestamp(mail.date)
    if mail.statuses:
        failed = [s for s in mail.statuses if s.action == "failed"] or list(mail.statuses)
        first = failed[0]
        details |= {
            "action": storable(first.action)[:40],
            "address": storable(first.recipient)[:320],
            "status": storable(first.status)[:40],
            "diagnostic": storable(first.diagnostic),
        }
    forged = [a for a in mail.recipients if _looks_signed(a) and key.read_address(a) is None]
    if forged:
        details["forged"] = storable(forged[0])[:320]
    return details


def _looks_signed(address: str) -> bool:
    return re.fullmatch(r"[^@]+\+n-\d{4}-\d{6,}\..*@.+", address, re.IGNORECASE) is not None


def _record_step(db: Database, answer: Answer, notice: str, at: datetime) -> None:
    """Record what a machine's answer means for the notice; a later step stands."""
    step = find_step(db, notice)
    record: Mapping[str, Any] = {"answer": answer.id, "matched_by": answer.matched_by}
    event = step.event if step else None
    if answer.kind == "bounce" and event in ("sent", "acknowledged"):
        told = {**record, **answer.record}
        record_notice_event(db, notice, "bounced", told, by="markhound", at=at)
    elif answer.kind == "acknowledgement" and event == "sent":
        record_notice_event(db, notice, "acknowledged", record, by="markhound", at=at)


def decide_answer(
    db: Database,
    notice: str,
    meaning: Meaning,
    *,
    by: str,
    reason: str,
    answer: str | None = None,
    received_at: datetime | None = None,
    ticket: str | None = None,
) -> None:
    """Record what a recipient answered, by a person who has read it.

    :param answer: start of the id of the mail that says so
    :param received_at: of a counter-notice, when the recipient had it: from then its clock runs;
        None = as the mail says, else now
    :raises NotAllowedError: the notice was never sent
    """
    load_notice(db, notice)
    found = load_answer(db, answer) if answer else None
    if received_at is not None and received_at > now():
        raise InputError(f"expected a time that is past, got {timestamp(received_at)}")
    at = now()
    with writing(db):
        step = find_step(db, notice)
        if step is not None and step.event == "uncertain":
            raise NotAllowedError(
                f"{notice} is uncertain; if its answer shows that it arrived, say so first:"
                f" markhound notice resolve {notice} --as sent --by NAME --reason TEXT"
            )
        if find_last(db, notice, "sent") is None:
            raise NotAllowedError(f"{notice} was never sent, so that nobody can have answered it")
        began = received_at or at
        if received_at is None and found is not None:
            began = found.clock_from or found.received_at
        record: dict[str, Any] = {"reason": reason, "received_at": timestamp(began)}
        if found is not None:
            record["answer"] = found.id
        if ticket is not None:
            record["ticket"] = ticket
        event = meaning
        if meaning in ("removed", "partly", "refused"):
            record["outcome"] = meaning
            record_notice_event(db, notice, "decided", record, by=by, at=at)
        else:
            record_notice_event(db, notice, event, record, by=by, at=at)
        if found is not None:
            record_answer_decision(db, found.id, notice, meaning, by=by, at=at)


def dismiss_answer(db: Database, answer: str, *, by: str, reason: str) -> Answer:
    """Record that a mail answers nothing; it stays where it is."""
    found = load_answer(db, answer)
    with writing(db):
        decided = f"nothing: {reason}"
        record_answer_decision(db, found.id, None, decided, by=by, at=now())
    return replace(found, decided=decided)
