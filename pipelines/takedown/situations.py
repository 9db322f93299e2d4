"""Gathers what is known today about a notice, for the rules that check it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime

from sqlite_utils import Database

from crawler.errors import InputError
from crawler.store.approvals import find_considerations, find_draft
from crawler.store.hits import StoredHit, find_hits, load_hit
from crawler.store.notice_events import NoticeEvent, find_notice_events
from crawler.store.notices import (
    find_notice_parties,
    find_notices_of_hits,
    load_case,
    load_notice,
)
from crawler.store.observations import find_observations
from crawler.store.rights import load_right
from crawler.takedown import Recipient, StandingLimits
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
    recipient = _same_today(workspace, notice.recipient.site, notice.recipient.name)
    urls = {stored.listing.url for stored in hits}
    standings = gather_standings(workspace, db, now=now)
    return Situation(
        notice=notice,
        case=load_case(db, notice.case),
        kind=find_kind(notice.kind),
        draft=find_draft(db, notice.id),
        hits=tuple(hits),
        sender=workspace.config.sender,
        recipient=recipient,
        considerations=tuple(find_considerations(db, notice.id)),
        others=tuple(_others(db, notice.id)),
        observations={url: find_observations(db, url) for url in urls},
        standing=next(s for s in standings if s.recipient == notice.recipient.name),
        limits=workspace.config.takedown,
        now=now,
    )


def gather_standings(workspace: Workspace, db: Database, *, now: datetime) -> list[Standing]:
    """Return the standing with every recipient of a notice, by name."""
    steps = _steps(db)
    histories: dict[str, list[Sequence[NoticeEvent]]] = {}
    sites: dict[str, str] = {}
    for notice in find_notice_parties(db):
        if notice.kind != RETRACTION:
            histories.setdefault(notice.recipient, []).append(steps.get(notice.id, ()))
            sites[notice.recipient] = notice.site
    return [
        standing_with(name, _limits(workspace, sites[name], name), histories[name], now=now)
        for name in sorted(histories)
    ]


def _steps(db: Database) -> dict[str, list[NoticeEvent]]:
    steps: dict[str, list[NoticeEvent]] = {}
    for event in find_notice_events(db):
        steps.setdefault(event.notice, []).append(event)
    return steps


def _limits(workspace: Workspace, site: str, name: str) -> StandingLimits:
    recipient = _same_today(workspace, site, name)
    return (recipient and recipient.standing) or workspace.config.takedown.standing


def _same_today(workspace: Workspace, site: str, name: str) -> Recipient | None:
    """Return the site's recipient of that name as it stands today, else the site's first."""
    today = workspace.find_recipients(site)
    return next((one for one in today if one.name == name), next(iter(today), None))


def _others(db: Database, notice: str) -> Iterator[OtherNotice]:
    """Yield the other notices about the same hits; a retraction is none."""
    for other, hits in find_notices_of_hits(db, notice).items():
        kind = load_notice(db, other).kind
        if kind != RETRACTION:
            events = tuple(find_notice_events(db, other))
            yield OtherNotice(id=other, kind=kind, hits=tuple(hits), events=events)
