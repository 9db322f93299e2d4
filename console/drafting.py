"""Drafting a notice from stored hits, for the commands that draft and those that only ask."""

from __future__ import annotations

from collections.abc import Sequence

from sqlite_utils import Database

from crawler.accounts import Actor
from crawler.store.cases import open_case
from crawler.store.database import now
from crawler.store.hits import StoredHit
from crawler.store.notices import next_notice_id
from crawler.takedown import Notice
from crawler.workspace import Workspace
from pipelines.takedown.cases import draft_case, site_of_hit
from pipelines.takedown.draft import draft_notice
from pipelines.takedown.kinds import find_kind


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
