"""What a page hands to its scripts, as trees: JSON and literals, read without running anything.

- ``<script type="application/json">``, ``__NEXT_DATA__`` and the flat list of ``__NUXT_DATA__``
- what is assigned to a name (``window.__INITIAL_STATE__ = {...}``, ``var product = {...}``), pushed
  (``dataLayer.push({...})``), or given behind a text (``gtag("event", "view_item", {...})``)
- the chunks of ``self.__next_f.push([1, "..."])`` and of ``streamController.enqueue("...")``
- attributes such as ``data-page`` and ``data-product``

What a function builds (the older ``__NUXT__``) is not read.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import suppress
from decimal import Decimal
from itertools import islice
from typing import Any

from lxml.etree import XPath  # type: ignore[import-untyped]

from crawler.extract.dom import HtmlElement
from crawler.extract.literals import MAX_NESTED, LiteralReader, unquoted

MAX_STATE = 3_000_000
"""Characters of a page's state that are read."""
MAX_PLACES = 1000
"""Places on one page where data may begin, inside of what was read not counted."""

_ASSIGNED = re.compile(
    r"(?:[\w$][\"'\]]{0,3}\s{0,9}=\s{0,9}|\.push\(\s{0,9}|[\"']\s{0,9},\s{0,9})"
    r"(?:(JSON\.parse\(\s{0,9})(?=[\"'`])|(?=\{\s{0,99}[\w\"'$])|(?=\[\s{0,99}\{))"
)
_TELLS_OF_GOODS = ("rice", "sku", "Sku", "SKU", "gtin", "barcode", "ariants")
"""What names a price or a number, in some name; most scripts have none of these."""
_CHUNK = re.compile(r"__next_f[^\n]{0,40}?\.push\(\s{0,9}\[\s{0,9}1\s{0,9},\s{0,9}(?=\")")
_STREAMED = re.compile(r"streamController\.enqueue\(\s{0,9}(?=\")")
_ROW = re.compile(rb"([0-9a-f]{1,8}):(?:T([0-9a-f]{1,8}),)?")
_STRICT = json.JSONDecoder(strict=False, parse_float=Decimal)
_ATTRIBUTES = XPath(
    "//@data-page[starts-with(., '{')]|//@data-product[starts-with(., '{')]"
    "|//@data-product-json[starts-with(., '{')]|//@data-props[starts-with(., '{')]"
    "|//@data-react-props[starts-with(., '{')]|//@data-state[starts-with(., '{')]"
)


def find_trees(root: HtmlElement) -> Iterator[Any]:
    """Yield what stands in a page's scripts and attributes of data, as lists, dicts and scalars."""
    yield from _Scripts().trees(root)
    for value in islice(_ATTRIBUTES(root), 20):
        yield LiteralReader().value_at(value[:MAX_STATE])[0]


class _Scripts:
    """Reads the scripts of one page, as far as its share of work goes."""

    def __init__(self) -> None:
        self._reader = LiteralReader()
        self._places = MAX_PLACES
        self._chunks: list[str] = []
        """What was sent piece by piece; a piece may end in the middle of a word."""

    def trees(self, root: HtmlElement) -> Iterator[Any]:
        left = MAX_STATE
        for script in root.iter("script"):
            text = script.text
            kind = (script.get("type") or "").lower()
            if not text or left <= 0 or script.get("src") or "ld+json" in kind:
                continue
            text = text[:left]
            left -= len(text)
            if "json" in kind:
                tree = self._reader.value_at(text)[0]
                is_flat = script.get("id") == "__NUXT_DATA__"
                yield unflattened(tree) if is_flat and isinstance(tree, list) else tree
            else:
                yield from self._written(text)
        yield from _rows("".join(self._chunks))

    def _written(self, text: str) -> Iterator[Any]:
        """Yield the values in a script that is code."""
        if "__next_f" in text:
            said = (_string_at(text, place.end()) for place in _CHUNK.finditer(text))
            self._chunks += filter(None, said)
        elif "streamController.enqueue" in text:
            for place in _STREAMED.finditer(text):
                value = self._in_string(text, place.end())
                yield unflattened(value) if isinstance(value, list) else value
        elif any(word in text for word in _TELLS_OF_GOODS):
            yield from self._assigned(text)

    def _assigned(self, text: str) -> Iterator[Any]:
        place = 0
        while self._places > 0 and (found := _ASSIGNED.search(text, place)):
            self._places -= 1
            place = found.end()
            if found[1]:
                yield self._in_string(text, place)
            else:
                value, place = self._reader.value_at(text, place)
                yield value

    def _in_string(self, text: str, place: int) -> Any:  # noqa: ANN401 (JSON of others)
        return self._reader.value_at(_string_at(text, place) or "")[0]


def _string_at(text: str, place: int) -> str | None:
    """Return the string literal that begins there."""
    sign = text[place]
    end = place + 1
    while (end := text.find(sign, end)) >= 0:
        before = end - 1
        while text[before] == "\\":
            before -= 1
        if (end - before) % 2:
            return unquoted(text[place : end + 1])
        end += 1
    return None


def _rows(flight: str) -> Iterator[Any]:
    """Yield the rows of what React sends: ``id:JSON`` up to a line's end, ``id:T`` and a length."""
    data = flight.encode("utf-8", "replace")
    place = 0
    while place < len(data):
        row = _ROW.match(data, place)
        if row is not None and row[2]:
            place = row.end() + int(row[2], 16)
            continue
        end = data.find(b"\n", place)
        end = len(data) if end < 0 else end
        if row is not None and data[row.end() : row.end() + 1] in (b"{", b"["):
            # a row of a kind of its own, or one cut off, costs itself alone
            with suppress(ValueError, RecursionError):
                yield _STRICT.decode(data[row.end() : end].decode("utf-8", "replace"))
        place = end + 1


def unflattened(flat: list[Any]) -> Any:  # noqa: ANN401 (JSON of others)
    """Return what a flat list stands for, in which numbers in objects and lists are places of it.

    Keys such as ``_12`` are places, too. What stands in several places is made once.
    """
    made: dict[int, Any] = {}

    def name(key: str) -> str:
        place = int(key[1:]) if key[:1] == "_" and key[1:].isdecimal() else -1
        return str(flat[place]) if 0 <= place < len(flat) else key

    def at(place: object, depth: int) -> Any:  # noqa: ANN401 (JSON of others)
        if type(place) is not int or not 0 <= place < len(flat) or depth > MAX_NESTED:
            return None
        if place not in made:
            made[place] = None
            made[place] = value_of(flat[place], depth + 1)
        return made[place]

    def value_of(value: object, depth: int) -> Any:  # noqa: ANN401 (JSON of others)
        if isinstance(value, dict):
            return {name(key): at(inner, depth) for key, inner in value.items()}
        if isinstance(value, list):
            if len(value) == 2 and isinstance(value[0], str):  # a date, or a wrapper
                return at(value[1], depth) if type(value[1]) is int else value[1]
            return [at(inner, depth) for inner in value]
        return value

    return at(0, 0)
