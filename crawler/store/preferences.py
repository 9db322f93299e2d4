"""What somebody prefers in the console: the keys, and the time zone in which times are shown."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, ClassVar, Literal

from sqlite_utils import Database

from crawler.accounts import Account
from crawler.formats import dump_json, dump_record, load_record
from crawler.store.database import writing
from crawler.store.ledger import append_entry

KeyMode = Literal["plain", "alt", "off"]
"""A key works by itself, only together with Alt, or not at all (WCAG 2.2, criterion 2.1.4)."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Preferences:
    """What one account prefers."""

    __pydantic_config__: ClassVar[dict[str, Any]] = {"extra": "ignore"}

    key_mode: KeyMode = "plain"
    keys: Mapping[str, str] = field(default_factory=dict)
    """Action -> its key, of those that are not as they come; empty = none."""
    time_zone: str = ""
    """IANA name; empty = that of the workspace."""


def find_preferences(db: Database, account: str) -> Preferences:
    """Return what an account prefers: how things come, where it never said."""
    rows = db.query("SELECT record FROM preferences WHERE account = ?", [account])
    for row in rows:
        return load_record(Preferences, row["record"])
    return Preferences()


def record_preferences(
    db: Database, account: Account, preferences: Preferences, *, at: datetime
) -> None:
    """Keep what an account prefers from now on, in place of what it preferred before."""
    with writing(db):
        db.execute(
            "INSERT INTO preferences (account, record) VALUES (?, ?)"
            " ON CONFLICT (account) DO UPDATE SET record = excluded.record",
            [account.id, dump_json(preferences)],
        )
        record = dump_record(preferences)
        append_entry(db, "preferences", account.id, record, by=account.name, at=at)
