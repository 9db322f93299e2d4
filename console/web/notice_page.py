"""One notice as its page shows it: the exact text, what stops it, who saw it, what became of it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlite_utils import Database

from console.web.visits import Visit
from crawler.accounts import MAY_APPROVE, ApprovalKind
from crawler.errors import InputError, StopError
from crawler.store.answers import Answer, find_answers
from crawler.store.approvals import (
    Approval,
    Consideration,
    Draft,
    find_approvals,
    find_considerations,
    find_draft,
    find_needs,
    lacking_approvals,
)
from crawler.store.database import now
from crawler.store.hits import find_hit_url, find_right_of_hit
from crawler.store.looks import StoredLook, find_looks
from crawler.store.notice_events import NoticeEvent, find_notice_events
from crawler.store.notices import load_case, load_notice, load_noticed_hits
from crawler.store.outbox import Outgoing, find_outgoing
from crawler.takedown import Case, Notice, status_of
from pipelines.takedown.attachments import Attachment, attachments_of
from pipelines.takedown.batches import Platform, load_platform
from pipelines.takedown.clocks import find_clocks
from pipelines.takedown.deadlines import Deadline
from pipelines.takedown.kinds import NoticeKind, find_kind
from pipelines.takedown.kinds.host_abuse import HOST_ABUSE
from pipelines.takedown.kinds.record import CONSIDERATIONS
from pipelines.takedown.leaving import find_font
from pipelines.takedown.mail_ids import subject_tag
from pipelines.takedown.message import parts_of
from pipelines.takedown.outbox import QUEUED_FROM, load_message, outbox_folder
from pipelines.takedown.situations import RETRACTION

MOST_LOOKED = 100
"""Listings of a notice whose looks are shown."""


@dataclass(frozen=True, kw_only=True, slots=True)
class SentFile:
    """A file that goes, or went, with the notice."""

    name: str
    size: int | None
    """None = it is made when it is asked for."""
    sha256: str | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Question:
    """An exception that a person must have considered, and what came of it."""

    exception: str
    question: str
    answered: tuple[Consideration, ...]
    """The newest of each hit; what was said of several hits at once stands once."""
    open: int
    """Hits of which nobody considered it."""


@dataclass(frozen=True, kw_only=True, slots=True)
class NoticePage:
    """What the page of a notice shows."""

    notice: Notice
    case: Case
    kind: NoticeKind | None
    """None of a retraction."""
    platform: Platform | None
    status: str
    draft: Draft | None
    headers: tuple[tuple[str, str], ...]
    """As the message has them, name and value."""
    files: tuple[SentFile, ...]
    outgoing: Outgoing | None
    problem: str
    """Why the files cannot be told; empty where they can."""
    check: NoticeEvent | None
    questions: tuple[Question, ...]
    others: tuple[Consideration, ...]
    """Exceptions that nobody asked for."""
    approvals: tuple[Approval, ...]
    needs: Mapping[ApprovalKind, str]
    lacking: tuple[ApprovalKind, ...]
    events: tuple[NoticeEvent, ...]
    clocks: tuple[Deadline, ...]
    answers: tuple[Answer, ...]
    looks: tuple[tuple[str, StoredLook | None], ...]
    """Address -> the newest look at it after the notice was sent."""

    @property
    def lines(self) -> Sequence[Mapping[str, str]]:
        """What the rules found at the last check: rule, state and text of each."""
        found: Sequence[Mapping[str, str]] = self.check.record["lines"] if self.check else ()
        return sorted(
            found, key=lambda line: ("missing", "need", "warning", "ok").index(line["state"])
        )

    @property
    def has_left(self) -> bool:
        """Whether the recipient has it, or may have it."""
        is_out = self.step is not None and self.step.event in ("sending", "uncertain")
        return is_out or any(event.event == "sent" for event in self.events)

    @property
    def step(self) -> NoticeEvent | None:
        """The newest step, checks left aside."""
        steps = [event for event in self.events if event.event != "checked"]
        return steps[-1] if steps else None

    @property
    def may_be_queued(self) -> bool:
        """Whether it is approved and not on its way."""
        event = self.step.event if self.step else None
        approved = not self.lacking and "approved" in {one.event for one in self.events}
        return approved and event in QUEUED_FROM and not self.has_left

    @property
    def cancel_until(self) -> datetime | None:
        """Until when a queued notice can be taken back for sure; None when it is not queued."""
        if self.step is None or self.step.event != "queued":
            return None
        return datetime.fromisoformat(self.step.record["not_before"])

    @property
    def is_due(self) -> bool:
        """Whether it is queued, and the time for cancelling is over."""
        return self.cancel_until is not None and self.cancel_until <= now()


def gather_notice(visit: Visit, notice_id: str) -> NoticePage:
    """Return what the page shows.

    :raises NotFoundError: when there is no such notice
    """
    db, workspace = visit.db, visit.workspace
    notice = load_notice(db, notice_id)
    kind = None if notice.kind == RETRACTION else find_kind(notice.kind)
    events = tuple(find_notice_events(db, notice.id))
    outgoing = find_outgoing(db, notice.id)
    considered = find_considerations(db, notice.id)
    asked = _asked(db, notice, kind)
    files, problem = _files(visit, notice, outgoing)
    checks = [event for event in events if event.event == "checked"]
    return NoticePage(
        notice=notice,
        case=load_case(db, notice.case),
        kind=kind,
        platform=_platform(notice.recipient.profile),
        status=status_of(event.event for event in events),
        draft=find_draft(db, notice.id),
        headers=tuple(_headers(visit, notice)),
        files=files,
        outgoing=outgoing,
        problem=problem,
        check=checks[-1] if checks else None,
        questions=tuple(_question(name, asked[name], considered) for name in asked),
        others=_distinct(one for one in considered if one.exception not in asked),
        approvals=tuple(find_approvals(db, notice.id)),
        needs=find_needs(db, notice.id),
        lacking=() if kind is None else tuple(lacking_approvals(db, notice.id)),
        events=events,
        clocks=tuple(find_clocks(db, notice, workspace.config.takedown)),
        answers=tuple(find_answers(db, notice=notice.id)),
        looks=tuple(_looks(db, notice)),
    )


def _platform(profile: str | None) -> Platform | None:
    try:
        return load_platform(profile) if profile else None
    except InputError:
        return None  # the check tells it


def _asked(db: Database, notice: Notice, kind: NoticeKind | None) -> dict[str, list[str]]:
    """Return exception -> the hits of which it must be considered."""
    if kind is None:
        return {}
    found: dict[str, list[str]] = {}
    for hit in notice.hits:
        _, of = find_right_of_hit(db, hit)
        for name in kind.considerations_for([of]):
            found.setdefault(name, []).append(hit)
    return found


def _question(name: str, hits: Sequence[str], considered: Sequence[Consideration]) -> Question:
    newest = {one.hit: one for one in considered if one.exception == name}
    return Question(
        exception=name,
        question=CONSIDERATIONS[name].question,
        answered=_distinct(newest.values()),
        open=sum(hit not in newest for hit in hits),
    )


def _distinct(considered: Iterable[Consideration]) -> tuple[Consideration, ...]:
    """Return each once, of however many hits it was said."""
    found = {(one.exception, one.result, one.applies, one.by, one.at): one for one in considered}
    return tuple(found.values())


def _headers(visit: Visit, notice: Notice) -> Iterator[tuple[str, str]]:
    config = visit.workspace.config
    address = config.delivery.address or config.sender.email or ""
    name = config.sender.organisation or config.sender.name or ""
    yield "From", f"{name} <{address}>" if address else visit.say("notices.no_sender")
    recipient = notice.recipient
    yield "To", f"{recipient.name} <{recipient.destination or visit.say('notices.no_way')}>"
    yield "Subject", f"{subject_tag(notice.id)} {notice.subject}"


def _files(
    visit: Visit, notice: Notice, outgoing: Outgoing | None
) -> tuple[tuple[SentFile, ...], str]:
    """Return what goes with the notice; of one that was queued, from the very message."""
    workspace = visit.workspace
    try:
        if outgoing is not None and outgoing.channel != "webhook":
            message = load_message(outbox_folder(workspace), outgoing.sha256)
            return tuple(_sent(name, data) for name, data in parts_of(message)), ""
        if notice.kind == RETRACTION:
            return (), ""
        reports: Sequence[Attachment] = ()
        if notice.kind == HOST_ABUSE.name:
            hits = load_noticed_hits(visit.db, workspace.pictures, notice)
            reports = attachments_of(notice, hits, workspace.config.sender, None)[1:]
    except StopError as error:
        return (), str(error)
    font, lack = find_font(workspace)
    names = [f"{notice.id}.pdf"] if font is not None and notice.paper else []
    names += ["listings.csv", *(one.name for one in reports)]
    files = tuple(SentFile(name=name, size=None, sha256=None) for name in names)
    return files, visit.say("notices.no_pdf", why=lack) if font is None else ""


def _sent(name: str, data: bytes) -> SentFile:
    return SentFile(name=name, size=len(data), sha256=hashlib.sha256(data).hexdigest())


def _looks(db: Database, notice: Notice) -> Iterator[tuple[str, StoredLook | None]]:
    urls = dict.fromkeys(find_hit_url(db, hit) for hit in notice.hits[:MOST_LOOKED])
    for url in urls:
        looks = find_looks(db, notice.id, url)
        yield url, looks[-1] if looks else None


def why_not_approve(visit: Visit, page: NoticePage, kind: ApprovalKind) -> str:
    """Say why the one who asks cannot give an approval; empty when the store may take it."""
    assert visit.account is not None
    if page.draft is None or page.draft.account is None:
        return visit.say("notices.drafted_unproved")
    if page.draft.account == visit.account.id:
        return visit.say("notices.own_draft")
    if visit.account.role not in MAY_APPROVE[kind]:
        roles = ", ".join(visit.say(f"role.{role}") for role in sorted(MAY_APPROVE[kind]))
        return visit.say("notices.other_role", roles=roles)
    return ""


def record_text(record: Mapping[str, Any]) -> str:
    """Return what a step says in words, where it says anything."""
    names = ("reason", "words", "diagnostic", "ticket")
    return next((str(record[name]) for name in names if record.get(name)), "")
