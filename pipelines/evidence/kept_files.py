"""Checking the files that the workspace keeps by content: what was sent, answered and attached."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from sqlite_utils import Database

from pipelines.evidence.checks import Check
from pipelines.evidence.plain_files import followed, sha256_of

KEPT = {
    "messages that were sent": "SELECT notice, 'outbox/' || sha256, sha256 FROM outbox ORDER BY id",
    "answers as they came": "SELECT id, file, id FROM answers ORDER BY entry",
    "files of cases": (
        "SELECT case_id, 'attachments/' || (record ->> '$.sha256'), record ->> '$.sha256'"
        " FROM case_events WHERE event = 'attached' AND json_valid(record) ORDER BY id"
    ),
}
"""What is kept -> whose it is, the path of its file in the workspace, and its SHA-256."""


def check_kept_files(db: Database, folder: Path) -> Iterator[Check]:
    """Check that each file is there, and is what its row says; the row is checked by its entry.

    :param folder: the workspace's
    """
    for what, sql in KEPT.items():
        whole = 0
        rows = db.execute(sql)
        for owner, name, expected in rows:
            problem = problem_of(folder / str(name), str(expected))
            whole += not problem
            if problem:
                yield Check(what, "broken", f"{owner} {name}", None, problem)
        if whole:
            yield Check(what, "holds", "files", None, f"{whole} are as they were recorded")


def problem_of(path: Path, expected: str) -> str:
    """Say what is wrong with a file of the workspace; empty when nothing is.

    :param expected: its SHA-256, hexadecimal
    """
    try:
        got = sha256_of(followed(path))
    except OSError as error:
        return f"it cannot be read: {error.strerror}"
    return "" if got == expected else f"it was changed: expected SHA-256 {expected}, got {got}"
