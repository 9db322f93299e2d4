"""What people said of the hits of a period, with the chance by which each was looked at."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from sqlite_utils import Database

from crawler.model import JudgementKind
from crawler.store.period_statements import DIMENSIONS, SOURCES

First = Literal["rejected", "dismissed"]
"""Put aside by a person, or below the threshold and judged by nobody."""


@dataclass(frozen=True, kw_only=True, slots=True)
class ReviewedHit:
    """A hit of the period that people judged, or that was flagged and waits."""

    id: str
    band: int
    """Tenth of the score, 0 to 9."""
    score: float
    flagged: bool
    decision: JudgementKind | None
    """Of the first look; None where nobody has decided."""
    bulk: str | None
    """Id of the bulk in which it was decided."""
    sampled: bool
    """Whether it was looked at by itself, before its bulk was decided."""
    parts: tuple[str, ...]
    """Of what parts of the figures it is: ``right_id=TM-1``, ``by_name=1``, ..."""


@dataclass(frozen=True, kw_only=True, slots=True)
class DrawnLook:
    """A hit that was drawn for a second look, and what it came to."""

    hit: str
    draw: str
    first: First
    said: JudgementKind | None
    """What the second person said, or a third who decided; None while nobody has."""
    in_period: bool
    """Whether it was drawn in the period."""


@dataclass(frozen=True, kw_only=True, slots=True)
class DrawSize:
    """From how many a draw was, as the ledger has it."""

    rejected: int
    dismissed: int
    in_period: bool


_REVIEWED = f"""
SELECT h.id, h.band, h.score, h.flagged, h.bulk, {", ".join(f"h.{name}" for name in DIMENSIONS)},
    {", ".join(f"h.by_{name}" for name in SOURCES)},
    coalesce((SELECT l.first FROM temp.period_looked l WHERE l.hit = h.id AND l.said <> ''
        AND l.first IS NOT NULL ORDER BY l.answered_at DESC LIMIT 1), h.decision) AS decision,
    h.bulk <> '' AND EXISTS (SELECT 1 FROM bulks b, json_each(b.sample) s
        WHERE b.id = h.bulk AND s.value = h.id) AS sampled
FROM temp.period_hits h WHERE h.flagged = 1 OR h.decision <> ''
ORDER BY h.id
"""


def find_reviewed_hits(db: Database) -> Iterator[ReviewedHit]:
    """Yield the hits of the period that were flagged or judged, by id."""
    for row in db.query(_REVIEWED):
        parts = [f"{name}={row[name]}" for name in DIMENSIONS]
        parts += [f"by_{name}=1" for name in SOURCES if row[f"by_{name}"]]
        yield ReviewedHit(
            id=row["id"],
            band=row["band"],
            score=row["score"],
            flagged=bool(row["flagged"]),
            decision=row["decision"] or None,
            bulk=row["bulk"] or None,
            sampled=bool(row["sampled"]),
            parts=tuple(parts),
        )


def find_drawn_looks(db: Database) -> list[DrawnLook]:
    """Return all that was drawn for a second look by the end of the period, in their order."""
    rows = db.execute(
        "SELECT l.hit, l.draw, l.judgement, l.said, l.drawn_at >= p.since AND l.drawn_at < p.until"
        " FROM temp.period p JOIN temp.period_looked l ORDER BY l.drawn_at, l.draw, l.id"
    )
    return [
        DrawnLook(
            hit=hit,
            draw=draw,
            first="dismissed" if judgement is None else "rejected",
            said=said or None,
            in_period=bool(in_period),
        )
        for hit, draw, judgement, said, in_period in rows
    ]


def find_draw_sizes(db: Database) -> dict[str, DrawSize]:
    """Return draw -> from how many it was, of the draws by the end of the period."""
    rows = db.execute(
        "SELECT d.id, l.record ->> '$.rejected.count', l.record ->> '$.dismissed.count',"
        " d.at >= p.since AND d.at < p.until FROM temp.period p"
        " JOIN second_look_draws d ON d.at < p.known JOIN ledger l ON l.number = d.entry"
        " ORDER BY d.at, d.id"
    )
    return {
        draw: DrawSize(rejected=rejected, dismissed=dismissed, in_period=bool(in_period))
        for draw, rejected, dismissed, in_period in rows
    }


def find_band_scores(db: Database) -> dict[int, float]:
    """Return tenth of the score -> mean score of its hits of which it is known what they are."""
    rows = db.execute(
        "SELECT band, avg(score) FROM temp.period_hits WHERE said <> '' GROUP BY band ORDER BY band"
    )
    return {band: float(score) for band, score in rows}


def find_looked_bands(db: Database) -> dict[str, int]:
    """Return hit -> tenth of its score, of the hits of the period that had a second look."""
    rows = db.execute(
        "SELECT h.id, h.band FROM temp.period_hits h"
        " WHERE h.id IN (SELECT hit FROM temp.period_looked WHERE said <> '') ORDER BY h.id"
    )
    return dict(rows.fetchall())
