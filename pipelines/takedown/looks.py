"""Looking again at exact URLs, by a sweep of these alone: as polite and honest as any other."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlite_utils import Database

from crawler.campaign import FOLLOW_UP, Campaign, Limits, Politeness, seed_problem
from crawler.errors import InputError
from crawler.model import TargetState, stable_id
from crawler.revisits import forgotten_visit
from crawler.sites import canonical_url, site_of
from crawler.store.database import now, writing
from crawler.store.listings import find_sighting, is_known
from crawler.store.sweeps import find_outcome
from crawler.store.visits import StoredVisits, Visits, record_visits
from crawler.sweep import Progress, run_sweep
from crawler.workspace import Workspace


@dataclass(frozen=True, kw_only=True, slots=True)
class Look:
    """What one URL showed."""

    url: str
    """As it was asked for."""
    state: TargetState
    """``seen`` and ``unchanged``: a page is there; ``gone`` is proven by the answer itself."""
    kind: str | None
    """``listing`` or ``page``; None when nothing was read."""
    reason: str | None
    at: datetime
    sweep: str
    sighting: str | None
    """Id of the sighting, where something new stands there."""


def look_again(
    workspace: Workspace,
    urls: Sequence[str],
    *,
    purpose: str,
    name: str = FOLLOW_UP,
    allow_private: bool = False,
    politeness: Politeness | None = None,
    on_progress: Callable[[Progress], None] = lambda _: None,
) -> list[Look]:
    """Fetch exactly these URLs and return what each showed; once in a process (Scrapy's reactor).

    robots.txt, delays and limits are kept as in any sweep; what they forbid is ``skipped``. What
    is not had is never ``gone``.

    :param purpose: why, in words; kept with the sweep
    :param name: of the campaign that the sweep is one of
    :raises InputError: a URL is none
    """
    asked = list(dict.fromkeys(urls))
    if not asked:
        return []
    for url in asked:
        if problem := seed_problem(url):
            raise InputError(f"cannot look at it: {problem}")
    campaign = Campaign(
        name=name,
        seeds=tuple(asked),
        purpose=purpose,
        allow_private=allow_private,
        only_seeds=True,
        full_look_share=1.0,
        limits=Limits(pages_per_site=max(1000, 2 * len(asked))),
        politeness=politeness or Politeness(),
    )
    with workspace.store() as db:
        _remember(db, asked)
    report = run_sweep(workspace, campaign, on_progress)
    with workspace.store() as db:
        return [_look(db, report.sweep, url, report.reason) for url in asked]


def _remember(db: Database, urls: Sequence[str]) -> None:
    """Make sure that it is known where listings stood: a page in place of one is judged by that."""
    stored = StoredVisits(db)
    missing = [
        forgotten_visit(url, site_of(url))
        for url in urls
        if stored.find(url) is None and is_known(db, stable_id("l", url), "listing")
    ]
    with writing(db):
        record_visits(db, Visits.none()._replace(read=missing))


def _look(db: Database, sweep: str, url: str, reason: str | None) -> Look:
    target = canonical_url(url) or url
    ended = find_outcome(db, sweep, target)
    return Look(
        url=url,
        state=ended.state if ended else TargetState.NOT_REACHED,
        kind=ended.kind if ended else None,
        reason=ended.reason if ended else reason or "the sweep did not get to it",
        at=now(),
        sweep=sweep,
        sighting=find_sighting(db, sweep, target),
    )
