"""Workbooks (``.xlsx``) as tables: rows of text, and the pictures that lie in their cells.

Rows are read one after the other by openpyxl; where pictures lie stands in the drawing of a sheet
(ECMA-376 part 1, 20.5: an anchor has the cell in which a picture begins), or, as WPS Office writes
it, in ``xl/cellimages.xml``, to whose names a cell's ``DISPIMG("ID_...", 1)`` refers. Formulas
count by the value that was last computed. Nothing outside of the file is read.
"""

from __future__ import annotations

import posixpath
import re
import shutil
import tempfile
import warnings
import zipfile
import zlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from importlib import import_module
from itertools import islice
from pathlib import PurePosixPath
from typing import Any, BinaryIO

from lxml import etree  # type: ignore[import-untyped]  # it has no types

from crawler.pictures import MAX_BYTES
from crawler.table_rows import LARGEST_CELL, OpenBytes, TableError

WORKBOOKS = (".xlsx", ".xlsm")
MOST_ROWS = 1_048_576
"""Rows of a sheet, as Excel has them."""
MOST_COLUMNS = 16_384
MOST_PARTS = 200_000
MOST_UNPACKED = 200
"""How many times larger a part may be than it is packed."""
SMALL = 64 * 1024 * 1024
"""Bytes up to which a part may be whatever times larger; a drawing may not be larger."""
MOST_HELD = 512 * 1024 * 1024
"""Bytes of a part that is held as a whole, as that of the texts of all cells; sheets are not."""
_SHEETS = "xl/worksheets/"
AT_ONCE = 200
"""Rows that are read in one go."""
HEADS_WITHIN = 10
"""Rows within which the heads of a table stand; what is above them are titles."""

Row = tuple[int, list[str]]
"""Number of a row, from 1, and its cells."""
_BROKEN = (
    *(zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, OSError),
    *(ArithmeticError, AssertionError, AttributeError, LookupError, SyntaxError),
    *(TypeError, ValueError),
)
"""What openpyxl raises on a workbook that is damaged, encrypted or none."""
_ZEROS = re.compile("0{2,40}")
_SHOWN = re.compile(r'DISPIMG\("([^"]{1,200})"')
_LINKED = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}embed"
_DRAWING = "/drawing"
"""End of the type of a relation between a sheet and its drawing."""


class Workbook:
    """One sheet of a workbook that is open."""

    def __init__(self, book: Any, archive: zipfile.ZipFile, sheet: Any) -> None:  # noqa: ANN401 (no types)
        self._archive, self._sheet = archive, sheet
        self.name: str = sheet.title
        self.further = tuple(one.title for one in book.worksheets if one is not sheet)
        """Names of the sheets that are not read."""
        self._parts: dict[str, str] = {}
        """Name of a picture -> its part of the archive."""
        self._in_cells: dict[int, dict[int, list[str]]] = {}
        """Row -> column, both from 1 -> names of the pictures that begin there."""
        self._by_id: dict[str, str] = {}
        """What a cell calls a picture that WPS put into it -> its name."""
        self._find_pictures()

    def rows(self) -> Iterator[Row]:
        """Yield each row that says anything; a picture stands in its cell by its name.

        :raises TableError: when the sheet is damaged, after the rows before that
        """
        for line, cells in _read(self._sheet):
            shown = [self._text(cell) for cell in cells]
            for column, names in self._in_cells.get(line, {}).items():
                shown += [""] * (column - len(shown))
                shown[column - 1] = ";".join(one for one in (shown[column - 1], *names) if one)
            while shown and (not shown[-1] or shown[-1].isspace()):
                shown.pop()
            if shown:
                yield line, shown

    def find_picture(self, name: str) -> bytes | None:
        """Return a picture by the name that its cell has; None where there is none."""
        part = self._parts.get(name)
        return None if part is None else self._part(part, MAX_BYTES)

    def _text(self, cell: str) -> str:
        if "DISPIMG" in cell and (found := _SHOWN.search(cell)):
            return self._by_id.get(found[1], cell)
        return cell

    def _find_pictures(self) -> None:
        part = str(self._sheet._worksheet_path)  # noqa: SLF001 (nothing else says it)
        for kind, drawing in self._relations(part).values():
            if kind.endswith(_DRAWING):
                self._read_drawing(drawing)
        images = self._relations("xl/cellimages.xml")
        for picture in self._elements("xl/cellimages.xml", "{*}cellImage/{*}pic"):
            called = picture.find("{*}nvPicPr/{*}cNvPr")
            name = self._name(picture, images)
            if called is not None and name:
                self._by_id[str(called.get("name"))] = name

    def _read_drawing(self, drawing: str) -> None:
        images = self._relations(drawing)
        for start in self._elements(drawing, ".//{*}from"):
            row, column = start.findtext("{*}row"), start.findtext("{*}col")
            for picture in start.getparent().iterfind(".//{*}pic"):
                name = self._name(picture, images)
                if name and _is_below(row, MOST_ROWS) and _is_below(column, MOST_COLUMNS):
                    there = self._in_cells.setdefault(int(row) + 1, {})
                    there.setdefault(int(column) + 1, []).append(name)

    def _name(self, picture: Any, images: dict[str, tuple[str, str]]) -> str:  # noqa: ANN401 (no types)
        blip = picture.find(".//{*}blip")
        _, part = images.get(blip.get(_LINKED, ""), ("", "")) if blip is not None else ("", "")
        if not part:
            return ""
        name = PurePosixPath(part).name
        return name if self._parts.setdefault(name, part) == part else ""

    def _relations(self, part: str) -> dict[str, tuple[str, str]]:
        """Return id -> type and part of what a part refers to inside the file."""
        folder, name = posixpath.split(part)
        found = {}
        for one in self._elements(f"{folder}/_rels/{name}.rels", "{*}Relationship"):
            if one.get("TargetMode") != "External":
                path = posixpath.normpath(posixpath.join("/", folder, one.get("Target", "")))
                found[one.get("Id", "")] = (one.get("Type", ""), path.lstrip("/"))
        return found

    def _elements(self, part: str, path: str) -> Sequence[Any]:
        data = self._part(part, SMALL)
        if data is None:
            return ()
        parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
        try:
            return list(etree.fromstring(data, parser).iterfind(path))
        except etree.XMLSyntaxError as error:
            raise TableError(None, f"{part} of the workbook is no XML: {error.msg}") from error

    def _part(self, name: str, most: int) -> bytes | None:
        try:
            with self._archive.open(name) as file:
                data = file.read(most + 1)
        except KeyError:
            return None
        except _BROKEN as error:
            raise TableError(None, f"{name} of the workbook is damaged: {error}") from error
        return data if len(data) <= most else None


def _is_below(text: str | None, most: int) -> bool:
    return bool(text) and str(text).isdecimal() and len(str(text)) < 8 and int(str(text)) < most


@contextmanager
def open_workbook(
    opening: OpenBytes, fits: Callable[[Sequence[str]], bool], sheet: str | None = None
) -> Iterator[Workbook]:
    """Open the sheet of a workbook that is a table, for the length of a ``with`` block.

    :param fits: whether the heads of a table are of one that can be read; the first sheet of such
        a table is taken, else the first visible one that says anything
    :param sheet: name of the sheet; None = found out
    :raises TableError: when the file is no workbook, or has no such sheet
    """
    with _seekable(opening) as stream:
        try:
            archive = zipfile.ZipFile(stream)
        except _BROKEN as error:
            raise TableError(None, f"not a workbook (.xlsx) that can be read: {error}") from error
        with archive:
            _refuse_bombs(archive)
            try:
                with warnings.catch_warnings(action="ignore"):
                    # Loaded when asked for: most commands read no workbook.
                    load = import_module("openpyxl").load_workbook
                    book = load(stream, read_only=True, data_only=True)
            except _BROKEN as error:
                message = f"not a workbook (.xlsx) that can be read: {error}"
                raise TableError(None, message) from error
            try:
                yield Workbook(book, archive, _choose(book, fits, sheet))
            finally:
                book.close()


@contextmanager
def _seekable(opening: OpenBytes) -> Iterator[BinaryIO]:
    """Open a file so that it can be read in any order; one in an archive is unpacked for it."""
    with opening() as stream:
        if stream.seekable():
            yield stream
            return
        with tempfile.TemporaryFile() as copy:
            shutil.copyfileobj(stream, copy)
            yield copy


def _refuse_bombs(archive: zipfile.ZipFile) -> None:
    parts = archive.infolist()
    if len(parts) > MOST_PARTS:
        message = f"expected at most {MOST_PARTS:,} parts of a workbook, got {len(parts):,}"
        raise TableError(None, message)
    for part in parts:
        if part.file_size > max(SMALL, MOST_UNPACKED * part.compress_size):
            times = part.file_size // max(1, part.compress_size)
            message = f"{part.filename} grows to {times:,} times its size; not unpacked"
            raise TableError(None, message)
        if part.file_size > MOST_HELD and not part.filename.startswith(_SHEETS):
            message = f"{part.filename} holds more than {MOST_HELD:,} bytes; save it as CSV"
            raise TableError(None, message)


def _choose(book: Any, fits: Callable[[Sequence[str]], bool], wanted: str | None) -> Any:  # noqa: ANN401 (no types)
    sheets = {str(one.title): one for one in book.worksheets}
    if wanted is not None:
        if wanted not in sheets:
            told = ", ".join(sheets)
            raise TableError(None, f"no sheet {wanted!r:.80}; the workbook has {told!r:.300}")
        return sheets[wanted]
    visible = [one for one in sheets.values() if one.sheet_state == "visible"]
    full = []
    for one in visible or sheets.values():
        first = [cells for _, cells in islice(_read(one), HEADS_WITHIN) if any(cells)]
        if any(fits(cells) for cells in first):
            return one
        if first:
            full.append(one)
    if not full:
        raise TableError(None, "no sheet of the workbook says anything")
    return full[0]


def _read(sheet: Any) -> Iterator[Row]:  # noqa: ANN401 (no types)
    """Yield the rows of a sheet."""
    sheet.reset_dimensions()  # what a sheet says of its size may be wrong
    rows = enumerate(sheet.iter_rows(), start=1)
    while True:
        try:
            with warnings.catch_warnings(action="ignore"):
                some = [
                    (line, [_shown(cell) for cell in cells])
                    for line, cells in islice(rows, AT_ONCE)
                ]
        except _BROKEN as error:
            raise TableError(None, f"sheet {sheet.title!r:.80} is damaged: {error}") from error
        if not some:
            return
        yield from some
        if some[-1][0] > MOST_ROWS:
            raise TableError(MOST_ROWS, f"expected at most {MOST_ROWS:,} rows")


def _shown(cell: Any) -> str:  # noqa: ANN401 (no types)
    """Return what a cell says, as a person would write it."""
    value = cell.value
    if value is None:
        return ""
    if isinstance(value, str):
        return value[:LARGEST_CELL]
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, int):
        zeros = _ZEROS.fullmatch(str(cell.number_format))
        return str(value).zfill(len(zeros[0])) if zeros else str(value)
    if isinstance(value, datetime) and not (value.hour or value.minute or value.second):
        value = value.date()
    return value.isoformat() if isinstance(value, date) else str(value)
