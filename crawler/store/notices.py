"""Cases and the notices drafted in them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from sqlite_utils import Database

from crawler.errors import NotFoundError
from crawler.formats import dump_json, load_record
from crawler.pictures import PictureFolder
from crawler.store.approvals import record_draft
from crawler.store.database import timestamp
from crawler.store.hits import StoredHit, find_noticed_hits
from crawler.store.rights import load_right_at
from crawler.takedown import Case, Notice


def record_case(db: Database, case: Case) -> Case:
    """Return the case as first opened, appending it when it is new.

    Inside the caller's transaction.
    """
    db.execute(
        "INSERT OR IGNORE INTO cases (id, seller, site, holder, opened_at) VALUES (?, ?, ?, ?, ?)",
        [case.id, case.seller, case.site, case.holder, timestamp(case.opened_at)],
    )
    return load_case(db, case.id)


def load_case(db: Database, case: str) -> Case:
    """Return one case.

    :raises NotFoundError: when there is none of that id
    """
    for found in _cases(db, "WHERE id = ?", [case]):
        return found
    raise NotFoundError(f"no case has the id {case!r}; `markhound case list` has all")


def find_cases(db: Database) -> list[Case]:
    """Return all cases, newest first."""
    return list(_cases(db, "ORDER BY opened_at DESC, id", []))


def _cases(db: Database, where: str, values: list[str]) -> Iterator[Case]:
    for row in db.query(f"SELECT * FROM cases {where}", values):
        yield Case(
            id=row["id"],
            seller=row["seller"],
            site=row["site"],
            holder=row["holder"],
            opened_at=datetime.fromisoformat(row["opened_at"]),
        )


def next_notice_id(db: Database, year: int) -> str:
    """Return the next free notice id, ``N-2026-000001`` upwards."""
    prefix = f"N-{year}-"
    rows = db.query("SELECT max(id) AS newest FROM notices WHERE id LIKE ?", [f"{prefix}%"])
    newest = next(iter(rows))["newest"]
    number = 1 if newest is None else int(newest.removeprefix(prefix)) + 1
    return f"{prefix}{number:06d}"


def record_notice(
    db: Database, notice: Notice, judgements: Mapping[str, str], *, account: str | None = None
) -> None:
    """Append a drafted notice; inside the caller's transaction, which must hold the write lock.

    :param judgements: hit id -> id of the judgement on which the notice stands
    :param account: id of the author's account; without one the notice cannot be approved
    """
    db.execute(
        "INSERT INTO notices (id, case_id, kind, record, drafted_by, drafted_at)"
        " VALUES (?, ?, ?, ?, ?, ?)",
        [
            notice.id,
            notice.case,
            notice.kind,
            dump_json(notice),
            notice.drafted_by,
            timestamp(notice.drafted_at),
        ],
    )
    for hit in notice.hits:
        db.execute(
            "INSERT INTO notice_hits (notice, hit, judgement) VALUES (?, ?, ?)",
            [notice.id, hit, judgements[hit]],
        )
    record_draft(db, notice, account)


def find_notices(db: Database, case: str | None = None) -> list[Notice]:
    """Return the notices of a case, or all, newest first."""
    where, values = ("WHERE case_id = ?", [case]) if case is not None else ("", [])
    rows = db.query(f"SELECT record FROM notices {where} ORDER BY id DESC", values)
    return [load_record(Notice, row["record"]) for row in rows]


@dataclass(frozen=True, kw_only=True, slots=True)
class NoticeParties:
    """What a notice is about and to whom it goes, without its text."""

    id: str
    kind: str
    recipient: str
    """The recipient's name."""
    site: str


def find_notice_parties(db: Database) -> list[NoticeParties]:
    """Return what every notice is about, oldest first."""
    rows = db.query(
        "SELECT id, kind, record ->> '$.recipient.name' AS recipient,"
        " record ->> '$.recipient.site' AS site FROM notices ORDER BY id"
    )
    return [NoticeParties(**row) for row in rows]


def find_notices_of_hits(db: Database, notice: str) -> dict[str, list[str]]:
    """Return the other notices about hits of this one, each with the hits that both are about."""
    rows = db.query(
        "SELECT o.notice, o.hit FROM notice_hits o JOIN notice_hits h ON h.hit = o.hit"
        " WHERE h.notice = :notice AND o.notice <> :notice ORDER BY o.notice, o.hit",
        {"notice": notice},
    )
    shared: dict[str, list[str]] = {}
    for row in rows:
        shared.setdefault(row["notice"], []).append(row["hit"])
    return shared


def load_notice(db: Database, notice: str) -> Notice:
    """Return one notice.

    :raises NotFoundError: when there is none of that id
    """
    for row in db.query("SELECT record FROM notices WHERE id = ?", [notice]):
        return load_record(Notice, row["record"])
    raise NotFoundError(f"no notice has the id {notice!r}; `markhound notice status` lists them")


def load_noticed_hits(db: Database, pictures: PictureFolder, notice: Notice) -> list[StoredHit]:
    """Return the hits of a notice in its order, as it was drafted from them.

    The findings are those that were judged, each right is as the registry had it when the notice
    was drafted.

    :raises NotFoundError: when one of them is not there
    """
    found = {stored.hit.id: stored for stored in find_noticed_hits(db, pictures, notice.id)}
    if missing := [hit for hit in notice.hits if hit not in found]:
        raise NotFoundError(f"{notice.id} names hits that are not stored: {', '.join(missing)}")
    return [
        replace(stored, right=load_right_at(db, stored.right.id, notice.drafted_at))
        for stored in (found[hit] for hit in notice.hits)
    ]
