"""Sweeps that did not run, or did not end; sites that refuse or stopped yielding; rises."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from cronsim import CronSim
from sqlite_utils import Database

from crawler.campaign import FOLLOW_UP, UNNAMED
from crawler.planning import Schedule, due_times
from crawler.sites import site_of
from crawler.store.database import timestamp
from crawler.store.digest_sweeps import (
    SiteEnd,
    count_new_hits,
    find_last_activity,
    find_right_names,
    find_site_ends,
)
from crawler.store.digests import DigestItem, Memory
from crawler.store.sweep_figures import find_kept_reports
from crawler.store.sweeps import StoredSweep, find_some_sweeps
from pipelines.digests.audiences import Planned
from pipelines.digests.rises import HISTORY, find_rises

GRACE = timedelta(hours=1)
"""How late a sweep may begin before it is said not to have run."""
STREAK = 30
"""Sweeps of a campaign that are looked back through for the first one with the same trouble."""
MARGIN = timedelta(hours=1)
"""A sweep that ended so shortly before one was told may not have been looked at."""
ENDED = ("finished", "stopped")


@dataclass(frozen=True, kw_only=True, slots=True)
class NotRun:
    """A sweep that the schedule did not get done."""

    campaign: str
    due: datetime
    outcome: str
    """``missed``, ``failed`` or ``interrupted``."""
    why: str


def find_not_run_items(runs: Iterable[NotRun]) -> Iterator[DigestItem]:
    """Yield what the schedule's own records say was not done."""
    for run in runs:
        yield DigestItem(
            kind="sweep",
            key=f"{run.campaign} {timestamp(run.due)}",
            state="",
            words=f"sweep_{run.outcome}",
            facts={"campaign": run.campaign, "due": timestamp(run.due), "why": run.why},
        )


def find_overdue_items(
    db: Database,
    planned: Iterable[Planned],
    moment: datetime,
    is_running: Callable[[str], bool] = lambda _: False,
) -> Iterator[DigestItem]:
    """Yield the campaigns of which no sweep began since the last time at which one was due.

    This asks the sweeps alone, so that it is told too when the scheduler itself does not run. A
    sweep that still runs keeps the next one from running.

    :param is_running: tells of an id whether a program still sweeps it
    """
    for one in planned:
        due = find_last_due(one.campaign.schedule, moment - GRACE)
        if due is None or due < one.changed_at or one.campaign.window.find_outside(due):
            continue
        last = find_last_activity(db, one.campaign.name, moment)
        if last is not None and last >= due:
            continue
        newest = find_some_sweeps(db, campaign=one.campaign.name, until=moment, limit=1)
        if newest and newest[0].state == "unfinished" and is_running(newest[0].id):
            continue
        yield DigestItem(
            kind="sweep",
            key=f"{one.campaign.name} {timestamp(due)}",
            state="",
            words="sweep_overdue" if last else "sweep_never",
            facts={
                "campaign": one.campaign.name,
                "due": timestamp(due),
                "last": timestamp(last) if last else "",
            },
        )


def find_last_due(schedule: Schedule, moment: datetime) -> datetime | None:
    """Return the last time (UTC) up to a moment at which a campaign was due, if it ever was."""
    if schedule.cron is None:
        return None
    # what a clock change moves is off by its hours, so the last is looked for forwards from there
    back = next(CronSim(schedule.cron, moment, reverse=True), None)
    start = (back or moment) - timedelta(days=2)
    last = None
    for due in due_times(schedule, start):
        if due > moment:
            break
        last = due
    return last


def find_broken_items(
    sweeps: Sequence[StoredSweep], is_running: Callable[[str], bool]
) -> Iterator[DigestItem]:
    """Yield the newest sweep of a campaign where it failed, or was killed.

    :param sweeps: of the campaign, newest first
    :param is_running: tells of an id whether a program still sweeps it
    """
    for stored in sweeps[:1]:
        if stored.state == "failed" or (stored.state == "unfinished" and not is_running(stored.id)):
            yield DigestItem(
                kind="sweep",
                key=stored.id,
                state=stored.state,
                words=f"sweep_{stored.state}",
                facts={
                    "campaign": stored.campaign.name,
                    "sweep": stored.id,
                    "why": stored.reason or "",
                    "due": timestamp(stored.started_at),
                },
            )


def find_campaign_sweeps(db: Database, campaign: str, moment: datetime) -> list[StoredSweep]:
    """Return the newest sweeps of a campaign that began by a moment, newest first."""
    return find_some_sweeps(db, campaign=campaign, until=moment, limit=STREAK)


@dataclass(frozen=True, kw_only=True, slots=True)
class _Night:
    """What a sweep of a campaign met."""

    sweep: str
    finished: bool
    """Whether it came to all that it was to come to."""
    ends: Mapping[str, SiteEnd]
    alarms: Mapping[str, str]


Trouble = Literal["refused", "drop", "silent"]


def find_site_items(db: Database, sweeps: Sequence[StoredSweep]) -> Iterator[DigestItem]:
    """Yield the sites that are in trouble in the newest sweep of a campaign that came to an end.

    Each trouble has the first sweep of its streak as its state: it is told when it begins, and
    again when it had ended in between, or lasts for as long as is looked back.

    :param sweeps: of the campaign, newest first, ``STREAK`` at the most
    """
    ended = [one for one in sweeps if one.state in ENDED and not one.campaign.only_seeds]
    if not ended or ended[0].campaign.name in (FOLLOW_UP, UNNAMED):
        return
    newest, nights = ended[0], _find_nights(db, ended)
    tonight = nights[0]
    seeds = {site_of(seed) for seed in newest.campaign.seeds}
    for site in sorted(tonight.ends.keys() | seeds):
        trouble = _find_trouble(tonight, site, is_seed=site in seeds)
        if trouble is None:
            continue
        begun = _find_begin(nights, site, trouble)
        if begun == nights[-1].sweep and len(sweeps) == STREAK:
            begun = f"before the last {STREAK} sweeps"
        words, why = _site_words(tonight, site, trouble)
        yield DigestItem(
            kind="site",
            key=f"{newest.campaign.name} {site} {trouble}",
            state=begun,
            words=words,
            facts={
                "site": site,
                "campaign": newest.campaign.name,
                "sweep": newest.id,
                "why": why,
            },
        )


def _find_nights(db: Database, sweeps: Sequence[StoredSweep]) -> list[_Night]:
    ends = find_site_ends(db, [one.id for one in sweeps])
    reports = find_kept_reports(db, sweeps)
    return [
        _Night(
            sweep=one.id,
            finished=one.state == "finished",
            ends=ends[one.id],
            alarms=dict(reversed(reports[one.id].alarms)) if one.id in reports else {},
        )
        for one in sweeps
    ]


def _find_trouble(night: _Night, site: str, *, is_seed: bool) -> Trouble | None:
    """Return what is wrong with a site; of those that are no seed, silence says nothing."""
    for trouble in ("refused", "drop"):
        if _has_trouble(night, site, trouble):
            return trouble
    return "silent" if is_seed and _has_trouble(night, site, "silent") else None


def _has_trouble(night: _Night, site: str, trouble: Trouble) -> bool | None:
    """Tell whether a site had a trouble in a sweep; None = the sweep says nothing of that."""
    end = night.ends.get(site)
    if trouble == "silent":
        if end is None:
            return night.finished or None  # one that was stopped may not have come there
        return not end.listings
    if end is None:
        return None
    return is_refused(end) if trouble == "refused" else site in night.alarms


def is_refused(end: SiteEnd) -> bool:
    """Tell whether a site gave less than it refused, or failed to give."""
    return end.blocked + end.failed > end.had


def _find_begin(nights: Sequence[_Night], site: str, trouble: Trouble) -> str:
    """Return the first sweep of the streak that the newest one is of."""
    begun = nights[0].sweep
    for night in nights[1:]:
        had = _has_trouble(night, site, trouble)
        if had is False:
            break
        if had:
            begun = night.sweep
    return begun


def _site_words(night: _Night, site: str, trouble: Trouble) -> tuple[str, str]:
    """Return the name of the sentence that says it, and why it is so."""
    end = night.ends.get(site)
    if end is None:
        return "site_unreached", ""
    if trouble == "refused":
        return ("site_blocked" if end.blocked >= end.failed else "site_failed"), end.reason
    return ("site_drop", night.alarms[site]) if trouble == "drop" else ("site_silent", "")


def find_rise_items(
    db: Database, sweeps: Sequence[StoredSweep], memory: Memory, left_out: set[str]
) -> Iterator[DigestItem]:
    """Yield the rights that rose in the sweeps of a campaign which ended since it was told last.

    :param sweeps: of the campaign, newest first
    :param left_out: rights whose hits are told as a bad reference
    """
    ended = [one for one in sweeps if one.state in ENDED and one.ended_at is not None]
    if not ended or ended[0].campaign.name in (FOLLOW_UP, UNNAMED):
        return
    fresh = [one for one in ended if one.ended_at is not None and one.ended_at > memory.at - MARGIN]
    if not fresh:
        return
    counts = {one.id: count_new_hits(db, one.id) for one in ended[: len(fresh) + HISTORY]}
    for place, stored in enumerate(fresh):
        before = [counts[one.id] for one in ended[place + 1 : place + 1 + HISTORY]]
        rises = [r for r in find_rises(counts[stored.id], before) if r.right not in left_out]
        names = find_right_names(db, [rise.right for rise in rises])
        for rise in rises:
            yield DigestItem(
                kind="rise",
                key=f"{stored.campaign.name} {rise.right} {stored.id}",
                state="",
                words="rise",
                facts={
                    "right": names[rise.right],
                    "right_id": rise.right,
                    "count": rise.count,
                    "mean": round(rise.mean, 1),
                    "sweeps": rise.sweeps,
                    "campaign": stored.campaign.name,
                    "sweep": stored.id,
                },
            )
