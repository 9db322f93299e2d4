"""The records of a period behind a figure: counted, grouped and listed by the very same query."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, get_args

from sqlite_utils import Database

from crawler.store.period_statements import DIMENSIONS, SOURCES

Population = Literal[
    "sweeps",
    "targets",
    "sites",
    "listings",
    "hits",
    "judged",
    "undone",
    "looks",
    "drafts",
    "notices",
    "noticed",
    "relistings",
    "tips",
    "drawn",
    "lots",
    "inspected",
]
Value = str | int
_TOLD_APART = (*DIMENSIONS, "place")
_FOUND_BY = tuple(f"by_{source}" for source in SOURCES)

COLUMNS: Mapping[Population, tuple[str, ...]] = {
    "sweeps": ("state", "campaign"),
    "targets": ("state", "site", "campaign"),
    "sites": ("state",),
    "listings": ("new", "site"),
    "hits": ("flagged", "decision", "said", "band", *_FOUND_BY, *_TOLD_APART),
    "judged": ("decision", "in_bulk", *_TOLD_APART),
    "undone": (),
    "looks": ("decision", "first", "agrees"),
    "drafts": (),
    "notices": ("notice_kind", "recipient", "fate", "accepted"),
    "noticed": ("outcome", *_TOLD_APART),
    "relistings": _TOLD_APART,
    "tips": ("tip_kind", "state"),
    "drawn": ("first", "said"),
    "lots": (),
    "inspected": ("outcome",),
}
"""By what the rows of each table can be chosen."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Term:
    """What a column must be."""

    column: str
    values: tuple[Value, ...]
    out: bool = False
    """Whether it must be none of the values."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Records:
    """Rows of one table of the period, chosen by all of the terms."""

    population: Population
    terms: tuple[Term, ...] = ()

    def __post_init__(self) -> None:
        if self.population not in get_args(Population):
            raise ValueError(f"no table of a period is called {self.population!r}")
        for term in self.terms:
            if term.column not in COLUMNS[self.population]:
                raise ValueError(f"{self.population} are not chosen by {term.column!r}")

    def where(self, column: str, *values: Value, out: bool = False) -> Records:
        """Return those of them whose column is one of the values, or none of them."""
        term = Term(column=column, values=values, out=out)
        return Records(population=self.population, terms=(*self.terms, term))


@dataclass(frozen=True, kw_only=True, slots=True)
class FoundRecord:
    """One record behind a figure."""

    kind: str
    """``hit``, ``judgement``, ``notice``, ``listing``, ``target``, ``sweep``, ..."""
    id: str
    """As the other commands take it; the address of targets and noticed listings."""
    at: datetime
    parent: str
    """What it is of: sweep of a target, hit of a judgement, case of a notice; may be empty."""


def count_records(db: Database, records: Records) -> int:
    """Return how many they are."""
    where, values = _where(records)
    sql = f"SELECT count(*) FROM temp.period_{records.population} WHERE {where}"
    return int(db.execute(sql, values).fetchone()[0])


def group_records(db: Database, records: Records, column: str) -> dict[Value, int]:
    """Return value of a column -> how many of them have it."""
    records.where(column)
    where, values = _where(records)
    rows = db.execute(
        f"SELECT {column}, count(*) FROM temp.period_{records.population} WHERE {where}"
        f" GROUP BY {column}",
        values,
    )
    return dict(rows.fetchall())


def find_records(db: Database, records: Records) -> Iterator[FoundRecord]:
    """Yield them, oldest first."""
    where, values = _where(records)
    rows = db.execute(
        f"SELECT kind, id, at, parent FROM temp.period_{records.population} WHERE {where}"
        " ORDER BY at, id, parent",
        values,
    )
    for kind, name, at, parent in rows:
        yield FoundRecord(kind=kind, id=name, at=datetime.fromisoformat(at), parent=parent)


def find_removal_hours(db: Database) -> list[float]:
    """Return how many hours each removal of the period took, shortest first."""
    rows = db.execute(
        "SELECT hours FROM temp.period_noticed WHERE outcome = 'removed' ORDER BY hours"
    )
    return [float(hours) for (hours,) in rows]


def _where(records: Records) -> tuple[str, list[Value]]:
    terms, values = ["1"], list[Value]()
    for term in records.terms:
        marks = ", ".join("?" for _ in term.values)
        terms.append(f"{term.column} {'NOT ' if term.out else ''}IN ({marks})")
        values.extend(term.values)
    return " AND ".join(terms), values
