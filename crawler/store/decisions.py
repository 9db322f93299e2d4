"""Deciding on hits, and undoing it: nothing is decided twice at once, or unseen.

The judgement is recorded in the same transaction in which the lease, the findings that were looked
at and the judgement that was known are compared with what is there.
"""

from __future__ import annotations

import secrets
import sqlite3
from dataclasses import dataclass
from datetime import datetime

from sqlite_utils import Database

from crawler.accounts import Actor
from crawler.causes import CAUSES, check_cause
from crawler.errors import ChangedError, InputError, NotAllowedError, NotFoundError
from crawler.model import Judgement, JudgementKind
from crawler.store.database import timestamp, writing
from crawler.store.disputes import refuse_own_dispute
from crawler.store.hits import find_judgement, is_recorded, judgement_of, record_judgement
from crawler.store.leases import refuse_leased, take_lease
from crawler.store.ledger import append_entry
from crawler.store.queue_rows import refresh_queue

NONE_SEEN = ""
"""``Choice.known`` of somebody who saw that nobody had judged the hit."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Choice:
    """What a person decided on a hit, and what they looked at."""

    hit: str
    decision: JudgementKind
    findings: int
    """Number of the findings that they saw."""
    cause: str | None = None
    reason: str = ""
    """In their words; may be empty where there is a cause."""
    known: str | None = None
    """Id of the judgement that they saw, ``NONE_SEEN``, or None where it is not said: then one that
    stands and is not their own is not overruled."""


def record_decision(
    db: Database, choice: Choice, actor: Actor, *, at: datetime, despite_lease: bool = False
) -> Judgement:
    """Judge a hit, in a transaction of its own; the group is in the actor's hand from then on.

    The very same decision sent twice is recorded once.

    :param despite_lease: whether it counts though somebody else has the group in hand
    :raises NotFoundError: when there is no such hit, or it is a hit no longer
    :raises InputError: when the cause is not of the decision, or neither cause nor reason is given
    :raises LeasedError: when somebody else has the group in hand
    :raises ChangedError: when other findings, or another judgement, came in between
    :raises NotAllowedError: when the hit is disputed and the actor is one of those who disagree
    """
    check_cause(choice.decision, choice.cause)
    if not choice.reason.strip() and choice.cause is None:
        raise InputError("expected a cause or a reason of the decision, got neither")
    with writing(db):
        group = _group_of(db, choice.hit)
        if not despite_lease:
            refuse_leased(db, group, actor.account, at=at)
        newest = find_judgement(db, choice.hit)
        if newest is not None and _is_same(newest, choice, actor):
            return newest
        refuse_changed(db, choice, newest, actor)
        refuse_own_dispute(db, choice.hit, actor)
        if actor.account is not None and not despite_lease:
            take_lease(db, group, actor.account, at=at)
        return append_decision(db, choice, actor, at=at)


def append_decision(
    db: Database, choice: Choice, actor: Actor, *, at: datetime, bulk: str | None = None
) -> Judgement:
    """Append the judgement that was checked; inside the caller's transaction, with its lock."""
    words = CAUSES[choice.cause].en if choice.cause else ""
    judgement = Judgement(
        id=f"j-{secrets.token_hex(8)}",
        hit=choice.hit,
        findings=choice.findings,
        decision=choice.decision,
        by=actor.name,
        authenticated=actor.authenticated,
        reason=choice.reason.strip() or words,
        judged_at=at,
        cause=choice.cause,
        bulk=bulk,
    )
    record_judgement(db, judgement)
    return judgement


def refuse_changed(db: Database, choice: Choice, newest: Judgement | None, actor: Actor) -> None:
    """Refuse a decision on findings, or beside a judgement, that the person did not see.

    Findings that a later sweep made again as they were are those that were seen.

    :raises ChangedError: saying what came in between
    :raises InputError: when the findings are none of the hit
    """
    rows = db.execute(
        "SELECT id, record FROM hit_findings WHERE hit = :hit"
        " AND (id = :seen OR id = (SELECT max(id) FROM hit_findings WHERE hit = :hit))",
        {"hit": choice.hit, "seen": choice.findings},
    )
    found = dict(rows.fetchall())
    current = max(found)
    if choice.findings not in found:
        raise InputError(f"expected the number of findings of {choice.hit}, got {choice.findings}")
    if found[choice.findings] != found[current]:
        message = "other things were found since you looked; look again, and decide then"
        raise ChangedError(choice.hit, message, seen=choice.findings, current=current)
    known = newest.id if newest else NONE_SEEN
    if choice.known is None:
        unseen = newest is not None and newest.by != actor.name and newest.decision != "unsure"
        unseen = unseen and _record_of(db, newest) == found[current]
    else:
        unseen = choice.known != known
    if unseen:
        message = "its judgement was undone since you looked; look again, and decide then"
        if newest is not None:
            message = (
                f"{newest.by} judged it {newest.decision!r} on {timestamp(newest.judged_at)[:16]};"
                " look again, and decide then"
            )
        raise ChangedError(choice.hit, message, seen=None, current=current)


def undo_judgement(
    db: Database, judgement: str, actor: Actor, *, reason: str, at: datetime
) -> Judgement:
    """Take a judgement back, in a transaction of its own: what stood before it stands again.

    :returns: the judgement that was undone
    :raises NotFoundError: when there is none of that id
    :raises NotAllowedError: when it is another's, is not the newest, or a notice stands on it
    """
    with writing(db):
        found = append_undoing(db, judgement, actor, reason=reason, at=at)
        if actor.account is not None:
            take_lease(db, _group_of(db, found.hit, ended=True), actor.account, at=at)
        return found


def append_undoing(
    db: Database, judgement: str, actor: Actor, *, reason: str, at: datetime
) -> Judgement:
    """As ``undo_judgement``, inside the caller's transaction; the lease stays as it is."""
    row = next(db.query("SELECT * FROM judgements WHERE id = ?", [judgement]), None)
    if row is None:
        raise NotFoundError(f"no judgement has the id {judgement!r}")
    found = judgement_of(row)
    admin = actor.account is not None and actor.account.role == "admin"
    if found.by != actor.name and not admin:
        raise NotAllowedError(
            f"{found.hit} was judged by {found.by}, who may take it back; judge it anew instead"
        )
    refuse_leased(db, _group_of(db, found.hit, ended=True), actor.account, at=at)
    entry = append_entry(
        db,
        "judgement-undone",
        found.hit,
        {"judgement": found.id, "reason": reason},
        by=actor.name,
        at=at,
    )
    try:
        db.execute(
            "INSERT INTO undone_judgements (judgement, hit, reason, by, account, at, entry)"
            " VALUES (?, ?, ?, ?, ?, ?, ?)",
            [
                *(found.id, found.hit, reason, actor.name),
                *(actor.account.id if actor.account else None, timestamp(at), entry.number),
            ],
        )
    except sqlite3.IntegrityError as error:
        raise NotAllowedError(f"{found.hit}: {error}") from error
    refresh_queue(db, [found.hit])
    return found


def _group_of(db: Database, hit: str, *, ended: bool = False) -> str:
    """Return the group of a hit.

    :param ended: whether it may be one that is a hit no longer
    """
    for grp, state in db.execute("SELECT grp, state FROM queue WHERE hit = ?", [hit]):
        if state == "ended" and not ended:
            raise NotFoundError(f"{hit} was a hit, but its listing as last seen is none any more")
        return str(grp)
    if is_recorded(db, hit):
        raise NotFoundError(f"{hit} was a hit, but its listing as last seen is none any more")
    raise NotFoundError(f"no hit has the id {hit!r}; `markhound hits` lists them")


def _is_same(newest: Judgement, choice: Choice, actor: Actor) -> bool:
    """Tell whether the newest judgement is this very choice, sent before."""
    asked = (choice.decision, choice.cause, choice.findings, actor.name)
    made = (newest.decision, newest.cause, newest.findings, newest.by)
    return asked == made and choice.known != newest.id


def _record_of(db: Database, judgement: Judgement | None) -> str | None:
    if judgement is None:
        return None
    rows = db.execute("SELECT record FROM hit_findings WHERE id = ?", [judgement.findings])
    return next((str(record) for (record,) in rows), None)
