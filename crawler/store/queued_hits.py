"""The hits of a group of the queue, in their order: riskiest by itself first, then by id."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from sqlite_utils import Database

from crawler.formats import load_record
from crawler.model import Hit, JudgementKind, Listing, TargetKind

HitState = Literal["open", "changed", "disputed", "judged", "ended"]


@dataclass(frozen=True, kw_only=True, slots=True)
class QueuedHit:
    """A hit as it stands in the queue."""

    hit: str
    group: str
    target: TargetKind
    score: float
    flagged: bool
    price: str | None
    currency: str | None
    base: float
    findings: int
    state: HitState
    judgement: str | None
    """Id of the newest that stands."""
    decision: JudgementKind | None
    judged_by: str | None
    first_seen: datetime
    waiting_since: datetime | None
    title: str

    @property
    def waiting(self) -> bool:
        """Whether it waits for a decision."""
        return self.state in {"open", "changed", "disputed"}


def find_queued(
    db: Database, group: str, *, around: str | None = None, limit: int = 40
) -> list[QueuedHit]:
    """Return hits of a group in their order: riskiest by itself first, then by id.

    :param around: a hit that is among them, with a few before it; None = from the first
    """
    if around is None:
        return _queued(db, "q.grp = :grp AND q.state <> 'ended'", {"grp": group}, limit)
    found = find_queued_hit(db, around)
    if found is None:
        return find_queued(db, group, limit=limit)
    values = {"grp": group, "base": found.base, "hit": around}
    here = f"q.grp = :grp AND q.state <> 'ended' AND {_FROM}"
    earlier = f"q.grp = :grp AND q.state <> 'ended' AND {_BEFORE}"
    rest = _queued(db, here, values, limit)
    ahead = max(limit // 4, limit - len(rest))
    return [*_queued(db, earlier, values, ahead, turned=True)[::-1], *rest][:limit]


def find_queued_hit(db: Database, hit: str) -> QueuedHit | None:
    """Return one hit as it stands in the queue."""
    return next(iter(_queued(db, "q.hit = :hit", {"hit": hit}, 1)), None)


def find_next_waiting(db: Database, group: str, after: str | None) -> str | None:
    """Return the next hit of a group that waits, behind another one, else the first that does."""
    found = find_queued_hit(db, after) if after else None
    if found is not None and found.group == group:
        values = {"grp": group, "base": found.base, "hit": found.hit}
        behind = f"q.grp = :grp AND q.waiting = 1 AND q.hit <> :hit AND {_FROM}"
        for queued in _queued(db, behind, values, 1):
            return queued.hit
    for queued in _queued(db, "q.grp = :grp AND q.waiting = 1", {"grp": group}, 1):
        return queued.hit
    return None


def find_beside(db: Database, queued: QueuedHit) -> tuple[str | None, str | None]:
    """Return the hits before and behind one in its group."""
    values = {"grp": queued.group, "base": queued.base, "hit": queued.hit}
    group = "q.grp = :grp AND q.state <> 'ended' AND q.hit <> :hit"
    before = _queued(db, f"{group} AND {_BEFORE}", values, 1, turned=True)
    behind = _queued(db, f"{group} AND {_FROM}", values, 1)
    return (before[0].hit if before else None, behind[0].hit if behind else None)


_FROM = "q.base <= :base AND (q.base < :base OR q.hit >= :hit)"
_BEFORE = "q.base >= :base AND (q.base > :base OR q.hit < :hit)"


def _queued(
    db: Database, condition: str, values: Mapping[str, Any], limit: int, *, turned: bool = False
) -> list[QueuedHit]:
    order = "q.base, q.hit DESC" if turned else "q.base DESC, q.hit"
    rows = db.query(
        "SELECT q.*, (SELECT s.record ->> '$.title' FROM hit_findings f"
        " JOIN sightings s ON s.id = f.sighting WHERE f.id = q.findings) AS title"
        f" FROM queue q WHERE {condition} ORDER BY {order} LIMIT :limit",
        {**values, "limit": limit},
    )
    return [_queued_hit(row) for row in list(rows)]


def _queued_hit(row: Mapping[str, Any]) -> QueuedHit:
    since = row["waiting_since"]
    return QueuedHit(
        hit=row["hit"],
        group=row["grp"],
        target=row["target"],
        score=row["score"],
        flagged=bool(row["flagged"]),
        price=row["price"],
        currency=row["currency"],
        base=row["base"],
        findings=row["findings"],
        state=row["state"],
        judgement=row["judgement"],
        decision=row["decision"],
        judged_by=row["judged_by"],
        first_seen=datetime.fromisoformat(row["first_seen"]),
        waiting_since=None if since is None else datetime.fromisoformat(since),
        title=row["title"] or "",
    )


@dataclass(frozen=True, kw_only=True, slots=True)
class Found:
    """What was found of a hit one time."""

    hit: Hit
    listing: Listing


def find_found(db: Database, numbers: Sequence[int]) -> dict[int, Found]:
    """Return findings by their numbers, each with the listing as it was."""
    marks = ", ".join("?" * len(numbers))
    rows = db.query(
        "SELECT f.id, f.record AS hit, s.record AS listing FROM hit_findings f"
        f" JOIN sightings s ON s.id = f.sighting WHERE f.id IN ({marks})",
        list(numbers),
    )
    return {
        row["id"]: Found(
            hit=load_record(Hit, row["hit"]), listing=load_record(Listing, row["listing"])
        )
        for row in rows
    }
