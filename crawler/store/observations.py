"""When an address was asked for, and what came of it: from the targets and sightings of sweeps."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlite_utils import Database

from crawler.model import TargetState
from crawler.store.captures import Capture, find_captures


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


def observation_of(capture: Capture) -> Observation:
    """Return a capture as the look that it is."""
    return Observation(
        url=capture.url,
        state=capture.state,
        reason="; ".join(capture.doubts) or None,
        at=capture.at,
        changed=capture.shows_other,
    )


def find_newest_look(db: Database, url: str) -> Observation | None:
    """Return the newest look at the address, by a sweep or a capture; None when nobody looked."""
    captured = map(observation_of, find_captures(db, url=url))
    looks = [*find_observations(db, url), *captured]
    return max(looks, key=lambda look: look.at, default=None)


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
