"""A case as a whole: its listings and what became of each, its notices, and all that happened."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlite_utils import Database

from crawler.model import JudgementKind
from crawler.store.captures import find_captures
from crawler.store.cases import CaseEvent, find_case_events, find_case_hits
from crawler.store.hits import find_hit_url, find_hits_at, find_judgement
from crawler.store.ledger import Entry, find_entries
from crawler.store.looks import find_stored_relistings
from crawler.store.notice_events import find_notice_events
from crawler.store.notices import find_notices, load_case
from crawler.takedown import Case, status_of
from pipelines.takedown.became import find_outcomes
from pipelines.takedown.outcomes import APART, ListingOutcome


@dataclass(frozen=True, kw_only=True, slots=True)
class CaseHit:
    """A hit of a case."""

    id: str
    judgement: JudgementKind | None
    by: str | None
    """Who judged it last."""


@dataclass(frozen=True, kw_only=True, slots=True)
class CaseListing:
    """A listing of a case, and what became of it."""

    url: str
    hits: tuple[CaseHit, ...]
    outcome: ListingOutcome


@dataclass(frozen=True, kw_only=True, slots=True)
class CaseNotice:
    """A notice of a case, and where it stands."""

    id: str
    kind: str
    status: str
    recipient: str


@dataclass(frozen=True, kw_only=True, slots=True)
class CaseRelisting:
    """A listing of a case that stands at another address by now."""

    old: str
    new: str
    reasons: tuple[str, ...]
    found_at: datetime
    case: str
    """In which it was noticed; the listing at the new address may be in another by now."""
    hits: tuple[CaseHit, ...]
    """Those at the new address."""


@dataclass(frozen=True, kw_only=True, slots=True)
class CaseFile:
    """A file that was put into a case."""

    sha256: str
    name: str
    bytes: int
    by: str
    at: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class CaseView:
    """Everything that is known of a case."""

    case: Case
    assigned: str | None
    listings: tuple[CaseListing, ...]
    notices: tuple[CaseNotice, ...]
    relistings: tuple[CaseRelisting, ...]
    """Of listings of the case, and those that the case's own listings are; newest first."""
    files: tuple[CaseFile, ...]
    timeline: tuple[Entry, ...]
    """The entries of the ledger about the case, its notices, hits and captures, oldest first."""


def gather_case(db: Database, case_id: str, *, apart: timedelta = APART) -> CaseView:
    """Return the case.

    :param apart: how long after the first look that finds a listing gone another has to agree
    :raises NotFoundError: when there is none of that id
    """
    case = load_case(db, case_id)
    notices = find_notices(db, case.id)[::-1]
    steps = {notice.id: list(find_notice_events(db, notice.id)) for notice in notices}
    events = list(find_case_events(db, case.id))
    hits = find_case_hits(db, case.id)
    urls: dict[str, list[str]] = {}
    for hit in hits:
        urls.setdefault(find_hit_url(db, hit), []).append(hit)
    outcomes = find_outcomes(db, case.id, urls, apart=apart)
    return CaseView(
        case=case,
        assigned=_assigned(events),
        listings=tuple(
            CaseListing(
                url=url,
                hits=tuple(_hit(db, hit) for hit in of_url),
                outcome=outcomes[url],
            )
            for url, of_url in urls.items()
        ),
        notices=tuple(
            CaseNotice(
                id=notice.id,
                kind=notice.kind,
                status=status_of(step.event for step in steps[notice.id]),
                recipient=notice.recipient.name,
            )
            for notice in notices
        ),
        relistings=tuple(_relistings(db, case.id, urls)),
        files=tuple(_file(event) for event in events if event.event == "attached"),
        timeline=_timeline(db, [case.id, *steps, *hits], hits),
    )


def _relistings(db: Database, case: str, urls: Collection[str]) -> Iterator[CaseRelisting]:
    for found in find_stored_relistings(db):
        if found.case == case or found.new in urls:
            yield CaseRelisting(
                old=found.old,
                new=found.new,
                reasons=found.reasons,
                found_at=found.found_at,
                case=found.case,
                hits=tuple(_hit(db, hit) for hit in find_hits_at(db, found.new)),
            )


def _hit(db: Database, hit: str) -> CaseHit:
    judgement = find_judgement(db, hit)
    if judgement is None:
        return CaseHit(id=hit, judgement=None, by=None)
    return CaseHit(id=hit, judgement=judgement.decision, by=judgement.by)


def _assigned(events: Sequence[CaseEvent]) -> str | None:
    names = [event.record["to"] for event in events if event.event == "assigned"]
    return names[-1] if names else None


def _file(event: CaseEvent) -> CaseFile:
    record = event.record
    return CaseFile(
        sha256=record["sha256"],
        name=record["name"],
        bytes=record["bytes"],
        by=event.by,
        at=event.at,
    )


def _timeline(db: Database, subjects: Sequence[str], hits: Sequence[str]) -> tuple[Entry, ...]:
    entries = {e.number: e for subject in subjects for e in find_entries(db, subject=subject)}
    for hit in hits:
        for capture in find_captures(db, hit=hit):
            entry = next(find_entries(db, first=capture.entry))
            entries[entry.number] = entry
    return tuple(entries[number] for number in sorted(entries))
