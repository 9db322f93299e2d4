"""Lessons: what people taught of a right beside its registry file, and what they took back.

The office's file knows nothing of them, so no import undoes them. ``find_rights`` takes in those in
force: a licensee counts like one of the file, a generic word stands beside the right.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Literal

from sqlite_utils import Database

from crawler.accounts import Actor
from crawler.errors import InputError, NotAllowedError, NotFoundError
from crawler.formats import dump_record, parse_record
from crawler.model import GenericWord, Licensee
from crawler.registry import NICE_CLASSES, wrong_licensee
from crawler.store.database import timestamp
from crawler.store.ledger import append_entry, canonical

LessonKind = Literal["licensee", "generic"]
Taught = Licensee | GenericWord

_TYPES: Final[Mapping[LessonKind, type[Taught]]] = {"licensee": Licensee, "generic": GenericWord}


@dataclass(frozen=True, kw_only=True, slots=True)
class Undoing:
    """That a lesson was taken back."""

    id: str
    by: str
    authenticated: bool
    reason: str
    at: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class Lesson:
    """What a person taught of a right."""

    id: str
    kind: LessonKind
    right: str
    """Id of the right."""
    value: Taught
    by: str
    authenticated: bool
    """Whether ``by`` proved to be an account."""
    reason: str
    at: datetime
    undone: Undoing | None = None
    """None while it is in force."""


def record_lesson(
    db: Database, right: str, value: Taught, actor: Actor, *, reason: str, at: datetime
) -> Lesson:
    """Append what a person teaches of a right; inside the caller's transaction, with its lock.

    :returns: the lesson; the one in force already, where the very same is
    :raises NotFoundError: when no right has that id
    :raises InputError: when the value says nothing, or no reason is given
    """
    value = parse_record(type(value), dump_record(value))  # without blanks at the ends
    _refuse_empty(value, reason)
    if not any(db.query("SELECT 1 FROM rights WHERE id = ?", [right])):
        raise NotFoundError(f"no right has the id {right!r}; `markhound registry list` has all")
    for known in find_lessons(db, right=right):
        if known.value == value:
            return known
    lesson = Lesson(
        id=f"t-{secrets.token_hex(8)}",
        kind="licensee" if isinstance(value, Licensee) else "generic",
        right=right,
        value=value,
        by=actor.name,
        authenticated=actor.authenticated,
        reason=reason,
        at=at,
    )
    _record(db, lesson.id, lesson, actor, reason=reason, at=at)
    return lesson


def undo_lesson(db: Database, lesson: str, actor: Actor, *, reason: str, at: datetime) -> Lesson:
    """Append that a lesson is taken back; inside the caller's transaction, with its lock.

    :returns: the lesson, as undone
    :raises NotFoundError: when there is none of that id
    :raises NotAllowedError: when it is undone already
    :raises InputError: when no reason is given
    """
    if not reason.strip():
        raise InputError("taking a lesson back needs a reason; got none")
    found = load_lesson(db, lesson)
    if found.undone is not None:
        undone = found.undone
        raise NotAllowedError(f"{found.id} was undone by {undone.by} on {undone.at:%Y-%m-%d}")
    _record(db, f"t-{secrets.token_hex(8)}", found, actor, undoes=found.id, reason=reason, at=at)
    return load_lesson(db, lesson)


def find_lessons(
    db: Database, *, right: str | None = None, with_undone: bool = False
) -> list[Lesson]:
    """Return the lessons of a right, or of all, oldest first.

    :param with_undone: whether those come too that were taken back
    """
    conditions = ["1"]
    if right is not None:
        conditions.append("t.right_id = :right")
    if not with_undone:
        conditions.append("u.id IS NULL")
    return _query(db, " AND ".join(conditions), {"right": right})


def load_lesson(db: Database, lesson: str) -> Lesson:
    """Return one lesson, also one that was taken back.

    :raises NotFoundError: when there is none of that id
    """
    for found in _query(db, "t.id = :lesson", {"lesson": lesson}):
        return found
    raise NotFoundError(f"no lesson has the id {lesson!r}; `markhound registry lessons` has all")


def _refuse_empty(value: Taught, reason: str) -> None:
    if not reason.strip():
        raise InputError("a lesson needs a reason; got none")
    if isinstance(value, Licensee):
        if wrong := wrong_licensee(value):
            raise InputError(": ".join(part for part in wrong if part))
        return
    if not any(map(str.isalnum, value.word)):
        raise InputError(f"word: expected a letter or a digit, got {value.word!r}")
    if value.nice_class is not None and value.nice_class not in NICE_CLASSES:
        raise InputError(f"nice_class: expected a Nice class, 1 to 45, got {value.nice_class}")


def _record(
    db: Database,
    row: str,
    lesson: Lesson,
    actor: Actor,
    *,
    undoes: str | None = None,
    reason: str,
    at: datetime,
) -> None:
    value = dump_record(lesson.value)
    record = {"lesson": row, "kind": lesson.kind, "value": value, "reason": reason}
    event = "lesson" if undoes is None else "lesson-undone"
    if undoes is not None:
        record["undoes"] = undoes
    entry = append_entry(db, event, lesson.right, record, by=actor.name, at=at)
    db.execute(
        "INSERT INTO lessons (id, kind, right_id, value, undoes, reason, by, account, at, entry)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        [
            *(row, lesson.kind, lesson.right, canonical(value).decode(), undoes, reason),
            *(actor.name, actor.account.id if actor.account else None),
            *(timestamp(at), entry.number),
        ],
    )


def _query(db: Database, conditions: str, values: dict[str, Any]) -> list[Lesson]:
    rows = db.query(
        "SELECT t.*, u.id AS undoing, u.by AS undone_by, u.account AS undone_account,"
        " u.reason AS undone_reason, u.at AS undone_at"
        " FROM lessons t LEFT JOIN lessons u ON u.undoes = t.id"
        f" WHERE t.undoes IS NULL AND {conditions} ORDER BY t.rowid",
        values,
    )
    return [_lesson(row) for row in rows]


def _lesson(row: Mapping[str, Any]) -> Lesson:
    undone = None
    if row["undoing"] is not None:
        undone = Undoing(
            id=row["undoing"],
            by=row["undone_by"],
            authenticated=row["undone_account"] is not None,
            reason=row["undone_reason"],
            at=datetime.fromisoformat(row["undone_at"]),
        )
    return Lesson(
        id=row["id"],
        kind=row["kind"],
        right=row["right_id"],
        value=parse_record(_TYPES[row["kind"]], json.loads(row["value"])),
        by=row["by"],
        authenticated=row["account"] is not None,
        reason=row["reason"],
        at=datetime.fromisoformat(row["at"]),
        undone=undone,
    )
