"""When an address was asked for, and what came of it: from the targets and sightings of sweeps."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlite_utils import Database

from crawler.model import TargetState


@dataclass(frozen=True, kw_only=True, slots=True)
class Observation:
    """One look at an address."""

    url: str
    state: TargetState
    reason: str | None
    at: datetime
    """When it was seen; where nothing was read, when the sweep began."""
    changed: bool = False
    """Whether a page that shows no listing stands where a listing stood."""

    @property
    def is_up(self) -> bool:
        """Whether what stood there is there."""
        return self.state in (TargetState.SEEN, TargetState.UNCHANGED) and not self.changed


def find_observations(db: Database, url: str) -> list[Observation]:
    """Return every look of every sweep at the address, oldest first.

    A listing that was read elsewhere (from an interface, a feed) has been seen as well.
    """
    rows = db.query(
        "SELECT o.state, o.reason, o.kind, coalesce(s.seen_at, w.started_at) AS at FROM outcomes o"
        " JOIN sweeps w ON w.id = o.sweep"
        " LEFT JOIN listings l ON l.url = o.url"
        " LEFT JOIN sightings s ON s.listing = l.id AND s.sweep = o.sweep"
        " WHERE o.url = :url"
        " UNION SELECT 'seen', NULL, s.target, s.seen_at FROM sightings s"
        " JOIN listings l ON l.id = s.listing WHERE l.url = :url ORDER BY at",
        {"url": url},
    )
    found, was_listing = [], False
    for row in rows:
        was_listing = was_listing or row["kind"] == "listing"
        found.append(
            Observation(
                url=url,
                state=TargetState(row["state"]),
                reason=row["reason"],
                at=datetime.fromisoformat(row["at"]),
                changed=was_listing and row["kind"] == "page",
            )
        )
    return found
