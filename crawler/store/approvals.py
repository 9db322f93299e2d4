"""What a notice needs before it may be sent, what was considered for it, and who approved it.

The triggers of ``accounts_schema`` refuse what these functions would refuse, to plain SQL as well.
"""

from __future__ import annotations

import hashlib
import secrets
import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlite_utils import Database

from crawler.accounts import Account, Actor, ApprovalKind, Role
from crawler.errors import NotAllowedError
from crawler.formats import dump_json
from crawler.store.database import timestamp
from crawler.store.ledger import append_entry
from crawler.store.notice_events import record_notice_event
from crawler.takedown import Notice


@dataclass(frozen=True, kw_only=True, slots=True)
class Draft:
    """Who drafted a notice, and the digest of exactly what was drafted."""

    sha256: str
    account: str | None
    """Id of the author's account; None: a name that nobody proved."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Approval:
    """One approval of one notice as drafted."""

    id: str
    notice: str
    sha256: str
    kind: ApprovalKind
    account: str
    name: str
    """What the account is called now."""
    role: Role
    """What it was then."""
    reason: str
    at: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class Consideration:
    """Who considered an exception for a hit of a notice, and what came of it."""

    notice: str
    hit: str
    exception: str
    """``fair-use``, ``referential``, ``exhaustion``, ..."""
    applies: bool
    """Whether the exception covers the use, so that nothing may be sent against it."""
    result: str
    by: str
    at: datetime


def notice_digest(notice: Notice) -> str:
    """Return the SHA-256 of the notice's record as stored, hexadecimal."""
    return hashlib.sha256(dump_json(notice).encode()).hexdigest()


def record_draft(db: Database, notice: Notice, account: str | None) -> None:
    """Append who drafted the notice and its digest; inside the caller's transaction."""
    digest = notice_digest(notice)
    record = {
        "sha256": digest,
        "case": notice.case,
        "kind": notice.kind,
        "hits": list(notice.hits),
        "recipient": notice.recipient.name,
        "authenticated": account is not None,
    }
    entry = append_entry(
        db, "notice-drafted", notice.id, record, by=notice.drafted_by, at=notice.drafted_at
    )
    db.execute(
        "INSERT INTO notice_drafts (notice, sha256, account, entry) VALUES (?, ?, ?, ?)",
        [notice.id, digest, account, entry.number],
    )


def find_draft(db: Database, notice: str) -> Draft | None:
    """Return who drafted the notice; None for one of a version that did not keep it."""
    for row in db.query("SELECT sha256, account FROM notice_drafts WHERE notice = ?", [notice]):
        return Draft(sha256=row["sha256"], account=row["account"])
    return None


def record_need(
    db: Database, notice: str, need: ApprovalKind, reason: str, *, by: str, at: datetime
) -> None:
    """Append that the notice needs a further approval, unless that stands there already."""
    if need in find_needs(db, notice):
        return
    entry = append_entry(db, "notice-need", notice, {"need": need, "reason": reason}, by=by, at=at)
    db.execute(
        "INSERT INTO notice_needs (notice, need, reason, entry) VALUES (?, ?, ?, ?)",
        [notice, need, reason, entry.number],
    )


def find_needs(db: Database, notice: str) -> dict[ApprovalKind, str]:
    """Return the approvals that the notice needs besides the ordinary one, each with its reason."""
    rows = db.query("SELECT need, reason FROM notice_needs WHERE notice = ?", [notice])
    return {row["need"]: row["reason"] for row in rows}


def find_approvals(db: Database, notice: str) -> list[Approval]:
    """Return the approvals of the notice, oldest first."""
    rows = db.query(
        "SELECT a.*, c.name FROM approvals a JOIN current_accounts c ON c.account = a.account"
        " WHERE a.notice = ? ORDER BY a.rowid",
        [notice],
    )
    return [
        Approval(
            id=row["id"],
            notice=row["notice"],
            sha256=row["sha256"],
            kind=row["kind"],
            account=row["account"],
            name=row["name"],
            role=row["role"],
            reason=row["reason"],
            at=datetime.fromisoformat(row["at"]),
        )
        for row in rows
    ]


def lacking_approvals(db: Database, notice: str) -> list[ApprovalKind]:
    """Return the approvals without which the store refuses to send the notice."""
    given = {approval.kind for approval in find_approvals(db, notice)}
    needed: list[ApprovalKind] = ["ordinary", *find_needs(db, notice)]
    return [kind for kind in needed if kind not in given]


def record_approval(
    db: Database, notice: Notice, kind: ApprovalKind, account: Account, reason: str, *, at: datetime
) -> list[ApprovalKind]:
    """Append an approval of exactly this notice; inside the caller's transaction.

    The step ``approved`` is appended with the last one that the notice needs.

    :returns: the approvals that it still lacks
    :raises NotAllowedError: when the store refuses it; says why
    """
    approval, digest = f"ap-{secrets.token_hex(8)}", notice_digest(notice)
    record = {
        "approval": approval,
        "kind": kind,
        "sha256": digest,
        "account": account.id,
        "role": account.role,
        "reason": reason,
    }
    entry = append_entry(db, "approval", notice.id, record, by=account.name, at=at)
    row = [approval, notice.id, digest, kind, account.id, account.role, reason]
    try:
        db.execute(
            "INSERT INTO approvals (id, notice, sha256, kind, account, role, reason, at, entry)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            [*row, timestamp(at), entry.number],
        )
    except sqlite3.IntegrityError as error:
        message = f"{notice.id} cannot be approved by {account.name} ({account.role}): {error}"
        raise NotAllowedError(message) from error
    lacking = lacking_approvals(db, notice.id)
    if not lacking:
        approved = {"sha256": digest, "approval": approval}
        record_notice_event(db, notice.id, "approved", approved, by=account.name, at=at)
    return lacking


def record_considerations(
    db: Database,
    notice: str,
    hits: Iterable[str],
    exception: str,
    result: str,
    actor: Actor,
    *,
    applies: bool,
    at: datetime,
) -> None:
    """Append what came of considering an exception for these hits; in the caller's transaction."""
    hits = list(hits)
    record = {"exception": exception, "hits": hits, "applies": applies, "result": result}
    record["authenticated"] = actor.authenticated
    entry = append_entry(db, "consideration", notice, record, by=actor.name, at=at)
    account = actor.account.id if actor.account else None
    for hit in hits:
        db.execute(
            "INSERT INTO considerations (notice, hit, exception, applies, result, by, account, at,"
            " entry) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            [
                *(notice, hit, exception, int(applies), result),
                *(actor.name, account, timestamp(at), entry.number),
            ],
        )


def find_considerations(db: Database, notice: str) -> list[Consideration]:
    """Return what was considered for the notice, oldest first; the newest of each counts."""
    rows = db.query("SELECT * FROM considerations WHERE notice = ? ORDER BY id", [notice])
    return [
        Consideration(
            notice=row["notice"],
            hit=row["hit"],
            exception=row["exception"],
            applies=bool(row["applies"]),
            result=row["result"],
            by=row["by"],
            at=datetime.fromisoformat(row["at"]),
        )
        for row in rows
    ]


def record_retraction(
    db: Database, retraction: Notice, withdrawn: str, account: Account, *, at: datetime
) -> None:
    """Append that a notice retracts another, which makes it ready to be sent.

    Inside the caller's transaction, after the step ``withdrawn``.

    :raises NotAllowedError: when the store refuses it; says why
    """
    record = {"withdrawn": withdrawn, "sha256": notice_digest(retraction)}
    entry = append_entry(db, "retraction", retraction.id, record, by=account.name, at=at)
    try:
        db.execute(
            "INSERT INTO retractions (notice, withdrawn, account, entry) VALUES (?, ?, ?, ?)",
            [retraction.id, withdrawn, account.id, entry.number],
        )
    except sqlite3.IntegrityError as error:
        raise NotAllowedError(f"{retraction.id} cannot retract {withdrawn}: {error}") from error
    record_notice_event(db, retraction.id, "approved", record, by=account.name, at=at)
