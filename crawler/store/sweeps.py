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
from crawler.store.frontier import count_rows, reopen_frontier
from crawler.store.schema import FRONTIER, migrations


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


def record_sweep_resume(db: Database, sweep: str, campaign: Campaign, resumed_at: datetime) -> None:
    """Append that a sweep goes on, by the campaign as it is now; all that was left waits again."""
    with db.atomic():
        db.execute(
            "INSERT INTO sweep_resumes (sweep, plan, resumed_at) VALUES (?, ?, ?)",
            [sweep, dump_json(campaign, keep_empty=True), timestamp(resumed_at)],
        )
        reopen_frontier(db, sweep)


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


def find_outcome(db: Database, sweep: str, url: str) -> Outcome | None:
    """Return how one target of a sweep ended, if it has."""
    rows = db.query(
        "SELECT url, site, state, reason, kind FROM outcomes WHERE sweep = ? AND url = ?",
        [sweep, url],
    )
    return next((Outcome(**{**row, "state": TargetState(row["state"])}) for row in rows), None)


def record_warnings(db: Database, sweep: str, warnings: Iterable[PageWarning]) -> None:
    """Append warnings; inside the caller's transaction."""
    for warning in warnings:
        db.execute(
            "INSERT INTO sweep_warnings (sweep, url, message) VALUES (?, ?, ?)",
            [sweep, warning.url, warning.message],
        )


def record_requests(db: Database, sweep: str, requests: Mapping[str, int]) -> None:
    """Add to what was asked of each site; inside the caller's transaction."""
    db.conn.executemany(
        "INSERT INTO site_requests (sweep, site, requests) VALUES (?, ?, ?)"
        " ON CONFLICT (sweep, site) DO UPDATE SET requests = requests + excluded.requests",
        [(sweep, site, count) for site, count in requests.items()],
    )


def find_sweeps(db: Database) -> list[StoredSweep]:
    """Return all sweeps, newest first."""
    return list(_sweeps(db, "1", []))


def find_some_sweeps(
    db: Database,
    *,
    campaign: str = "",
    after: str = "",
    until: datetime | None = None,
    limit: int,
) -> list[StoredSweep]:
    """Return the next sweeps, newest first.

    :param campaign: name of theirs; empty = of all
    :param after: id of the sweep before them; empty = from the newest on
    :param until: the last moment at which they may have begun; None = any: a clock that was wrong
        dates sweeps into the future, where they would stay the newest
    """
    terms = ["1"]
    values = [after, campaign]
    if after:
        terms.append("(started_at, rowid) < (SELECT started_at, rowid FROM sweeps WHERE id = ?1)")
    if campaign:
        terms.append("campaign = ?2")
    if until is not None:
        terms.append("started_at <= ?3")
        values.append(timestamp(until))
    chosen = (
        f"SELECT id FROM sweeps WHERE ?2 IS NOT NULL AND {' AND '.join(terms)}"
        f" ORDER BY started_at DESC, rowid DESC LIMIT {limit:d}"
    )
    return list(_sweeps(db, f"s.id IN ({chosen})", values))


def load_sweep(db: Database, sweep: str) -> StoredSweep:
    """Return one sweep.

    :raises NotFoundError: when there is none of that id
    """
    for found in _sweeps(db, "s.id = ?", [sweep]):
        return found
    raise NotFoundError(f"no sweep has the id {sweep!r}; `markhound sweeps` lists them")


def kept_no_frontier(db: Database, stored: StoredSweep) -> bool:
    """Tell whether a version began a sweep that did not keep what was still to be fetched."""
    since = next(m.applied_at for m in migrations.applied(db) if m.name == FRONTIER)
    began = stored.started_at < datetime.fromisoformat(since)
    return began and not count_rows(db, stored.id)


def _sweeps(db: Database, where: str, values: list[str]) -> Iterator[StoredSweep]:
    rows = db.query(
        "SELECT s.id, coalesce(r.plan, s.plan) AS plan, s.started_at, e.state, e.reason,"
        " e.ended_at, r.resumed_at FROM sweeps s"
        " LEFT JOIN sweep_ends e ON e.id = (SELECT max(id) FROM sweep_ends WHERE sweep = s.id)"
        " LEFT JOIN sweep_resumes r"
        " ON r.id = (SELECT max(id) FROM sweep_resumes WHERE sweep = s.id)"
        f" WHERE {where} ORDER BY s.started_at DESC, s.rowid DESC",
        values,
    )
    for row in rows:
        ended_at, resumed_at = row["ended_at"], row["resumed_at"]
        if ended_at is not None and resumed_at is not None and ended_at < resumed_at:
            ended_at = row["state"] = row["reason"] = None
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
    requests: int
    """What was asked of the site for pages, interfaces, sitemaps and robots.txt, redirects and
    repeats included; pictures are counted apart."""
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
        " GROUP BY site, state, reason UNION ALL"
        " SELECT site, 'not_reached', coalesce(reason, 'the sweep has no end'), count(*)"
        " FROM frontier WHERE sweep = ? GROUP BY site, reason ORDER BY n DESC",
        [sweep, sweep],
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
    figures: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for sql in _SITE_FIGURES:
        for row in db.query(sql, [sweep]):
            figures[row.pop("site")].update(row)
    return [
        SiteOutcomes(
            site=site,
            targets=dict(targets[site]),
            reasons=dict(reasons[site]),
            picture_problems=dict(problems[site]),
            requests=figures[site]["requests"],
            listings=figures[site]["listings"],
            pictures=figures[site]["pictures"],
            hits=figures[site]["hits"],
            flagged=figures[site]["flagged"],
        )
        for site in sorted({*targets, *figures})
    ]


_NEWEST = "f.id = (SELECT max(id) FROM hit_findings WHERE hit = f.hit AND sighting = f.sighting)"
"""What a sighting was matched with last: it is matched anew with another registry."""
_OF_SWEEP = "FROM sightings s JOIN listings l ON l.id = s.listing"
_SITE_FIGURES = (
    "SELECT site, requests FROM site_requests WHERE sweep = ?",
    f"SELECT l.site, count(*) AS listings {_OF_SWEEP}"
    " WHERE s.sweep = ? AND s.target = 'listing' GROUP BY l.site",
    "SELECT site, count(*) AS listings FROM outcomes"
    " WHERE sweep = ? AND state IN ('unchanged', 'skipped') AND kind = 'listing' GROUP BY site",
    f"SELECT l.site, count(DISTINCT p.sha256) AS pictures {_OF_SWEEP}"
    " JOIN sighting_pictures p ON p.sighting = s.id WHERE s.sweep = ? GROUP BY l.site",
    f"SELECT l.site, count(*) AS hits, sum(f.flagged) AS flagged {_OF_SWEEP}"
    " JOIN hit_findings f ON f.sighting = s.id"
    f" WHERE s.sweep = ? AND f.score > 0 AND {_NEWEST} GROUP BY l.site",
)
"""One pass each over a sweep's sightings and its unchanged listings; a listing is sighted once in a
sweep, or unchanged, so nothing counts twice."""


@dataclass(frozen=True, kw_only=True, slots=True)
class SweepTotals:
    """A sweep in one line."""

    sweep: str
    campaign: str
    state: str
    reason: str | None
    started_at: datetime
    ended_at: datetime | None
    listings: int
    flagged: int


def find_sweep_totals(db: Database) -> list[SweepTotals]:
    """Return every sweep with its figures, newest first."""
    listings = (
        "SELECT sweep, sum(n) AS n FROM (SELECT sweep, count(*) AS n FROM sightings"
        " WHERE target = 'listing' GROUP BY sweep UNION ALL"
        " SELECT sweep, count(*) FROM outcomes WHERE state IN ('unchanged', 'skipped')"
        " AND kind = 'listing' GROUP BY sweep) GROUP BY sweep"
    )
    flagged = (
        "SELECT s.sweep, count(*) AS n FROM hit_findings f JOIN sightings s ON s.id = f.sighting"
        f" WHERE f.flagged = 1 AND {_NEWEST} GROUP BY s.sweep"
    )
    counts = [{row["sweep"]: row["n"] for row in db.query(sql)} for sql in (listings, flagged)]
    return [
        SweepTotals(
            sweep=stored.id,
            campaign=stored.campaign.name,
            state=stored.state,
            reason=stored.reason,
            started_at=stored.started_at,
            ended_at=stored.ended_at,
            listings=counts[0].get(stored.id, 0),
            flagged=counts[1].get(stored.id, 0),
        )
        for stored in find_sweeps(db)
    ]


def find_warnings(db: Database, sweep: str) -> list[PageWarning]:
    """Return what the sweep warned of, in the order in which it happened."""
    rows = db.query("SELECT url, message FROM sweep_warnings WHERE sweep = ? ORDER BY id", [sweep])
    return [PageWarning(url=row["url"], message=row["message"]) for row in rows]
