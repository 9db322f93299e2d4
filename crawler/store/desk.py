"""Lists of cases and notices by where they stand, a page at a time: what the desk looks through."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, get_args

from sqlite_utils import Database

from crawler.accounts import ApprovalKind
from crawler.formats import load_record
from crawler.model import Listing
from crawler.store.approvals import lacking_approvals
from crawler.store.database import timestamp
from crawler.store.outbox import find_last, find_step
from crawler.takedown import Case

_STATUS = """
CASE WHEN EXISTS (SELECT 1 FROM notice_events w WHERE w.notice = n.id AND w.event = 'withdrawn')
    THEN 'withdrawn'
ELSE coalesce(
    (SELECT e.event FROM notice_events e WHERE e.notice = n.id AND e.event != 'checked'
        ORDER BY e.id DESC LIMIT 1),
    (SELECT 'checked' FROM notice_events e WHERE e.notice = n.id LIMIT 1),
    'draft')
END
"""
"""Where a notice ``n`` stands, as ``crawler.takedown.status_of`` says it."""

_OPEN_ANSWER = """
NOT EXISTS (SELECT 1 FROM answer_decisions d WHERE d.answer = a.id)
AND (a.suggestion IS NOT NULL OR a.notice IS NULL OR a.kind IN ('reply', 'bounce'))
"""
"""An answer ``a`` on which a person has still to decide, as ``crawler.store.answers`` has it."""

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
WAITING: Mapping[Waiting, str] = {
    "notice": "EXISTS (SELECT 1 FROM case_hits h WHERE h.case_id = c.id AND NOT EXISTS"
    " (SELECT 1 FROM notice_hits x WHERE x.hit = h.hit) AND 'infringing' = (SELECT decision FROM"
    " judgements j WHERE j.hit = h.hit ORDER BY j.rowid DESC LIMIT 1))",
    "approval": "(statuses LIKE '%,draft,%' OR statuses LIKE '%,checked,%')",
    "sending": "(statuses LIKE '%,approved,%' OR statuses LIKE '%,cancelled,%'"
    " OR statuses LIKE '%,failed,%')",
    "answer": "EXISTS (SELECT 1 FROM notices n JOIN answers a ON a.notice = n.id"
    f" WHERE n.case_id = c.id AND {_OPEN_ANSWER})",
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
    if condition := dict[str, str](WAITING).get(wanted.waiting):
        terms.append(condition)
    if after:
        values["at"], _, values["id"] = after.partition(" ")
        terms.append("(c.opened_at, c.id) < (:at, :id)")
    rows = db.query(
        f"WITH c AS (SELECT c.*, {_CASE_STATE} AS state FROM (SELECT c.*,"
        " (SELECT e.record ->> '$.to' FROM case_events e WHERE e.case_id = c.id"
        " AND e.event = 'assigned' ORDER BY e.id DESC LIMIT 1) AS assigned,"
        f" ',' || coalesce((SELECT group_concat({_STATUS}) FROM (SELECT id FROM notices"
        " WHERE case_id = c.id ORDER BY id DESC) n), '') || ',' AS statuses FROM cases c) c)"
        " SELECT c.*,"
        " (SELECT count(*) FROM case_hits WHERE case_id = c.id) AS hits,"
        " (SELECT count(*) FROM relistings WHERE case_id = c.id) AS relistings,"
        " (SELECT count(*) FROM notices n JOIN answers a ON a.notice = n.id WHERE n.case_id = c.id"
        f" AND {_OPEN_ANSWER}) AS answers"
        f" FROM c WHERE {' AND '.join(terms)} ORDER BY c.opened_at DESC, c.id DESC LIMIT :limit",
        values,
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


Tray = Literal[
    "unchecked", "missing", "approval", "ready", "queued", "uncertain", "returned",
    "sent", "countered", "restored", "decided", "closed",
]  # fmt: skip
"""Where a notice lies on the desk. Each lies in exactly one tray."""
TRAYS: tuple[Tray, ...] = get_args(Tray)
BEFORE_LEAVING: tuple[Tray, ...] = ("unchecked", "missing", "approval", "ready")

_TRAY = """
CASE
WHEN status = 'draft' THEN 'unchecked'
WHEN status = 'checked' THEN CASE WHEN (SELECT e.record ->> '$.holds' FROM notice_events e
    WHERE e.notice = n.id AND e.event = 'checked' ORDER BY e.id DESC LIMIT 1)
    THEN 'approval' ELSE 'missing' END
WHEN status IN ('approved', 'cancelled', 'failed') THEN 'ready'
WHEN status IN ('queued', 'sending') THEN 'queued'
WHEN status = 'bounced' THEN 'returned'
WHEN status IN ('sent', 'acknowledged') THEN 'sent'
WHEN status = 'withdrawn' THEN 'closed'
ELSE status END
"""


@dataclass(frozen=True, kw_only=True, slots=True)
class NoticeRow:
    """One notice of the list."""

    id: str
    case: str
    seller: str
    site: str
    holder: str
    kind: str
    recipient: str
    hits: int
    drafted_by: str
    drafted_at: datetime
    status: str
    tray: Tray
    since: datetime
    """Of its newest step."""
    not_before: datetime | None
    """When a queued one is due."""
    missing: tuple[str, ...]
    """What stopped it at its last check."""
    lacking: tuple[ApprovalKind, ...]


def count_trays(db: Database) -> dict[Tray, int]:
    """Return how many notices lie in each tray."""
    rows = db.execute(
        f"SELECT tray, count(*) FROM (SELECT {_TRAY} AS tray FROM"
        f" (SELECT n.id, {_STATUS} AS status FROM notices n) n) GROUP BY tray"
    )
    counts: dict[Tray, int] = dict.fromkeys(TRAYS, 0)
    return counts | dict(rows.fetchall())


def find_notice_rows(
    db: Database,
    *,
    tray: str = "",
    site: str = "",
    kind: str = "",
    ids: Sequence[str] | None = None,
    after: str = "",
    limit: int = 50,
) -> list[NoticeRow]:
    """Return notices, the newest first.

    :param after: id of the last one of the page before
    """
    terms, values = ["1"], dict[str, Any](limit=limit)
    for column, value in (("tray", tray), ("site", site), ("n.kind", kind)):
        if value:
            name = column.rpartition(".")[2]
            terms.append(f"{column} = :{name}")
            values[name] = value
    if ids is not None:
        names = {f"id{number}": value for number, value in enumerate(ids)}
        terms.append(f"n.id IN ({', '.join(':' + name for name in names)})")
        values |= names
    if after:
        terms.append("n.id < :after")
        values["after"] = after
    rows = db.query(
        f"SELECT * FROM (SELECT n.*, {_TRAY} AS tray FROM (SELECT n.id, n.case_id, n.kind,"
        f" n.drafted_by, n.drafted_at, c.seller, c.site, c.holder, {_STATUS} AS status"
        " FROM notices n JOIN cases c ON c.id = n.case_id) n) n"
        f" WHERE {' AND '.join(terms)} ORDER BY n.id DESC LIMIT :limit",
        values,
    )
    return [_notice_row(db, row) for row in list(rows)]


def _notice_row(db: Database, row: Mapping[str, Any]) -> NoticeRow:
    notice, step = row["id"], find_step(db, row["id"])
    check = find_last(db, notice, "checked")
    recipient, hits = db.execute(
        "SELECT record ->> '$.recipient.name', (SELECT count(*) FROM notice_hits WHERE notice = id)"
        " FROM notices WHERE id = ?",
        [notice],
    ).fetchone()
    drafted_at = datetime.fromisoformat(row["drafted_at"])
    newest = step or check
    return NoticeRow(
        id=notice,
        case=row["case_id"],
        seller=row["seller"],
        site=row["site"],
        holder=row["holder"],
        kind=row["kind"],
        recipient=recipient,
        hits=hits,
        drafted_by=row["drafted_by"],
        drafted_at=drafted_at,
        status=row["status"],
        tray=row["tray"],
        since=newest.at if newest else drafted_at,
        not_before=step.not_before if step and step.event == "queued" else None,
        missing=tuple(missing_of(check.record)) if check else (),
        lacking=tuple(lacking_approvals(db, notice)) if row["tray"] in BEFORE_LEAVING else (),
    )


def missing_of(check: Mapping[str, Any]) -> list[str]:
    """Return what stopped a notice, from the record of its step ``checked``."""
    return [line["text"] for line in check.get("lines", ()) if line["state"] == "missing"]


def count_open_answers(db: Database) -> int:
    """Return on how many answers a person has still to decide."""
    row = db.execute(f"SELECT count(*) FROM answers a WHERE {_OPEN_ANSWER}").fetchone()
    return int(row[0])


def count_relistings(db: Database) -> int:
    """Return how many listings came back elsewhere."""
    return int(db.execute("SELECT count(*) FROM relistings").fetchone()[0])


RUNNING = ("sent", "uncertain", "acknowledged", "countered", "decided", "bounced", "restored")


def find_notices_with_clocks(db: Database) -> list[str]:
    """Return the ids of notices that left and were not withdrawn or closed, the newest first."""
    marks = ", ".join("?" for _ in RUNNING)
    rows = db.execute(
        f"SELECT id FROM (SELECT n.id, {_STATUS} AS status FROM notices n)"
        f" WHERE status IN ({marks}) ORDER BY id DESC",
        list(RUNNING),
    )
    return [str(notice) for (notice,) in rows.fetchall()]


def find_heads(db: Database) -> tuple[int, ...]:
    """Return numbers that change whenever a notice, an answer or a relisting is added to."""
    tables = ("notice_events", "answers", "answer_decisions")
    return tuple(
        int(db.execute(f"SELECT coalesce(max(rowid), 0) FROM {table}").fetchone()[0])
        for table in tables
    )


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
    """Return hits whose newest judgement is ``infringing`` and that are in no case, newest first.

    :param before: ``LooseHit.key`` of the last one of the page before
    """
    rows = db.query(
        "SELECT j.rowid AS key, j.hit, j.judged_by, j.judged_at, s.record, h.right_id,"
        " v.record ->> '$.name' AS right_name,"
        " coalesce(v.record ->> '$.holder.name', 'not known') AS holder"
        " FROM judgements j JOIN hits h ON h.id = j.hit"
        " JOIN hit_findings f ON f.id = (SELECT max(id) FROM hit_findings WHERE hit = j.hit)"
        " JOIN sightings s ON s.id = f.sighting"
        " JOIN right_versions v ON v.id ="
        " (SELECT max(id) FROM right_versions WHERE right_id = h.right_id)"
        " WHERE j.decision = 'infringing' AND (:before = 0 OR j.rowid < :before)"
        " AND j.rowid = (SELECT max(rowid) FROM judgements WHERE hit = j.hit)"
        " AND f.score > 0"
        " AND NOT EXISTS (SELECT 1 FROM case_hits WHERE hit = j.hit)"
        " AND NOT EXISTS (SELECT 1 FROM notice_hits WHERE hit = j.hit)"
        " ORDER BY j.rowid DESC LIMIT :limit",
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
