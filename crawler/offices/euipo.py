"""EUIPO's answers as JSON: trade marks and designs of its search services.

Source: EUIPO API portal, "Trademark search" and "Design search" (version 1): a page of an answer is
an object with ``trademarks`` or ``designs``, a single record is an object with
``applicationNumber`` or ``designNumber``; days are ``2031-05-01``, a status is ``REGISTERED``.
Pictures are not in it: they are taken where they lie beside it, named by the number.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, BinaryIO, TypeAlias

import orjson

from crawler.offices.drafts import SUFFIXES, Draft, first_language, id_of_kind
from crawler.offices.values import parse_office
from crawler.offices.wipo import LANGUAGES
from crawler.table_rows import TableError

JSON = (".json", ".jsonl", ".ndjson")
LARGEST = 256 * 1024 * 1024
"""Bytes of a document that is one object; of JSON Lines each line may be as large."""
LISTS = ("trademarks", "designs")
NUMBERS = ("applicationNumber", "designNumber")
_PAGE = frozenset({*LISTS, "totalElements", "totalPages", "size", "page"})
HEAD = 1 << 16
"""Bytes by which the form of a file is known."""
_MARKED = re.compile(rb'"(?:trademarks|designs|applicationNumber|designNumber)"\s*:')

Json: TypeAlias = Any
"""A value of JSON."""


def is_euipo(head: bytes) -> bool:
    """Say whether a file begins as an answer of EUIPO, and as no registry of ours."""
    first = head.lstrip(b"\xef\xbb\xbf \t\r\n").split(b"\n", 1)[0]
    try:
        record = orjson.loads(first)
    except orjson.JSONDecodeError:
        return _MARKED.search(head) is not None
    if isinstance(record, list):
        record = record[0] if record else None
    return (
        isinstance(record, dict)
        and not {"id", "kind"} & record.keys()
        and not record.keys().isdisjoint((*LISTS, *NUMBERS))
    )


def read_json(stream: BinaryIO) -> Iterator[Draft]:
    """Yield a draft of each record; its line is that of JSON Lines, or else its number.

    :raises TableError: when it is no JSON any more, or no answer of EUIPO, after what came before
    """
    first = stream.readline(LARGEST + 1)
    try:
        document = orjson.loads(first.removeprefix(b"\xef\xbb\xbf"))
    except orjson.JSONDecodeError:
        document = _whole(first, stream)
    yield from _drafts(document, 1)
    for line, further in _lines(stream):
        for draft in _drafts(further, line):
            draft.line = line
            yield draft


def _lines(stream: BinaryIO) -> Iterator[tuple[int, Json]]:
    number = 1
    while line := stream.readline(LARGEST + 1):
        number += 1
        if len(line) > LARGEST:
            raise TableError(number, f"line is longer than {LARGEST:,} bytes")
        if not line.strip():
            continue
        try:
            yield number, orjson.loads(line)
        except orjson.JSONDecodeError as error:
            raise TableError(number, f"not JSON: {error}") from error


def _whole(first: bytes, stream: BinaryIO) -> Json:
    data = first + stream.read(LARGEST + 1 - len(first))
    if len(data) > LARGEST:
        message = f"expected at most {LARGEST:,} bytes in one document; put a record on each line"
        raise TableError(None, message)
    try:
        return orjson.loads(data.removeprefix(b"\xef\xbb\xbf"))
    except orjson.JSONDecodeError as error:
        raise TableError(error.lineno, f"not JSON: {error}") from error


def _drafts(document: Json, line: int) -> Iterator[Draft]:
    records = document if isinstance(document, list) else [document]
    if isinstance(document, dict) and (named := [name for name in LISTS if name in document]):
        records = [one for name in named for one in _list(document[name])]
    for number, record in enumerate(records, start=line):
        if not isinstance(record, dict) or record.keys().isdisjoint(NUMBERS):
            message = f"expected a record with {' or '.join(NUMBERS)}, got {record!r:.80}"
            raise TableError(number, message)
        if "designNumber" in record:
            yield _design(_Record(record), number)
        else:
            yield _trade_mark(_Record(record), number)


class _Record:
    """An object whose members are taken; the others are left."""

    def __init__(self, members: Mapping[str, Json]) -> None:
        self.members = members
        self._taken: set[str] = set()

    def text(self, name: str) -> str:
        """Take a text or a number; empty when there is none."""
        self._taken.add(name)
        return _text(self.members.get(name))

    def objects(self, name: str) -> list[Mapping[str, Json]]:
        """Take the objects of a list, or the one that is there."""
        self._taken.add(name)
        value = self.members.get(name)
        return [one for one in (value if isinstance(value, list) else [value])
                if isinstance(one, dict)]  # fmt: skip

    def texts(self, name: str) -> list[str]:
        """Take the texts and numbers of a list."""
        self._taken.add(name)
        return [text for one in _list(self.members.get(name)) if (text := _text(one))]

    def left(self) -> list[str]:
        """Return the names of what says anything and was not taken."""
        empty: Sequence[Json] = (None, "", [], {})
        return [
            name
            for name, value in self.members.items()
            if name not in self._taken and value not in empty
        ]


def _trade_mark(record: _Record, line: int) -> Draft:
    draft = _draft(record, line, record.text("applicationNumber"))
    draft.registration = record.text("registrationNumber")
    draft.names = [
        _text(one.get("verbalElement")) for one in record.objects("wordMarkSpecification")
    ]
    draft.classes = record.texts("niceClasses")
    told: list[tuple[str, str]] = []
    for goods in record.objects("goodsAndServices"):
        draft.classes.append(_text(goods.get("classNumber")))
        for said in _list(goods.get("description")):
            if isinstance(said, dict):
                terms = map(_text, _list(said.get("terms")))
                told += [(_text(said.get("language")), term) for term in terms]
    draft.goods = first_language(told, LANGUAGES)
    if len(draft.goods) < len(told):
        draft.left.append("goods in other languages")
    _read_holder(draft, record.objects("applicants"))
    draft.left += record.left()
    return draft


def _design(record: _Record, line: int) -> Draft:
    draft = _draft(record, line, record.text("designNumber"))
    draft.kind = "design"
    draft.registration = draft.application
    draft.own_id = id_of_kind(draft)
    told = [
        (_text(one.get("language")), _text(term))
        for one in record.objects("productIndications")
        for term in _list(one.get("terms", one.get("text")))
    ]
    draft.goods = first_language(told, LANGUAGES)
    _read_holder(draft, record.objects("owners") or record.objects("applicants"))
    draft.left += record.left()
    return draft


def _draft(record: _Record, line: int, number: str) -> Draft:
    return Draft(
        line=line,
        office=parse_office(record.text("office")) or "EM",
        application=number,
        status=record.text("status").replace("_", " "),
        expires=record.text("expiryDate"),
        sought=[f"{number}{suffix}" for suffix in SUFFIXES],
    )


def _read_holder(draft: Draft, persons: Sequence[Mapping[str, Json]]) -> None:
    for person in persons:
        name = _text(person.get("name"))
        if name and not draft.holder:
            draft.holder = {"name": name, "country": _text(person.get("countryCode"))}
        elif name and name != draft.holder.get("name"):
            draft.note("has further holders; the first is kept", name)


def _list(value: Json) -> list[Json]:
    return value if isinstance(value, list) else [] if value is None else [value]


def _text(value: Json) -> str:
    plain = isinstance(value, (str, int, float)) and not isinstance(value, bool)
    return str(value).strip() if plain else ""
