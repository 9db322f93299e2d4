"""Rows of tables (CSV), one after the other, whatever the size of the file."""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Callable, Iterator, Sequence
from typing import BinaryIO

CHARSETS = ("utf-8-sig", "gb18030")
"""As spreadsheets write tables; Excel in China uses the second."""
LARGEST_CELL = 1_000_000
"""Characters."""
SEPARATORS = (",", ";", "\t", "|")
CHUNK = 1 << 20

OpenBytes = Callable[[], BinaryIO]


class TableError(Exception):
    """A file that is no table; says the line, if it is one line's fault, and why."""

    def __init__(self, line: int | None, message: str) -> None:
        self.line, self.message = line, message
        super().__init__(message)


def find_charset(opening: OpenBytes, charsets: Sequence[str] = CHARSETS) -> str:
    """Return the first charset in which all of a file can be read; the file is read through.

    :raises TableError: when there is none
    """
    left = {charset: codecs.getincrementaldecoder(charset)() for charset in charsets}
    with opening() as stream:
        while left:
            chunk = stream.read(CHUNK)
            for charset in tuple(left):
                try:
                    left[charset].decode(chunk, final=not chunk)
                except UnicodeError:
                    del left[charset]
            if not chunk:
                break
    for charset in charsets:
        if charset in left:
            return charset
    told = " or ".join(_NAMES.get(charset, charset) for charset in charsets)
    raise TableError(None, f"expected a table in {told}")


_NAMES = {"utf-8-sig": "UTF-8", "gb18030": "GB 18030"}


def read_rows(
    opening: OpenBytes, charset: str, separator: str = ","
) -> Iterator[tuple[int, list[str]]]:
    """Yield the number of the line where a row ends, and its cells; rows of nothing are left out.

    :raises TableError: when it is no CSV any more, after the rows before that
    """
    csv.field_size_limit(LARGEST_CELL)
    with io.TextIOWrapper(opening(), encoding=charset, newline="") as text:
        rows = csv.reader(text, delimiter=separator, strict=True)
        try:
            for cells in rows:
                if any(cell and not cell.isspace() for cell in cells):
                    yield rows.line_num, cells
        except csv.Error as error:
            raise TableError(rows.line_num, f"not a table as CSV has it: {error}") from error


def find_separator(opening: OpenBytes, charset: str) -> str:
    """Return what stands between the columns: of the usual ones, that which the heads have most."""
    with io.TextIOWrapper(opening(), encoding=charset, newline="") as text:
        head = text.readline(LARGEST_CELL)
    return max(SEPARATORS, key=lambda separator: (head.count(separator), separator == ","))
