"""Following noticed listings up: when each is looked at, and what its looks prove.

"Not seen" is never "removed": blocked, failed and skipped prove nothing, and one answer that says
gone may be a mistake of an hour. Proven gone is what two looks, some hours apart, found gone with
nothing in between that found it there.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from sqlite_utils import Database

from crawler.campaign import Politeness
from crawler.delivery import FollowUpConfig
from crawler.model import TargetState
from crawler.store.database import now, timestamp, writing
from crawler.store.looks import (
    Noticed,
    Relisting,
    StoredLook,
    Verdict,
    find_last_looks,
    find_looks,
    find_noticed,
    record_look,
)
from crawler.store.notice_events import find_notice_events, record_notice_event
from crawler.store.outbox import find_step
from crawler.targets import NO_LISTING
from crawler.workspace import Workspace
from pipelines.takedown.looks import Look, look_again
from pipelines.takedown.relisting import find_relistings, record_relistings

Ending = Literal[
    "still up", "changed", "perhaps gone", "not known", "gone before our notice",
    "removed after our notice", "removed after our notice was refused", "restored",
]  # fmt: skip
THERE = (TargetState.SEEN, TargetState.UNCHANGED)


@dataclass(frozen=True, kw_only=True, slots=True)
class FollowedUp:
    """What a follow-up found of one noticed listing."""

    notice: str
    case: str
    url: str
    verdict: Verdict
    state: TargetState
    reason: str | None
    ending: Ending


def follow_up(
    workspace: Workspace,
    *,
    everything: bool = False,
    allow_private: bool = False,
    politeness: Politeness | None = None,
    confirm_hours: float | None = None,
) -> tuple[list[FollowedUp], list[Relisting]]:
    """Look at every noticed listing that is due, record it, and find what came back elsewhere.

    Once in a process, as it sweeps.

    :param everything: also what is not due
    :param confirm_hours: in place of the settings'
    """
    config = workspace.config.follow_up
    hours = config.confirm_hours if confirm_hours is None else confirm_hours
    with workspace.store() as db:
        due = [
            noticed
            for noticed, last in _watched(db)
            if everything or is_due(noticed, last, config, hours, now())
        ]
    purpose = "follow-up of notices that were sent"
    looks = look_again(
        workspace,
        [noticed.url for noticed in due],
        purpose=purpose,
        allow_private=allow_private,
        politeness=politeness,
    )
    by_url = {look.url: look for look in looks}
    with workspace.store() as db:
        found = [_record(db, noticed, by_url[noticed.url], hours) for noticed in due]
        return found, record_relistings(db, find_relistings(db, workspace))


def _watched(db: Database) -> list[tuple[Noticed, StoredLook | None]]:
    last = find_last_looks(db)
    return [(noticed, last.get((noticed.notice, noticed.url))) for noticed in find_noticed(db)]


def is_due(
    noticed: Noticed,
    last: StoredLook | None,
    config: FollowUpConfig,
    confirm_hours: float,
    at: datetime,
) -> bool:
    """Tell whether a listing is to be looked at now.

    What was found gone once is due when a second look can prove it; what was not had is due again
    after half a day at the most; else it goes by the days of the settings.
    """
    if at > noticed.sent_at + timedelta(days=config.watch_days):
        return False
    began = noticed.sent_at if last is None else last.at
    if last is not None and last.verdict == "gone once":
        return at >= last.at + timedelta(hours=confirm_hours)
    due = next_due(noticed.sent_at, began, config)
    if last is not None and last.verdict == "unknown":
        due = min(due, last.at + timedelta(hours=12))
    return at >= due


def next_due(sent_at: datetime, after: datetime, config: FollowUpConfig) -> datetime:
    """Return the first time of the schedule that comes after a moment."""
    for days in config.days:
        if (due := sent_at + timedelta(days=days)) > after:
            return due
    last = sent_at + timedelta(days=max(config.days, default=0))
    step = timedelta(days=config.then_every_days)
    return last + step * ((after - last) // step + 1)


def judge_look(look: Look, before: Sequence[StoredLook], confirm_hours: float) -> Verdict:
    """Return what a look means after those before it, oldest first."""
    known = [one for one in before if one.verdict != "unknown"]
    was_gone = any(one.verdict == "gone" for one in known)
    if look.state is TargetState.GONE:
        if known and known[-1].verdict == "gone":
            return "gone"
        run: list[StoredLook] = []
        for one in reversed(known):
            if one.state is not TargetState.GONE:
                break
            run.append(one)
        if run and look.at - run[-1].at >= timedelta(hours=confirm_hours):
            return "gone"
        return "gone once"
    if look.state in THERE:
        if look.kind == "listing" or not _was_listing(before, look):
            return "back" if was_gone else "up"
        return "changed"
    return "unknown"


def _was_listing(before: Sequence[StoredLook], look: Look) -> bool:
    """Tell whether something else than a listing is a change: where there was one."""
    return NO_LISTING in (look.reason or "") or any(one.kind == "listing" for one in before)


def _record(db: Database, noticed: Noticed, look: Look, hours: float) -> FollowedUp:
    before = find_looks(db, noticed.notice, noticed.url)
    verdict = judge_look(look, before, hours)
    stored = StoredLook(
        notice=noticed.notice,
        url=noticed.url,
        state=look.state,
        kind=look.kind,
        reason=look.reason,
        verdict=verdict,
        sweep=look.sweep,
        sighting=look.sighting,
        at=look.at,
    )
    with writing(db):
        record_look(db, stored)
        last = next((one.verdict for one in reversed(before) if one.verdict != "unknown"), None)
        if verdict == "back" and last != "back":
            step = find_step(db, noticed.notice)
            if step is None or step.event != "restored":
                record = {"url": noticed.url, "sweep": look.sweep, "reason": look.reason or ""}
                record_notice_event(
                    db, noticed.notice, "restored", record, by="markhound", at=look.at
                )
    return FollowedUp(
        notice=noticed.notice,
        case=noticed.case,
        url=noticed.url,
        verdict=verdict,
        state=look.state,
        reason=look.reason,
        ending=ending_of(db, noticed, [*before, stored]),
    )


def ending_of(db: Database, noticed: Noticed, looks: Sequence[StoredLook]) -> Ending:
    """Return what became of a noticed listing, by its looks and the recipient's own words.

    :param looks: oldest first
    """
    known = [look for look in looks if look.verdict != "unknown"]
    if not known:
        return "not known"
    verdict = known[-1].verdict
    if verdict == "gone":
        return _ending_of_gone(db, noticed, known)
    if verdict == "back":
        return "restored"
    words: dict[Verdict, Ending] = {"changed": "changed", "gone once": "perhaps gone"}
    return words.get(verdict, "still up")


def _ending_of_gone(db: Database, noticed: Noticed, known: Sequence[StoredLook]) -> Ending:
    if _was_gone_before(db, noticed) and all(one.state is TargetState.GONE for one in known):
        return "gone before our notice"
    decided = [
        event.record.get("outcome")
        for event in find_notice_events(db, noticed.notice)
        if event.event == "decided"
    ]
    if decided and decided[-1] == "refused":
        return "removed after our notice was refused"
    return "removed after our notice"


def _was_gone_before(db: Database, noticed: Noticed) -> bool:
    """Tell whether the last sweep that asked for a listing before its notice found it gone."""
    found = db.execute(
        "SELECT o.state FROM outcomes o JOIN sweeps w ON w.id = o.sweep WHERE o.url = ?"
        " AND w.started_at < ? AND o.state IN ('seen', 'unchanged', 'gone')"
        " ORDER BY w.started_at DESC LIMIT 1",
        [noticed.url, timestamp(noticed.sent_at)],
    ).fetchone()
    return found is not None and found[0] == TargetState.GONE
