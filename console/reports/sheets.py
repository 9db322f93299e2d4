"""A report as a workbook, and as one long table: every number a row, with what it means."""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from datetime import UTC

import xlsxwriter

from console.reports.wording import label_of, meaning_of, name_of, say, title_of
from matchers.wording import Language
from pipelines.figures.numbers import Number, Report, Row, Table
from pipelines.takedown.tables import write_table

COLUMNS = (
    "id",
    "section",
    "table",
    "part",
    "name",
    "unit",
    "value",
    "low",
    "high",
    "count",
    "of",
    "base",
    "estimated",
    "means",
)
"""Of the long table, the same in both languages, so that programs can rely on them."""
Cell = str | int | float | None


def report_csv(report: Report, language: Language) -> bytes:
    """Return every number of the report as a row of CSV; the same records give the same bytes."""
    rows = ([_text(cell) for cell in row] for row in long_rows(report, language))
    return write_table(COLUMNS, rows)


def long_rows(report: Report, language: Language) -> Iterator[list[Cell]]:
    """Yield every number of the report as cells under ``COLUMNS``."""
    known = set[str]()
    for section in report.sections:
        for table in section.tables:
            rows = [*table.rows, *((table.total,) if table.total else ())]
            for row in rows:
                for number in row.numbers:
                    if number.id not in known:
                        known.add(number.id)
                        titles = [
                            say(f"section.{section.key}", language),
                            say(f"table.{table.key}", language),
                        ]
                        yield _cells(number, [*titles, _part(table, row, language)], language)


def _part(table: Table, row: Row, language: Language) -> str:
    return label_of(table, row, language) if table.dimension else ""


def _cells(number: Number, where: Sequence[str], language: Language) -> list[Cell]:
    low, high = number.interval or (None, None)
    return [
        number.id,
        *where,
        name_of(number.id, language),
        number.unit,
        number.value,
        low,
        high,
        number.count,
        number.total,
        number.base,
        "yes" if number.estimated else "no",
        meaning_of(number.id, language),
    ]


def _text(cell: Cell) -> str:
    if cell is None:
        return ""
    return f"{cell:.10g}" if isinstance(cell, float) else str(cell)


def report_xlsx(report: Report, language: Language) -> bytes:
    """Return the workbook: a sheet for each section, and one with every number as a row.

    It is dated by the end of the period, and no cell is a formula.
    """
    target = io.BytesIO()
    book = xlsxwriter.Workbook(
        target,
        {
            "in_memory": True,
            "strings_to_formulas": False,
            "strings_to_urls": False,
            "strings_to_numbers": False,
        },
    )
    until = report.period.until.astimezone(UTC).replace(tzinfo=None)
    book.set_properties({"title": title_of(report, language), "created": until})
    forms = {
        "head": book.add_format({"bold": True, "bottom": 1, "text_wrap": True, "valign": "top"}),
        "title": book.add_format({"bold": True, "font_size": 12}),
        "count": book.add_format({"num_format": "#,##0"}),
        "estimate": book.add_format({"num_format": "#,##0.0"}),
        "share": book.add_format({"num_format": "0.0%"}),
        "text": book.add_format(),
        "wrapped": book.add_format({"text_wrap": True, "valign": "top"}),
    }
    for section in report.sections:
        sheet = book.add_worksheet(say(f"section.{section.key}", language)[:31])
        _write_section(_Sheet(sheet, forms), section.tables, language)
    _write_long(_Sheet(book.add_worksheet("numbers"), forms), report, language)
    book.close()
    return target.getvalue()


class _Sheet:
    """A sheet that is written from top to bottom."""

    def __init__(
        self, sheet: xlsxwriter.worksheet.Worksheet, forms: dict[str, xlsxwriter.format.Format]
    ) -> None:
        self.sheet = sheet
        self._forms = forms
        self.line = 0

    def put(self, cells: Sequence[tuple[Cell, str]]) -> None:
        """Write a line of cells, each with its form."""
        for column, (cell, form) in enumerate(cells):
            if cell is None:
                continue
            if isinstance(cell, str):
                self.sheet.write_string(self.line, column, cell, self._forms[form])
            else:
                self.sheet.write_number(self.line, column, cell, self._forms[form])
        self.line += 1


def _write_section(sheet: _Sheet, tables: Sequence[Table], language: Language) -> None:
    sheet.sheet.set_column(0, 0, 38)
    sheet.sheet.set_column(1, 12, 16)
    for table in tables:
        if not table.rows and table.total is None:
            continue
        sheet.put([(say(f"table.{table.key}", language), "title")])
        if table.dimension:
            _write_parts(sheet, table, language)
        else:
            _write_list(sheet, table, language)
        sheet.line += 1


def _write_list(sheet: _Sheet, table: Table, language: Language) -> None:
    heads = ("number", "value", "of", "share")
    names = [say(key, language) for key in heads]
    interval = say("interval", language)
    sheet.put([(name, "head") for name in (*names, interval, interval, say("id", language))])
    for row in table.rows:
        number = row.numbers[0]
        low, high = number.interval or (None, None)
        form = _form(number)
        share = None if number.unit == "share" else number.share
        sheet.put(
            [
                (label_of(table, row, language), "text"),
                (number.value, form),
                (number.total if number.base is None else number.base, "count"),
                (share, "share"),
                (low, form),
                (high, form),
                (number.id, "text"),
            ]
        )


def _write_parts(sheet: _Sheet, table: Table, language: Language) -> None:
    heads = [say(f"dimension.{table.dimension}", language)]
    interval = say("interval", language)
    for at, column in enumerate(table.columns):
        heads.append(name_of(column, language))
        if any(row.numbers[at].interval for row in table.rows):
            heads += [interval, interval]
    sheet.put([(head, "head") for head in heads])
    for row in (*table.rows, *((table.total,) if table.total else ())):
        cells: list[tuple[Cell, str]] = [(label_of(table, row, language), "text")]
        for at, number in enumerate(row.numbers):
            cells.append((number.value, _form(number)))
            if any(other.numbers[at].interval for other in table.rows):
                cells += [(end, _form(number)) for end in number.interval or (None, None)]
        sheet.put(cells)


def _form(number: Number) -> str:
    if number.unit == "share":
        return "share"
    return "estimate" if number.estimated or number.unit == "hours" else "count"


def _write_long(sheet: _Sheet, report: Report, language: Language) -> None:
    sheet.sheet.set_column(0, 4, 28)
    sheet.sheet.set_column(13, 13, 80)
    sheet.put([(name, "head") for name in COLUMNS])
    for row in long_rows(report, language):
        sheet.put([(cell, "text") for cell in row])
    sheet.sheet.freeze_panes(1, 1)
