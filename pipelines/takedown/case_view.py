"""A case as a whole: its listings and what became of each, its notices, and all that happened."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlite_utils import Database

from crawler.model import JudgementKind
from crawler.store.cases import CaseEvent, find_case_events, find_case_hits
from crawler.store.hits import find_hit_url, find_judgement
from crawler.store.ledger import Entry, find_entries
from crawler.store.looks import Relisting, find_stored_relistings
from crawler.store.notice_events import find_notice_events
from crawler.store.notices import find_notices, load_case
from crawler.store.observations import find_observations
from crawler.takedown import Case, Notice, status_of
from pipelines.takedown.outcomes import APART, ListingOutcome, Said, derive_outcome
from pipelines.takedown.situations import RETRACTION


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
    about = _notices_by_hit(notices)
    relistings = find_stored_relistings(db, [case.id])
    urls: dict[str, list[str]] = {}
    for hit in hits:
        urls.setdefault(find_hit_url(db, hit), []).append(hit)
    return CaseView(
        case=case,
        assigned=_assigned(events),
        listings=tuple(
            CaseListing(
                url=url,
                hits=tuple(_hit(db, hit) for hit in of_url),
                outcome=derive_outcome(
                    [
                        step
                        for notice in dict.fromkeys(n for hit in of_url for n in about.get(hit, ()))
                        for step in steps[notice]
                    ],
                    find_observations(db, url),
                    [*said_of(events, url), *_relisted(relistings, url)],
                    apart=apart,
                ),
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
        files=tuple(_file(event) for event in events if event.event == "attached"),
        timeline=_timeline(db, [case.id, *steps, *hits], hits),
    )


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


def _hit(db: Database, hit: str) -> CaseHit:
    judgement = find_judgement(db, hit)
    if judgement is None:
        return CaseHit(id=hit, judgement=None, by=None)
    return CaseHit(id=hit, judgement=judgement.decision, by=judgement.by)


def _notices_by_hit(notices: Sequence[Notice]) -> dict[str, list[str]]:
    """Return hit -> the notices about it; a retraction is none."""
    by_hit: dict[str, list[str]] = {}
    for notice in notices:
        if notice.kind != RETRACTION:
            for hit in notice.hits:
                by_hit.setdefault(hit, []).append(notice.id)
    return by_hit


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
        for row in db.query("SELECT entry FROM captures WHERE hit = ?", [hit]):
            entry = next(find_entries(db, first=row["entry"]))
            entries[entry.number] = entry
    return tuple(entries[number] for number in sorted(entries))
