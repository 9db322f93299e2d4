"""Checking the ledger: entry by entry, against what was stamped, and the triggers that guard it.

It reads each entry once and keeps none, so a ledger of any length can be checked.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Generator, Iterable, Iterator

from sqlite_utils import Database

from crawler.store.ledger import FIRST, Entry, find_entries
from crawler.store.schema import migrations
from pipelines.evidence.checks import Check
from pipelines.evidence.stamped_ranges import StampedRange

MOST_FAULTS = 100
"""Told one by one; more are counted."""


def check_chain(db: Database, ranges: Iterable[StampedRange]) -> Generator[Check, None, int]:
    """Check each entry, and show it to the stamps that cover it, which keep what they saw.

    Return the number of the last entry that does not hold; 0 when all do.

    :param ranges: ordered by their first entry
    """
    waiting, open_ = list(ranges), list[StampedRange]()
    waiting.reverse()
    number, previous, faults, last_fault = 0, FIRST, 0, 0
    for entry in find_entries(db):
        while waiting and waiting[-1].first <= entry.number:
            open_.append(waiting.pop())
        digest = _digest_of(entry)
        for stamped in open_:
            stamped.see(entry.number, digest)
        open_ = [stamped for stamped in open_ if entry.number < stamped.last]
        for fault in _faults(entry, digest, number, previous):
            faults, last_fault = faults + 1, entry.number
            if faults <= MOST_FAULTS:
                yield fault
        number, previous = entry.number, entry.digest
    if faults > MOST_FAULTS:
        detail = f"{faults - MOST_FAULTS} more entries do not hold"
        yield Check("the chain of entries", "broken", "ledger", None, detail)
    if not faults:
        detail = f"{number} entries; each fits its digest and follows the one before"
        yield Check("the chain of entries", "holds", "ledger", None, detail)
    return last_fault


def _digest_of(entry: Entry) -> str:
    """Return the digest that an entry's content gives, or why it gives none."""
    try:
        return entry.digest_of_content()
    except (TypeError, ValueError) as error:
        return f"none ({error})"


def _faults(entry: Entry, digest: str, number: int, previous: str) -> Iterator[Check]:
    """Yield what is wrong with an entry, given number and digest of the one read before it."""
    subject = f"entry {entry.number}"
    if entry.number != number + 1:
        gone = f"{number + 1}"
        gone += "" if entry.number == number + 2 else f" to {entry.number - 1}"
        detail = f"missing: after entry {number} comes entry {entry.number}"
        yield Check("entries without gaps", "broken", f"entry {gone}", None, detail)
    elif entry.previous != previous:
        detail = f"it follows {entry.previous:.80}; the entry before it has the digest {previous}"
        yield Check("entries that follow each other", "broken", subject, None, detail)
    if digest != entry.digest:
        detail = f"its content gives the digest {digest}, recorded is {entry.digest:.80}"
        yield Check("what an entry says", "broken", subject, None, detail)


def check_triggers(db: Database) -> Iterator[Check]:
    """Compare the triggers that keep records from being changed with those of a new database."""
    fresh = Database(sqlite3.connect(":memory:"))
    migrations.apply(fresh)
    expected, got = _triggers(fresh), _triggers(db)
    fresh.close()
    wrong = [name for name in expected if got.get(name) != expected[name]]
    for name in wrong:
        how = "is missing" if name not in got else "is not the one that Markhound made"
        detail = f"it {how}: somebody with the database at hand could have changed what it guards"
        yield Check("triggers against changes", "broken", name, None, detail)
    for name in sorted(got.keys() - expected.keys()):
        detail = "Markhound did not make it; it can change what is recorded"
        yield Check("triggers against changes", "broken", name, None, detail)
    if not wrong:
        detail = f"all {len(expected)} are there"
        yield Check("triggers against changes", "holds", "database", None, detail)


def _triggers(db: Database) -> dict[str, str]:
    return {trigger.name: trigger.sql for trigger in db.triggers}
