"""A report as the cells that pages and papers show: words and values, no records."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from console.reports.drawing import FONT, draw_chart
from console.reports.wording import (
    base_of,
    interval_of,
    label_of,
    name_of,
    note_of,
    say,
    share_text,
    value_of,
)
from matchers.wording import Language
from pipelines.figures.numbers import Number, Row, Section, Table


@dataclass(frozen=True, kw_only=True, slots=True)
class ShownRow:
    """One row: what it is called, and its cells."""

    label: str
    cells: tuple[str, ...]
    ids: tuple[str, ...]
    """Of the number in each cell; of a list, of its one number."""
    total: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class ShownTable:
    """One table in the words of a language."""

    key: str
    title: str
    columns: tuple[str, ...]
    rows: tuple[ShownRow, ...]
    note: str
    chart: str
    """SVG; empty = none."""
    chart_title: str
    is_list: bool
    """Whether each row is a number of its own, whose id is its last cell."""


@dataclass(frozen=True, kw_only=True, slots=True)
class ShownSection:
    """One section in the words of a language."""

    key: str
    title: str
    tables: tuple[ShownTable, ...]


def show_sections(
    sections: Sequence[Section], language: Language, *, font: str = FONT
) -> list[ShownSection]:
    """Return the sections; tables without a row are left out, but the section says so."""
    return [
        ShownSection(
            key=section.key,
            title=say(f"section.{section.key}", language),
            tables=tuple(_table(t, language, font) for t in section.tables if t.rows or t.total),
        )
        for section in sections
    ]


def _table(table: Table, language: Language, font: str) -> ShownTable:
    is_list = not table.dimension
    rows = [*table.rows, *((table.total,) if table.total else ())]
    heads = _list_heads(language) if is_list else _heads(table, language)
    title = say(f"table.{table.key}", language)
    return ShownTable(
        key=table.key,
        title=title,
        columns=tuple(heads),
        rows=tuple(_row(table, row, language) for row in rows),
        note=note_of(table, language),
        chart=draw_chart(table, language, font=font) if table.chart else "",
        chart_title=say("chart", language, title=title),
        is_list=is_list,
    )


def _list_heads(language: Language) -> list[str]:
    return [say(key, language) for key in ("number", "value", "of", "share", "interval", "id")]


def _heads(table: Table, language: Language) -> list[str]:
    first = say(f"dimension.{table.dimension}", language)
    return [first, *(name_of(column, language) for column in table.columns)]


def _row(table: Table, row: Row, language: Language) -> ShownRow:
    label = label_of(table, row, language)
    if not table.dimension:
        number = row.numbers[0]
        cells = _list_cells(number, language)
        return ShownRow(label=label, cells=cells, ids=(number.id,))
    return ShownRow(
        label=label,
        cells=tuple(_cell(number, language) for number in row.numbers),
        ids=tuple(number.id for number in row.numbers),
        total=row is table.total,
    )


def _list_cells(number: Number, language: Language) -> tuple[str, ...]:
    share = number.share if number.unit == "count" else None
    return (
        value_of(number, language),
        base_of(number, language),
        "" if share is None else share_text(share, language),
        interval_of(number, language),
        number.id,
    )


def _cell(number: Number, language: Language) -> str:
    value, interval = value_of(number, language), interval_of(number, language)
    if not interval:
        return value
    return f"{value}（{interval}）" if language == "zh" else f"{value} ({interval})"


def names_in(sections: Sequence[Section]) -> Iterator[str]:
    """Yield the name of each number that stands somewhere, once, in order."""
    known = set[str]()
    for section in sections:
        for table in section.tables:
            for number in table.numbers():
                if number.name not in known:
                    known.add(number.name)
                    yield number.name
