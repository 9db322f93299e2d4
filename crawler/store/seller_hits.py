"""What is known of a seller as far as hits go: rights, decisions, cases."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlite_utils import Database

from crawler.model import RightKind

MOST_COUNTED = 5_000
"""Judged hits of a seller that are counted by decision."""
MOST_CASES = 50


@dataclass(frozen=True, kw_only=True, slots=True)
class SellerRight:
    """A right on which a seller has hits, and how far these are decided."""

    group: str
    """Id of the queue's group of seller and right."""
    right: str
    """Id of the right."""
    name: str
    kind: RightKind
    waiting: int
    judged: int
    ended: int
    """Hits that were, and are none any more."""
    flagged: int
    risk: float

    @property
    def hits(self) -> int:
        """How many there are now."""
        return self.waiting + self.judged


@dataclass(frozen=True, kw_only=True, slots=True)
class SellerHit:
    """A hit of a seller, in short."""

    id: str
    title: str
    url: str
    price: str | None
    currency: str | None
    picture: str | None
    """SHA-256 of the listing's first picture that was had."""
    score: float
    flagged: bool
    state: str
    """``open``, ``changed`` since it was judged, or ``judged``."""
    decision: str | None
    judged_by: str | None
    seen_at: datetime
    key: str
    """Where the next page begins."""


@dataclass(frozen=True, kw_only=True, slots=True)
class SellerCase:
    """A case against a seller."""

    id: str
    holder: str
    opened_at: datetime
    hits: int
    outcomes: Mapping[str, int]
    """What people stated of its listings -> how often."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Decisions:
    """How the hits of a seller were decided."""

    counts: Mapping[str, int]
    is_cut: bool
    """Whether there are more than were counted."""


def find_seller_rights(db: Database, seller: str) -> list[SellerRight]:
    """Return the rights on which a seller has or had hits, the riskiest first."""
    rows = db.query(
        "SELECT * FROM queue_groups WHERE seller = ? ORDER BY risk DESC, waiting DESC, grp",
        [seller],
    )
    return [
        SellerRight(
            group=row["grp"],
            right=row["right_id"],
            name=row["right_name"],
            kind=row["kind"],
            waiting=row["open"] + row["changed"],
            judged=row["judged"],
            ended=row["ended"],
            flagged=row["flagged"],
            risk=row["risk"],
        )
        for row in rows
    ]


def find_seller_hits(
    db: Database, group: str, *, after: str = "", most: int = 30
) -> list[SellerHit]:
    """Return hits of a seller on one right, those that weigh most first.

    :param after: ``SellerHit.key`` of the last one of the page before
    """
    base, _, hit = after.partition(" ")
    values: dict[str, Any] = {"grp": group, "most": most, "base": _number(base), "hit": hit}
    later = "AND (q.base < :base OR q.base = :base AND q.hit > :hit)" if after else ""
    rows = db.query(
        "SELECT q.hit, q.base, q.score, q.flagged, q.state, q.decision, q.judged_by, s.seen_at,"
        " s.record ->> '$.title' AS title, s.record ->> '$.url' AS url,"
        " s.record ->> '$.price' AS price, s.record ->> '$.currency' AS currency,"
        " (SELECT sha256 FROM sighting_pictures p WHERE p.sighting = s.id AND sha256 IS NOT NULL"
        "  ORDER BY p.rowid LIMIT 1) AS picture"
        " FROM queue q JOIN hit_findings f ON f.id = q.findings"
        " JOIN sightings s ON s.id = f.sighting"
        f" WHERE q.grp = :grp AND q.state <> 'ended' {later}"
        " ORDER BY q.base DESC, q.hit LIMIT :most",
        values,
    )
    return [
        SellerHit(
            id=row["hit"],
            title=str(row["title"]),
            url=str(row["url"]),
            price=None if row["price"] is None else str(row["price"]),
            currency=row["currency"],
            picture=row["picture"],
            score=row["score"],
            flagged=bool(row["flagged"]),
            state=row["state"],
            decision=row["decision"],
            judged_by=row["judged_by"],
            seen_at=datetime.fromisoformat(row["seen_at"]),
            key=f"{row['base']!r} {row['hit']}",
        )
        for row in rows
    ]


def count_decisions(db: Database, seller: str) -> Decisions:
    """Return how the judged hits of a seller were decided."""
    rows = db.query(
        "SELECT decision, count(*) AS hits FROM (SELECT q.decision FROM queue_groups g"
        " JOIN queue q ON q.grp = g.grp AND q.decision IS NOT NULL"
        " WHERE g.seller = :seller AND g.judged + g.changed > 0 LIMIT :most) GROUP BY decision",
        {"seller": seller, "most": MOST_COUNTED},
    )
    counts = {row["decision"]: row["hits"] for row in rows}
    return Decisions(counts=counts, is_cut=sum(counts.values()) >= MOST_COUNTED)


def count_licensed(db: Database, group: str, *, but: str) -> int:
    """Return how many hits of a seller on a right were judged licensed, one left aside."""
    (count,) = db.execute(
        "SELECT count(*) FROM (SELECT 1 FROM queue_groups g JOIN queue q ON q.grp = g.grp"
        " AND q.decision = 'licensed' AND q.hit <> :but"
        " WHERE g.grp = :group AND g.judged + g.changed > 0 LIMIT :most)",
        {"group": group, "but": but, "most": MOST_COUNTED},
    ).fetchone()
    return int(count)


def find_seller_cases(db: Database, name: str, site: str) -> list[SellerCase]:
    """Return the cases against a seller of that name on a site, the newest first."""
    rows = db.query(
        "SELECT c.id, c.holder, c.opened_at,"
        " (SELECT count(*) FROM case_hits h WHERE h.case_id = c.id) AS hits,"
        " (SELECT json_group_object(state, times) FROM (SELECT e.record ->> '$.state' AS state,"
        "  count(*) AS times FROM case_events e WHERE e.case_id = c.id AND e.event = 'outcome'"
        "  GROUP BY 1)) AS outcomes"
        " FROM cases c WHERE c.site = :site AND c.seller = :name"
        " ORDER BY c.opened_at DESC LIMIT :most",
        {"site": site, "name": name, "most": MOST_CASES},
    )
    return [
        SellerCase(
            id=row["id"],
            holder=row["holder"],
            opened_at=datetime.fromisoformat(row["opened_at"]),
            hits=row["hits"],
            outcomes=json.loads(row["outcomes"] or "{}"),
        )
        for row in rows
    ]


def find_seller_names(db: Database, seller: str, *, most: int = 10) -> list[str]:
    """Return the names under which a seller was seen, as the newest of its listings have them."""
    rows = db.query(
        "SELECT DISTINCT name FROM (SELECT s.record ->> '$.seller.name' AS name"
        " FROM seller_listings x JOIN sightings s ON s.listing = x.listing"
        " WHERE x.seller = ? LIMIT 200) WHERE name IS NOT NULL ORDER BY name LIMIT ?",
        [seller, most],
    )
    return [str(row["name"]) for row in rows]


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return 0.0
