"""Hits, what was found for them, and people's judgements."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlite_utils import Database

from crawler.errors import NotFoundError
from crawler.formats import dump_json, load_record
from crawler.model import Hit, Judgement, Listing, Right, RightKind, Sighting
from crawler.pictures import PictureFolder
from crawler.store.database import now, timestamp
from crawler.store.disputes import is_disputed
from crawler.store.ledger import append_entry
from crawler.store.queue_rows import refresh_queue


@dataclass(frozen=True, kw_only=True, slots=True)
class StoredHit:
    """A hit with everything that a person needs to decide on it."""

    hit: Hit
    listing: Listing
    """As it was when the findings were made."""
    right: Right
    """As it was when the findings were made."""
    first_seen_at: datetime
    seen_at: datetime
    sweep: str
    """Id of the sweep that made the findings."""
    picture_files: Mapping[str, Path]
    """``Listing.images`` URL -> stored file, of those that were had."""
    reference_files: Mapping[str, Path]
    """``Right.images`` path -> stored file."""
    judgement: Judgement | None
    """The newest; None while nobody has decided."""
    findings: int = 0
    """Number of the findings, which a judgement names."""
    changed: bool = False
    """Whether the findings are other ones than those that were judged."""
    rematched_at: datetime | None = None
    """When a rematch made the findings, of what was seen earlier; None: the sweep made them."""
    matched_later: bool = False
    """Whether the findings are of a right that was imported after the sighting: they are of a later
    rematch, and no sweep's. Of one before ``hit-rematched`` was recorded nobody knows when."""
    disputed: bool = False
    """Whether two people say different things of it, and no third has judged it."""


def record_hits(
    db: Database,
    sighting: Sighting,
    hits: Sequence[Hit],
    covered: Collection[str],
    *,
    rematched: Collection[str] = (),
) -> None:
    """Append what one sighting's matching found; inside the caller's transaction.

    :param covered: ids of the rights that were looked for. A hit of one of them that was there
        and is not found any more gets empty findings, so that it is current no longer.
    :param rematched: ids of hits that changed in a rematch; when that was stands in the ledger
    """
    refresh_queue(db, append_hits(db, sighting, hits, covered, rematched=rematched))


def append_hits(
    db: Database,
    sighting: Sighting,
    hits: Sequence[Hit],
    covered: Collection[str],
    *,
    rematched: Collection[str] = (),
    is_new: bool = False,
) -> list[str]:
    """Do what ``record_hits`` does, but for the queue; return the hits by which that is refreshed.

    :param rematched: as there
    :param is_new: whether it was seen just now: at one address stands a listing, or a page that is
        none, so that the hits of what stood there before end
    """
    found = {(hit.target, hit.right) for hit in hits}
    url = sighting.record.url
    known = db.query(
        "SELECT h.id, h.target, h.right_id, f.score FROM hits h"
        " JOIN hit_findings f ON f.id = (SELECT max(id) FROM hit_findings WHERE hit = h.id)"
        " WHERE h.url = ? AND (h.target = ? OR ?)",
        [url, sighting.record.target, is_new],
    )
    ended = [
        Hit(
            id=row["id"],
            target=row["target"],
            listing=url,
            right=row["right_id"],
            score=0.0,
            flagged=False,
            findings=(),
        )
        for row in known
        if row["score"] > 0
        and row["right_id"] in covered
        and (row["target"], row["right_id"]) not in found
    ]
    for hit in (*hits, *ended):
        db.execute(
            "INSERT OR IGNORE INTO hits (id, target, url, right_id) VALUES (?, ?, ?, ?)",
            [hit.id, hit.target, hit.listing, hit.right],
        )
        made = db.execute(
            "INSERT INTO hit_findings (hit, sighting, right_version, record, score, flagged)"
            " SELECT ?, ?, max(id), ?, ?, ? FROM right_versions WHERE right_id = ?",
            [hit.id, sighting.id, dump_json(hit), hit.score, int(hit.flagged), hit.right],
        )
        if hit.id in rematched:
            record = {"findings": made.lastrowid, "sighting": sighting.id, "score": hit.score}
            append_entry(db, "hit-rematched", hit.id, record, by="markhound", at=now())
    return [hit.id for hit in (*hits, *ended)]


def record_judgement(db: Database, judgement: Judgement) -> None:
    """Append a person's decision; inside the caller's transaction, or in one of its own."""
    row = {
        "id": judgement.id,
        "hit": judgement.hit,
        "findings": judgement.findings,
        "decision": judgement.decision,
        "judged_by": judgement.by,
        "authenticated": int(judgement.authenticated),
        "reason": judgement.reason,
        "judged_at": timestamp(judgement.judged_at),
        "cause": judgement.cause,
        "bulk": judgement.bulk,
    }
    with db.atomic():
        db.table("judgements").insert(row)
        append_entry(
            db,
            "judgement",
            judgement.hit,
            {
                "judgement": judgement.id,
                "decision": judgement.decision,
                "findings": judgement.findings,
                "authenticated": judgement.authenticated,
                "reason": judgement.reason,
                "cause": judgement.cause,
                "bulk": judgement.bulk,
            },
            by=judgement.by,
            at=judgement.judged_at,
        )
        refresh_queue(db, [judgement.hit])


def load_hit(db: Database, pictures: PictureFolder, prefix: str) -> StoredHit:
    """Return the one hit whose id starts with ``prefix``.

    :raises NotFoundError: when there is none, more than one, or it is a hit no longer
    """
    hit = find_hit_id(db, prefix)
    for stored in find_hits(db, pictures, ids=[hit]):
        return stored
    raise NotFoundError(f"{hit} was a hit, but its listing as last seen is none any more")


def find_hit_id(db: Database, prefix: str) -> str:
    """Return the one hit whose id starts with ``prefix``.

    :raises NotFoundError: when there is none, or more than one
    """
    rows = db.query(
        "SELECT id FROM hits WHERE substr(id, 1, length(:p)) = :p ORDER BY id LIMIT 4",
        {"p": prefix},
    )
    found = [str(row["id"]) for row in rows]
    if len(found) == 1:
        return found[0]
    if not found:
        raise NotFoundError(f"no hit has the id {prefix!r}; `markhound hits` lists them")
    some = ", ".join(found[:3])
    raise NotFoundError(f"several hits start with {prefix!r} ({some} ...); give more of the id")


def find_hit_url(db: Database, hit: str) -> str:
    """Return the address of the hit's listing or page, also of one that is a hit no longer."""
    row = next(db.query("SELECT url FROM hits WHERE id = ?", [hit]))
    return str(row["url"])


def find_right_of_hit(db: Database, hit: str) -> tuple[str, RightKind]:
    """Return the id of the right that a hit is of, and its kind as the registry has it today."""
    rows = db.execute(
        "SELECT h.right_id, v.record ->> '$.kind' FROM hits h JOIN right_versions v ON v.id ="
        " (SELECT max(id) FROM right_versions WHERE right_id = h.right_id) WHERE h.id = ?",
        [hit],
    )
    right, kind = rows.fetchone()
    return right, kind


def find_hits_at(db: Database, url: str) -> list[str]:
    """Return the ids of the hits at an address, also of those that are hits no longer."""
    rows = db.query("SELECT id FROM hits WHERE url = ? ORDER BY id", [url])
    return [str(row["id"]) for row in rows]


def is_recorded(db: Database, hit: str) -> bool:
    """Tell whether a hit of that very id was ever recorded."""
    return any(db.query("SELECT 1 FROM hits WHERE id = ?", [hit]))


_HITS = """
SELECT f.record AS hit, s.record AS listing, v.record AS right_record, f.id AS findings,
       f.sighting, f.right_version, v.imported_at, l.first_seen_at, s.seen_at, s.sweep, h.id
FROM hits h
JOIN hit_findings f ON f.id = ({newest})
JOIN sightings s ON s.id = f.sighting
JOIN listings l ON l.id = s.listing
JOIN right_versions v ON v.id = f.right_version
WHERE f.score > 0 AND {conditions}
ORDER BY f.score DESC, h.id LIMIT :limit
"""
_NEWEST = "SELECT max(id) FROM hit_findings WHERE hit = h.id"
_LAST_FOUND = "SELECT max(id) FROM hit_findings WHERE hit = h.id AND score > 0"
_NEWEST_OF_SWEEP = """
SELECT max(n.id) FROM hit_findings n JOIN sightings t ON t.id = n.sighting
WHERE n.hit = h.id AND t.sweep = :sweep
"""
_NEWEST_OF_NOTICE = """
SELECT max(f.id) FROM notice_hits n
JOIN notices o ON o.id = n.notice
JOIN judgements j ON j.id = n.judgement
JOIN hit_findings judged ON judged.id = j.findings
JOIN hit_findings f ON f.hit = n.hit AND f.record = judged.record
JOIN sightings t ON t.id = f.sighting AND t.seen_at <= o.drafted_at
WHERE n.hit = h.id AND n.notice = :notice
"""
"""The same findings as were judged, as they were seen last before the draft."""


def find_hits(
    db: Database,
    pictures: PictureFolder,
    *,
    ids: Sequence[str] | None = None,
    right: str | None = None,
    site: str | None = None,
    sweep: str | None = None,
    flagged_only: bool = False,
    limit: int | None = None,
) -> list[StoredHit]:
    """Return hits with their newest findings, or those of one sweep; highest score first."""
    conditions, values = _conditions(ids, right, site, flagged_only)
    newest = _NEWEST if sweep is None else _NEWEST_OF_SWEEP
    values |= {"limit": -1 if limit is None else limit, "sweep": sweep}
    return _query_hits(db, pictures, newest, conditions, values)


def find_ended_hit(db: Database, pictures: PictureFolder, hit: str) -> StoredHit | None:
    """Return a hit that is one no longer, as it was last found; None when there never was one."""
    found = _query_hits(db, pictures, _LAST_FOUND, "h.id = :hit", {"limit": 1, "hit": hit})
    return found[0] if found else None


def find_noticed_hits(db: Database, pictures: PictureFolder, notice: str) -> list[StoredHit]:
    """Return the hits of a notice as they were when it was drafted, by id."""
    conditions = "h.id IN (SELECT hit FROM notice_hits WHERE notice = :notice)"
    values = {"limit": -1, "notice": notice}
    found = _query_hits(db, pictures, _NEWEST_OF_NOTICE, conditions, values)
    return sorted(found, key=lambda stored: stored.hit.id)


def _query_hits(
    db: Database, pictures: PictureFolder, newest: str, conditions: str, values: dict[str, Any]
) -> list[StoredHit]:
    rows = db.query(_HITS.format(newest=newest, conditions=conditions), values)
    return [_stored_hit(db, pictures, row) for row in list(rows)]


def _conditions(
    ids: Sequence[str] | None, right: str | None, site: str | None, flagged_only: bool
) -> tuple[str, dict[str, Any]]:
    terms: list[str] = ["1"]
    values: dict[str, Any] = {}
    if ids is not None:
        names = {f"id{number}": value for number, value in enumerate(ids)}
        terms.append(f"h.id IN ({', '.join(':' + name for name in names)})")
        values.update(names)
    for column, value in (("h.right_id", right), ("l.site", site)):
        if value is not None:
            name = column.replace(".", "_")
            terms.append(f"{column} = :{name}")
            values[name] = value
    if flagged_only:
        terms.append("f.flagged = 1")
    return " AND ".join(terms), values


def _stored_hit(db: Database, pictures: PictureFolder, row: Mapping[str, Any]) -> StoredHit:
    had = db.query(
        "SELECT url, sha256 FROM sighting_pictures WHERE sighting = ? AND sha256 IS NOT NULL",
        [row["sighting"]],
    )
    references = db.query(
        "SELECT image, sha256 FROM right_pictures WHERE version = ?", [row["right_version"]]
    )
    judgement = find_judgement(db, row["id"])
    return StoredHit(
        hit=load_record(Hit, row["hit"]),
        listing=load_record(Listing, row["listing"]),
        right=load_record(Right, row["right_record"]),
        first_seen_at=datetime.fromisoformat(row["first_seen_at"]),
        seen_at=datetime.fromisoformat(row["seen_at"]),
        sweep=row["sweep"],
        picture_files={p["url"]: pictures.path_of(p["sha256"]) for p in had},
        reference_files={p["image"]: pictures.path_of(p["sha256"]) for p in references},
        judgement=judgement,
        findings=row["findings"],
        changed=judgement is not None and _differ(db, judgement.findings, row["findings"]),
        rematched_at=_rematched_at(db, row["id"], row["findings"]),
        matched_later=row["imported_at"] > row["seen_at"],
        disputed=is_disputed(db, row["id"]),
    )


def _rematched_at(db: Database, hit: str, findings: int) -> datetime | None:
    rows = db.execute(
        "SELECT at FROM ledger WHERE subject = ? AND CASE WHEN kind = 'hit-rematched'"
        " AND json_valid(record) THEN record ->> '$.findings' END = ?",
        [hit, findings],
    )
    return next((datetime.fromisoformat(at) for (at,) in rows), None)


def _differ(db: Database, one: int, other: int) -> bool:
    rows = db.query("SELECT DISTINCT record FROM hit_findings WHERE id IN (?, ?)", [one, other])
    return len(list(rows)) > 1


def find_judgement(db: Database, hit: str) -> Judgement | None:
    """Return the newest judgement of the hit that was not undone, if any."""
    rows = db.query(
        "SELECT * FROM standing_judgements WHERE hit = ? ORDER BY number DESC LIMIT 1", [hit]
    )
    return next(map(judgement_of, rows), None)


def find_judged_hit(db: Database, judgement: str) -> str | None:
    """Return the hit that a judgement is of; None when there is none of that id."""
    rows = db.execute("SELECT hit FROM judgements WHERE id = ?", [judgement])
    return next((str(hit) for (hit,) in rows), None)


def judgement_of(row: Mapping[str, Any]) -> Judgement:
    """Return the judgement of a row."""
    return Judgement(
        id=row["id"],
        hit=row["hit"],
        findings=row["findings"],
        decision=row["decision"],
        by=row["judged_by"],
        authenticated=bool(row["authenticated"]),
        reason=row["reason"],
        judged_at=datetime.fromisoformat(row["judged_at"]),
        cause=row["cause"],
        bulk=row["bulk"],
    )
