"""The book of a sweep as its store has it: empty, or as a former run left it."""

from __future__ import annotations

from sqlite_utils import Database

from crawler.book import Targets
from crawler.frontier import Frontier
from crawler.model import TargetState
from crawler.store.frontier import (
    StoredRows,
    count_fetched,
    count_rows,
    find_addresses,
    find_last_number,
    find_shown,
    find_spent,
    find_taken,
    find_traps,
)

FETCHED = (
    TargetState.SEEN,
    TargetState.UNCHANGED,
    TargetState.GONE,
    TargetState.BLOCKED,
    TargetState.FAILED,
)
"""How targets end that were asked for, and count against the budget of pages."""


def restored_targets(db: Database, sweep: str, pages: int, ahead: int) -> Targets:
    """Return the book of a sweep as the store has it: empty, or as a former run left it."""
    stored = StoredRows(db, sweep)
    frontier = Frontier(stored, ahead=ahead, first_number=find_last_number(db, sweep) + 1)
    targets = Targets(pages, frontier)
    targets.restore(
        find_taken(db, sweep), count_fetched(db, sweep, FETCHED), find_addresses(db, sweep)
    )
    frontier.restore(count_rows(db, sweep))
    targets.spent_before = find_spent(db, sweep)
    targets.shown_before = find_shown(db, sweep)
    targets.traps_told = find_traps(db, sweep)
    return targets
