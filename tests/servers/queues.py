"""The queue for tests: what is derived of it, and that it is what the records say."""

from __future__ import annotations

from typing import Any

from sqlite_utils import Database

from crawler.store.database import writing
from crawler.store.queue_rows import rebuild_queue

DERIVED = {"queue": "hit", "queue_groups": "grp", "queue_sellers": "seller"}


def derived_rows(db: Database) -> dict[str, list[dict[str, Any]]]:
    """Return the tables that are derived, by their keys."""
    return {t: list(db.query(f"SELECT * FROM {t} ORDER BY {key}")) for t, key in DERIVED.items()}


def check_derived(db: Database) -> None:
    """Make sure that the queue is what it would be when made anew."""
    kept = derived_rows(db)
    with writing(db):
        rebuild_queue(db)
    assert kept == derived_rows(db)
