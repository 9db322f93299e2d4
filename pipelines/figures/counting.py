"""Numbers counted from the records of a period: single ones, parts of one, and tables of parts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from sqlite_utils import Database

from crawler.errors import WorkspaceError
from crawler.store.period_records import Records, Value, count_records, group_records
from pipelines.figures.numbers import Number, Row, Table, part_of
from pipelines.intervals import wilson

MOST_ROWS = 20
"""Parts of a table that have a row of their own; the others share one."""


def counted(db: Database, name: str, records: Records, of: Number | None = None) -> Number:
    """Return how many records there are.

    :param of: the number that it is a part of
    """
    count = count_records(db, records)
    return Number(
        id=name,
        unit="count",
        value=count,
        records=records,
        count=count,
        of=None if of is None else of.records,
        total=None if of is None else of.count,
    )


def parts(
    db: Database, name: str, whole: Number, column: str, values: Iterable[Value]
) -> list[Number]:
    """Return how many of a whole have each value of a column: ``name.value``.

    :raises WorkspaceError: when some have another value, as the parts would not be the whole
    """
    counts = group_records(db, whole.records, column)
    found = []
    for value in values:
        count = counts.pop(value, 0)
        found.append(
            Number(
                id=f"{name}.{value}",
                unit="count",
                value=count,
                records=whole.records.where(column, value),
                count=count,
                of=whole.records,
                total=whole.count,
            )
        )
    if counts:
        others = ", ".join(map(str, sorted(counts, key=str)))
        raise WorkspaceError(f"{name}: {column} is {others}, which this version does not know")
    return found


def share_of(name: str, some: Number, whole: Number) -> Number:
    """Return a share with its interval."""
    return Number(
        id=name,
        unit="share",
        value=some.count / whole.count if whole.count else None,
        records=some.records,
        count=some.count,
        of=whole.records,
        total=whole.count,
        interval=wilson(some.count, whole.count),
    )


def listed(key: str, numbers: Iterable[Number], *, chart: bool = False) -> Table:
    """Return a table with a row for each number."""
    rows = tuple(Row(key=number.id, numbers=(number,)) for number in numbers)
    return Table(key=key, rows=rows, chart=chart)


@dataclass(frozen=True, kw_only=True, slots=True)
class Split:
    """By what numbers are told apart in a table."""

    key: str
    """Of the table."""
    dimension: str
    """The column."""
    labels: Mapping[str, str] | None = None
    """Key of a row -> its name, where the key is only an id."""
    order: Sequence[str] | None = None
    """The keys of all rows in their order; None = those with most first."""
    chart: bool = False


def split(db: Database, wholes: Sequence[Number], by: Split) -> Table:
    """Return a table with a row for each part, and a column for each number.

    What has no row of its own stands in the row for the rest, what is not known in the row with an
    empty key; so every column adds up to its number.
    """
    counts = [group_records(db, whole.records, by.dimension) for whole in wholes]
    keys = list(by.order) if by.order is not None else _largest(counts)
    rows = [
        Row(key=key, label=(by.labels or {}).get(key, ""), numbers=_row(wholes, counts, by, key))
        for key in keys
    ]
    if any(str(key) not in keys for column in counts for key in column):
        rows.append(Row(key="", rest=True, numbers=_others(wholes, counts, by, keys)))
    return Table(
        key=by.key,
        dimension=by.dimension,
        columns=tuple(whole.id for whole in wholes),
        rows=tuple(rows),
        total=Row(key="", numbers=tuple(wholes)),
        chart=by.chart,
    )


def _largest(counts: Sequence[Mapping[Value, int]]) -> list[str]:
    """Return the keys with most, by the columns from the first on; what is not known comes last."""
    totals = Counter[str]()
    for column in counts:
        totals.update({str(key): count for key, count in column.items()})
    known = [key for key in totals if key]
    known.sort(key=lambda key: ([-column.get(key, 0) for column in counts], key))
    if len(known) > MOST_ROWS:
        known = known[: MOST_ROWS - 1]
    return [*known, *([""] if "" in totals else [])]


def _row(
    wholes: Sequence[Number], counts: Sequence[Mapping[Value, int]], by: Split, key: str
) -> tuple[Number, ...]:
    return tuple(
        _part(whole, by, key, whole.records.where(by.dimension, key), column.get(key, 0))
        for whole, column in zip(wholes, counts, strict=True)
    )


def _others(
    wholes: Sequence[Number],
    counts: Sequence[Mapping[Value, int]],
    by: Split,
    keys: Sequence[str],
) -> tuple[Number, ...]:
    found = []
    for whole, column in zip(wholes, counts, strict=True):
        count = sum(n for key, n in column.items() if str(key) not in keys)
        rest = whole.records.where(by.dimension, *keys, out=True)
        found.append(_part(whole, by, None, rest, count))
    return tuple(found)


def _part(whole: Number, by: Split, key: str | None, records: Records, count: int) -> Number:
    return replace(
        whole,
        id=part_of(whole.id, by.dimension, key),
        value=count,
        records=records,
        count=count,
        of=whole.records,
        total=whole.count,
        interval=None,
    )
