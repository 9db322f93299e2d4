"""Withdrawing a notice that was wrong: one step, by one person.

A notice needs two people because it is used against somebody. A retraction takes that back, its
text is fixed, and every hour counts for the seller: so one person may send it. The store lets it
out only to the recipient of a notice that was sent and then withdrawn, once.
"""

from __future__ import annotations

import secrets
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from sqlite_utils import Database

from crawler.accounts import Actor
from crawler.errors import InputError, NotAllowedError
from crawler.model import Holder, Judgement, Licensee
from crawler.store.approvals import record_retraction
from crawler.store.hits import (
    StoredHit,
    find_hit_url,
    find_hits,
    find_judgement,
    record_judgement,
)
from crawler.store.lessons import record_lesson
from crawler.store.notice_events import find_notice_events, record_notice_event
from crawler.store.notices import load_case, load_notice, next_notice_id, record_notice
from crawler.takedown import Case, Notice, Sender, status_of
from crawler.workspace import Workspace
from pipelines.takedown.cases import site_of_hit
from pipelines.takedown.draft import render_paper
from pipelines.takedown.layout import exact_url, make_visible
from pipelines.takedown.paper import lay_out
from pipelines.takedown.situations import RETRACTION

Overturned = Literal["unrelated", "licensed", "unsure"]
_LEFT = ("sent", "uncertain")
"""Steps after which the recipient has, or may have, the notice."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Withdrawal:
    """What withdrawing a notice did."""

    notice: str
    retraction: str | None
    """Id of the notice that tells the recipient; None when the notice had not left."""
    judgements: tuple[Judgement, ...]
    licensed: tuple[str, ...]
    """Ids of the rights of which the seller is a licensee from now on."""


def draft_retraction(
    withdrawn: Notice,
    case: Case,
    sender: Sender,
    *,
    urls: Sequence[str],
    reason: str,
    notice_id: str,
    by: str,
    at: datetime,
) -> Notice:
    """Return the notice that withdraws another, to the same recipient, in its language."""
    chinese = withdrawn.language.startswith("zh")
    language = "zh-CN" if chinese else "en"
    subject = f"撤回通知{withdrawn.id}" if chinese else f"Withdrawal of our notice {withdrawn.id}"
    values = {
        "withdrawn": withdrawn,
        "case": case,
        "notice_id": notice_id,
        "day": at.date(),
        "sender": sender,
        "recipient": withdrawn.recipient,
        "holder": Holder(name=case.holder),
        "urls": [exact_url(url) for url in urls],
        "reason": reason,
        "subject": subject,
    }
    paper = render_paper(f"{RETRACTION}.{language}.txt", values)
    return Notice(
        id=notice_id,
        case=case.id,
        kind=RETRACTION,
        language=language,
        hits=withdrawn.hits,
        recipient=withdrawn.recipient,
        subject=make_visible(subject),
        text=lay_out(paper),
        drafted_by=by,
        drafted_at=at,
        paper=paper,
    )


def withdraw_notice(
    workspace: Workspace,
    db: Database,
    notice_id: str,
    actor: Actor,
    *,
    reason: str,
    overturned: Overturned,
    licensee: bool,
    at: datetime,
) -> Withdrawal:
    """Withdraw a notice; inside the caller's transaction, which must hold the write lock.

    Its hits are judged anew, from which statistics and labels are read; the recipient's copy is
    counted as a failed notice (``standing``); the retraction is drafted where the notice had left.

    :param licensee: whether the seller becomes a licensee of the rights
    :raises NotFoundError: when there is no such notice
    :raises NotAllowedError: when it is withdrawn already, is being sent, or is itself a retraction
    :raises InputError: when the seller cannot be a licensee, as the page names none
    """
    notice = load_notice(db, notice_id)
    if notice.kind == RETRACTION:
        raise NotAllowedError(f"{notice.id} is a retraction; it is not withdrawn again")
    steps = [event.event for event in find_notice_events(db, notice.id)]
    if "withdrawn" in steps:
        raise NotAllowedError(f"{notice.id} is withdrawn already")
    has_left = any(step in _LEFT for step in steps)
    retraction = next_notice_id(db, at.year) if has_left else None
    if status_of(steps) == "queued":
        record_notice_event(db, notice.id, "cancelled", {"reason": reason}, by=actor.name, at=at)
    record = {"reason": reason, "retraction": retraction, "was": status_of(steps)}
    try:
        record_notice_event(db, notice.id, "withdrawn", record, by=actor.name, at=at)
    except sqlite3.IntegrityError as error:
        raise NotAllowedError(f"{notice.id}: {error}") from error
    licensed = _license(workspace, db, notice, actor, reason, at) if licensee else ()
    judgements = _overturn(db, notice, actor, reason, "licensed" if licensee else overturned, at)
    if retraction is not None:
        _record_retraction(workspace, db, notice, retraction, actor, reason, at)
    return Withdrawal(
        notice=notice.id, retraction=retraction, judgements=judgements, licensed=licensed
    )


def _record_retraction(
    workspace: Workspace,
    db: Database,
    notice: Notice,
    retraction: str,
    actor: Actor,
    reason: str,
    at: datetime,
) -> None:
    if actor.account is None:
        raise NotAllowedError(f"{notice.id} was sent; an account must withdraw it")
    drafted = draft_retraction(
        notice,
        load_case(db, notice.case),
        workspace.config.sender,
        urls=list(dict.fromkeys(find_hit_url(db, hit) for hit in notice.hits)),
        reason=reason,
        notice_id=retraction,
        by=actor.name,
        at=at,
    )
    judged = {hit: find_judgement(db, hit) for hit in notice.hits}
    by_hit = {hit: judgement.id for hit, judgement in judged.items() if judgement}
    record_notice(db, drafted, by_hit, account=actor.account.id)
    record_retraction(db, drafted, notice.id, actor.account, at=at)


def _overturn(
    db: Database, notice: Notice, actor: Actor, reason: str, decision: Overturned, at: datetime
) -> tuple[Judgement, ...]:
    """Judge every hit of the notice anew, which was judged infringing when it was drafted."""
    judgements = []
    for hit in notice.hits:
        before = find_judgement(db, hit)
        assert before is not None
        judgement = Judgement(
            id=f"j-{secrets.token_hex(8)}",
            hit=hit,
            findings=before.findings,
            decision=decision,
            by=actor.name,
            authenticated=actor.authenticated,
            reason=f"{notice.id} was withdrawn: {reason}",
            judged_at=at,
        )
        record_judgement(db, judgement)
        judgements.append(judgement)
    return tuple(judgements)


def _license(
    workspace: Workspace, db: Database, notice: Notice, actor: Actor, reason: str, at: datetime
) -> tuple[str, ...]:
    """Make the seller of each hit a licensee of its right, on that site."""
    why = f"{notice.id} was withdrawn: {reason}"
    lessons = [
        record_lesson(db, hit.right.id, _licensee_of(hit), actor, reason=why, at=at)
        for hit in find_hits(db, workspace.pictures, ids=notice.hits)
    ]
    return tuple(dict.fromkeys(lesson.right for lesson in lessons))


def _licensee_of(stored: StoredHit) -> Licensee:
    seller = stored.listing.seller
    name = seller and (seller.name or seller.id)
    if not name:
        raise InputError(
            f"{stored.hit.id}: the page names no seller, and a licence for all of"
            f" {site_of_hit(stored)} is none to give here; put the licensee into the registry file"
        )
    return Licensee(seller=name, site=site_of_hit(stored))
