"""How much each site yielded in a sweep."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlite_utils import Database

from crawler.site_order import SitePast


@dataclass(frozen=True, kw_only=True, slots=True)
class SiteYield:
    """What a sweep got from one site."""

    listings: int
    """Seen anew or unchanged."""
    read: int
    """Of these, read in this sweep: what follows is of them."""
    filled: Mapping[str, int]
    """Field -> listings that have it; ``pictures`` counts listings with a picture that was had."""


FIELDS = ("price", "brand", "seller", "category", "description")
"""Fields of a listing that a page is expected to fill as it did before."""


def find_yields(db: Database, sweep: str) -> dict[str, SiteYield]:
    """Return site -> what the sweep got from it, for every site with a listing."""
    fields = ", ".join(f"sum(s.record ->> '$.{name}' IS NOT NULL) AS {name}" for name in FIELDS)
    listings: defaultdict[str, int] = defaultdict(int)
    filled: dict[str, dict[str, int]] = {}
    for row in db.query(
        f"SELECT l.site, count(*) AS listings, {fields}, sum(EXISTS (SELECT 1 FROM"
        " sighting_pictures p WHERE p.sighting = s.id AND p.sha256 IS NOT NULL)) AS pictures"
        " FROM sightings s JOIN listings l ON l.id = s.listing"
        " WHERE s.sweep = ? AND s.target = 'listing' GROUP BY l.site",
        [sweep],
    ):
        site = row.pop("site")
        listings[site] += row.pop("listings")
        filled[site] = row
    read = dict(listings)
    for site, unchanged in db.execute(
        "SELECT site, count(*) FROM outcomes"
        " WHERE sweep = ? AND state IN ('unchanged', 'skipped') AND kind = 'listing' GROUP BY site",
        [sweep],
    ):
        listings[site] += unchanged
    return {
        site: SiteYield(listings=count, read=read.get(site, 0), filled=filled.get(site, {}))
        for site, count in listings.items()
    }


def find_sweeps_before(db: Database, sweep: str, most: int) -> list[str]:
    """Return the last sweeps before this one that came to an end of their own, newest first."""
    rows = db.execute(
        "SELECT s.id FROM sweeps s JOIN sweep_ends e ON e.sweep = s.id"
        " WHERE s.id < ? AND e.state = 'finished' AND NOT coalesce(s.plan ->> '$.only_seeds', 0)"
        " GROUP BY s.id ORDER BY s.id DESC LIMIT ?",
        [sweep, most],
    )
    return [row[0] for row in rows]


_ASKED = ("seen", "unchanged", "gone", "blocked", "failed")
"""States of targets of which a site was asked."""


def find_site_pasts(db: Database, sweeps: int) -> dict[str, SitePast]:
    """Return site -> what the last sweeps found on it, for every site that they asked.

    :param sweeps: how many, the newest, are looked through; those of seeds alone are none
    """
    states = ", ".join(f"'{state}'" for state in _ASKED)
    rows = db.execute(
        "WITH last AS (SELECT id, started_at FROM sweeps"
        " WHERE NOT coalesce(plan ->> '$.only_seeds', 0) ORDER BY started_at DESC LIMIT ?)"
        " SELECT s.site, max(l.started_at), count(DISTINCT l.id), (SELECT coalesce(sum(y.flagged),"
        " 0) FROM site_yields y WHERE y.site = s.site AND y.sweep IN (SELECT id FROM last))"
        " FROM last l JOIN site_states s ON s.sweep = l.id"
        f" WHERE s.state IN ({states}) GROUP BY s.site",
        [sweeps],
    )
    return {
        site: SitePast(looked_at=datetime.fromisoformat(at), sweeps=count, flagged=flagged)
        for site, at, count, flagged in rows
    }
