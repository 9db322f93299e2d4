"""How the queue follows from the records: a hit's row, its group's, and its seller's.

``refresh_queue`` brings up to date what a change of some hits touches; ``rebuild_queue`` makes all
of it anew. Both come to the same, whatever happened in between.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from sqlite_utils import Database

from crawler.model import Listing, Right, Seller, stable_id
from crawler.risk import base_of, price_factor, reach_factor, repeat_factor, risk_of, words_factor
from crawler.sellers import listing_site, seller_id, seller_name

_FACTS = """
SELECT h.id AS hit, h.target, h.url, h.right_id, f.id AS findings, f.score, f.flagged,
    n.score AS newest_score,
    (SELECT group_concat(value ->> '$.feature') FROM json_each(f.record, '$.findings'))
        AS features,
    s.record ->> '$.site' AS listed_site, s.record ->> '$.seller.name' AS shown_name,
    s.record ->> '$.seller.id' AS shown_id, s.record ->> '$.seller.url' AS shown_url,
    s.record ->> '$.price' AS price, s.record ->> '$.currency' AS currency,
    v.record ->> '$.kind' AS kind, v.record ->> '$.name' AS right_name,
    v.record ->> '$.holder.name' AS holder,
    j.id AS judgement, j.decision, j.judged_by, j.judged_at,
    k.record IS NOT n.record AS differs,
    (SELECT min(since) FROM disputed_hits WHERE hit = h.id) AS disputed_since,
    (SELECT t.seen_at FROM hit_findings b JOIN sightings t ON t.id = b.sighting
        WHERE b.hit = h.id ORDER BY b.id LIMIT 1) AS first_seen,
    (SELECT coalesce((SELECT e.at FROM ledger e WHERE e.subject = h.id
            AND CASE WHEN e.kind = 'hit-rematched' AND json_valid(e.record)
                THEN e.record ->> '$.findings' END = b.id), t.seen_at)
        FROM hit_findings b JOIN sightings t ON t.id = b.sighting
        WHERE b.hit = h.id AND b.id > coalesce((SELECT max(e.id) FROM hit_findings e
            WHERE e.hit = h.id AND (e.score <= 0 OR e.record = k.record)), 0)
        ORDER BY b.id LIMIT 1) AS waiting_since
FROM hits h
JOIN hit_findings f
    ON f.id = (SELECT max(id) FROM hit_findings WHERE hit = h.id AND score > 0)
JOIN hit_findings n ON n.id = (SELECT max(id) FROM hit_findings WHERE hit = h.id)
JOIN sightings s ON s.id = f.sighting
JOIN right_versions v ON v.id = (SELECT max(id) FROM right_versions WHERE right_id = h.right_id)
LEFT JOIN standing_judgements j ON j.number =
    (SELECT max(number) FROM standing_judgements WHERE hit = h.id)
LEFT JOIN hit_findings k ON k.id = j.findings
"""

_COLUMNS = (
    "hit",
    "grp",
    "seller",
    "seller_name",
    "site",
    "right_id",
    "kind",
    "right_name",
    "holder",
    "target",
    "score",
    "flagged",
    "price",
    "currency",
    "price_factor",
    "words_factor",
    "base",
    "findings",
    "state",
    "waiting",
    "judgement",
    "decision",
    "judged_by",
    "judged_at",
    "first_seen",
    "waiting_since",
)
_PUT = (
    f"INSERT OR REPLACE INTO queue ({', '.join(_COLUMNS)})"
    f" VALUES ({', '.join(':' + column for column in _COLUMNS)})"
)


def refresh_queue(db: Database, hits: Iterable[str]) -> None:
    """Bring the queue up to date after something was recorded of hits; in its transaction."""
    groups: set[str] = set()
    sellers: set[str] = set()
    for hit in hits:
        before = next(db.query("SELECT * FROM queue WHERE hit = ?", [hit]), None)
        after = next(_rows(db, "WHERE h.id = :hit", {"hit": hit}), None)
        if after is None or after == before:
            continue
        db.execute(_PUT, after)
        sellers |= _count_of_seller(db, before, after)
        for row, sign in ((before, -1), (after, 1)):
            if row is not None:
                _count_in_group(db, row, sign)
                groups.add(row["grp"])
    for grp in groups:
        _refresh_group(db, grp)
    for seller in sellers:
        for grp in _groups_of(db, seller):
            _refresh_group(db, grp)


def rebuild_queue(db: Database) -> None:
    """Make the queue anew from the records; inside the caller's transaction."""
    for table in ("queue", "queue_groups", "queue_sellers"):
        db.execute(f"DELETE FROM {table}")
    db.conn.executemany(_PUT, _rows(db, "", {}))
    db.execute(
        "INSERT INTO queue_sellers SELECT seller, count(*) FROM queue"
        " WHERE decision = 'infringing' GROUP BY seller"
    )
    counts = ", ".join(f"sum({_COUNTED[name]}) AS {name}" for name in _COUNTED)
    made = db.query(f"SELECT q.grp, {counts} FROM queue q GROUP BY q.grp")
    for counted in list(made):
        _put_counts(db, counted)
        _refresh_group(db, counted["grp"])


def rename_in_queue(db: Database, right: Right) -> None:
    """Bring up to date what the queue says of a right that changed; in its transaction."""
    values = {
        "id": right.id,
        "kind": right.kind,
        "name": right.name or right.id,
        "holder": right.holder.name if right.holder else "",
    }
    for table, where in (
        ("queue", "right_id = :id"),
        ("queue_groups", "grp IN (SELECT grp FROM queue WHERE right_id = :id)"),
    ):
        db.execute(
            f"UPDATE {table} SET kind = :kind, right_name = :name, holder = :holder WHERE {where}"
            " AND (kind, right_name, holder) IS NOT (:kind, :name, :holder)",
            values,
        )


def fold_seller(name: str) -> str:
    """Return a seller's name as it is searched for: without case, width and the like."""
    return unicodedata.normalize("NFKC", name).casefold()


def _rows(db: Database, where: str, values: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    for facts in db.query(f"{_FACTS} {where}", dict(values)):
        yield _row(facts)


def _row(facts: Mapping[str, Any]) -> dict[str, Any]:
    seller = Seller(name=facts["shown_name"], id=facts["shown_id"], url=facts["shown_url"])
    listing = Listing(url=facts["url"], title="", site=facts["listed_site"], seller=seller)
    features = frozenset((facts["features"] or "").split(","))
    price, words = price_factor(features), words_factor(features)
    state = _state(facts)
    waiting = state in {"open", "changed", "disputed"}
    disputed = state == "disputed"
    who = seller_id(listing)
    return {
        **{name: facts[name] for name in _COLUMNS if name in facts},
        "grp": stable_id("g", who, facts["right_id"]),
        "seller": who,
        "seller_name": seller_name(listing),
        "site": listing_site(listing),
        "right_name": facts["right_name"] or facts["right_id"],
        "holder": facts["holder"] or "",
        "price": None if facts["price"] is None else str(facts["price"]),
        "price_factor": price,
        "words_factor": words,
        "base": base_of(facts["score"], price, words),
        "state": state,
        "waiting": int(waiting),
        "waiting_since": facts["disputed_since" if disputed else "waiting_since"]
        if waiting
        else None,
        "flagged": int(facts["flagged"] or disputed),
    }


def _state(facts: Mapping[str, Any]) -> str:
    if facts["newest_score"] <= 0:
        return "ended"
    if facts["disputed_since"] is not None:
        return "disputed"
    if facts["judgement"] is None:
        return "open"
    return "changed" if facts["differs"] else "judged"


_COUNTED = {
    "open": "q.state = 'open'",
    "changed": "q.state IN ('changed', 'disputed')",
    "judged": "q.state = 'judged'",
    "unsure": "q.state = 'judged' AND q.decision = 'unsure'",
    "ended": "q.state = 'ended'",
    "waiting": "q.waiting",
    "flagged": "q.waiting AND q.flagged",
}
"""Counts of a group, as a condition of its hits."""


def _counts(row: Mapping[str, Any]) -> dict[str, int]:
    """Return the same of one row."""
    judged = row["state"] == "judged"
    state = "changed" if row["state"] == "disputed" else row["state"]
    counts = {name: int(state == name) for name in ("open", "changed", "judged", "ended")}
    return counts | {
        "unsure": int(judged and row["decision"] == "unsure"),
        "waiting": int(row["waiting"]),
        "flagged": int(row["waiting"] and row["flagged"]),
    }


def _count_in_group(db: Database, row: Mapping[str, Any], sign: int) -> None:
    counts = {name: sign * count for name, count in _counts(row).items()}
    changes = ", ".join(f"{name} = {name} + :{name}" for name in counts)
    values = {"grp": row["grp"], **counts}
    if db.execute(f"UPDATE queue_groups SET {changes} WHERE grp = :grp", values).rowcount == 0:
        _put_counts(db, values)


def _put_counts(db: Database, counted: Mapping[str, Any]) -> None:
    """Insert a group that has its counts, and waits for the rest."""
    names = ", ".join(_COUNTED)
    db.execute(
        "INSERT INTO queue_groups (grp, seller, seller_name, seller_folded, site, right_id, kind,"
        f" right_name, holder, {names}, top_base, top_score, repeat, risk)"
        " VALUES (:grp, '', '', '', '', '', '', '', '',"
        f" {', '.join(':' + name for name in _COUNTED)}, 0, 0, 0, 0)",
        dict(counted),
    )


def _count_of_seller(
    db: Database, before: Mapping[str, Any] | None, after: Mapping[str, Any]
) -> set[str]:
    """Count what is judged infringing of a seller; return the sellers of whom it changed."""
    changes: dict[str, int] = {}
    for row, sign in ((before, -1), (after, 1)):
        if row is not None and row["decision"] == "infringing":
            changes[row["seller"]] = changes.get(row["seller"], 0) + sign
    changed = {seller: count for seller, count in changes.items() if count}
    for seller, count in changed.items():
        db.execute(
            "INSERT INTO queue_sellers VALUES (:seller, :count)"
            " ON CONFLICT (seller) DO UPDATE SET infringing = infringing + :count",
            {"seller": seller, "count": count},
        )
        db.execute("DELETE FROM queue_sellers WHERE seller = ? AND infringing = 0", [seller])
    return set(changed)


def _groups_of(db: Database, seller: str) -> list[str]:
    return [
        str(grp) for (grp,) in db.execute("SELECT grp FROM queue_groups WHERE seller = ?", [seller])
    ]


_NAMES = "seller, seller_name, site, right_id, kind, right_name, holder"
_GROUP = f"""
SELECT {_NAMES},
    (SELECT hit FROM queue WHERE grp = :grp AND waiting = 1 ORDER BY base DESC, hit LIMIT 1)
        AS top_hit,
    (SELECT max(base) FROM queue WHERE grp = :grp AND waiting = 1) AS top_base,
    (SELECT max(score) FROM queue WHERE grp = :grp AND waiting = 1) AS top_score,
    (SELECT min(waiting_since) FROM queue WHERE grp = :grp AND waiting = 1) AS waiting_since,
    coalesce((SELECT infringing FROM queue_sellers s WHERE s.seller = q.seller), 0) AS repeat,
    (SELECT open + changed + judged FROM queue_groups WHERE grp = :grp) AS reach
FROM queue q WHERE grp = :grp ORDER BY findings DESC LIMIT 1
"""


def _refresh_group(db: Database, grp: str) -> None:
    """Set what a group's row says beside its counts; drop a group that no hit is of."""
    row = next(db.query(_GROUP, {"grp": grp}), None)
    if row is None:
        db.execute("DELETE FROM queue_groups WHERE grp = ?", [grp])
        return
    base = row["top_base"] or 0.0
    risk = risk_of(base, reach_factor(row["reach"]), repeat_factor(row["repeat"]))
    db.execute(
        "UPDATE queue_groups SET seller = :seller, seller_name = :seller_name,"
        " seller_folded = :folded, site = :site, right_id = :right_id, kind = :kind,"
        " right_name = :right_name, holder = :holder, top_hit = :top_hit, top_base = :top_base,"
        " top_score = :top_score, waiting_since = :waiting_since, repeat = :repeat, risk = :risk"
        " WHERE grp = :grp",
        {
            **row,
            "grp": grp,
            "folded": fold_seller(row["seller_name"]),
            "top_base": base,
            "top_score": row["top_score"] or 0.0,
            "risk": risk,
        },
    )
