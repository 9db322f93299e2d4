"""A right as an office's file has it, made one of ours: what cannot be carried is told."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import TypeAlias

from crawler.model import Holder, Right, RightKind
from crawler.offices.statuses import parse_status
from crawler.offices.values import (
    OFFICE_NAMES,
    parse_classes,
    parse_day,
    split_terms,
    territories_of,
    tidy,
)

Note: TypeAlias = tuple[str, str]
"""A kind of thing that is told, the same for all of its kind, and this one's own value."""

MOST_GOODS = 500
"""Terms of goods that one right keeps; the classes say the rest."""
NO_NAMES = frozenset({"图形", "图形商标", "图", "figurative mark", "figurative", "fig."})
"""What registers write in place of the words of a mark that has none."""
LONGEST = 2000
"""Characters of a name, a term or a line of an address that are kept."""
LONGEST_ID = 200
SUFFIXES = (".jpg", ".png", ".gif", ".jpeg")
"""Of pictures that are named by the number of their mark."""


@dataclass(kw_only=True, slots=True)
class Draft:
    """What was read of one right, as text; lists in the order of the file."""

    line: int
    own_id: str = ""
    """Id that the file itself, or its mapping, gives; empty = made of office and number."""
    office: str = ""
    """ST.3 code; empty when it is not known by one."""
    office_name: str = ""
    """What the file calls an office that has no such code."""
    application: str = ""
    registration: str = ""
    kind: RightKind = "trademark"
    names: list[str] = field(default_factory=list)
    """The mark first, then its other spellings."""
    status: str = ""
    expires: str = ""
    jurisdictions: list[str] = field(default_factory=list)
    classes: list[str] = field(default_factory=list)
    goods: list[str] = field(default_factory=list)
    holder: dict[str, str] = field(default_factory=dict)
    """Keys of ``Holder``."""
    origin: list[str] = field(default_factory=list)
    tags: list[str] = field(default_factory=list)
    images: list[str] = field(default_factory=list)
    """Paths as the file has them, and names of those in ``data``."""
    data: dict[str, bytes] = field(default_factory=dict)
    """Name -> bytes of pictures that stand in the file itself."""
    sought: list[str] = field(default_factory=list)
    """Names under which a picture may be; the first that is there counts, none is no fault."""
    notes: list[Note] = field(default_factory=list)
    unusable: bool = False
    """Whether nothing can be made of it; the notes say why."""
    left: list[str] = field(default_factory=list)
    """Names of what the file says and no right of ours carries."""

    def note(self, kind: str, value: str = "") -> None:
        """Remember that something is to be told."""
        self.notes.append((kind, value[:120]))

    @property
    def id(self) -> str:
        """``US-97123456``: code of the office and its number, the application's where there is one.

        An application keeps its number when it is registered, so the right stays the same one. An
        international registration (WO) is known by its own number alone.
        """
        if self.own_id:
            return self.own_id
        first, second = self.application, self.registration
        if self.office == "WO":
            first, second = second, first
        return f"{self.office}-{number_of(first or second)}"


def number_of(text: str) -> str:
    """Return an office's number as a part of an id: without blanks and slashes."""
    return "".join("-" if char in "/\\" else char for char in text if not char.isspace())


def id_of_kind(draft: Draft) -> str:
    """Return an id that no trade mark of the same office has; empty without a number.

    Offices number their designs (``DE-D-402026100001``) and indications (``CN-GI-12``) apart.
    """
    letters = {"design": "D", "geographical_indication": "GI"}[draft.kind]
    number = number_of(draft.registration or draft.application)
    return f"{draft.office}-{letters}-{number}" if draft.office and number else ""


def finish(draft: Draft) -> Right | None:
    """Make a right of a draft, and note in it what was left out; None when nothing is left.

    Nothing of one record stops a file: an office delivers what it has, sounds and smells too.
    """
    if draft.unusable:
        return None
    if not (draft.own_id or (draft.office and (draft.application or draft.registration))):
        draft.note("has no number of its office; left out", " ".join(draft.names[:1]))
        return None
    if len(draft.id) > LONGEST_ID:
        draft.note(f"number is longer than {LONGEST_ID} characters; left out", draft.id)
        return None
    names = _comparable(draft)
    if not names and not draft.images:
        draft.note("has neither a name nor a picture to look for; left out", draft.id)
        return None
    return Right(
        id=draft.id,
        kind=draft.kind,
        name=names[0] if names else None,
        variants=tuple(names[1:]),
        holder=_holder(draft),
        office=OFFICE_NAMES.get(draft.office, draft.office) or draft.office_name or None,
        registration=_registration(draft),
        status=_status(draft),
        expires=_expires(draft),
        jurisdictions=_jurisdictions(draft),
        classes=_classes(draft),
        goods=_goods(draft),
        images=tuple(dict.fromkeys(draft.images)),
        origin=tuple(draft.origin),
        tags=tuple(draft.tags),
    )


def _registration(draft: Draft) -> str | None:
    """Return the number of the registration; EUIPO and CNIPA register under the application's."""
    if not draft.registration and draft.office in ("EM", "CN"):
        return draft.application or None
    return draft.registration or None


def _comparable(draft: Draft) -> list[str]:
    found: dict[str, None] = {}
    for name in map(tidy, draft.names):
        if name.strip("()（）[]").casefold() in NO_NAMES:
            draft.note("name says that the mark has no words; left out", name)
        elif any(map(str.isalnum, name)):
            found[_cut(draft, name)] = None
        elif name:
            draft.note("name has no letter or digit to look for; left out", name)
    return list(found)


def _cut(draft: Draft, text: str) -> str:
    if len(text) > LONGEST:
        draft.note(f"text is longer than {LONGEST} characters; the rest left out", text)
    return text[:LONGEST]


def _holder(draft: Draft) -> Holder | None:
    told = {key: _cut(draft, tidy(text)) for key, text in draft.holder.items() if text.strip()}
    if "name" not in told:
        if told:
            draft.note("holder without a name; left out", ", ".join(told.values()))
        return None
    country = told.pop("country", "").upper()
    if country and not _is_code(country):
        draft.note("holder's country is no code of two letters; left out", country)
        country = ""
    return Holder(**told, country=country or None)


def _is_code(text: str) -> bool:
    return len(text) == 2 and text.isascii() and text.isalpha()


def _status(draft: Draft) -> str | None:
    if not draft.status.strip():
        return None
    status = parse_status(draft.status, draft.office)
    if status is None:
        draft.note("status is not known; counts as in force", draft.status)
    return status


def _expires(draft: Draft) -> date | None:
    if not draft.expires.strip():
        return None
    day = parse_day(draft.expires)
    if day is None:
        draft.note("day of expiry is none; left out", draft.expires)
    return day


def _jurisdictions(draft: Draft) -> tuple[str, ...]:
    if draft.jurisdictions:
        codes = {code.strip().upper(): code for code in draft.jurisdictions if code.strip()}
        for code, told in codes.items():
            if not _is_code(code):
                draft.note("country is no code of two letters; left out", told)
        kept = ("EU" if code == "EM" else code for code in codes if _is_code(code))
        return tuple(dict.fromkeys(kept))
    found = territories_of(draft.office) if draft.office else ()
    if not found and draft.office:
        draft.note("names no country in which it is in force", draft.id)
    return found


def _classes(draft: Draft) -> tuple[int, ...]:
    classes, wrong = parse_classes(draft.classes)
    for text in wrong:
        draft.note("is no Nice class (1 to 45); left out", text)
    return tuple(classes)


def _goods(draft: Draft) -> tuple[str, ...]:
    terms = dict.fromkeys(_cut(draft, term) for text in draft.goods for term in split_terms(text))
    if len(terms) > MOST_GOODS:
        draft.note(f"has more than {MOST_GOODS} terms of goods; the rest left out", draft.id)
    return tuple(list(terms)[:MOST_GOODS])


def address_of(parts: Iterable[str]) -> str:
    """Return the lines of an address as one."""
    return ", ".join(text for part in parts if (text := tidy(part)))


def first_language(texts: Iterable[tuple[str, str]], wanted: Mapping[str, int]) -> list[str]:
    """Return the texts in the wanted languages, those of the best one first.

    :param texts: language code (may be empty) and text
    :param wanted: code -> rank; where none is there, the first language is taken
    """
    told = [(code.casefold()[:2], text) for code, text in texts if text.strip()]
    chosen = [(wanted[code], text) for code, text in told if code in wanted]
    if not chosen and told:
        chosen = [(0, text) for code, text in told if code == told[0][0]]
    return [text for _, text in sorted(chosen, key=lambda pair: pair[0])]
