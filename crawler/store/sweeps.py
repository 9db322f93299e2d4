"""Sweeps: what was planned, how every target ended, what was warned of."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlite_utils import Database

from crawler.campaign import Campaign
from crawler.errors import NotFoundError
from crawler.formats import dump_json, load_record
from crawler.model import Outcome, PageWarning, TargetState
from crawler.store.database import timestamp


@dataclass(frozen=True, kw_only=True, slots=True)
class StoredSweep:
    """One dated run of a campaign."""

    id: str
    campaign: Campaign
    started_at: datetime
    state: str
    """``finished``, ``stopped`` (by budget or signal), ``failed``; ``unfinished`` = it is still
    running, or was killed."""
    reason: str | None
    ended_at: datetime | None


def record_sweep(db: Database, sweep: str, campaign: Campaign, started_at: datetime) -> None:
    """Append the start of a sweep."""
    with db.atomic():
        db.execute(
            "INSERT INTO sweeps (id, campaign, plan, started_at) VALUES (?, ?, ?, ?)",
            [sweep, campaign.name, dump_json(campaign, keep_empty=True), timestamp(started_at)],
        )


def record_sweep_end(
    db: Database, sweep: str, state: str, reason: str | None, ended_at: datetime
) -> None:
    """Append the end of a sweep."""
    with db.atomic():
        db.execute(
            "INSERT INTO sweep_ends (sweep, state, reason, ended_at) VALUES (?, ?, ?, ?)",
            [sweep, state, reason, timestamp(ended_at)],
        )


def record_outcomes(db: Database, sweep: str, outcomes: Iterable[Outcome]) -> None:
    """Append how targets ended; inside the caller's transaction."""
    for o in outcomes:
        db.execute(
            "INSERT INTO outcomes (sweep, url, site, state, reason, kind)"
            " VALUES (?, ?, ?, ?, ?, ?)",
            [sweep, o.url, o.site, o.state.value, o.reason, o.kind],
        )


def record_warnings(db: Database, sweep: str, warnings: Iterable[PageWarning]) -> None:
    """Append warnings; inside the caller's transaction."""
    for warning in warnings:
        db.execute(
            "INSERT INTO sweep_warnings (sweep, url, message) VALUES (?, ?, ?)",
            [sweep, warning.url, warning.message],
        )


def find_sweeps(db: Database) -> list[StoredSweep]:
    """Return all sweeps, newest first."""
    return list(_sweeps(db, "1", []))


def load_sweep(db: Database, sweep: str) -> StoredSweep:
    """Return one sweep.

    :raises NotFoundError: when there is none of that id
    """
    for found in _sweeps(db, "s.id = ?", [sweep]):
        return found
    raise NotFoundError(f"no sweep has the id {sweep!r}; `markhound sweeps` lists them")


def _sweeps(db: Database, where: str, values: list[str]) -> Iterator[StoredSweep]:
    rows = db.query(
        "SELECT s.id, s.plan, s.started_at, e.state, e.reason, e.ended_at"
        " FROM sweeps s LEFT JOIN sweep_ends e ON e.sweep = s.id"
        f" WHERE {where} ORDER BY s.started_at DESC, s.id DESC",
        values,
    )
    for row in rows:
        ended_at = row["ended_at"]
        yield StoredSweep(
            id=row["id"],
            campaign=load_record(Campaign, row["plan"]),
            started_at=datetime.fromisoformat(row["started_at"]),
            state=row["state"] or "unfinished",
            reason=row["reason"],
            ended_at=None if ended_at is None else datetime.fromisoformat(ended_at),
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class SiteOutcomes:
    """What a sweep met on one site."""

    site: str
    targets: Mapping[str, int]
    """State -> how many targets ended so."""
    reasons: Mapping[str, int]
    """``state: reason`` -> how many, for the states other than seen."""
    listings: int
    pictures: int
    """Different pictures that were had."""
    picture_problems: Mapping[str, int]
    """Problem -> how many different pictures had it."""
    hits: int
    flagged: int


def find_site_outcomes(db: Database, sweep: str) -> list[SiteOutcomes]:
    """Return what the sweep met, by site."""
    targets: defaultdict[str, Counter[str]] = defaultdict(Counter)
    reasons: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for row in db.query(
        "SELECT site, state, reason, count(*) AS n FROM outcomes WHERE sweep = ?"
        " GROUP BY site, state, reason ORDER BY n DESC",
        [sweep],
    ):
        targets[row["site"]][row["state"]] += row["n"]
        if row["state"] != TargetState.SEEN and row["reason"]:
            reasons[row["site"]][f"{row['state']}: {row['reason']}"] += row["n"]
    problems: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for row in db.query(
        "SELECT l.site, p.problem, count(DISTINCT p.url) AS n FROM sighting_pictures p"
        " JOIN sightings s ON s.id = p.sighting JOIN listings l ON l.id = s.listing"
        " WHERE s.sweep = ? AND p.problem IS NOT NULL GROUP BY l.site, p.problem",
        [sweep],
    ):
        problems[row["site"]][row["problem"]] += row["n"]
    figures = {row["site"]: row for row in db.query(_SITE_FIGURES, {"sweep": sweep})}
    return [
        SiteOutcomes(
            site=site,
            targets=dict(targets[site]),
            reasons=dict(reasons[site]),
            picture_problems=dict(problems[site]),
            **{
                key: (figures[site][key] if site in figures else 0)
                for key in ("listings", "pictures", "hits", "flagged")
            },
        )
        for site in sorted({*targets, *figures})
    ]


_SITE_FIGURES = """
SELECT l.site, count(*) AS listings,
    (SELECT count(DISTINCT p.sha256) FROM sighting_pictures p
        JOIN sightings s2 ON s2.id = p.sighting JOIN listings l2 ON l2.id = s2.listing
        WHERE s2.sweep = :sweep AND l2.site = l.site) AS pictures,
    (SELECT count(DISTINCT f.hit) FROM hit_findings f
        JOIN sightings s3 ON s3.id = f.sighting JOIN listings l3 ON l3.id = s3.listing
        WHERE s3.sweep = :sweep AND l3.site = l.site) AS hits,
    (SELECT count(DISTINCT f.hit) FROM hit_findings f
        JOIN sightings s4 ON s4.id = f.sighting JOIN listings l4 ON l4.id = s4.listing
        WHERE s4.sweep = :sweep AND l4.site = l.site AND f.flagged = 1) AS flagged
FROM sightings s JOIN listings l ON l.id = s.listing
WHERE s.sweep = :sweep GROUP BY l.site
"""


def find_warnings(db: Database, sweep: str) -> list[PageWarning]:
    """Return what the sweep warned of, in the order in which it happened."""
    rows = db.query("SELECT url, message FROM sweep_warnings WHERE sweep = ? ORDER BY id", [sweep])
    return [PageWarning(url=row["url"], message=row["message"]) for row in rows]
