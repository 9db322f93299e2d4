"""Where every notice lies, and which clocks run: worked out once, then kept up by what happens.

Records only grow, so that whatever has no newer step lies where it lay. The store stays the one
that knows; this forgets nothing but at the console's end.
"""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Collection
from datetime import date

from sqlite_utils import Database

from crawler.config import TakedownConfig
from crawler.store.notice_list import (
    AWAY,
    TRAYS,
    Tray,
    find_changes,
    find_kinds,
    find_open_answers,
)
from pipelines.takedown.clocks import find_clocks_of
from pipelines.takedown.deadlines import Deadline

Running = tuple[str, Deadline]
"""Id of a notice, and a clock that runs for it."""


class DeskMemory:
    """What one console knows of the desk; each question first takes in what happened since."""

    def __init__(self) -> None:
        self._trays: dict[str, Tray] = {}
        self._clocks: dict[str, list[Deadline]] = {}
        self._unread: set[str] = set()
        self._seen = (0, 0)
        self._lock = threading.Lock()

    def count(self, db: Database) -> dict[str, int]:
        """Return how many notices lie in each tray."""
        with self._lock:
            self._take_in(db)
            found = Counter(self._trays.values())
            return {tray: found[tray] for tray in TRAYS}

    def find(self, db: Database, tray: str) -> list[str]:
        """Return the ids of the notices in a tray, the newest first."""
        with self._lock:
            self._take_in(db)
            return sorted((one for one, lies in self._trays.items() if lies == tray), reverse=True)

    def clocks(self, db: Database, takedown: TakedownConfig) -> list[Running]:
        """Return the clocks that run, soonest first; those without an end are left out."""
        with self._lock:
            self._take_in(db)
            unread = find_open_answers(db)
            away = {one for one, tray in self._trays.items() if tray in AWAY}
            again = (away - self._clocks.keys()) | (away & (unread | self._unread))
            self._run(db, again, takedown)
            self._unread = unread
            found = [(one, clock) for one in away for clock in self._clocks[one]]
        dated = [(notice, clock) for notice, clock in found if clock.due is not None]
        return sorted(dated, key=lambda pair: (pair[1].due or date.max, pair[0]))

    def _take_in(self, db: Database) -> None:
        step, notice = self._seen
        changes = find_changes(db, step=step, notice=notice)
        self._trays |= changes.trays
        for changed in changes.trays:
            self._clocks.pop(changed, None)
        self._seen = (changes.step, changes.notice)

    def _run(self, db: Database, notices: Collection[str], takedown: TakedownConfig) -> None:
        kinds = find_kinds(db, notices)
        for notice in notices:
            self._clocks[notice] = find_clocks_of(db, notice, kinds[notice], takedown)
