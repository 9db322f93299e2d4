"""Reading an office's file as rights: which form it has, its records, and what was left out."""

from __future__ import annotations

import io
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import BinaryIO

from crawler.errors import InputError, Problem
from crawler.model import Right
from crawler.offices.drafts import Draft, finish
from crawler.offices.euipo import HEAD, JSON, is_euipo, read_json
from crawler.offices.mapped import TableReader
from crawler.offices.mapping import KNOWN_TABLES, TableMapping, find_known_table
from crawler.offices.sources import XML, Counted, FindBytes, Seen, Source, open_sources, unseen
from crawler.offices.uspto import draft_case_file
from crawler.offices.wipo import draft_design, draft_indication, draft_st66, draft_st96
from crawler.offices.xml_records import Element, XmlError, find_root, local_name, read_elements
from crawler.pictures import PICTURE_FORMATS, picture_problem
from crawler.registry_table import COLUMNS
from crawler.table_rows import OpenBytes, TableError
from crawler.tables import FOUND_OUT, open_table

MOST_LEFT = 40
"""Names of what is left that are told; the rest is counted."""
TEXT = ".txt"
FURTHER = "further sheets of the workbook are not read"
LEFT_OUT = "left out"
"""End of a note on something that a strict mapping does not let pass."""


class UnknownTableError(TableError):
    """By its columns a table is none that is known."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Entry:
    """A right as it was read, and the pictures that are in the file itself."""

    path: Path
    line: int
    right: Right
    data: Mapping[str, bytes] = field(default_factory=dict)
    """``Right.images`` name -> bytes, of those that are no files."""
    of_office: bool = True
    """Whether an office delivers it so: a later record of the same right takes its place, and its
    pictures were looked at already."""


@dataclass(frozen=True, kw_only=True, slots=True)
class XmlForm:
    """A form of XML: by which root it is known, what its records are called, how one is read."""

    name: str
    roots: frozenset[str]
    drafts: Mapping[str, Callable[[Element], Draft]]
    """Name of a record -> what reads it."""


FORMS = (
    XmlForm(
        name="WIPO ST.66 or EUIPO open data",
        roots=frozenset({"Transaction", "TradeMark", "TradeMarks", "TradeMarkDetails"}),
        drafts={"TradeMark": draft_st66, "Design": draft_design},
    ),
    XmlForm(
        name="WIPO ST.96",
        roots=frozenset(
            {"TrademarkTransaction", "Trademark", "TrademarkBag", "TrademarkApplication"}
            | {"DesignTransaction", "Design", "DesignBag", "DesignApplication"}
            | {"GeographicalIndicationTransaction", "GeographicalIndication"}
            | {"GeographicalIndicationBag", "GeographicalIndicationApplication"}
        ),
        drafts={
            "Trademark": draft_st96,
            "Design": draft_design,
            "GeographicalIndication": draft_indication,
        },
    ),
    XmlForm(
        name="USPTO trademark cases",
        roots=frozenset({"trademark-applications-daily", "trademark-applications-annual"}),
        drafts={"case-file": draft_case_file},
    ),
)


def read_office(
    path: Path,
    mapping: TableMapping | None = None,
    seen: Seen = unseen,
    sent: FindBytes | None = None,
) -> Iterator[Entry | Problem]:
    """Yield each right of an office's file, and each problem, as it is read.

    :param mapping: how a table is read; None = it must be a known one
    :param seen: is told of the bytes that were read
    :param sent: of a file that somebody sent: finds the pictures that came along, and no others
    :raises InputError: when the file cannot be read, or is of no form that is known
    """
    left: Counter[str] = Counter()
    with open_sources(path, sent) as sources:
        for source in sources:
            try:
                for draft in _drafts(source, mapping, seen):
                    left.update(draft.left)
                    yield from _entry(source, draft, strict=mapping is not None and mapping.strict)
            except UnknownTableError as error:
                yield _unknown(source, error)
            except (XmlError, TableError) as error:
                yield Problem(path=source.path, line=error.line, where="", message=error.message)
            except OSError as error:
                raise InputError(f"cannot read {source.path}: {error.strerror}") from error
    if left:
        yield Problem(path=path, line=None, where="", message=_told(left), severity="warning")


def _told(left: Counter[str]) -> str:
    told = [f"{name} ({count:,})" for name, count in left.most_common(MOST_LEFT)]
    more = f" and {len(left) - MOST_LEFT:,} more" if len(left) > MOST_LEFT else ""
    return f"read, but kept by no right: {', '.join(told)}{more}"[:4000]


def _drafts(source: Source, mapping: TableMapping | None, seen: Seen) -> Iterator[Draft]:
    def opening() -> BinaryIO:
        return io.BufferedReader(Counted(source.opening(), seen))

    if source.suffix == XML:
        yield from _xml_drafts(source, opening)
    elif source.suffix in JSON:
        with source.opening() as stream:
            if not is_euipo(stream.read(HEAD)):
                raise UnknownTableError(1, "expected JSON as EUIPO's search services answer")
        with opening() as stream:
            yield from read_json(stream)
    else:
        yield from _table_drafts(source, mapping, opening)


def _xml_drafts(source: Source, opening: OpenBytes) -> Iterator[Draft]:
    form = _form_of(source)
    with opening() as stream:
        for element in read_elements(stream, [*form.drafts]):
            yield form.drafts[local_name(element)](element)


def _table_drafts(
    source: Source, mapping: TableMapping | None, opening: OpenBytes
) -> Iterator[Draft]:
    fits = _is_known if mapping is None else mapping.fits
    told = FOUND_OUT if mapping is None else mapping.form
    with open_table(source.opening, source.suffix, fits, form=told, counted=opening) as table:
        if mapping is None and (known := find_known_table(table.heads)):
            mapping = known.mapping
        if mapping is None:
            raise UnknownTableError(table.line, _unknown_table(table.heads))
        try:
            reader = TableReader(mapping, table.heads)
        except ValueError as error:
            raise TableError(table.line, str(error)) from error
        for draft in reader.drafts(table.rows):
            found = {name: table.find_picture(name) for name in draft.images}
            draft.data |= {name: data for name, data in found.items() if data is not None}
            yield draft
        if table.further:
            yield Draft(line=table.line, unusable=True, notes=[(FURTHER, ", ".join(table.further))])


def _is_known(heads: Sequence[str]) -> bool:
    return find_known_table(heads) is not None


def _form_of(source: Source) -> XmlForm:
    with source.opening() as stream:
        _, root = find_root(stream)
    for form in FORMS:
        if root in form.roots:
            return form
    known = ", ".join(f"{max(form.roots)} ({form.name})" for form in FORMS)
    raise XmlError(1, f"expected one of the root elements {known}; got {root!r:.80}")


def _unknown(source: Source, error: UnknownTableError) -> Problem:
    """Tell of a table that nobody knows; offices lay a text to be read beside their documents."""
    text = source.beside_others and source.suffix in (TEXT, *JSON)
    message = "a text, and no register that is known; left out" if text else error.message
    return Problem(
        path=source.path,
        line=error.line,
        where="",
        message=message,
        severity="warning" if text else "error",
    )


def _unknown_table(heads: list[str]) -> str:
    known = "; ".join(table.name for table in KNOWN_TABLES)
    return (
        f"no table that is known, by its columns {', '.join(heads)!r:.200}; expected a registry"
        f" (columns {', '.join(COLUMNS[:3])}, ...), {known}, or --mapping FILE for any other"
    )


def _entry(source: Source, draft: Draft, *, strict: bool) -> Iterator[Entry | Problem]:
    data = _pictures(source, draft)
    right = finish(draft)
    for kind, value in draft.notes:
        refused = strict and kind.endswith(LEFT_OUT)
        yield Problem(
            path=source.path,
            line=draft.line,
            where="",
            message=f"{kind}: {value!r}" if value else kind,
            severity="error" if refused else "warning",
            kind=kind,
        )
    if right is not None:
        yield Entry(path=source.path, line=draft.line, right=right, data=data)


def _pictures(source: Source, draft: Draft) -> dict[str, bytes]:
    """Find the pictures of a draft: names of files stay names, bytes get one made of the id."""
    named, data = draft.images, draft.data
    kept: dict[str, bytes] = {}
    draft.images = []
    for name in named:
        found = data.get(name) or source.find_picture(name)
        if name.lower().startswith(("http:", "https:")):
            draft.note("picture is named by its address alone, which is not fetched", name)
        elif found is None:
            draft.note("picture is not there; left out", name)
        else:
            _keep_picture(source, draft, name, found, kept)
    for name in draft.sought:
        found = source.find_picture(name)
        if found is not None and not draft.images:
            _keep_picture(source, draft, name, found, kept)
    return kept


def _keep_picture(
    source: Source, draft: Draft, name: str, found: Path | bytes, kept: dict[str, bytes]
) -> None:
    seen = source.path.parent / found if isinstance(found, Path) else io.BytesIO(found)
    if picture_problem(seen):
        draft.note(f"picture is in none of {', '.join(PICTURE_FORMATS)}; left out", name)
    elif isinstance(found, Path):
        draft.images.append(found.as_posix())
    else:
        suffix = PurePosixPath(name).suffix.lower() or ".png"
        made = f"{draft.id}-{len(kept) + 1}{suffix}"
        draft.images.append(made)
        kept[made] = found
