"""Batches for platforms that take tables rather than letters; each platform is a file of data.

``platforms/NAME.toml`` says what columns it wants, in which order, how long, how many rows, and
where that was read. A profile that was not compared with the platform's own form says so.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, ClassVar, Literal

from crawler.errors import InputError
from crawler.model import Finding, RightKind
from crawler.store.hits import StoredHit
from crawler.takedown import Notice
from crawler.toml_files import load_toml
from pipelines.takedown.kinds.record import wording_of
from pipelines.takedown.layout import exact_url, make_visible
from pipelines.takedown.tables import write_table
from pipelines.takedown.wording import RIGHT_KINDS, describe_finding, speaks_for

PLATFORMS = Path(__file__).parent / "platforms"


@dataclass(frozen=True, kw_only=True, slots=True)
class Column:
    """One column of a platform's table."""

    __pydantic_config__: ClassVar[dict[str, Any]] = {"extra": "forbid"}

    name: str
    value: str = ""
    """A name of ``VALUES``, or ``given.NAME`` for what is told with the command."""
    text: str = ""
    """The same in every row, where there is no ``value``."""
    required: bool = False
    longest: int | None = None
    """Characters at the most."""
    cut: bool = False
    """Whether a longer text is cut, with an ellipsis, rather than refused."""
    pattern: str = ""
    """Of ``listing.item``: finds the item's id in the address, as its group that matched. Of any
    other value: what it must match."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Platform:
    """What one platform takes, from its file."""

    __pydantic_config__: ClassVar[dict[str, Any]] = {"extra": "forbid"}

    title: str
    source: str
    """Where it was read."""
    checked: bool
    """Whether it was compared with the platform's own form."""
    languages: tuple[str, ...]
    rows: int | None = None
    """Rows of one batch at the most; None where no limit is known."""
    one: Literal["right", "kind of right", "any"] = "any"
    """What all rows of a batch have in common."""
    rights: tuple[RightKind, ...]
    encoding: Literal["utf-8", "utf-8-sig"] = "utf-8-sig"
    columns: tuple[Column, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class BatchRow:
    """What one row of a batch is about, for the platform's receipt."""

    notice: str
    hit: str
    url: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Batch:
    """One table that a platform takes."""

    name: str
    """``shopify-001.csv``."""
    data: bytes
    rows: tuple[BatchRow, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class _Source:
    notice: Notice
    hit: StoredHit


def _holder(field: str) -> Callable[[_Source], str]:
    return lambda of: getattr(of.hit.right.holder, field, None) or ""


def _right_kind(of: _Source) -> str:
    return RIGHT_KINDS[wording_of(of.notice.language)][of.hit.right.kind]


def _reason(of: _Source) -> str:
    language = wording_of(of.notice.language)
    found = (describe_finding(finding, language) for finding in _for(of))
    return ("" if language == "zh" else " ").join(dict.fromkeys(found))


def _where(of: _Source) -> str:
    return ", ".join(sorted({"picture" if f.image else (f.field or "page") for f in _for(of)}))


def _for(of: _Source) -> list[Finding]:
    return [finding for finding in of.hit.hit.findings if speaks_for(finding)]


VALUES: Mapping[str, Callable[[_Source], str]] = {
    "notice.id": lambda of: of.notice.id,
    "listing.url": lambda of: exact_url(of.hit.listing.url),
    "listing.item": lambda of: exact_url(of.hit.listing.url),
    "listing.title": lambda of: of.hit.listing.title,
    "seller.name": lambda of: (of.hit.listing.seller and of.hit.listing.seller.name) or "",
    "seller.id": lambda of: (of.hit.listing.seller and of.hit.listing.seller.id) or "",
    "right.kind": _right_kind,
    "right.name": lambda of: of.hit.right.name or "",
    "right.registration": lambda of: of.hit.right.registration or "",
    "right.office": lambda of: of.hit.right.office or "",
    "right.jurisdictions": lambda of: ", ".join(of.hit.right.jurisdictions),
    "right.classes": lambda of: ", ".join(str(number) for number in of.hit.right.classes),
    "right.goods": lambda of: ", ".join(of.hit.right.goods),
    "holder.name": _holder("name"),
    "holder.website": _holder("website"),
    "reason": _reason,
    "where": _where,
}
"""What a column can hold."""


def platform_names() -> list[str]:
    """Return the names of the platforms that there are files of."""
    return sorted(path.stem for path in PLATFORMS.glob("*.toml"))


@cache
def load_platform(name: str) -> Platform:
    """Return a platform's profile.

    :raises InputError: when there is none of that name
    :raises FileFormatError: when its file is wrong
    """
    if name not in platform_names():
        known = ", ".join(platform_names())
        raise InputError(f"no platform is called {name!r}; expected one of: {known}")
    return load_toml(Platform, PLATFORMS / f"{name}.toml", "the platform's profile")


def make_batches(
    name: str,
    notices: Sequence[tuple[Notice, Sequence[StoredHit]]],
    given: Mapping[str, str] | None = None,
) -> list[Batch]:
    """Return the tables in which a platform takes the notices; the same every time.

    :param name: of the platform
    :param notices: each with its hits, in its order
    :param given: values of the columns ``given.NAME``
    :raises InputError: naming every notice, row and column that does not fit
    """
    platform = load_platform(name)
    given = dict(given or {})
    sources = [_Source(notice=notice, hit=hit) for notice, hits in notices for hit in hits]
    tables = [(of, [_cell(column, of, given) for column in platform.columns]) for of in sources]
    problems = [*_unknown(platform, given), *_unfit(name, platform, notices)]
    problems += [
        f"{of.notice.id}, {exact_url(of.hit.listing.url)}: {problem}"
        for of, cells in tables
        for column, cell in zip(platform.columns, cells, strict=True)
        if (problem := _problem(column, cell))
    ]
    if problems:
        raise InputError("\n".join(dict.fromkeys(problems)))
    groups: dict[str, list[tuple[_Source, list[str]]]] = {}
    for of, cells in tables:
        groups.setdefault(_group(platform, of), []).append((of, cells))
    parts = [
        group[at : at + size]
        for group in groups.values()
        for size in [platform.rows or len(group)]
        for at in range(0, len(group), size)
    ]
    return [_batch(name, platform, number, part) for number, part in enumerate(parts, start=1)]


def _batch(
    name: str, platform: Platform, number: int, part: Sequence[tuple[_Source, list[str]]]
) -> Batch:
    columns = [column.name for column in platform.columns]
    rows = [
        BatchRow(notice=of.notice.id, hit=of.hit.hit.id, url=of.hit.listing.url) for of, _ in part
    ]
    table = write_table(columns, (cells for _, cells in part), encoding=platform.encoding)
    return Batch(name=f"{name}-{number:03}.csv", data=table, rows=tuple(rows))


def _group(platform: Platform, of: _Source) -> str:
    right = of.hit.right
    return {"right": right.id, "kind of right": right.kind, "any": ""}[platform.one]


def _cell(column: Column, of: _Source, given: Mapping[str, str]) -> str:
    if not column.value:
        return column.text
    if column.value.startswith("given."):
        cell = given.get(column.value.removeprefix("given."), "")
    else:
        cell = VALUES[column.value](of)
    if column.value == "listing.item":
        found = re.search(column.pattern, cell)
        cell = next((group for group in found.groups() if group), "") if found else ""
    cell = make_visible(cell)
    if column.cut and column.longest is not None and len(cell) > column.longest:
        return cell[: column.longest - 1] + "…"
    return cell


def _problem(column: Column, cell: str) -> str | None:
    if not cell:
        return f"the column {column.name!r} would be empty" if column.required else None
    if column.longest is not None and len(cell) > column.longest:
        return f"{column.name!r} has {len(cell)} characters, the platform takes {column.longest}"
    if column.pattern and column.value != "listing.item" and not re.search(column.pattern, cell):
        return f"the platform does not take {cell!r} as {column.name!r}"
    return None


def _unknown(platform: Platform, given: Mapping[str, str]) -> Iterator[str]:
    known = {c.value.removeprefix("given.") for c in platform.columns if _is_given(c)}
    for name in sorted(given.keys() - known):
        names = ", ".join(sorted(known)) or "none"
        yield f"no value {name!r} can be given for {platform.title}; there are: {names}"


def _is_given(column: Column) -> bool:
    return column.value.startswith("given.")


def _unfit(
    name: str, platform: Platform, notices: Sequence[tuple[Notice, Sequence[StoredHit]]]
) -> Iterator[str]:
    for notice, hits in notices:
        if notice.language not in platform.languages:
            languages = ", ".join(platform.languages)
            yield (
                f"{notice.id} is in {notice.language}; {name} takes {languages}: draft it again"
                " with --language"
            )
        for kind in dict.fromkeys(stored.right.kind for stored in hits):
            if kind not in platform.rights:
                what = RIGHT_KINDS["en"][kind]
                yield f"{notice.id} is about a {what}, which {name} does not take"
