"""Drafting a notice from stored hits, and keeping it: what the command and the console both do."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from sqlite_utils import Database

from crawler.accounts import Actor
from crawler.errors import MissingFactsError, NotAllowedError
from crawler.store.approvals import record_need
from crawler.store.cases import open_case
from crawler.store.database import now, writing
from crawler.store.hits import StoredHit
from crawler.store.notices import next_notice_id, record_notice
from crawler.takedown import Case, Notice
from crawler.workspace import Workspace
from pipelines.takedown.cases import draft_case, site_of_hit
from pipelines.takedown.checking import CheckLine
from pipelines.takedown.draft import draft_notice, missing_facts
from pipelines.takedown.kinds import find_kind
from pipelines.takedown.situations import load_current_hits


def draft_stored(
    workspace: Workspace,
    db: Database,
    found: Sequence[StoredHit],
    kind: str,
    actor: Actor,
    language: str | None = None,
) -> Notice:
    """Draft inside the caller's transaction, which opens the case if it is new.

    :raises NotAllowedError: when a rule of procedure forbids it
    :raises MissingFactsError: naming every fact that is missing
    """
    at = now()
    case = draft_case(found, opened_at=at)
    return draft_notice(
        find_kind(kind),
        found,
        workspace.config.sender,
        workspace.find_recipient(site_of_hit(found[0])),
        drafted_by=actor.name,
        drafted_at=at,
        notice_id=next_notice_id(db, at.year),
        case=open_case(db, case, [stored.hit.id for stored in found], actor, at=at),
        language=language,
    )


def draft_and_keep(
    workspace: Workspace,
    db: Database,
    hits: Sequence[str],
    kind: str,
    actor: Actor,
    language: str | None = None,
) -> Notice:
    """Draft a notice from hits and keep it with what it needs, in a transaction of its own.

    :param hits: ids, or the starts of them
    :raises NotFoundError: when one is none, or is a hit no longer
    :raises NotAllowedError: when a rule of procedure forbids it
    :raises MissingFactsError: naming every fact that is missing
    """
    with writing(db):
        found = load_current_hits(workspace, db, hits)
        drafted = draft_stored(workspace, db, found, kind, actor, language)
        judgements = {h.hit.id: h.judgement.id for h in found if h.judgement}
        account = actor.account.id if actor.account else None
        record_notice(db, drafted, judgements, account=account)
        if find_kind(kind).needs_legal:
            reason = find_kind(kind).legal_basis
            record_need(db, drafted.id, "legal", reason, by=actor.name, at=now())
    return drafted


def open_case_of(workspace: Workspace, db: Database, hits: Sequence[str], actor: Actor) -> Case:
    """Open the case of hits that were judged infringing, or add them to it.

    :raises NotFoundError: when one is none, or is a hit no longer
    :raises NotAllowedError: when they are not of one case, or not judged infringing
    """
    with writing(db):
        found = load_current_hits(workspace, db, hits)
        ids = [stored.hit.id for stored in found]
        return open_case(db, draft_case(found, opened_at=now()), ids, actor, at=now())


def check_hits(
    workspace: Workspace, db: Database, hits: Sequence[str], kind: str
) -> list[CheckLine]:
    """Return what a notice of that kind about the hits would lack, without drafting it."""
    found = load_current_hits(workspace, db, hits)
    recipient = workspace.find_recipient(site_of_hit(found[0]))
    missing = missing_facts(find_kind(kind), found, workspace.config.sender, recipient)
    lines = [CheckLine(rule="missing", state="missing", text=fact) for fact in missing]
    lines += [
        CheckLine(rule="law", state="warning", text=f"counsel has still to confirm: {text}")
        for text in find_kind(kind).unconfirmed
    ]
    try:
        with _undone(db):
            draft_stored(workspace, db, found, kind, Actor(name="nobody"))
    except MissingFactsError:
        pass  # all of them are in the list already
    except NotAllowedError as error:
        lines += [
            CheckLine(rule="not allowed", state="missing", text=reason)
            for reason in str(error).splitlines()
        ]
    return lines


@contextmanager
def _undone(db: Database) -> Iterator[None]:
    """Take back whatever the block writes."""
    db.execute("BEGIN IMMEDIATE")
    try:
        yield
    finally:
        db.rollback()
