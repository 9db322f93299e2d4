"""The workspace's database, opened a few times and lent to one request after the other."""

from __future__ import annotations

import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlite_utils import Database

from crawler.store.database import can_write_beside, copy_store, open_store
from crawler.workspace import Workspace


class Stores:
    """Opened databases; each is in one thread's hands at a time.

    Opening one looks for migrations and sets its modes, which takes longer than most pages.

    On a read-only disk a copy is lent, in a folder for temporary files, so that pages can be read:
    whoever signs in has a session there, and nothing of that reaches the workspace. Once the disk
    can be written, the database itself is lent again.
    """

    def __init__(self, workspace: Workspace) -> None:
        self._path = workspace.database
        self._of = self._path
        """The file of those that are not lent."""
        self._free: list[Database] = []
        self._lock = threading.Lock()
        self._copies: tempfile.TemporaryDirectory[str] | None = None

    @property
    def reads_copy(self) -> bool:
        """Whether nothing can be written, so that a copy is read."""
        return self._path.exists() and not can_write_beside(self._path)

    def _find(self) -> Path:
        """Return the database to lend, which is copied where need be; with the lock held."""
        if not self.reads_copy:
            self._drop_copy()
            return self._path
        if self._copies is None:
            folder = tempfile.TemporaryDirectory(prefix="markhound-console-")
            try:
                copy_store(self._path, Path(folder.name))
            except BaseException:
                folder.cleanup()
                raise
            self._copies = folder
        return Path(self._copies.name) / self._path.name

    def _drop_copy(self) -> None:
        if self._copies is not None:
            self._copies.cleanup()  # what is lent of it stays open, and is closed when it is back
            self._copies = None

    @contextmanager
    def borrow(self) -> Iterator[Database]:
        """Lend a database for the length of a ``with`` block; what it left open is rolled back."""
        with self._lock:
            path = self._find()
            if path != self._of:
                self._close_free()
                self._of = path
            db = self._free.pop() if self._free else None
        db = db or open_store(path, handed_on=True)
        try:
            yield db
        finally:
            if db.conn.in_transaction:
                db.rollback()
            with self._lock:
                if path == self._of:
                    self._free.append(db)
                else:
                    db.close()

    def close(self) -> None:
        """Close every database that is not lent."""
        with self._lock:
            self._close_free()
            self._drop_copy()

    def _close_free(self) -> None:
        for db in self._free:
            db.close()
        self._free.clear()
