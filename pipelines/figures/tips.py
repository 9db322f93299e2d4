"""Leads from outside and inspections by lot; empty tables in a workspace that has none."""

from __future__ import annotations

from sqlite_utils import Database

from crawler.store.period_records import Records
from pipelines.figures.counting import Split, counted, listed, parts, split
from pipelines.figures.numbers import Section

OUTCOMES = ("in_order", "infringement", "doubtful", "not_inspected")
"""What an inspector says of what was drawn for them."""


def tips_section(db: Database) -> Section:
    """Return the section on leads, from the tables of a period."""
    received = counted(db, "tips.received", Records(population="tips"))
    return Section(
        key="tips",
        tables=(
            split(db, [received], Split(key="tips_by_kind", dimension="tip_kind")),
            split(db, [received], Split(key="tips_by_state", dimension="state")),
        ),
    )


def lots_section(db: Database) -> Section:
    """Return the section on inspections by lot, from the tables of a period."""
    drawn = counted(db, "lots.drawn", Records(population="lots"))
    inspected = counted(db, "lots.reported", Records(population="inspected"))
    outcomes = parts(db, "lots", inspected, "outcome", OUTCOMES)
    return Section(key="lots", tables=(listed("lots", [drawn, inspected, *outcomes]),))
