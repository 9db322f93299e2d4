"""The hits of a right, as far as one needs them to see what a lesson would change."""

from __future__ import annotations

from dataclasses import dataclass

from sqlite_utils import Database

from crawler.formats import load_record
from crawler.model import Hit, JudgementKind, Listing


@dataclass(frozen=True, kw_only=True, slots=True)
class RightHit:
    """A hit, its listing, and what was decided of it."""

    hit: Hit
    listing: Listing
    decision: JudgementKind | None
    """The newest; None while nobody has decided."""


def find_right_hits(db: Database, right: str, *, limit: int) -> list[RightHit]:
    """Return the hits of a right that are current, the newest first."""
    rows = db.query(
        "SELECT f.record AS hit, s.record AS listing, (SELECT decision"
        " FROM standing_judgements WHERE hit = h.id ORDER BY number DESC LIMIT 1) AS decision"
        " FROM hits h"
        " JOIN hit_findings f ON f.id = (SELECT max(id) FROM hit_findings WHERE hit = h.id)"
        " JOIN sightings s ON s.id = f.sighting"
        " WHERE h.right_id = ? AND f.score > 0 ORDER BY h.rowid DESC LIMIT ?",
        [right, limit],
    )
    return [
        RightHit(
            hit=load_record(Hit, row["hit"]),
            listing=load_record(Listing, row["listing"]),
            decision=row["decision"],
        )
        for row in rows
    ]
