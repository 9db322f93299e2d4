"""What became of the listings of a case, from the store: steps, looks, statements, relistings."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Protocol, TypeVar

from sqlite_utils import Database

from crawler.store.cases import CaseEvent, find_case_events
from crawler.store.hits import find_hit_url
from crawler.store.looks import Relisting, find_stored_relistings
from crawler.store.notice_events import NoticeEvent, find_notice_events
from crawler.store.notices import find_notices
from crawler.store.observations import find_observations
from pipelines.takedown.outcomes import ListingOutcome, Said, derive_outcome
from pipelines.takedown.situations import RETRACTION


def find_outcomes(
    db: Database,
    case: str,
    urls: Iterable[str],
    *,
    apart: timedelta,
    known: datetime | None = None,
) -> dict[str, ListingOutcome]:
    """Return address -> what became of the listing there: the one place where that is told.

    :param apart: how long after the first look that finds it gone another has to agree
    :param known: moment from which on nothing is taken in; None = all that is known
    """
    steps = _steps_by_url(db, case)
    events = list(find_case_events(db, case))
    relistings = find_stored_relistings(db, [case])
    return {
        url: derive_outcome(
            _until(known, (s for s in steps.get(url, ()) if s.record.get("url", url) == url)),
            _until(known, find_observations(db, url)),
            _until(known, [*said_of(events, url), *_relisted(relistings, url)]),
            apart=apart,
        )
        for url in urls
    }


class _Dated(Protocol):
    @property
    def at(self) -> datetime: ...


_Known = TypeVar("_Known", bound=_Dated)


def _until(known: datetime | None, happened: Iterable[_Known]) -> list[_Known]:
    return [one for one in happened if known is None or one.at < known]


def _steps_by_url(db: Database, case: str) -> dict[str, list[NoticeEvent]]:
    """Return address -> the steps of the notices about it; a retraction is none."""
    found: dict[str, list[NoticeEvent]] = {}
    for notice in find_notices(db, case)[::-1]:
        if notice.kind != RETRACTION:
            steps = list(find_notice_events(db, notice.id))
            for url in dict.fromkeys(find_hit_url(db, hit) for hit in notice.hits):
                found.setdefault(url, []).extend(steps)
    return found


def said_of(events: Sequence[CaseEvent], url: str) -> list[Said]:
    """Return the outcomes of the address that people stated, oldest first."""
    return [
        Said(
            state=event.record["state"],
            reason=event.record["reason"],
            by=event.by,
            at=event.at,
        )
        for event in events
        if event.event == "outcome" and url in event.record["urls"]
    ]


def _relisted(relistings: Sequence[Relisting], url: str) -> list[Said]:
    """Return as stated what was found: the offer of this address at another one."""
    return [
        Said(
            state="relisted",
            reason=f"at {found.new}: {'; '.join(found.reasons)}",
            by="markhound",
            at=found.found_at,
        )
        for found in relistings
        if found.old == url
    ]
