"""Cases by where they stand, a page at a time, and the hits that are in none."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, get_args

from sqlite_utils import Database

from crawler.errors import NotFoundError
from crawler.formats import load_record
from crawler.model import Listing
from crawler.store.database import timestamp
from crawler.store.ledger import Entry
from crawler.store.notice_list import OPEN_ANSWER, STATUS
from crawler.takedown import Case

CaseState = Literal["new", "drafting", "noticed", "decided", "back", "closed"]
"""``new``: no notice; ``drafting``: one that has not left; ``noticed``: one that is not decided;
``back``: a listing that was put back or came back elsewhere; ``closed``: all were withdrawn."""
CASE_STATES: tuple[CaseState, ...] = get_args(CaseState)

_CASE_STATE = """
CASE
WHEN EXISTS (SELECT 1 FROM relistings r WHERE r.case_id = c.id) OR statuses LIKE '%,restored,%'
    THEN 'back'
WHEN statuses = ',,' THEN 'new'
WHEN statuses LIKE '%,draft,%' OR statuses LIKE '%,checked,%' OR statuses LIKE '%,approved,%'
    OR statuses LIKE '%,queued,%' OR statuses LIKE '%,cancelled,%' OR statuses LIKE '%,failed,%'
    THEN 'drafting'
WHEN statuses LIKE '%,sen_,%' OR statuses LIKE '%,sending,%' OR statuses LIKE '%,uncertain,%'
    OR statuses LIKE '%,acknowledged,%' OR statuses LIKE '%,countered,%'
    OR statuses LIKE '%,bounced,%'
    THEN 'noticed'
WHEN statuses LIKE '%,decided,%' THEN 'decided'
ELSE 'closed'
END
"""

Waiting = Literal["notice", "approval", "sending", "answer", "uncertain"]
"""For what a case waits: hits that are in no notice, a notice to approve, one to send, an answer
to read, a sending of which nobody knows what became."""
WAITING: Mapping[str, str] = {
    "notice": "EXISTS (SELECT 1 FROM case_hits h WHERE h.case_id = c.id AND NOT EXISTS"
    " (SELECT 1 FROM notice_hits x WHERE x.hit = h.hit) AND 'infringing' = (SELECT decision FROM"
    " standing_judgements j WHERE j.hit = h.hit ORDER BY j.number DESC LIMIT 1)"
    " AND NOT EXISTS (SELECT 1 FROM disputed_hits WHERE hit = h.hit))",
    "approval": "(statuses LIKE '%,draft,%' OR statuses LIKE '%,checked,%')",
    "sending": "(statuses LIKE '%,approved,%' OR statuses LIKE '%,cancelled,%'"
    " OR statuses LIKE '%,failed,%')",
    "answer": "EXISTS (SELECT 1 FROM notices n JOIN answers a ON a.notice = n.id"
    f" WHERE n.case_id = c.id AND {OPEN_ANSWER})",
    "uncertain": "statuses LIKE '%,uncertain,%'",
}


@dataclass(frozen=True, kw_only=True, slots=True)
class CaseFilter:
    """Which cases are listed; what is empty does not matter."""

    state: str = ""
    holder: str = ""
    site: str = ""
    seller: str = ""
    """A part of the seller's name."""
    assigned: str = ""
    """The name, or ``-``: nobody."""
    waiting: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class CaseRow:
    """One case of the list."""

    case: Case
    state: CaseState
    assigned: str | None
    hits: int
    statuses: tuple[str, ...]
    """Of its notices, the newest first."""
    relistings: int
    answers: int
    """On which a person has still to decide."""

    @property
    def key(self) -> str:
        """Where the next page begins."""
        return f"{timestamp(self.case.opened_at)} {self.case.id}"


def find_case_rows(
    db: Database, wanted: CaseFilter, *, after: str = "", limit: int = 50
) -> list[CaseRow]:
    """Return cases, the newest first.

    :param after: ``CaseRow.key`` of the last one of the page before
    """
    terms, values = ["1"], dict[str, Any](limit=limit)
    for column in ("holder", "site"):
        if value := getattr(wanted, column):
            terms.append(f"c.{column} = :{column}")
            values[column] = value
    if wanted.seller:
        terms.append("c.seller LIKE :seller ESCAPE '\\'")
        values["seller"] = f"%{_literally(wanted.seller)}%"
    if wanted.assigned:
        terms.append("coalesce(assigned, '-') = :assigned")
        values["assigned"] = wanted.assigned
    if wanted.state:
        terms.append("state = :state")
        values["state"] = wanted.state
    if condition := WAITING.get(wanted.waiting):
        terms.append(condition)
    if after:
        values["at"], _, values["id"] = after.partition(" ")
        terms.append("(c.opened_at, c.id) < (:at, :id)")
    return _case_rows(db, terms, values)


def find_case_row(db: Database, case: str) -> CaseRow:
    """Return one case as a list has it.

    :raises NotFoundError: when there is none of that id
    """
    for row in _case_rows(db, ["c.id = :id"], {"id": case, "limit": 1}):
        return row
    raise NotFoundError(f"no case has the id {case!r}")


def _case_rows(db: Database, terms: Sequence[str], values: Mapping[str, Any]) -> list[CaseRow]:
    rows = db.query(
        f"WITH c AS (SELECT c.*, {_CASE_STATE} AS state FROM (SELECT c.*,"
        " (SELECT e.record ->> '$.to' FROM case_events e WHERE e.case_id = c.id"
        " AND e.event = 'assigned' ORDER BY e.id DESC LIMIT 1) AS assigned,"
        f" ',' || coalesce((SELECT group_concat({STATUS}) FROM (SELECT id FROM notices"
        " WHERE case_id = c.id ORDER BY id DESC) n), '') || ',' AS statuses FROM cases c) c)"
        " SELECT c.*,"
        " (SELECT count(*) FROM (SELECT hit FROM case_hits WHERE case_id = c.id UNION"
        " SELECT h.hit FROM notices n JOIN notice_hits h ON h.notice = n.id"
        " WHERE n.case_id = c.id)) AS hits,"
        " (SELECT count(*) FROM relistings WHERE case_id = c.id) AS relistings,"
        " (SELECT count(*) FROM notices n JOIN answers a ON a.notice = n.id WHERE n.case_id = c.id"
        f" AND {OPEN_ANSWER}) AS answers"
        f" FROM c WHERE {' AND '.join(terms)} ORDER BY c.opened_at DESC, c.id DESC LIMIT :limit",
        dict(values),
    )
    return [
        CaseRow(
            case=Case(
                id=row["id"],
                seller=row["seller"],
                site=row["site"],
                holder=row["holder"],
                opened_at=datetime.fromisoformat(row["opened_at"]),
            ),
            state=row["state"],
            assigned=row["assigned"],
            hits=row["hits"],
            statuses=tuple(status for status in row["statuses"].split(",") if status),
            relistings=row["relistings"],
            answers=row["answers"],
        )
        for row in rows
    ]


def _literally(text: str) -> str:
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


def find_case_parties(db: Database, *, most: int = 300) -> tuple[list[str], list[str]]:
    """Return the sites and the holders of cases, to choose from."""
    found = []
    for column in ("site", "holder"):
        rows = db.execute(f"SELECT DISTINCT {column} FROM cases ORDER BY 1 LIMIT ?", [most])
        found.append([str(value) for (value,) in rows.fetchall()])
    return found[0], found[1]


def find_capture_ids(db: Database, hits: Sequence[str]) -> list[str]:
    """Return the ids of the captures that were made of these hits."""
    rows = db.execute(
        "SELECT id FROM captures WHERE hit IN (SELECT value FROM json_each(?))",
        [json.dumps(list(hits))],
    )
    return [str(capture) for (capture,) in rows.fetchall()]


def find_newest_entries(db: Database, subjects: Sequence[str], *, most: int) -> list[Entry]:
    """Return the newest entries of the ledger about any of these subjects, newest first."""
    rows = db.query(
        "SELECT number, kind, subject, record, by, at, previous, digest FROM ledger"
        " WHERE subject IN (SELECT value FROM json_each(?)) ORDER BY number DESC LIMIT ?",
        [json.dumps(list(subjects)), most],
    )
    return [Entry(**row) for row in rows]


@dataclass(frozen=True, kw_only=True, slots=True)
class LooseHit:
    """A hit that was judged infringing and is in no case yet."""

    hit: str
    listing: Listing
    """As last seen."""
    right: str
    right_name: str
    holder: str
    """As the registry has it today."""
    by: str
    judged_at: datetime
    key: int
    """Where the next page begins."""


def find_loose_hits(db: Database, *, before: int = 0, limit: int = 300) -> list[LooseHit]:
    """Return hits that stand as ``infringing`` and are in no case, newest judgement first.

    Left out are those that no notice may be about: of which two people say different things.

    :param before: ``LooseHit.key`` of the last one of the page before
    """
    rows = db.query(
        "SELECT j.number AS key, j.hit, j.judged_by, j.judged_at, s.record, h.right_id,"
        " v.record ->> '$.name' AS right_name,"
        " coalesce(v.record ->> '$.holder.name', 'not known') AS holder"
        " FROM standing_judgements j JOIN hits h ON h.id = j.hit"
        " JOIN hit_findings f ON f.id = (SELECT max(id) FROM hit_findings WHERE hit = j.hit)"
        " JOIN sightings s ON s.id = f.sighting"
        " JOIN right_versions v ON v.id ="
        " (SELECT max(id) FROM right_versions WHERE right_id = h.right_id)"
        " WHERE j.decision = 'infringing' AND (:before = 0 OR j.number < :before)"
        " AND j.number = (SELECT max(number) FROM standing_judgements WHERE hit = j.hit)"
        " AND f.score > 0"
        " AND NOT EXISTS (SELECT 1 FROM case_hits WHERE hit = j.hit)"
        " AND NOT EXISTS (SELECT 1 FROM notice_hits WHERE hit = j.hit)"
        " AND NOT EXISTS (SELECT 1 FROM disputed_hits WHERE hit = j.hit)"
        " ORDER BY j.number DESC LIMIT :limit",
        {"before": before, "limit": limit},
    )
    return [
        LooseHit(
            hit=row["hit"],
            listing=load_record(Listing, row["record"]),
            right=row["right_id"],
            right_name=row["right_name"] or row["right_id"],
            holder=row["holder"],
            by=row["judged_by"],
            judged_at=datetime.fromisoformat(row["judged_at"]),
            key=row["key"],
        )
        for row in rows
    ]
