"""Tables of every form: CSV and workbooks, opened as rows with the heads of their columns."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import chain, islice

from crawler.table_rows import (
    CHARSETS,
    OpenBytes,
    find_charset,
    find_separator,
    read_rows,
)
from crawler.workbooks import HEADS_WITHIN, WORKBOOKS, Row, open_workbook

FindBytes = Callable[[str], bytes | None]
Fits = Callable[[Sequence[str]], bool]


@dataclass(frozen=True, kw_only=True, slots=True)
class TableForm:
    """What is known of a table beforehand."""

    encoding: str | None = None
    """Name of a charset; None = UTF-8, or else GB 18030."""
    separator: str | None = None
    """What stands between columns; None = found out."""
    sheet: str | None = None
    """Name of the sheet of a workbook; None = found out."""


FOUND_OUT = TableForm()


@dataclass(frozen=True, kw_only=True, slots=True)
class Table:
    """A table that is open."""

    line: int
    """Where the heads stand."""
    heads: list[str]
    rows: Iterator[Row]
    """What is below the heads."""
    find_picture: FindBytes
    """What a picture holds that lies in a cell, by the name that the cell has."""
    further: tuple[str, ...] = ()
    """Names of sheets that are not read."""


@contextmanager
def open_table(
    opening: OpenBytes,
    suffix: str,
    fits: Fits,
    *,
    form: TableForm = FOUND_OUT,
    counted: OpenBytes | None = None,
) -> Iterator[Table]:
    """Open a table for the length of a ``with`` block.

    The heads stand in the first row that fits, of the first ones; where none does, in the first.

    :param suffix: of the file's name, in small letters
    :param fits: whether the cells of a row are the heads of a table that can be read
    :param counted: opens the same file when its rows are read; None = ``opening``
    :raises TableError: when it is none
    """
    if suffix in WORKBOOKS:
        with open_workbook(counted or opening, fits, form.sheet) as book:
            line, heads, rows = _heads(book.rows(), fits)
            yield Table(
                line=line,
                heads=heads,
                rows=rows,
                find_picture=book.find_picture,
                further=book.further,
            )
        return
    charset = find_charset(opening, CHARSETS if form.encoding is None else (form.encoding,))
    separator = form.separator or find_separator(opening, charset)
    line, heads, rows = _heads(read_rows(counted or opening, charset, separator), fits)
    yield Table(line=line, heads=heads, rows=rows, find_picture=_none)


def _heads(rows: Iterator[Row], fits: Fits) -> tuple[int, list[str], Iterator[Row]]:
    first = list(islice(rows, HEADS_WITHIN))
    at = next((at for at, (_, cells) in enumerate(first) if fits(cells)), 0)
    line, heads = first[at] if first else (1, [])
    return line, heads, chain(first[at + 1 :], rows)


def _none(_: str) -> bytes | None:
    return None
