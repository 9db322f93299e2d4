"""CSV that spreadsheets open as it is meant: UTF-8, and no cell is a formula."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence

BYTE_ORDER_MARK = b"\xef\xbb\xbf"
"""By which spreadsheets know UTF-8; without it Chinese is garbled in them."""

_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")


def write_table(
    columns: Sequence[str], rows: Iterable[Sequence[str]], *, encoding: str = "utf-8-sig"
) -> bytes:
    """Return the rows as CSV (RFC 4180, CRLF).

    A cell that a spreadsheet would run as a formula gets an apostrophe in front, as OWASP's page
    on CSV injection advises; a cell of digits with a sign (a telephone number) as well.

    :raises UnicodeEncodeError: when the encoding lacks a character
    """
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(columns)
    writer.writerows([harmless(cell) for cell in row] for row in rows)
    return text.getvalue().encode(encoding)


def harmless(cell: str) -> str:
    """Return the cell so that no spreadsheet takes it for a formula."""
    return f"'{cell}" if cell.lstrip(" \u3000").startswith(_FORMULA_STARTS) else cell
