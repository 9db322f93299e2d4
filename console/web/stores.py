"""The workspace's database, opened a few times and lent to one request after the other."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from sqlite_utils import Database

from crawler.store.database import open_store
from crawler.workspace import Workspace


class Stores:
    """Opened databases; each is in one thread's hands at a time.

    Opening one looks for migrations and sets its modes, which takes longer than most pages.
    """

    def __init__(self, workspace: Workspace) -> None:
        self._path = workspace.database
        self._free: list[Database] = []
        self._lock = threading.Lock()

    @contextmanager
    def borrow(self) -> Iterator[Database]:
        """Lend a database for the length of a ``with`` block; what it left open is rolled back."""
        with self._lock:
            db = self._free.pop() if self._free else None
        db = db or open_store(self._path, handed_on=True)
        try:
            yield db
        finally:
            if db.conn.in_transaction:
                db.rollback()
            with self._lock:
                self._free.append(db)

    def close(self) -> None:
        """Close every database that is not lent."""
        with self._lock:
            for db in self._free:
                db.close()
            self._free.clear()
