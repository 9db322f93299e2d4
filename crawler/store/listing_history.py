"""How a listing changed from one sighting to the next."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlite_utils import Database

from crawler.model import TargetKind

MOST_SIGHTINGS = 400
"""Newest sightings that are compared."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Shown:
    """What a listing said from one sighting on, until it said something else."""

    at: datetime
    sweep: str
    title: str
    price: str | None
    currency: str | None
    seller: str | None


@dataclass(frozen=True, kw_only=True, slots=True)
class ListingHistory:
    """When a listing was seen, and what changed."""

    first_seen_at: datetime
    seen_at: datetime
    """When it was last seen, also by a sweep that found it unchanged."""
    sightings: int
    changes: tuple[Shown, ...]
    """Newest first; the last one is how it was when it was first seen, or ``cut``."""
    cut: bool
    """Whether there are more sightings than are compared."""


def find_history(db: Database, url: str, target: TargetKind) -> ListingHistory | None:
    """Return the history of a listing, or page; None when none was ever seen there."""
    values: dict[str, str | int] = {"url": url, "target": target, "most": MOST_SIGHTINGS}
    told = next(
        db.query(
            "SELECT count(*) AS sightings, min(s.seen_at) AS first, max(max(s.seen_at),"
            " coalesce((SELECT max(v.seen_at) FROM visits v"
            " WHERE v.address = :url AND v.kind = :target), '')) AS last"
            " FROM listings l JOIN sightings s ON s.listing = l.id AND s.target = :target"
            " WHERE l.url = :url",
            values,
        )
    )
    if not told["sightings"]:
        return None
    changes: list[Shown] = []
    for shown in _shown(db, values):
        if changes and _said(changes[-1]) == _said(shown):
            changes[-1] = shown
        else:
            changes.append(shown)
    return ListingHistory(
        first_seen_at=datetime.fromisoformat(told["first"]),
        seen_at=datetime.fromisoformat(told["last"]),
        sightings=told["sightings"],
        changes=tuple(changes),
        cut=told["sightings"] > MOST_SIGHTINGS,
    )


def _shown(db: Database, values: dict[str, str | int]) -> list[Shown]:
    rows = db.query(
        "SELECT s.seen_at, s.sweep, s.record ->> '$.title' AS title,"
        " s.record ->> '$.price' AS price, s.record ->> '$.currency' AS currency,"
        " coalesce(s.record ->> '$.seller.name', s.record ->> '$.seller.id') AS seller"
        " FROM listings l JOIN sightings s ON s.listing = l.id AND s.target = :target"
        " WHERE l.url = :url ORDER BY s.seen_at DESC LIMIT :most",
        values,
    )
    return [
        Shown(
            at=datetime.fromisoformat(row["seen_at"]),
            sweep=row["sweep"],
            title=str(row["title"]),
            price=None if row["price"] is None else str(row["price"]),
            currency=row["currency"],
            seller=row["seller"],
        )
        for row in rows
    ]


def _said(shown: Shown) -> tuple[str | None, ...]:
    return shown.title, shown.price, shown.currency, shown.seller
