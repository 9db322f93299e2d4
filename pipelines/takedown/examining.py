"""Four eyes: the rules are run, exceptions considered, and a second person approves."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlite_utils import Database

from crawler.accounts import Account, Actor, ApprovalKind
from crawler.errors import InputError, NotAllowedError
from crawler.store.approvals import (
    lacking_approvals,
    record_approval,
    record_considerations,
    record_need,
)
from crawler.store.database import now, writing
from crawler.store.hits import find_hit_id
from crawler.store.notice_events import record_notice_event
from crawler.store.notices import load_notice
from crawler.workspace import Workspace
from pipelines.takedown.checking import CheckLine, blocking, check_notice, dump_lines
from pipelines.takedown.situations import gather_situation


@dataclass(frozen=True, kw_only=True, slots=True)
class Approved:
    """What came of an approval."""

    lines: tuple[CheckLine, ...]
    """What every rule found at that moment."""
    lacking: tuple[ApprovalKind, ...]
    """Approvals that are needed besides."""

    @property
    def stopped(self) -> list[CheckLine]:
        """Why it was not approved; empty when it was."""
        return blocking(self.lines)


def run_rules(
    workspace: Workspace, db: Database, notice: str, *, by: str, at: datetime
) -> tuple[CheckLine, ...]:
    """Check the notice and append the result, inside the caller's transaction."""
    situation = gather_situation(workspace, db, notice, now=at)
    lines = check_notice(situation)
    for line in lines:
        if line.state == "need" and line.rule in ("legal", "standing"):
            need: ApprovalKind = "legal" if line.rule == "legal" else "standing"
            record_need(db, notice, need, line.text, by=by, at=at)
    record = {"holds": not blocking(lines), "lines": dump_lines(lines)}
    record_notice_event(db, notice, "checked", record, by=by, at=at)
    return lines


def approve_notice(
    workspace: Workspace,
    db: Database,
    notice_id: str,
    kind: ApprovalKind,
    account: Account,
    reason: str,
) -> Approved:
    """Approve a notice after its rules were run again, in a transaction of its own.

    Where a rule stops it, that is kept as a check, and nothing is approved.

    :raises NotFoundError: when there is no such notice
    :raises NotAllowedError: when the store refuses it, or the approval is not needed
    """
    notice = load_notice(db, notice_id)
    with writing(db):
        lines = run_rules(workspace, db, notice.id, by=account.name, at=now())
        lacking: list[ApprovalKind] = []
        if not blocking(lines):
            if kind not in lacking_approvals(db, notice.id):
                raise NotAllowedError(
                    f"{notice.id} does not need this approval ({kind}), or has it already"
                )
            lacking = record_approval(db, notice, kind, account, reason, at=now())
    return Approved(lines=lines, lacking=tuple(lacking))


def consider_exception(
    db: Database,
    notice_id: str,
    hits: Sequence[str],
    exception: str,
    result: str,
    actor: Actor,
    *,
    applies: bool,
) -> list[str]:
    """Record that a person considered an exception; return the hits that it is of.

    :param hits: ids, or the starts of them; none = all of the notice
    :raises InputError: when a hit is not in the notice
    """
    notice = load_notice(db, notice_id)
    of = [find_hit_id(db, hit) for hit in hits] or list(notice.hits)
    if strange := sorted({*of} - {*notice.hits}):
        raise InputError(f"{', '.join(strange)}: not in {notice.id}")
    with writing(db):
        record_considerations(
            db, notice.id, of, exception, result, actor, applies=applies, at=now()
        )
    return of
