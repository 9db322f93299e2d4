"""The clocks of all notices, worked out once for each step of a notice and then remembered."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from datetime import date

from sqlite_utils import Database

from crawler.store.notice_list import find_running_notices
from pipelines.takedown.clocks import find_clocks_of
from pipelines.takedown.deadlines import Deadline

Running = tuple[str, Deadline]
"""Id of a notice, and a clock that runs for it."""


class DeskClocks:
    """Remembers the clocks of notices; which ones run depends on their steps and answers alone."""

    def __init__(self) -> None:
        self._known: dict[tuple[str, int], list[Deadline]] = {}
        self._lock = threading.Lock()

    def find(self, db: Database, answer_days: Sequence[int]) -> list[Running]:
        """Return all that run, soonest first; those without an end are left out."""
        with self._lock:
            known, running = self._known, {}
            for one in find_running_notices(db):
                key = (one.id, one.newest)
                if one.has_open_answers or key not in known:
                    running[key] = find_clocks_of(db, one.id, one.kind, answer_days)
                else:
                    running[key] = known[key]
            self._known = running
        found = [(key[0], clock) for key, clocks in running.items() for clock in clocks]
        dated = [(notice, clock) for notice, clock in found if clock.due is not None]
        return sorted(dated, key=lambda pair: (pair[1].due or date.max, pair[0]))
