"""The one form of a report, which every writer writes: sections of tables of numbers.

A number knows the records that it counts, and those that it is a share of; what it is called and
what it means stand in ``console/reports/phrases``, by its name.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from crawler.store.period_records import Records
from pipelines.figures.period import ReportPeriod
from pipelines.intervals import Interval

Unit = Literal["count", "share", "hours"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Number:
    """One number of a report."""

    id: str
    """``hits.found``, or ``hits.found@site=shop.example`` of a part."""
    unit: Unit
    value: float | None
    """None where there is nothing of which it could be said."""
    records: Records
    """What it counts; of a share those that count, of hours and estimates those it is made from."""
    count: int
    """How many records these are."""
    of: Records | None = None
    """What it is a part of."""
    total: int | None = None
    """How many records these are."""
    interval: Interval | None = None
    """Where the true value lies in 95 of 100 cases, in its unit."""
    estimated: bool = False
    """Whether it says more than what was counted."""
    base: int | None = None
    """Of an estimate: of how many it speaks, of which the records are a sample."""

    @property
    def name(self) -> str:
        """What it is of whatever part: its words are found by it."""
        return self.id.partition("@")[0]

    @property
    def share(self) -> float | None:
        """Its part of the total, where it is one."""
        if self.unit == "share":
            return self.value
        if self.unit != "count" or self.estimated or not self.total:
            return None
        return self.count / self.total


@dataclass(frozen=True, kw_only=True, slots=True)
class Row:
    """A row of a table: one number with its words, or a part with its numbers."""

    key: str
    """The value of the table's dimension, a site or a territory; empty = it is not known."""
    numbers: tuple[Number, ...]
    label: str = ""
    """In the words of the records, where the key is only an id."""
    rest: bool = False
    """Whether it holds all that has no row of its own."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Table:
    """Numbers that belong together."""

    key: str
    rows: tuple[Row, ...]
    dimension: str = ""
    """What its rows are parts by; empty = each row is a number of its own."""
    columns: tuple[str, ...] = ()
    """Names of the numbers of each row, where there is a dimension."""
    total: Row | None = None
    """Of all rows; None where the rows overlap, or say it themselves."""
    chart: bool = False
    """Whether its rows are also drawn."""

    def numbers(self) -> Iterator[Number]:
        """Yield all that stand in it."""
        for row in (*self.rows, *((self.total,) if self.total else ())):
            yield from row.numbers


@dataclass(frozen=True, kw_only=True, slots=True)
class Section:
    """A part of the report."""

    key: str
    tables: tuple[Table, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Report:
    """A report on a period."""

    period: ReportPeriod
    sections: tuple[Section, ...]

    def numbers(self) -> Iterator[Number]:
        """Yield all numbers, each id once, in the order in which they stand."""
        known = set[str]()
        for section in self.sections:
            for table in section.tables:
                for number in table.numbers():
                    if number.id not in known:
                        known.add(number.id)
                        yield number


def part_of(name: str, dimension: str, key: str | None) -> str:
    """Return the id of a number of one part; None = of all that has no row of its own."""
    return f"{name}@{dimension}!rest" if key is None else f"{name}@{dimension}={key}"
