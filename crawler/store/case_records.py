"""Everything that is stored about a case, row by row, as it goes into a bundle.

Records stay the text that was stored: what is handed over is what was recorded, byte for byte.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator
from typing import Any

from sqlite_utils import Database

from crawler.store.ledger import Entry

Row = dict[str, Any]

_NOTICES = "SELECT id FROM notices WHERE case_id = :case"
_ANSWERS = (
    f"SELECT id FROM answers WHERE notice IN ({_NOTICES})"
    f" UNION SELECT answer FROM answer_decisions WHERE notice IN ({_NOTICES})"
)
_SIGHTINGS = (
    "SELECT sighting FROM hit_findings WHERE hit IN (SELECT value FROM json_each(:ids))"
    f" UNION SELECT sighting FROM looks WHERE notice IN ({_NOTICES})"
    " UNION SELECT sighting FROM relistings WHERE case_id = :case"
)
_WRITTEN = frozenset({"cases", "notices", "notice_hits", "notice_events"})
_REFERRED = {"cases": ":case", "notices": _NOTICES, "answers": _ANSWERS}
_BY_REFERENCE = {
    "answers": f"id IN ({_ANSWERS})",
    "lessons": "right_id IN (SELECT right_id FROM hits"
    " WHERE id IN (SELECT value FROM json_each(:ids)))",
}
"""Tables with rows that belong to a case by what others say of them: which notice a mail answers is
decided by a person where it does not say; what people taught is of the rights of the case."""


def find_case_findings(db: Database, hits: Collection[str]) -> Iterator[Row]:
    """Yield what was found for the hits each time, oldest first."""
    return _of_hits(
        db,
        "SELECT h.id, f.id AS findings, f.sighting, h.right_id AS 'right',"
        " f.right_version AS version, f.record,"
        " f.id = (SELECT max(id) FROM hit_findings WHERE hit = h.id) AS newest"
        " FROM hit_findings f JOIN hits h ON h.id = f.hit"
        " WHERE h.id IN (SELECT value FROM json_each(:ids)) ORDER BY f.id",
        hits,
    )


def find_case_sightings(db: Database, case: str, hits: Collection[str]) -> Iterator[Row]:
    """Yield every sighting on which findings, looks or relistings of the case stand, oldest first.

    :param hits: those of the case
    """
    return _of_hits(
        db,
        "SELECT l.id, s.id AS sighting, s.sweep, l.url, l.first_seen_at, s.seen_at, s.target,"
        " s.record, (SELECT json_group_array(json_object('url', p.url, 'sha256', p.sha256,"
        " 'problem', p.problem)) FROM sighting_pictures p WHERE p.sighting = s.id) AS pictures"
        " FROM sightings s JOIN listings l ON l.id = s.listing WHERE s.id IN"
        f" ({_SIGHTINGS}) ORDER BY s.seen_at, s.id",
        hits,
        case,
    )


def find_case_sweeps(db: Database, case: str, hits: Collection[str]) -> Iterator[Row]:
    """Yield the sweeps in which listings of the case were seen or looked at, oldest first."""
    return _of_hits(
        db,
        "SELECT id, campaign, plan ->> '$.purpose' AS purpose, started_at FROM sweeps WHERE id IN"
        f" (SELECT sweep FROM sightings WHERE id IN ({_SIGHTINGS})"
        f" UNION SELECT sweep FROM looks WHERE notice IN ({_NOTICES})) ORDER BY started_at, id",
        hits,
        case,
    )


def find_case_judgements(db: Database, hits: Collection[str]) -> Iterator[Row]:
    """Yield every judgement of the hits that stands, oldest first: not those that were undone."""
    return _of_hits(
        db,
        "SELECT id, hit, findings, decision, judged_by AS by, authenticated, cause, reason, bulk,"
        " judged_at FROM standing_judgements WHERE hit IN (SELECT value FROM json_each(:ids))"
        " ORDER BY number",
        hits,
    )


def find_case_rights(db: Database, hits: Collection[str]) -> Iterator[Row]:
    """Yield the versions of rights that the hits were matched with, and the newest of each."""
    return _of_hits(
        db,
        "SELECT v.id AS version, v.right_id AS id, v.digest, v.source, v.imported_at, v.record,"
        " (SELECT json_group_array(json_object('image', p.image, 'sha256', p.sha256))"
        " FROM right_pictures p WHERE p.version = v.id) AS pictures"
        " FROM right_versions v WHERE v.id IN"
        " (SELECT right_version FROM hit_findings"
        "  WHERE hit IN (SELECT value FROM json_each(:ids))"
        "  UNION SELECT max(n.id) FROM right_versions n JOIN hits h ON h.right_id = n.right_id"
        "  WHERE h.id IN (SELECT value FROM json_each(:ids)) GROUP BY n.right_id)"
        " ORDER BY v.id",
        hits,
    )


def find_case_captures(db: Database, case: str, hits: Collection[str]) -> Iterator[Row]:
    """Yield the captures of the hits and of relistings, oldest first.

    Those of the hits' addresses that were made for no hit are among them.
    """
    return _of_hits(
        db,
        "SELECT id, url, hit, sweep, purpose, at, file, sha256, proof, record, entry"
        " FROM captures WHERE hit IN (SELECT value FROM json_each(:ids)) OR hit IS NULL AND url IN"
        " (SELECT url FROM hits WHERE id IN (SELECT value FROM json_each(:ids)))"
        " OR url IN (SELECT new_url FROM relistings WHERE case_id = :case) ORDER BY at, id",
        hits,
        case,
    )


def find_case_notices(db: Database, case: str) -> Iterator[Row]:
    """Yield the notices of a case, oldest first."""
    yield from db.query(
        "SELECT id, case_id AS 'case', kind, record, drafted_by, drafted_at,"
        " (SELECT json_group_array(json_object('hit', hit, 'judgement', judgement))"
        " FROM notice_hits WHERE notice = notices.id) AS hits"
        " FROM notices WHERE case_id = ? ORDER BY id",
        [case],
    )


def find_case_rest(db: Database, case: str, hits: Collection[str]) -> Iterator[tuple[str, Row]]:
    """Yield table and row of all else that refers to the case or to a notice of it.

    Which tables do is read off the schema, so that none is forgotten when one is added.

    :param hits: those of the case, by which it is told what was taught of its rights
    """
    values = {"case": case, "ids": json.dumps(sorted(hits))}
    tables = db.query("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name")
    for table in [row["name"] for row in tables if row["name"] not in _WRITTEN]:
        conditions = [
            f'"{key["from"]}" IN ({_REFERRED[key["table"]]})'
            for key in db.query(f'PRAGMA foreign_key_list("{table}")')
            if key["table"] in _REFERRED
        ]
        if table in _BY_REFERENCE:
            conditions.append(_BY_REFERENCE[table])
        if conditions:
            where = " OR ".join(conditions)
            rows = db.query(f'SELECT * FROM "{table}" WHERE {where} ORDER BY rowid', values)
            for row in rows:
                yield table, row


def find_entries_of(
    db: Database, subjects: Collection[str], numbers: Collection[int]
) -> Iterator[Entry]:
    """Yield the entries of the ledger about these subjects or of these numbers, oldest first."""
    rows = db.query(
        "SELECT number, kind, subject, record, by, at, previous, digest FROM ledger"
        " WHERE subject IN (SELECT value FROM json_each(:subjects))"
        " OR number IN (SELECT value FROM json_each(:numbers)) ORDER BY number",
        {"subjects": json.dumps(sorted(subjects)), "numbers": json.dumps(sorted(numbers))},
    )
    for row in rows:
        yield Entry(**row)


def _of_hits(db: Database, sql: str, hits: Collection[str], case: str = "") -> Iterator[Row]:
    yield from db.query(sql, {"ids": json.dumps(sorted(hits)), "case": case})
