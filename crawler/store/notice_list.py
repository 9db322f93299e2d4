"""Notices by where they lie on the desk, a page at a time."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, get_args

from sqlite_utils import Database

from crawler.accounts import ApprovalKind
from crawler.store.approvals import lacking_approvals
from crawler.store.outbox import find_last, find_step

STATUS = """
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

OPEN_ANSWER = """
NOT EXISTS (SELECT 1 FROM answer_decisions d WHERE d.answer = a.id)
AND (a.suggestion IS NOT NULL OR a.notice IS NULL OR a.kind IN ('reply', 'bounce'))
"""
"""An answer ``a`` on which a person has still to decide, as ``crawler.store.answers`` has it."""

Tray = Literal[
    "unchecked", "missing", "approval", "ready", "queued", "uncertain", "returned",
    "sent", "countered", "restored", "decided", "closed",
]  # fmt: skip
"""Where a notice lies on the desk. Each lies in exactly one tray."""
TRAYS: tuple[Tray, ...] = get_args(Tray)
AWAY: frozenset[Tray] = frozenset(
    {"uncertain", "returned", "sent", "countered", "restored", "decided"}
)
"""Trays of what left and was not withdrawn or closed: clocks may run for it."""
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


@dataclass(frozen=True, kw_only=True, slots=True)
class Changes:
    """What happened to notices since somebody looked."""

    trays: Mapping[str, Tray]
    """Of each notice that is new, or to which something happened: where it lies now."""
    step: int
    """Number of the newest step."""
    notice: int
    """Number of the newest notice."""


def find_changes(db: Database, *, step: int = 0, notice: int = 0) -> Changes:
    """Return where the notices lie that changed after a step and a notice; all, after none."""
    newest = db.execute(
        "SELECT coalesce((SELECT max(id) FROM notice_events), 0),"
        " coalesce((SELECT max(rowid) FROM notices), 0)"
    ).fetchone()
    rows = db.execute(
        f"SELECT id, {_TRAY} FROM (SELECT n.id, {STATUS} AS status FROM notices n WHERE n.id IN"
        " (SELECT id FROM notices WHERE rowid > :notice"
        " UNION SELECT notice FROM notice_events WHERE id > :step)) n",
        {"step": step, "notice": notice},
    )
    return Changes(trays=dict(rows.fetchall()), step=int(newest[0]), notice=int(newest[1]))


def find_notice_rows(
    db: Database,
    *,
    ids: Sequence[str] | None = None,
    site: str = "",
    kind: str = "",
    case: str = "",
    after: str = "",
    limit: int = 50,
) -> list[NoticeRow]:
    """Return notices, the newest first.

    :param ids: only these; None = all
    :param after: id of the last one of the page before
    """
    terms, values = ["1"], dict[str, Any](limit=limit)
    for column, value in (("c.site", site), ("n.kind", kind), ("n.case_id", case)):
        if value:
            name = column.rpartition(".")[2]
            terms.append(f"{column} = :{name}")
            values[name] = value
    if ids is not None:
        terms.append("n.id IN (SELECT value FROM json_each(:ids))")
        values["ids"] = json.dumps(list(ids))
    if after:
        terms.append("n.id < :after")
        values["after"] = after
    rows = db.query(
        f"SELECT n.*, {_TRAY} AS tray FROM (SELECT n.id, n.case_id, n.kind, n.drafted_by,"
        f" n.drafted_at, c.seller, c.site, c.holder, {STATUS} AS status FROM notices n"
        f" JOIN cases c ON c.id = n.case_id WHERE {' AND '.join(terms)}"
        " ORDER BY n.id DESC LIMIT :limit) n",
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
    row = db.execute(f"SELECT count(*) FROM answers a WHERE {OPEN_ANSWER}").fetchone()
    return int(row[0])


def count_relistings(db: Database) -> int:
    """Return how many listings came back elsewhere."""
    return int(db.execute("SELECT count(*) FROM relistings").fetchone()[0])


def find_open_answers(db: Database) -> set[str]:
    """Return the ids of notices that have an answer on which a person has still to decide."""
    rows = db.execute(
        f"SELECT DISTINCT a.notice FROM answers a WHERE a.notice IS NOT NULL AND {OPEN_ANSWER}"
    )
    return {str(notice) for (notice,) in rows.fetchall()}


def find_kinds(db: Database, ids: Collection[str]) -> dict[str, str]:
    """Return the kinds of notices by their ids."""
    rows = db.execute(
        "SELECT id, kind FROM notices WHERE id IN (SELECT value FROM json_each(?))",
        [json.dumps(sorted(ids))],
    )
    return dict(rows.fetchall())
