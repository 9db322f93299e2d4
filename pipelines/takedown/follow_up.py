"""Following noticed listings up: when each is looked at, and what its looks prove.

"Not seen" is never "removed": blocked, failed and skipped prove nothing, and one answer that says
gone may be a mistake of an hour. Proven gone is what two looks, some hours apart, found gone with
nothing in between that found it there.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlite_utils import Database

from crawler.campaign import Politeness
from crawler.delivery import FollowUpConfig
from crawler.model import TargetState
from crawler.store.database import now, writing
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
from crawler.store.notice_events import record_notice_event
from crawler.store.observations import shows_another
from crawler.store.outbox import find_step
from crawler.targets import NO_LISTING
from crawler.workspace import Workspace
from pipelines.takedown.became import find_outcomes
from pipelines.takedown.looks import Look, look_again
from pipelines.takedown.outcomes import ListingOutcome
from pipelines.takedown.relisting import find_relistings, record_relistings

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
    outcome: ListingOutcome
    """What became of it by all that is known, as its case has it."""


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
        verdicts = [_record(db, noticed, by_url[noticed.url], hours) for noticed in due]
        back = record_relistings(db, find_relistings(db, workspace))
        outcomes = _outcomes(db, due, timedelta(hours=hours))
    return [
        FollowedUp(
            notice=noticed.notice,
            case=noticed.case,
            url=noticed.url,
            verdict=verdict,
            state=by_url[noticed.url].state,
            reason=by_url[noticed.url].reason,
            outcome=outcomes[noticed.case][noticed.url],
        )
        for noticed, verdict in zip(due, verdicts, strict=True)
    ], back


def _outcomes(
    db: Database, due: Sequence[Noticed], apart: timedelta
) -> dict[str, dict[str, ListingOutcome]]:
    """Return case -> address -> what became of the listing there."""
    urls: dict[str, list[str]] = {}
    for noticed in due:
        urls.setdefault(noticed.case, []).append(noticed.url)
    return {case: find_outcomes(db, case, of_case, apart=apart) for case, of_case in urls.items()}


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
    if noticed.sent_at > at or (last is not None and last.at > at):
        return True  # a clock was wrong: no schedule can be read off times that are yet to come
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


def judge_look(
    look: Look, before: Sequence[StoredLook], confirm_hours: float, *, another: bool = False
) -> Verdict:
    """Return what a look means after those before it, oldest first.

    :param another: whether it was led to another listing
    """
    known = [one for one in before if one.verdict != "unknown"]
    was_gone = any(one.verdict == "gone" for one in known)
    if look.state is TargetState.GONE:
        if known and known[-1].verdict == "gone":
            return "gone"
        run: list[datetime] = []
        for one in reversed(known):
            if one.state is not TargetState.GONE:
                break
            if one.at <= look.at:  # else a clock was set back
                run.append(one.at)
        if run and look.at - min(run) >= timedelta(hours=confirm_hours):
            return "gone"
        return "gone once"
    if look.state in THERE:
        if not another and (look.kind == "listing" or not _was_listing(before, look)):
            return "back" if was_gone else "up"
        return "changed"
    return "unknown"


def _was_listing(before: Sequence[StoredLook], look: Look) -> bool:
    """Tell whether something else than a listing is a change: where there was one."""
    return NO_LISTING in (look.reason or "") or any(one.kind == "listing" for one in before)


def _record(db: Database, noticed: Noticed, look: Look, hours: float) -> Verdict:
    """Append the look; return what it means."""
    with writing(db):  # of two follow-ups at once, the second knows what the first has found
        return _record_locked(db, noticed, look, hours)


def _record_locked(db: Database, noticed: Noticed, look: Look, hours: float) -> Verdict:
    before = find_looks(db, noticed.notice, noticed.url)
    another = shows_another(db, noticed.url, look.reason)
    verdict = judge_look(look, before, hours, another=another)
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
    record_look(db, stored)
    last = next((one.verdict for one in reversed(before) if one.verdict != "unknown"), None)
    if verdict == "back" and last != "back":
        step = find_step(db, noticed.notice)
        # what is uncertain stays so until a person has resolved it
        if step is None or step.event not in ("restored", "uncertain"):
            record = {"url": noticed.url, "sweep": look.sweep, "reason": look.reason or ""}
            record_notice_event(db, noticed.notice, "restored", record, by="markhound", at=look.at)
    return verdict
