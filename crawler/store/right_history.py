"""The versions of a right, and who made them in the console."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlite_utils import Database

from crawler.accounts import Actor
from crawler.errors import NotAllowedError
from crawler.formats import load_record
from crawler.model import Right
from crawler.store.ledger import append_entry
from crawler.store.right_facts import registry_state
from crawler.store.rights import Change, record_rights

EDITED, IMPORTED = "right-edited", "registry-imported"
"""Kinds of entry: of one right, and of a file with many."""
REGISTRY = "registry"
"""Subject of the entries of imports."""
CONSOLE = "console"
"""Source of a version that was written in the console."""


@dataclass(frozen=True, kw_only=True, slots=True)
class StoredVersion:
    """One version of a right."""

    id: int
    imported_at: datetime
    source: str
    right: Right
    pictures: Mapping[str, str]
    """``Right.images`` path -> SHA-256."""


def find_stored_versions(db: Database, right_id: str) -> list[StoredVersion]:
    """Return every version of a right, oldest first."""
    rows = db.query(
        "SELECT v.id, v.imported_at, v.source, v.record, (SELECT json_group_object(image, sha256)"
        " FROM right_pictures WHERE version = v.id) AS pictures"
        " FROM right_versions v WHERE v.right_id = ? ORDER BY v.id",
        [right_id],
    )
    return [
        StoredVersion(
            id=row["id"],
            imported_at=datetime.fromisoformat(row["imported_at"]),
            source=row["source"],
            right=load_record(Right, row["record"]),
            pictures=json.loads(row["pictures"]),
        )
        for row in rows
    ]


def find_authors(db: Database, right_id: str) -> dict[int, str]:
    """Return number of a version -> who made it in the console, of those made there."""
    rows = db.execute(
        "SELECT v.id, l.by FROM right_versions v JOIN ledger l ON l.subject = v.right_id"
        " AND l.kind = :edited AND l.record ->> '$.version' = v.id WHERE v.right_id = :right"
        " UNION SELECT v.id, l.by FROM right_versions v JOIN ledger l ON l.subject = :registry"
        " AND l.kind = :imported AND v.id > l.record ->> '$.after'"
        " AND v.id <= l.record ->> '$.until' WHERE v.right_id = :right",
        {"right": right_id, "edited": EDITED, "imported": IMPORTED, "registry": REGISTRY},
    )
    return dict(rows.fetchall())


def record_edit(
    db: Database,
    right: Right,
    pictures: Mapping[str, str],
    actor: Actor,
    *,
    fields: Sequence[str],
    reason: str,
    at: datetime,
) -> Change:
    """Append a version that a person wrote, and to the ledger; inside the caller's transaction.

    :param fields: which differ from the version before
    """
    change = record_rights(db, [(right, pictures)], source=CONSOLE, at=at)[right.id]
    if change == "unchanged":
        return change
    record = {
        "version": registry_state(db),
        "change": change,
        "fields": list(fields),
        "pictures": dict(pictures),
        "reason": reason,
    }
    append_entry(db, EDITED, right.id, record, by=actor.name, at=at)
    return change


def record_import(
    db: Database,
    digest: str,
    name: str,
    rights: Sequence[tuple[Right, Mapping[str, str]]],
    actor: Actor,
    *,
    expected: int,
    at: datetime,
) -> dict[str, Change]:
    """Append what an uploaded file holds, and to the ledger; inside the caller's transaction.

    :param digest: of the upload, which names it
    :param name: of the file, as it was sent
    :param expected: ``registry_state`` as it was when the person looked
    :raises NotAllowedError: when the registry changed since then
    """
    if (before := registry_state(db)) != expected:
        raise NotAllowedError(
            "the registry changed since the preview was made; look at what would change now"
        )
    changes = record_rights(db, rights, source=name, at=at)
    told = [*changes.values()]
    record = {
        "file": name,
        "upload": digest,
        "after": before,
        "until": registry_state(db),
        **{what: told.count(what) for what in ("added", "updated", "unchanged")},
    }
    append_entry(db, IMPORTED, REGISTRY, record, by=actor.name, at=at)
    return changes
