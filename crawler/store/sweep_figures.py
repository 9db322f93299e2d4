"""Figures of sweeps: kept when a sweep ends, counted from small tables while it runs."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from sqlite_utils import Database

from crawler.model import PageWarning, TargetState
from crawler.store.frontier import find_spent
from crawler.store.sweeps import StoredSweep

NO_END = "the sweep has no end"


@dataclass(frozen=True, kw_only=True, slots=True)
class SweepFigures:
    """What a sweep met, in all."""

    targets: Mapping[str, int]
    """State -> how many targets ended so."""
    requests: int
    listings: int
    hits: int
    flagged: int
    pictures: int | None = None
    """Different pictures that were had; None while they are not counted."""


@dataclass(frozen=True, kw_only=True, slots=True)
class KeptReport:
    """What was found out when a sweep ended."""

    figures: SweepFigures
    alarms: tuple[tuple[str, str], ...]
    """(site, words) of each drop in what sites yield."""
    told: tuple[PageWarning, ...]
    """What the figures warn of: seeds without a listing, pictures that were not had."""


@dataclass(frozen=True, kw_only=True, slots=True)
class SiteLine:
    """What a sweep met on one site."""

    site: str
    targets: Mapping[str, int]
    reasons: Mapping[str, int] = field(default_factory=dict)
    """``state: reason`` -> how many."""
    requests: int = 0
    listings: int = 0
    hits: int = 0
    flagged: int = 0


def record_report(
    db: Database,
    sweep: str,
    figures: SweepFigures,
    alarms: Sequence[tuple[str, str]],
    told: Sequence[PageWarning],
) -> None:
    """Keep what a sweep came to, in place of what was kept before it went on."""
    totals = {
        "targets": dict(figures.targets),
        "requests": figures.requests,
        "listings": figures.listings,
        "hits": figures.hits,
        "flagged": figures.flagged,
        "pictures": figures.pictures,
    }
    texts = (totals, [list(one) for one in alarms], [[one.url, one.message] for one in told])
    db.execute(
        "INSERT INTO sweep_reports (sweep, ending, totals, alarms, told)"
        " SELECT ?1, max(id), ?2, ?3, ?4 FROM sweep_ends WHERE sweep = ?1 HAVING max(id) NOT NULL"
        " ON CONFLICT (sweep) DO UPDATE SET ending = excluded.ending, totals = excluded.totals,"
        " alarms = excluded.alarms, told = excluded.told",
        [sweep, *(json.dumps(text, ensure_ascii=False) for text in texts)],
    )


def find_kept_reports(db: Database, sweeps: Sequence[StoredSweep]) -> dict[str, KeptReport]:
    """Return id -> what is kept of those sweeps that have ended, and not gone on since."""
    ended = [stored.id for stored in sweeps if stored.ended_at is not None]
    rows = db.query(
        "SELECT r.* FROM sweep_reports r WHERE r.sweep IN (SELECT value FROM json_each(?))"
        " AND r.ending = (SELECT max(id) FROM sweep_ends WHERE sweep = r.sweep)",
        [json.dumps(ended)],
    )
    return {
        row["sweep"]: KeptReport(
            figures=SweepFigures(**json.loads(row["totals"])),
            alarms=tuple((site, words) for site, words in json.loads(row["alarms"])),
            told=tuple(PageWarning(url=u, message=m) for u, m in json.loads(row["told"])),
        )
        for row in rows
    }


def count_sweep(db: Database, sweep: str) -> SweepFigures:
    """Count what a sweep met so far: of one that runs, or was killed, or ended long ago."""
    targets = Counter(
        dict(
            db.execute(
                "SELECT state, sum(n) FROM site_states WHERE sweep = ? GROUP BY state", [sweep]
            ).fetchall()
        )
    )
    [waiting] = db.execute("SELECT count(*) FROM frontier WHERE sweep = ?", [sweep]).fetchone()
    targets[TargetState.NOT_REACHED.value] += waiting
    [requests] = db.execute(
        "SELECT coalesce(sum(requests), 0) FROM site_requests WHERE sweep = ?", [sweep]
    ).fetchone()
    found = db.execute(
        "SELECT coalesce(sum(listings), 0), coalesce(sum(hits), 0), coalesce(sum(flagged), 0)"
        " FROM site_yields WHERE sweep = ?",
        [sweep],
    ).fetchone()
    listings, hits, flagged = found
    return SweepFigures(
        targets={state: n for state, n in targets.items() if n},
        requests=requests,
        listings=listings,
        hits=hits,
        flagged=flagged,
    )


def find_seconds(db: Database, stored: StoredSweep) -> float | None:
    """Return how long a sweep ran, without the time in which it was stopped; None = not known."""
    spent = find_spent(db, stored.id).get("", (0, 0.0))[1]
    if spent:
        return spent
    if stored.ended_at is None:
        return None
    return (stored.ended_at - stored.started_at).total_seconds()


def find_site_lines(
    db: Database, sweep: str, *, state: str = "", words: str = "", after: str = "", limit: int
) -> list[SiteLine]:
    """Return what a sweep met, the next sites by name.

    :param state: sites with a target that ended so; empty = all
    :param words: in the site's name
    """
    values = {"sweep": sweep, "state": state, "after": after, "limit": limit, "words": words}
    where = "sweep = :sweep AND site > :after AND (:words = '' OR instr(site, :words) > 0)"
    parts = []
    if state != TargetState.NOT_REACHED:
        term = " AND state = :state" if state else ""
        parts.append(f"SELECT DISTINCT site FROM site_states WHERE {where}{term}")
    if state in ("", TargetState.NOT_REACHED):
        parts.append(f"SELECT DISTINCT site FROM frontier WHERE {where}")
    limited = (f"SELECT * FROM ({part} ORDER BY site LIMIT :limit)" for part in parts)
    sql = f"SELECT site FROM ({' UNION '.join(limited)}) ORDER BY site LIMIT :limit"
    return _site_lines(db, sweep, [row[0] for row in db.execute(sql, values)])


def _site_lines(db: Database, sweep: str, sites: Sequence[str]) -> list[SiteLine]:
    chosen = {"sweep": sweep, "sites": json.dumps(list(sites))}
    among = "sweep = :sweep AND site IN (SELECT value FROM json_each(:sites))"
    targets: defaultdict[str, Counter[str]] = defaultdict(Counter)
    reasons: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for site, state, reason, n in db.execute(
        f"SELECT site, state, reason, n FROM site_states WHERE {among} UNION ALL"
        f" SELECT site, 'not_reached', coalesce(reason, '{NO_END}'), count(*) FROM frontier"
        f" WHERE {among} GROUP BY site, reason",
        chosen,
    ):
        targets[site][state] += n
        if reason and state != TargetState.SEEN:
            reasons[site][f"{state}: {reason}"] += n
    requests = dict(
        db.execute(f"SELECT site, requests FROM site_requests WHERE {among}", chosen).fetchall()
    )
    yields = {
        row.pop("site"): row
        for row in db.query(
            f"SELECT site, listings, hits, flagged FROM site_yields WHERE {among}", chosen
        )
    }
    return [
        SiteLine(
            site=site,
            targets=targets[site],
            reasons=dict(reasons[site].most_common()),
            requests=requests.get(site, 0),
            **yields.get(site, {}),
        )
        for site in sites
    ]


def find_some_warnings(db: Database, sweep: str, limit: int) -> tuple[list[PageWarning], int]:
    """Return the first warnings of a sweep, and how many there are."""
    rows = db.query(
        "SELECT url, message FROM sweep_warnings WHERE sweep = ? ORDER BY id LIMIT ?",
        [sweep, limit],
    )
    [count] = db.execute("SELECT count(*) FROM sweep_warnings WHERE sweep = ?", [sweep]).fetchone()
    return [PageWarning(url=row["url"], message=row["message"]) for row in rows], count
