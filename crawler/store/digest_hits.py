"""What is new of hits, as digests ask for it: since a number of findings, in some campaigns."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from sqlite_utils import Database

from crawler.risk import base_of, price_factor, reach_factor, repeat_factor, risk_of, words_factor

Scope = Collection[str] | None
"""Names of campaigns; None = all, and what belongs to none."""


@dataclass(frozen=True, kw_only=True, slots=True)
class FreshHit:
    """A hit that waits and has findings that nobody was told of."""

    hit: str
    group: str
    seller: str
    seller_name: str
    site: str
    right: str
    right_name: str
    base: float
    """The part of the risk that it has by itself."""
    flagged: bool
    new: bool
    """Whether it was no hit before."""
    base_before: float
    """What ``base`` was before; 0 when it is new."""


@dataclass(frozen=True, kw_only=True, slots=True)
class GroupFacts:
    """What a group of a seller and a right counts."""

    hits: int
    """That are hits now, or ever were."""
    reach: int
    repeat: int

    def risk_of(self, base: float) -> float:
        """Return the risk of one of its hits."""
        return risk_of(base, reach_factor(self.reach), repeat_factor(self.repeat))


def find_fresh_hits(db: Database, after: int, upto: int, scope: Scope) -> list[FreshHit]:
    """Return the hits that wait, with findings after one number and not after another."""
    found = (
        "SELECT DISTINCT f.hit FROM hit_findings f WHERE f.id > :after AND f.id <= :upto"
        " AND f.score > 0"
    )
    if scope is not None:
        found += (
            " AND EXISTS (SELECT 1 FROM sightings t JOIN sweeps s ON s.id = t.sweep"
            " WHERE t.id = f.sighting AND s.campaign IN (SELECT value FROM json_each(:scope)))"
        )
    rows = db.query(
        "SELECT q.hit, q.grp, q.seller, q.seller_name, q.site, q.right_id, q.right_name, q.base,"
        " q.flagged, (SELECT max(id) FROM hit_findings WHERE hit = q.hit AND id <= :after"
        f" AND score > 0) AS before FROM ({found}) n JOIN queue q ON q.hit = n.hit"
        " WHERE q.waiting = 1",
        {"after": after, "upto": upto, "scope": json.dumps(sorted(scope or ()))},
    )
    kept = list(rows)
    bases = _find_bases(db, [row["before"] for row in kept if row["before"] is not None])
    return [
        FreshHit(
            hit=row["hit"],
            group=row["grp"],
            seller=row["seller"],
            seller_name=row["seller_name"],
            site=row["site"],
            right=row["right_id"],
            right_name=row["right_name"],
            base=row["base"],
            flagged=bool(row["flagged"]),
            new=row["before"] is None,
            base_before=bases.get(row["before"], 0.0),
        )
        for row in kept
    ]


def _find_bases(db: Database, findings: Collection[int]) -> dict[int, float]:
    """Return number of findings -> the part of the risk that the hit had by them."""
    rows = db.execute(
        "SELECT id, score, (SELECT group_concat(value ->> '$.feature')"
        " FROM json_each(record, '$.findings')) FROM hit_findings"
        " WHERE id IN (SELECT value FROM json_each(?))",
        [json.dumps(sorted(findings))],
    )
    bases = {}
    for number, score, named in rows:
        features = frozenset((named or "").split(","))
        bases[int(number)] = base_of(score, price_factor(features), words_factor(features))
    return bases


def find_group_facts(db: Database, groups: Iterable[str]) -> dict[str, GroupFacts]:
    """Return id of a group -> what it counts."""
    rows = db.execute(
        "SELECT grp, open + changed + judged + ended, open + changed + judged, repeat"
        " FROM queue_groups WHERE grp IN (SELECT value FROM json_each(?))",
        [json.dumps(sorted(groups))],
    )
    return {
        grp: GroupFacts(hits=hits, reach=reach, repeat=repeat) for grp, hits, reach, repeat in rows
    }


def count_flagged(db: Database, right: str) -> int:
    """Return how many hits of a right are flagged now."""
    row = db.execute("SELECT flagged FROM right_figures WHERE right_id = ?", [right]).fetchone()
    return int(row[0]) if row else 0


def find_main_cause(db: Database, hits: Collection[str]) -> tuple[str, str, int]:
    """Return what most of these hits share: a feature, what of the right it met, and of how many.

    What was met is the registered picture, or the form of the name; the feature is empty when the
    hits have no finding that speaks for them.
    """
    row = db.execute(
        "SELECT j.value ->> '$.feature', coalesce(j.value ->> '$.reference', j.value ->> '$.form',"
        " ''), count(DISTINCT q.hit) AS n FROM queue q JOIN hit_findings f ON f.id = q.findings,"
        " json_each(f.record, '$.findings') j WHERE q.hit IN (SELECT value FROM json_each(?))"
        " AND j.value ->> '$.weight' > 0 GROUP BY 1, 2 ORDER BY n DESC, 1, 2 LIMIT 1",
        [json.dumps(sorted(hits))],
    ).fetchone()
    return ("", "", 0) if row is None else (str(row[0]), str(row[1]), int(row[2]))
