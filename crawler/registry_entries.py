"""Registry files of every form, record by record: ours (JSON Lines, tables), and the offices'."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import BinaryIO

from crawler.errors import InputError, Problem
from crawler.formats import read_records
from crawler.model import Right
from crawler.offices.euipo import HEAD, is_euipo
from crawler.offices.mapping import TableMapping, find_known_table
from crawler.offices.reading import Entry, read_office
from crawler.offices.sources import TABLES, XML, ZIP, FindBytes, Seen, unseen
from crawler.registry_table import has_our_heads, read_table
from crawler.table_rows import TableError
from crawler.tables import FOUND_OUT, open_table
from crawler.workbooks import WORKBOOKS

JSON_LINES = (".jsonl", ".ndjson", ".json")
CSV = ".csv"
SUFFIXES = (*JSON_LINES, XML, ZIP, *TABLES, *WORKBOOKS)
"""Of files that are read."""


def read_entries(
    path: Path,
    mapping: TableMapping | None = None,
    seen: Seen = unseen,
    sent: FindBytes | None = None,
) -> Iterator[Entry | Problem]:
    """Yield each right of a file, and each problem with its form, as it is read.

    :param mapping: how a table is read that is none of ours
    :param seen: is told of the bytes that were read
    :param sent: of a file that somebody sent: finds the pictures that came along
    :raises InputError: when the file cannot be read, or is of no form that is known
    """
    suffix = path.suffix.lower()
    if suffix not in SUFFIXES:
        raise InputError(
            f"{path}: expected a JSON Lines registry (.jsonl), a table (.csv, .xlsx), or an"
            f" office's file (.xml, .zip), got {path.suffix or 'no suffix'!r}"
        )
    if suffix in JSON_LINES and not _is_euipo(path):
        yield from _ours(path, read_records(Right, path, "a right", seen))
    elif mapping is None and suffix in (CSV, *WORKBOOKS) and _is_ours(path):
        yield from _ours(path, read_table(path, seen))
    else:
        yield from read_office(path, mapping, seen, sent)


def _ours(path: Path, records: Iterator[tuple[int, Right | Problem]]) -> Iterator[Entry | Problem]:
    for line, read in records:
        if isinstance(read, Problem):
            yield read
        else:
            yield Entry(path=path, line=line, right=read, of_office=False)


def _is_euipo(path: Path) -> bool:
    try:
        with path.open("rb") as stream:
            return is_euipo(stream.read(HEAD))
    except OSError as error:
        raise InputError(f"cannot read {path}: {error.strerror}") from error


def _is_ours(path: Path) -> bool:
    """Whether a table is a registry of ours, or at least none that is known otherwise."""
    others_may_be = path.suffix.lower() != CSV
    try:
        heads = read_heads(path)
    except TableError:
        return not others_may_be
    return has_our_heads(heads) or not (others_may_be or find_known_table(heads))


def read_heads(path: Path) -> list[str]:
    """Return the heads of a table's columns.

    :raises TableError: when it is none
    :raises InputError: when it cannot be read
    """
    return read_first_rows(path, rows=0)[0]


def read_first_rows(
    path: Path, mapping: TableMapping | None = None, rows: int = 20
) -> tuple[list[str], list[list[str]]]:
    """Return the heads of a table's columns, and its first rows.

    :raises TableError: when it is none
    :raises InputError: when it cannot be read
    """

    def opening() -> BinaryIO:
        return path.open("rb")

    def fits(heads: Sequence[str]) -> bool:
        if mapping is not None:
            return mapping.fits(heads)
        return has_our_heads(heads) or find_known_table(heads) is not None

    form = mapping.form if mapping is not None else FOUND_OUT
    try:
        with open_table(opening, path.suffix.lower(), fits, form=form) as table:
            return table.heads, [cells for _, cells in islice(table.rows, rows)]
    except OSError as error:
        raise InputError(f"cannot read {path}: {error.strerror}") from error
