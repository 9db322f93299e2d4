"""Gathers what is known today about a notice, for the rules that check it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from sqlite_utils import Database

from crawler.errors import InputError
from crawler.store.approvals import find_considerations, find_draft
from crawler.store.hits import StoredHit, find_hits, load_hit
from crawler.store.notice_events import NoticeEvent, find_notice_events
from crawler.store.notices import find_notices, load_case, load_notice
from crawler.store.observations import find_observations
from crawler.store.rights import load_right
from crawler.takedown import Notice, StandingLimits
from crawler.workspace import Workspace
from pipelines.takedown.checking import OtherNotice, Situation
from pipelines.takedown.kinds import find_kind
from pipelines.takedown.standing import Standing, standing_with

RETRACTION = "retraction"
"""The kind of the notice that withdraws another."""


def load_current_hits(workspace: Workspace, db: Database, hits: Sequence[str]) -> list[StoredHit]:
    """Return the hits with their rights as they stand in the registry today.

    The findings stay those of the sweep; who holds a right, and until when, is today's matter.

    :param hits: ids, or the starts of them
    :raises NotFoundError: when one is none, or is a hit no longer
    """
    found = [load_hit(db, workspace.pictures, hit) for hit in hits]
    return [_with_right(workspace, db, stored) for stored in found]


def _with_right(workspace: Workspace, db: Database, stored: StoredHit) -> StoredHit:
    right = load_right(db, workspace.pictures, stored.right.id).right
    return replace(stored, right=right)


def gather_situation(
    workspace: Workspace,
    db: Database,
    notice_id: str,
    *,
    now: datetime,
) -> Situation:
    """Return everything that the rules look at.

    :raises NotFoundError: when there is no such notice
    :raises InputError: when it is a retraction, which has no rules
    """
    notice = load_notice(db, notice_id)
    if notice.kind == RETRACTION:
        raise InputError(f"{notice.id} is a retraction; it is not checked, only sent")
    hits = [
        _with_right(workspace, db, stored)
        for stored in find_hits(db, workspace.pictures, ids=notice.hits)
    ]
    hits.sort(key=lambda stored: notice.hits.index(stored.hit.id))
    recipient = workspace.find_recipient(notice.recipient.site)
    histories = gather_histories(db)
    urls = {stored.listing.url for stored in hits}
    limits = recipient and recipient.standing
    return Situation(
        notice=notice,
        case=load_case(db, notice.case),
        kind=find_kind(notice.kind),
        draft=find_draft(db, notice.id),
        hits=tuple(hits),
        sender=workspace.config.sender,
        recipient=recipient,
        considerations=tuple(find_considerations(db, notice.id)),
        others=tuple(
            OtherNotice(id=n.id, kind=n.kind, hits=n.hits, events=events)
            for n, events in histories
            if n.id != notice.id and not {*n.hits}.isdisjoint(notice.hits)
        ),
        observations={url: find_observations(db, url) for url in urls},
        standing=_standing(
            notice.recipient.name, limits or workspace.config.takedown.standing, histories, now
        ),
        limits=workspace.config.takedown,
        now=now,
    )


Histories = Sequence[tuple[Notice, tuple[NoticeEvent, ...]]]


def gather_histories(db: Database) -> Histories:
    """Return every notice that is no retraction with its steps, oldest first."""
    steps: dict[str, list[NoticeEvent]] = {}
    for event in find_notice_events(db):
        steps.setdefault(event.notice, []).append(event)
    return [
        (notice, tuple(steps.get(notice.id, ())))
        for notice in reversed(find_notices(db))
        if notice.kind != RETRACTION
    ]


def gather_standings(workspace: Workspace, db: Database, *, now: datetime) -> list[Standing]:
    """Return the standing with every recipient of a notice, by name."""
    histories = gather_histories(db)
    limits: dict[str, StandingLimits] = {}
    for notice, _ in histories:
        today = workspace.find_recipient(notice.recipient.site)
        limits[notice.recipient.name] = (
            today and today.standing
        ) or workspace.config.takedown.standing
    return [_standing(name, limits[name], histories, now) for name in sorted(limits)]


def _standing(
    recipient: str, limits: StandingLimits, histories: Histories, now: datetime
) -> Standing:
    own = [events for notice, events in histories if notice.recipient.name == recipient]
    return standing_with(recipient, limits, own, now=now)
