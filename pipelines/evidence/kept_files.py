"""Checking the files that the workspace keeps by content: what was sent, answered and attached."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from sqlite_utils import Database

from crawler.store.kept import FIND_KEPT
from pipelines.evidence.checks import Check
from pipelines.evidence.plain_files import followed, sha256_of


def check_kept_files(db: Database, folder: Path) -> Iterator[Check]:
    """Check that each file is there, and is what its row says; the row is checked by its entry.

    :param folder: the workspace's
    """
    for what, find in FIND_KEPT.items():
        whole = 0
        for owner, name, expected in find(db):
            problem = problem_of(folder / name, expected)
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
