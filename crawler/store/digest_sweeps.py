"""What digests ask of sweeps: their order in a campaign, new hits of each, sites that refused."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlite_utils import Database

from crawler.model import TargetState
from crawler.store.database import timestamp
from crawler.store.digest_hits import Scope
from crawler.store.looks import StoredLook, look_of


@dataclass(frozen=True, kw_only=True, slots=True)
class SiteEnd:
    """How the targets of a site ended in a sweep."""

    had: int
    """Seen, or unchanged, or known to be gone: the site answered."""
    blocked: int
    failed: int
    listings: int
    reason: str
    """Of most that were blocked or failed; empty when none was."""


def find_recent_campaigns(db: Database, since: datetime) -> list[str]:
    """Return the names of the campaigns with a sweep that started since then, in order."""
    rows = db.execute(
        "SELECT DISTINCT campaign FROM sweeps WHERE started_at >= ? ORDER BY campaign",
        [timestamp(since)],
    )
    return [str(name) for (name,) in rows]


def find_last_activity(db: Database, campaign: str, until: datetime) -> datetime | None:
    """Return when a sweep of a campaign last began, went on or ended; None = it never was swept.

    :param until: what a clock that was wrong dated later is left out
    """
    row = db.execute(
        "SELECT max(moment) FROM (SELECT started_at AS moment FROM sweeps"
        " WHERE campaign = :campaign UNION ALL"
        " SELECT r.resumed_at FROM sweep_resumes r JOIN sweeps s ON s.id = r.sweep"
        " WHERE s.campaign = :campaign UNION ALL"
        " SELECT e.ended_at FROM sweep_ends e JOIN sweeps s ON s.id = e.sweep"
        " WHERE s.campaign = :campaign) WHERE moment <= :until",
        {"campaign": campaign, "until": timestamp(until)},
    ).fetchone()
    return None if row[0] is None else datetime.fromisoformat(row[0])


def count_new_hits(db: Database, sweep: str) -> dict[str, int]:
    """Return right -> how many listings a sweep was the first to see as flagged hits of it."""
    rows = db.execute(
        "SELECT h.right_id, count(*) FROM sightings t CROSS JOIN hit_findings f"
        " ON f.sighting = t.id JOIN hits h ON h.id = f.hit"
        " WHERE t.sweep = ? AND f.flagged = 1 AND f.score > 0 AND NOT EXISTS"
        " (SELECT 1 FROM hit_findings b WHERE b.hit = f.hit AND b.id < f.id AND b.score > 0"
        " AND b.flagged = 1) GROUP BY h.right_id",
        [sweep],
    )
    return {str(right): int(count) for right, count in rows}


def find_right_names(db: Database, rights: Collection[str]) -> dict[str, str]:
    """Return id -> name of rights; the id where the right has none."""
    rows = db.execute(
        "SELECT r.value, coalesce((SELECT record ->> '$.name' FROM right_versions"
        " WHERE right_id = r.value ORDER BY id DESC LIMIT 1), r.value) FROM json_each(?) r",
        [json.dumps(sorted(rights))],
    )
    return {str(right): str(name) for right, name in rows}


_HAD = (TargetState.SEEN, TargetState.UNCHANGED, TargetState.GONE)


def find_site_ends(db: Database, sweeps: Sequence[str]) -> dict[str, dict[str, SiteEnd]]:
    """Return sweep -> site -> how its targets ended."""
    chosen = json.dumps(list(sweeps))
    counts: defaultdict[tuple[str, str], defaultdict[str, int]] = defaultdict(
        lambda: defaultdict(int)
    )
    reasons: dict[tuple[str, str], str] = {}
    for sweep, site, state, reason, n in db.execute(
        "SELECT sweep, site, state, reason, n FROM site_states"
        " WHERE sweep IN (SELECT value FROM json_each(?)) ORDER BY n DESC, reason",
        [chosen],
    ):
        counts[sweep, site][state] += n
        if state in (TargetState.BLOCKED, TargetState.FAILED):
            reasons.setdefault((sweep, site), reason)
    for sweep, site, listings in db.execute(
        "SELECT sweep, site, listings FROM site_yields"
        " WHERE sweep IN (SELECT value FROM json_each(?))",
        [chosen],
    ):
        counts[sweep, site]["listings"] += listings
    ends: dict[str, dict[str, SiteEnd]] = {sweep: {} for sweep in sweeps}
    for (sweep, site), ended in counts.items():
        ends[sweep][site] = SiteEnd(
            had=sum(ended[state] for state in _HAD),
            blocked=ended[TargetState.BLOCKED],
            failed=ended[TargetState.FAILED],
            listings=ended["listings"],
            reason=reasons.get((sweep, site), ""),
        )
    return ends


def find_returned(db: Database, since: datetime) -> Iterator[StoredLook]:
    """Yield the looks since then that found a listing there again, oldest first."""
    rows = db.query(
        "SELECT * FROM looks WHERE verdict = 'back' AND at >= ? ORDER BY id", [timestamp(since)]
    )
    for row in rows:
        yield look_of(row)


def find_urls_of(db: Database, urls: Collection[str], scope: Scope) -> set[str]:
    """Return those of some URLs at which sweeps of the campaigns saw a listing; all for None."""
    if scope is None:
        return set(urls)
    rows = db.execute(
        "SELECT DISTINCT l.url FROM listings l JOIN sightings t ON t.listing = l.id"
        " JOIN sweeps s ON s.id = t.sweep WHERE l.url IN (SELECT value FROM json_each(?))"
        " AND s.campaign IN (SELECT value FROM json_each(?))",
        [json.dumps(sorted(urls)), json.dumps(sorted(scope))],
    )
    return {str(url) for (url,) in rows}


def find_notices_of(db: Database, notices: Collection[str], scope: Scope) -> set[str]:
    """Return those of some notices that name a listing which sweeps of the campaigns saw."""
    if scope is None:
        return set(notices)
    rows = db.execute(
        "SELECT DISTINCT n.notice FROM notice_hits n JOIN hit_findings f ON f.hit = n.hit"
        " JOIN sightings t ON t.id = f.sighting JOIN sweeps s ON s.id = t.sweep"
        " WHERE n.notice IN (SELECT value FROM json_each(?))"
        " AND s.campaign IN (SELECT value FROM json_each(?))",
        [json.dumps(sorted(notices)), json.dumps(sorted(scope))],
    )
    return {str(notice) for (notice,) in rows}
