"""Leads from outside, by kind; an empty table in a workspace that takes in none."""

from __future__ import annotations

from sqlite_utils import Database

from crawler.store.period_records import Records
from pipelines.figures.counting import Split, counted, split
from pipelines.figures.numbers import Section


def tips_section(db: Database) -> Section:
    """Return the section, from the tables of a period."""
    received = counted(db, "tips.received", Records(population="tips"))
    return Section(
        key="tips",
        tables=(
            split(db, [received], Split(key="tips_by_kind", dimension="tip_kind")),
            split(db, [received], Split(key="tips_by_state", dimension="state")),
        ),
    )
