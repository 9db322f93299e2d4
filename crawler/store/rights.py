"""The registry's rights, with their whole history."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Literal

from sqlite_utils import Database

from crawler.errors import NotFoundError
from crawler.formats import dump_json, load_record
from crawler.model import GenericWord, Licensee, Right
from crawler.pictures import PictureFolder
from crawler.store.database import timestamp
from crawler.store.lessons import Lesson, find_lessons
from crawler.store.queue_rows import rename_in_queue
from crawler.store.right_facts import record_right_facts

Change = Literal["added", "updated", "unchanged"]


@dataclass(frozen=True, kw_only=True, slots=True)
class StoredRight:
    """A right as it stands now, and where its pictures are."""

    right: Right
    """As registered, with the licensees that people taught."""
    version: int
    """Number of versions so far, 1 for a right that never changed."""
    source: str
    """The file it was last imported from."""
    imported_at: datetime
    picture_files: Mapping[str, Path]
    """``Right.images`` path -> stored file."""
    lessons: tuple[Lesson, ...] = ()
    """What people taught of it, as far as it is in force."""

    @property
    def generic(self) -> tuple[GenericWord, ...]:
        """Words of it that people found to be generic."""
        return tuple(t.value for t in self.lessons if isinstance(t.value, GenericWord))


def record_rights(
    db: Database,
    rights: Iterable[tuple[Right, Mapping[str, str]]],
    *,
    source: str,
    at: datetime,
) -> dict[str, Change]:
    """Append rights, each with its pictures' digests (image -> SHA-256), all or none.

    A right whose record and pictures are those of its newest version is left as it is.

    :returns: what happened to each id
    """
    changes: dict[str, Change] = {}
    with db.atomic():
        for right, pictures in rights:
            changes[right.id] = _record_right(db, right, pictures, source, timestamp(at))
    return changes


def record_each(
    db: Database, rights: Iterable[tuple[Right, Mapping[str, str], str]], *, at: datetime
) -> Iterator[Change]:
    """Append rights, and yield what happened to each; inside the caller's transaction.

    :param rights: each with its pictures' digests and the name of the file that it is from
    """
    moment = timestamp(at)
    for right, pictures, source in rights:
        yield _record_right(db, right, pictures, source, moment)


def _record_right(
    db: Database, right: Right, pictures: Mapping[str, str], source: str, at: str
) -> Change:
    record = dump_json(right)
    content = "\n".join([record, *(f"{i} {d}" for i, d in sorted(pictures.items()))])
    digest = hashlib.sha256(content.encode()).hexdigest()
    newest = db.execute(
        "SELECT digest FROM right_versions WHERE right_id = ? ORDER BY id DESC LIMIT 1", [right.id]
    ).fetchone()
    if newest and newest[0] == digest:
        return "unchanged"
    if not newest:
        db.execute(
            "INSERT OR IGNORE INTO rights (id, first_imported_at) VALUES (?, ?)", [right.id, at]
        )
    cursor = db.execute(
        "INSERT INTO right_versions (right_id, digest, record, source, imported_at)"
        " VALUES (?, ?, ?, ?, ?)",
        [right.id, digest, record, source, at],
    )
    record_right_facts(db, right, cursor.lastrowid or 0)
    if newest:
        rename_in_queue(db, right)
    for image, sha256 in pictures.items():
        db.execute(
            "INSERT INTO right_pictures (version, image, sha256) VALUES (?, ?, ?)",
            [cursor.lastrowid, image, sha256],
        )
    return "updated" if newest else "added"


def find_rights(
    db: Database, pictures: PictureFolder, ids: Sequence[str] | None = None
) -> list[StoredRight]:
    """Return rights as they stand now, by id; all of them without ``ids``."""
    return list(each_right(db, pictures, ids))


def each_right(
    db: Database, pictures: PictureFolder, ids: Sequence[str] | None = None
) -> Iterator[StoredRight]:
    """Yield rights as they stand now, by id, one after the other; all of them without ``ids``."""
    taught: dict[str, list[Lesson]] = {}
    for lesson in find_lessons(db):
        taught.setdefault(lesson.right, []).append(lesson)
    rows = db.execute(_NEWEST, {"ids": None if ids is None else json.dumps(list(ids))})
    for right_id, versions, record, source, imported_at, images in rows:
        lessons = tuple(taught.get(right_id, ()))
        yield StoredRight(
            right=with_licensees(load_record(Right, record), lessons),
            version=versions,
            source=source,
            imported_at=datetime.fromisoformat(imported_at),
            picture_files={
                image: pictures.path_of(sha256) for image, sha256 in json.loads(images).items()
            },
            lessons=lessons,
        )


def with_licensees(right: Right, lessons: Sequence[Lesson]) -> Right:
    """Return the right with the licensees that were taught beside its own."""
    taught = (lesson.value for lesson in lessons if isinstance(lesson.value, Licensee))
    licensees = tuple(dict.fromkeys((*right.licensees, *taught)))
    return right if licensees == right.licensees else replace(right, licensees=licensees)


_NEWEST = """
SELECT n.right_id, n.versions, v.record, v.source, v.imported_at,
    (SELECT json_group_object(p.image, p.sha256) FROM right_pictures p WHERE p.version = v.id)
FROM (
    SELECT right_id, max(id) AS newest, count(*) AS versions FROM right_versions
    WHERE :ids IS NULL OR right_id IN (SELECT value FROM json_each(:ids)) GROUP BY right_id
) n JOIN right_versions v ON v.id = n.newest ORDER BY n.right_id
"""


def load_right(db: Database, pictures: PictureFolder, right_id: str) -> StoredRight:
    """Return one right.

    :raises NotFoundError: when no such right was ever imported
    """
    found = find_rights(db, pictures, [right_id])
    if not found:
        raise NotFoundError(f"no right has the id {right_id!r}; `markhound registry list` has all")
    return found[0]


def load_right_at(db: Database, right_id: str, at: datetime) -> Right:
    """Return the right as the registry had it at a moment.

    :raises NotFoundError: when it had none of that id
    """
    before = [right for imported_at, _, right in find_versions(db, right_id) if imported_at <= at]
    if not before:
        raise NotFoundError(f"the registry had no right {right_id!r} at {at.isoformat()}")
    return before[-1]


def find_versions(db: Database, right_id: str) -> list[tuple[datetime, str, Right]]:
    """Return every version of a right, oldest first: when, from which file, the record."""
    rows = db.query(
        "SELECT imported_at, source, record FROM right_versions WHERE right_id = ? ORDER BY id",
        [right_id],
    )
    return [
        (datetime.fromisoformat(r["imported_at"]), r["source"], load_record(Right, r["record"]))
        for r in rows
    ]
