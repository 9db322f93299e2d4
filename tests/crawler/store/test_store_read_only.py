"""A database that lies where nothing can be written is read all the same, with its log."""

from __future__ import annotations

import os
import sqlite3
from pathlib import Path

import pytest

from crawler.store.database import now, open_anywhere, open_store, writing
from crawler.store.ledger import append_entry, find_entries


def test_what_stands_in_the_log_is_read_and_nothing_is_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "markhound.db"
    writer = open_store(path)  # as long as it is open, the newest entry stands in the log alone
    with writing(writer):
        append_entry(writer, "judgement", "h-1", {}, by="li", at=now())
    before = path.read_bytes()
    # root may write anywhere, but on a read-only disk
    monkeypatch.setattr(os, "access", lambda place, _: place != tmp_path)
    with open_anywhere(path) as db:
        assert [entry.subject for entry in find_entries(db)] == ["h-1"]
        with pytest.raises(sqlite3.OperationalError, match="readonly"), writing(db):
            append_entry(db, "judgement", "h-2", {}, by="li", at=now())
    assert path.read_bytes() == before
    writer.close()
