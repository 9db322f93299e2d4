"""Rows of a table made drafts of rights, as a mapping says."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from typing import get_args

from crawler.model import RightKind
from crawler.offices.drafts import Draft, number_of
from crawler.offices.mapping import LISTS, TableMapping, plain_head
from crawler.offices.values import parse_classes, parse_day, parse_days, parse_office

Values = Mapping[str, Sequence[str]]
"""Field -> what a row says of it."""
_BRACES = re.compile(r"\{([^{}]*)\}")
_ISO_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
NUMBERED = frozenset({"application", "registration", "expires", "term", "classes"})
"""Fields whose digits may be of full width."""
MOST_MERGED = 2000
"""Values of a list that are gathered from the rows of one right."""


class TableReader:
    """Makes drafts of the rows of one table."""

    def __init__(self, mapping: TableMapping, heads: Sequence[str]) -> None:
        """Fit a mapping to a table.

        :raises ValueError: when the table lacks a column of the mapping, or has one twice
        """
        self.mapping = mapping
        wanted = {plain_head(head): name for head, name in mapping.columns.items()}
        told = [plain_head(head) for head in heads]
        if mapping.strict and (missing := [head for head in wanted if head not in told]):
            raise ValueError(
                f"no column {missing[0]!r:.80}; the table has {', '.join(heads)!r:.300}"
            )
        twice = [head for head in wanted if told.count(head) > 1]
        if twice:
            raise ValueError(f"the column {twice[0]!r:.80} stands there twice")
        self._fields = [wanted.get(head) for head in told]
        self._heads = list(heads)

    def drafts(self, rows: Iterator[tuple[int, list[str]]]) -> Iterator[Draft]:
        """Yield a draft for each right; rows of the same one that follow each other are one."""
        last: Draft | None = None
        for line, cells in rows:
            draft = self._draft(line, cells)
            if last is not None and self.mapping.several_rows and draft.id == last.id:
                _merge(last, draft)
                continue
            if last is not None:
                yield last
            last = draft
        if last is not None:
            yield last

    def _draft(self, line: int, cells: Sequence[str]) -> Draft:
        values = self._values(cells)
        draft = Draft(line=line)
        if any(cell.strip() for cell in cells[len(self._fields) :]):
            draft.note("row has more cells than the table has columns; the further ones left out")
        self._fill(draft, values)
        draft.left = [
            head
            for head, name, cell in zip(self._heads, self._fields, cells, strict=False)
            if name is None and cell.strip()
        ]
        return draft

    def _values(self, cells: Sequence[str]) -> dict[str, list[str]]:
        values: dict[str, list[str]] = {}
        for name, cell in zip(self._fields, cells, strict=False):
            if name is None or not (cell := cell.strip()):
                continue
            if name in NUMBERED:
                cell = unicodedata.normalize("NFKC", cell)
            said = self._parts(cell) if name in (*LISTS, "name") else [cell]
            table = self.mapping.values.get(name, {})
            values.setdefault(name, []).extend(table.get(part, part) for part in said)
        for name, constant in self.mapping.constants.items():
            values.setdefault(name, [constant] if isinstance(constant, str) else list(constant))
        return values

    def _parts(self, cell: str) -> list[str]:
        if not self.mapping.within:
            return [cell]
        if self.mapping.within == ";":
            cell = cell.replace("；", ";")
        return [part.strip() for part in cell.split(self.mapping.within) if part.strip()]

    def _fill(self, draft: Draft, values: Values) -> None:
        first = {name: said[0] for name, said in values.items() if said}
        draft.application = first.get("application", "")
        draft.registration = first.get("registration", "")
        office = first.get("office", "")
        draft.office = parse_office(office) or ""
        draft.office_name = "" if draft.office else office
        _read_kind(draft, first.get("kind", "trademark"))
        draft.names = [*values.get("name", ()), *values.get("variants", ())]
        draft.status = first.get("status", "")
        draft.expires = self._expires(draft, first)
        draft.jurisdictions = list(values.get("jurisdictions", ()))
        draft.classes = list(values.get("classes", ()))
        draft.goods = list(values.get("goods", ()))
        draft.images = list(values.get("images", ()))
        draft.origin = list(values.get("origin", ()))
        draft.tags = list(values.get("tags", ()))
        draft.holder = {
            name.partition(".")[2]: said
            for name, said in first.items()
            if name.startswith("holder.")
        }
        draft.own_id = self._id(draft, first)

    def _id(self, draft: Draft, first: Mapping[str, str]) -> str:
        if "id" in first:
            return first["id"]
        if not self.mapping.id:
            return ""
        classes, _ = parse_classes(draft.classes)
        number = number_of(draft.registration or draft.application)
        parts = {**first, "number": number, "classes": "-".join(map(str, classes))}
        missing = [name for name in _BRACES.findall(self.mapping.id) if not parts.get(name)]
        if missing and (missing != ["classes"] or self.mapping.strict):
            draft.note("id lacks a part; left out", ", ".join(missing))
            draft.unusable = True
        made = _BRACES.sub(lambda found: number_of(parts.get(found[1], "")), self.mapping.id)
        return made.rstrip("-")

    def _expires(self, draft: Draft, first: Mapping[str, str]) -> str:
        if told := first.get("expires"):
            day = parse_day(told, self.mapping.dates)
            if day is None and _ISO_DAY.fullmatch(told):  # a workbook's own form of a day
                day = parse_day(told)
            if day is None:
                draft.note("day of expiry is none; left out", told)
            return day.isoformat() if day else ""
        days = parse_days(first.get("term", ""))
        if not days and "term" in first:
            draft.note("term names no day; left out", first["term"])
        return max(days).isoformat() if days else ""


def _read_kind(draft: Draft, told: str) -> None:
    for kind in get_args(RightKind):
        if told == kind:
            draft.kind = kind
            return
    draft.note("is no kind of right; left out", told)
    draft.unusable = True


def _merge(first: Draft, further: Draft) -> None:
    """Add what a further row says of the same right."""
    for name in ("names", "classes", "goods", "images", "jurisdictions", "origin", "tags"):
        there = getattr(first, name)
        if len(there) < MOST_MERGED:
            there += [one for one in getattr(further, name) if one not in there]
    for name in ("status", "expires"):
        if getattr(first, name) != getattr(further, name):
            first.note(f"{name} differs between its rows; the first counts", first.id)
    if len(first.left) < MOST_MERGED:
        first.notes += further.notes
        first.left += further.left
