"""Lists of tips (CSV): read line by line, and refused whole where a line is no tip."""

from __future__ import annotations

import codecs
import csv
from array import array
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import TextIO

from sqlite_utils import Database

from crawler.accounts import Actor
from crawler.errors import FileFormatError, InputError, Problem
from crawler.store.database import now, writing
from crawler.store.tips import Tip, find_last_number, find_tips_after, is_right, record_tip
from crawler.tips import Lead, check_lead, parse_kind

COLUMNS: Mapping[str, str] = {
    "url": "url",
    "kind": "kind",
    "words": "words",
    "right": "right",
    "contact": "contact",
    "网址": "url",
    "链接": "url",
    "类型": "kind",
    "说明": "words",
    "权利": "right",
    "联系方式": "contact",
}
"""Head of a column -> what stands under it."""
CHARSETS = ("utf-8-sig", "gb18030")
"""As spreadsheets write tables; Excel in China uses the second."""
LARGEST_CELL = 100_000
"""Characters; what is longer is no table."""
MOST_PROBLEMS = 100
PIECE = 1 << 20
"""Bytes that are read at a time to find out the charset."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Imported:
    """One line of a list, taken in."""

    line: int
    tip: Tip


def import_tips(
    db: Database,
    path: Path,
    actor: Actor,
    *,
    allow_private: bool = False,
    on_progress: Callable[[int], None] = lambda _: None,
) -> Iterator[Imported]:
    """Take in every line of a list, in one transaction; then yield what each became.

    A line whose address cannot be looked at is kept as a refused tip: somebody told it. A line that
    is no tip at all refuses the file. The file is read twice, a line at a time.

    :param on_progress: called with how many are taken in so far
    :raises FileFormatError: with the lines that are no tips, at most 100 of them
    :raises InputError: when the file cannot be read
    """
    check_tips(db, path)
    lines = array("q")
    with writing(db):
        before = find_last_number(db)
        for line, read in read_tips(path):
            if isinstance(read, Problem):  # it was changed since it was checked
                raise FileFormatError([read])
            record_tip(db, read, actor, way="file", allow_private=allow_private, at=now())
            lines.append(line)
            on_progress(len(lines))
    tips = islice(find_tips_after(db, before), len(lines))
    for line, tip in zip(lines, tips, strict=True):
        yield Imported(line=line, tip=tip)


def check_tips(db: Database, path: Path) -> int:
    """Return how many tips a list holds.

    :raises FileFormatError: with the lines that are none
    :raises InputError: when the file cannot be read
    """
    problems: list[Problem] = []
    count = 0
    for line, read in read_tips(path):
        count += 1
        if (
            not isinstance(read, Problem)
            and read.right is not None
            and not is_right(db, read.right)
        ):
            message = f"no right has the id {read.right!r:.80}"
            read = Problem(path=path, line=line, where="right", message=message)
        if isinstance(read, Problem):
            problems.append(read)
            if len(problems) == MOST_PROBLEMS:
                break
    if not count:
        problems.append(Problem(path=path, line=None, where="", message="it holds no tip"))
    if problems:
        raise FileFormatError(problems)
    return count


def read_tips(path: Path) -> Iterator[tuple[int, Lead | Problem]]:
    """Yield each line's number and its lead, or the problem with it.

    :raises InputError: when the file cannot be read, or is in another charset
    """
    csv.field_size_limit(LARGEST_CELL)
    with _opened(path) as file:
        rows = csv.reader(file, strict=True)
        try:
            heads = [COLUMNS.get(head.strip().lower(), head.strip()) for head in next(rows, [])]
            if problem := _head_problem(heads):
                yield 1, Problem(path=path, line=1, where="", message=problem)
                return
            for cells in rows:
                if any(cell.strip() for cell in cells):
                    yield rows.line_num, _parse_row(path, rows.line_num, heads, cells)
        except csv.Error as error:
            message = f"not a table as CSV has it: {error}"
            line = max(rows.line_num, 1)
            yield line, Problem(path=path, line=line, where="", message=message)


def _opened(path: Path) -> TextIO:
    """Open a table in the charset that it is in.

    :raises InputError: when it cannot be read, or is in none of ``CHARSETS``
    """
    if not path.is_file():
        raise InputError(f"cannot read {path}: expected a file")
    for charset in CHARSETS:
        if _is_in(path, charset):
            return path.open(encoding=charset, newline="")
    raise InputError(f"{path}: expected a table in UTF-8 or GB 18030")


def _is_in(path: Path, charset: str) -> bool:
    decoder = codecs.getincrementaldecoder(charset)()
    try:
        with path.open("rb") as file:
            while piece := file.read(PIECE):
                decoder.decode(piece)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    except OSError as error:
        raise InputError(f"cannot read {path}: {error.strerror}") from error
    return True


def _head_problem(heads: Sequence[str]) -> str | None:
    known = tuple(dict.fromkeys(COLUMNS.values()))
    for head in heads:
        if head not in known:
            return f"no column is called {head!r:.80}; expected some of {', '.join(known)}"
        if heads.count(head) > 1:
            return f"the column {head} stands there twice"
    if "url" not in heads:
        return "expected the column url at the least"
    return None


def _parse_row(path: Path, line: int, heads: Sequence[str], cells: Sequence[str]) -> Lead | Problem:
    if len(cells) > len(heads):
        message = f"expected {len(heads)} cells, got {len(cells)}; put a text with commas in quotes"
        return Problem(path=path, line=line, where="", message=message)
    row = {head: cell.strip() for head, cell in zip(heads, cells, strict=False)}
    if not row.get("url"):
        return Problem(path=path, line=line, where="url", message="expected an address, got none")
    try:
        lead = Lead(
            url=row["url"],
            kind=parse_kind(row.get("kind", "")),
            words=row.get("words", ""),
            right=row.get("right") or None,
            contact=row.get("contact", ""),
        )
        check_lead(lead)
    except InputError as error:
        where, _, message = str(error).partition(": ")
        return Problem(path=path, line=line, where=where, message=message)
    return lead
