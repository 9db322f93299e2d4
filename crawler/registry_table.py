"""A registry as a table (CSV): a right on each line, values of a cell with ``;`` between."""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, BinaryIO

from pydantic import ValidationError

from crawler.errors import InputError, Problem
from crawler.formats import parse_record, problems_of
from crawler.model import Right
from crawler.offices.sources import Counted, Seen, unseen
from crawler.table_rows import TableError
from crawler.tables import TableForm, open_table

PLAIN = ("id", "kind", "name", "office", "registration", "status", "expires")
LISTS = ("variants", "jurisdictions", "goods", "images", "origin", "tags")
HOLDER = tuple(
    f"holder.{key}" for key in ("name", "country", "email", "address", "phone", "website")
)
COLUMNS = (*PLAIN, *LISTS, *HOLDER, "classes", "licensees", "prices")
"""``licensees``: ``seller @ site``, either may be missing; ``prices``: ``CNY 1280``."""


OURS = TableForm(separator=",")


def read_table(path: Path, seen: Seen = unseen) -> Iterator[tuple[int, Right | Problem]]:
    """Yield each line's number and its right, or each problem with it.

    :param seen: is told of the bytes that were read
    :raises InputError: when the file cannot be read
    """

    def opening() -> BinaryIO:
        return path.open("rb")

    def counting() -> BinaryIO:
        return io.BufferedReader(Counted(opening(), seen))

    try:
        suffix = path.suffix.lower()
        with open_table(opening, suffix, has_our_heads, form=OURS, counted=counting) as table:
            heads = [head.strip().lower() for head in table.heads]
            if problem := _head_problem(heads):
                yield 1, Problem(path=path, line=table.line, where="", message=problem)
                return
            for line, cells in table.rows:
                yield from _read_row(path, line, heads, cells)
    except TableError as error:
        if error.line is None:
            raise InputError(f"{path}: {error.message}") from error
        yield error.line, Problem(path=path, line=error.line, where="", message=error.message)
    except OSError as error:
        raise InputError(f"cannot read {path}: {error.strerror}") from error


def has_our_heads(heads: Sequence[str]) -> bool:
    """Say whether the cells of a row are the heads of a registry of ours."""
    return bool({"id", "kind"} & {head.strip().lower() for head in heads})


def _head_problem(heads: Sequence[str]) -> str | None:
    unknown = [head for head in heads if head not in COLUMNS]
    if unknown:
        known = ", ".join(COLUMNS)
        return (
            f"no column is called {unknown[0]!r:.80}; expected some of {known}, or a mapping file"
        )
    if twice := [head for head in heads if heads.count(head) > 1]:
        return f"the column {twice[0]} stands there twice"
    if "id" not in heads or "kind" not in heads:
        return "expected the columns id and kind at the least"
    return None


def _read_row(
    path: Path, line: int, heads: Sequence[str], cells: Sequence[str]
) -> Iterator[tuple[int, Right | Problem]]:
    if len(cells) > len(heads):
        message = f"expected {len(heads)} cells, got {len(cells)}; put a text with commas in quotes"
        yield line, Problem(path=path, line=line, where="", message=message)
        return
    row = {head: cell.strip() for head, cell in zip(heads, cells, strict=False) if cell.strip()}
    try:
        yield line, parse_record(Right, _data(row))
    except ValidationError as error:
        for problem in problems_of(error, path, line, "a right"):
            yield line, problem


def _data(row: Mapping[str, str]) -> dict[str, Any]:
    data: dict[str, Any] = {key: row[key] for key in PLAIN if key in row}
    data |= {key: _parts(row[key]) for key in LISTS if key in row}
    holder = {key.partition(".")[2]: row[key] for key in HOLDER if key in row}
    if holder:
        data["holder"] = holder
    if "classes" in row:
        parts = _parts(row["classes"].replace(",", ";"))
        data["classes"] = [int(part) if part.isdecimal() else part for part in parts]
    if "licensees" in row:
        data["licensees"] = [_licensee(part) for part in _parts(row["licensees"])]
    if "prices" in row:
        prices = (part.partition(" ") for part in _parts(row["prices"]))
        data["prices"] = {currency: price.strip() for currency, _, price in prices}
    return data


def _parts(cell: str) -> list[str]:
    return [part.strip() for part in cell.replace("\uff1b", ";").split(";") if part.strip()]


def _licensee(part: str) -> dict[str, str]:
    seller, _, site = (
        (said.strip() for said in part.rpartition("@")) if "@" in part else (part, "", "")
    )
    return {key: value for key, value in (("seller", seller), ("site", site)) if value}
