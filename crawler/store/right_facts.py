"""What the registry is searched and listed by, beside the records themselves."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

from sqlite_utils import Database

from crawler.formats import load_record
from crawler.model import Right
from crawler.selection import fold, is_holder, split_term, values_of
from crawler.store.figures_schema import DECISIONS
from crawler.territories import EU, EU_CODES

Order = Literal["id", "hits"]
LONGEST_SEARCH = 200
"""Characters of a search that are looked at."""


@dataclass(frozen=True, kw_only=True, slots=True)
class RightFilter:
    """Which rights are wanted; what is empty asks for nothing."""

    words: str = ""
    """In id, names, holder, registration number or tags; each word of it."""
    kind: str = ""
    office: str = ""
    state: Literal["", "in-force", "lapsed"] = ""
    order: Order = "id"
    """``hits``: those with hits alone, most first."""


@dataclass(frozen=True, kw_only=True, slots=True)
class RightFigures:
    """What was found of a right, and what people decided."""

    hits: int = 0
    """That are hits as their listings were last seen."""
    flagged: int = 0
    waiting: int = 0
    """Flagged, and in the queue, which is where people decide."""
    infringing: int = 0
    licensed: int = 0
    unrelated: int = 0
    unsure: int = 0

    @property
    def judged(self) -> int:
        """Hits that people decided, one way or the other."""
        return self.infringing + self.licensed + self.unrelated


def record_right_facts(db: Database, right: Right, version: int) -> None:
    """Keep what the newest version of a right is found by; inside the caller's transaction."""
    told = (right.id, *right.names, right.registration, *right.tags)
    holder = right.holder.name if right.holder else None
    words = "\n".join(fold(text) for text in (*told, holder) if text)
    db.execute(
        "INSERT INTO right_facts (right_id, version, kind, office, status, expires, words)"
        " VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (right_id) DO UPDATE SET"
        " version = excluded.version, kind = excluded.kind, office = excluded.office,"
        " status = excluded.status, expires = excluded.expires, words = excluded.words",
        [
            *(right.id, version, right.kind, right.office, right.status),
            *(right.expires.isoformat() if right.expires else None, words),
        ],
    )


def fill_right_facts(db: Database) -> None:
    """Keep the facts of rights that were taken in before there was a table for them."""
    rows = db.query("SELECT max(id) AS version, record FROM right_versions GROUP BY right_id")
    for row in rows:
        record_right_facts(db, load_record(Right, row["record"]), row["version"])


def find_right_ids(
    db: Database, wanted: RightFilter, *, on: date, after: str = "", limit: int
) -> list[str]:
    """Return the ids of the next rights.

    :param on: the day that tells which are in force
    :param after: id of the right before them; empty = from the start
    """
    terms, values = _terms(wanted, on)
    values |= {"after": after, "limit": limit}
    if wanted.order == "hits":
        terms.append("g.hits > 0")
        if after:
            terms.append("(g.hits, :after) < (SELECT hits, g.right_id FROM right_figures n"
                         " WHERE n.right_id = :after)")  # fmt: skip
        source = "right_figures g CROSS JOIN right_facts f ON f.right_id = g.right_id"
        order = "g.hits DESC, g.right_id"
    else:
        source, order = "right_facts f", "f.right_id"
        if after:
            terms.append("f.right_id > :after")
    rows = db.execute(
        f"SELECT f.right_id FROM {source} WHERE {' AND '.join(terms)}"
        f" ORDER BY {order} LIMIT :limit",
        values,
    )
    return [row[0] for row in rows]


def count_right_ids(db: Database, wanted: RightFilter, *, on: date) -> int:
    """Return how many rights there are of these."""
    terms, values = _terms(wanted, on)
    if wanted.order == "hits":
        terms.append("f.right_id IN (SELECT right_id FROM right_figures WHERE hits > 0)")
    sql = f"SELECT count(*) FROM right_facts f WHERE {' AND '.join(terms)}"
    return int(db.execute(sql, values).fetchone()[0])


def _terms(wanted: RightFilter, on: date) -> tuple[list[str], dict[str, Any]]:
    terms, values = ["1"], {"on": on.isoformat()}
    for number, word in enumerate(fold(wanted.words[:LONGEST_SEARCH]).split()):
        terms.append(f"instr(f.words, :word{number}) > 0")
        values[f"word{number}"] = word
    if wanted.kind:
        terms.append("f.kind = :kind")
        values["kind"] = wanted.kind
    if wanted.office:
        terms.append("f.office = :office")
        values["office"] = wanted.office
    lapsed = "(coalesce(f.expires < :on, 0) OR coalesce(f.status, 'registered') != 'registered')"
    if wanted.state:
        terms.append(lapsed if wanted.state == "lapsed" else f"NOT {lapsed}")
    return terms, values


def find_offices(db: Database) -> list[str]:
    """Return the offices of which the registry has rights."""
    rows = db.execute(
        "SELECT DISTINCT office FROM right_facts WHERE office IS NOT NULL ORDER BY office"
    )
    return [row[0] for row in rows]


def find_right_figures(db: Database, ids: Sequence[str]) -> dict[str, RightFigures]:
    """Return id -> figures, of those of these rights that ever had a hit."""
    columns = ", ".join(f"g.{name}" for name in ("right_id", "hits", "flagged", *DECISIONS))
    rows = db.query(
        f"SELECT {columns}, coalesce((SELECT sum(flagged) FROM queue_groups"
        " WHERE right_id = g.right_id AND waiting > 0), 0) AS waiting"
        " FROM right_figures g WHERE g.right_id IN (SELECT value FROM json_each(?))",
        [json.dumps(list(ids))],
    )
    return {row.pop("right_id"): RightFigures(**row) for row in rows}


def registry_state(db: Database) -> int:
    """Return a number that grows with each version of a right that comes in."""
    return int(db.execute("SELECT coalesce(max(id), 0) FROM right_versions").fetchone()[0])


def find_newest(
    db: Database, ids: Sequence[str] | None = None
) -> Iterator[tuple[Right, Mapping[str, str], int]]:
    """Yield each right as registered, its pictures (path -> SHA-256) and its version's number.

    What people taught of it is left out, other than in ``find_rights``.

    :param ids: of these; None = of all
    """
    where, values = "", []
    if ids is not None:
        where, values = "WHERE f.right_id IN (SELECT value FROM json_each(?))", [json.dumps([*ids])]
    rows = db.execute(
        "SELECT v.id, v.record, (SELECT json_group_object(image, sha256) FROM right_pictures"
        " WHERE version = v.id) FROM right_facts f JOIN right_versions v ON v.id = f.version"
        f" {where}",
        values,
    )
    for version, record, pictures in rows:
        yield load_record(Right, record), json.loads(pictures), version


def count_registry(db: Database, on: date) -> tuple[int, int]:
    """Return how much was ever registered and taught, and how much of it had expired on a day."""
    row = db.execute(
        "SELECT coalesce(max(id), 0) + (SELECT count(*) FROM lessons),"
        " coalesce(sum(record ->> '$.expires' < ?), 0) FROM right_versions",
        [on.isoformat()],
    ).fetchone()
    return int(row[0]), int(row[1])


@dataclass(frozen=True, kw_only=True, slots=True)
class HitLine:
    """A hit in one line."""

    hit: str
    url: str
    score: float
    flagged: bool
    decision: str | None
    judged_at: str | None
    """Quarter of an hour, UTC."""


def find_best_hits(db: Database, right: str, limit: int) -> list[HitLine]:
    """Return the hits of a right that score highest."""
    return _hits(db, "s.right_id = ? AND s.score > 0 ORDER BY s.score DESC, s.hit", right, limit)


def find_last_judged(db: Database, right: str, limit: int) -> list[HitLine]:
    """Return the hits of a right on which people decided last."""
    return _hits(
        db,
        "s.right_id = ? AND s.decision IS NOT NULL ORDER BY s.judged_at DESC, s.hit",
        right,
        limit,
    )


def _hits(db: Database, where: str, right: str, limit: int) -> list[HitLine]:
    rows = db.query(
        "SELECT s.hit, h.url, s.score, s.flagged, s.decision, s.judged_at"
        f" FROM hit_states s JOIN hits h ON h.id = s.hit WHERE {where} LIMIT ?",
        [right, limit],
    )
    return [HitLine(**{**row, "flagged": bool(row["flagged"])}) for row in rows]


def count_covered(db: Database, terms: Sequence[str], within: Sequence[str] = ()) -> int:
    """Return how many rights a campaign's ``rights`` and ``rights_within`` select."""
    values: list[str] = []
    groups = [group for group in (terms, *((term,) for term in within)) if group]
    conditions = [_any_term(db, group, values) for group in groups]
    sql = (  # the join is left out where nothing is asked of it
        "SELECT count(*) FROM right_facts f LEFT JOIN right_versions v ON v.id = f.version"
        f" WHERE {' AND '.join(['1', *conditions])}"
    )
    return int(db.execute(sql, values).fetchone()[0])


_BY_TERM = {
    # fnmatch, as campaigns have it, and GLOB differ in how they say "none of these"
    "id": "EXISTS (SELECT 1 FROM json_each(?) t WHERE f.right_id GLOB t.value)",
    "kind": "f.kind IN (SELECT value FROM json_each(?))",
    "holder": "v.record ->> '$.holder.name' IN (SELECT value FROM json_each(?))",
} | {
    by: f"EXISTS (SELECT 1 FROM json_each(v.record, '$.{key}') WHERE value IN"
    " (SELECT value FROM json_each(?)))"
    for by, key in (("tag", "tags"), ("class", "classes"), ("territory", "jurisdictions"))
}
"""What a term selects by -> SQL that holds a list of values against a right."""


def _any_term(db: Database, terms: Sequence[str], bound: list[str]) -> str:
    """Return SQL that holds for what any term selects, and append what is bound in it."""
    wanted: dict[str, set[str | int]] = {}
    for by, value in map(split_term, terms):
        wanted.setdefault(by, set()).update(_stored_values(db, by, value))
    bound.extend(json.dumps(sorted(values, key=str)) for values in wanted.values())
    return "(" + " OR ".join(_BY_TERM[by] for by in wanted) + ")"


def _stored_values(db: Database, by: str, value: str) -> Iterable[str | int]:
    """Return what stands in the store where a term's value selects a right."""
    if by == "id":
        return (value.replace("[!", "[^"),)
    if by == "tag":
        return (value,)
    if by == "class":
        return map(int, values_of(value))
    if by == "territory":
        places = set(values_of(value))
        return places | ({EU} if places & EU_CODES else set())
    if by == "kind":
        return values_of(value)
    names = db.execute(
        "SELECT DISTINCT v.record ->> '$.holder.name' FROM right_facts f"
        " JOIN right_versions v ON v.id = f.version"
    )
    return [name for (name,) in names if is_holder(value, name)]
