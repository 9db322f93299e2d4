"""The honest report of a sweep, made from the store alone: the same for a sweep of last year."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlite_utils import Database

from crawler.model import PageWarning
from crawler.sites import site_of
from crawler.store.sweep_figures import SweepFigures, record_report
from crawler.store.sweeps import (
    SiteOutcomes,
    StoredSweep,
    find_site_outcomes,
    find_warnings,
    load_sweep,
)
from crawler.yields import find_alarms


@dataclass(frozen=True, kw_only=True, slots=True)
class SweepReport:
    """What a sweep did, and what it did not."""

    sweep: str
    campaign: str
    state: str
    """``finished``, ``stopped``, ``failed`` or ``unfinished`` (running, or killed)."""
    reason: str | None
    started_at: datetime
    ended_at: datetime | None
    seconds: float | None
    targets: Mapping[str, int]
    """State -> how many targets ended so; every target is in exactly one."""
    requests: int
    """For pages, interfaces, sitemaps and robots.txt; those for pictures are not counted."""
    listings: int
    pictures: int
    hits: int
    flagged: int
    sites: tuple[SiteOutcomes, ...]
    warnings: tuple[PageWarning, ...]
    """From the pages, and from the figures themselves; ``url`` is empty for the whole sweep."""


def report_on(db: Database, sweep: str) -> SweepReport:
    """Make the report of a sweep.

    :raises NotFoundError: when there is none of that id
    """
    return _report(db, sweep)[0]


def keep_report(db: Database, sweep: str) -> SweepReport:
    """Make the report of a sweep that has ended, and keep its figures for those who look later.

    :raises NotFoundError: when there is none of that id
    """
    report, alarms, told = _report(db, sweep)
    totals = SweepFigures(
        targets=report.targets,
        requests=report.requests,
        listings=report.listings,
        pictures=report.pictures,
        hits=report.hits,
        flagged=report.flagged,
    )
    with db.atomic():
        record_report(db, sweep, totals, alarms, told)
    return report


def _report(
    db: Database, sweep: str
) -> tuple[SweepReport, list[tuple[str, str]], list[PageWarning]]:
    """Return the report, the (site, words) of its alarms, and what its figures warn of."""
    stored = load_sweep(db, sweep)
    sites = find_site_outcomes(db, sweep)
    targets: Counter[str] = Counter()
    for site in sites:
        targets.update(site.targets)
    whole = {
        site.site: not site.targets.get("not_reached")
        for site in sites
        if not stored.campaign.only_seeds
    }
    alarms = list(find_alarms(db, sweep, whole))
    drops = [
        PageWarning(url="", message=f"{site} yields less than it used to: {words}")
        for site, words in alarms
    ]
    told = list(_silence(stored, sites))
    report = SweepReport(
        sweep=sweep,
        campaign=stored.campaign.name,
        state=stored.state,
        reason=stored.reason,
        started_at=stored.started_at,
        ended_at=stored.ended_at,
        seconds=_seconds(stored),
        targets=dict(targets),
        requests=sum(site.requests for site in sites),
        listings=sum(site.listings for site in sites),
        pictures=sum(site.pictures for site in sites),
        hits=sum(site.hits for site in sites),
        flagged=sum(site.flagged for site in sites),
        sites=tuple(sites),
        warnings=(*find_warnings(db, sweep), *told, *drops),
    )
    return report, alarms, told


def _seconds(stored: StoredSweep) -> float | None:
    if stored.ended_at is None:
        return None
    return round((stored.ended_at - stored.started_at).total_seconds(), 1)


def _silence(stored: StoredSweep, sites: list[SiteOutcomes]) -> Iterator[PageWarning]:
    """Say loudly where nothing was seen: silence hides infringement."""
    if stored.state == "unfinished":
        message = "the sweep has no end: it is still running, or was killed"
        yield PageWarning(url="", message=message)
    met = {site.site: site for site in sites}
    for seed in stored.campaign.seeds:
        site = met.get(site_of(seed))
        if site is None:
            yield PageWarning(url=seed, message="nothing of this site was reached")
        elif not site.listings:
            why = "; ".join(site.reasons) or "no page was recognised as a listing"
            yield PageWarning(url=seed, message=f"no listing found on {site.site} ({why})")
    for site in sites:
        for problem, count in site.picture_problems.items():
            what = "picture" if count == 1 else "pictures"
            message = f"{count} {what} of {site.site} not looked at: {problem}"
            yield PageWarning(url="", message=message)
