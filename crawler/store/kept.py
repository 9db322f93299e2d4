"""Files that the workspace keeps by what they hold: sent, answered, attached."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import partial
from types import MappingProxyType

from sqlite_utils import Database

Kept = tuple[str, str, str]
"""Whose a file is (a notice, an answer, a case), its path in the workspace, and its SHA-256."""


def _find(sql: str, db: Database) -> Iterator[Kept]:
    for owner, name, sha256 in db.execute(sql):
        yield str(owner), str(name), str(sha256)


_SENT = "SELECT notice, 'outbox/' || sha256, sha256 FROM outbox ORDER BY id"
_ANSWERED = "SELECT id, file, id FROM answers ORDER BY entry"
_ATTACHED = (
    "SELECT case_id, 'attachments/' || (record ->> '$.sha256'), record ->> '$.sha256'"
    " FROM case_events WHERE event = 'attached' AND json_valid(record) ORDER BY id"
)
FIND_KEPT: Mapping[str, Callable[[Database], Iterator[Kept]]] = MappingProxyType(
    {
        "messages that were sent": partial(_find, _SENT),
        "answers as they came": partial(_find, _ANSWERED),
        "files of cases": partial(_find, _ATTACHED),
    }
)
"""What is kept -> yields every file of that kind, by its rows."""
