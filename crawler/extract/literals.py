"""JSON as scripts write it: object literals with bare keys, trailing commas, ``undefined``, calls.

Nothing is run. What is no literal (a call, a function, a sum) is read as None.
"""

from __future__ import annotations

import json
import re
from contextlib import suppress
from decimal import Decimal
from typing import Any

MAX_TOKENS = 200_000
"""Tokens of literals that are no JSON, read of one page; more are not read."""
MAX_NESTED = 60
"""Literals nested deeper than this are no data."""

_STRICT = json.JSONDecoder(strict=False, parse_float=Decimal)
_GAP = re.compile(r"(?:\s+|//[^\n]*|/\*.*?\*/)*", re.S)
_STRING = re.compile(
    r'"(?:[^"\\\n]|\\.){0,200000}"' r"|'(?:[^'\\\n]|\\.){0,200000}'" r"|`(?:[^`\\]|\\.){0,200000}`",
    re.S,
)
_NUMBER = re.compile(r"-?(?:0[xX][0-9a-fA-F]+|\d+(?:\.\d*)?(?:[eE][+-]?\d+)?|\.\d+)(?![\w$.])")
_WORD = re.compile(r"(?:!0|!1|true|false|null|undefined|void 0|NaN)(?![\w$.(])")
_WORDS = {"!0": True, "true": True, "!1": False, "false": False}
_LAPSE = r"(?<=[:,\[])(?:undefined|void 0|NaN)(?=[,}\]])|,(?=\s{0,99}[}\]])"
_HAS_LAPSE = re.compile(_LAPSE)
# an open string is one as well, to the end of its line: else each of its quotes looks for an end
_STRING_OR_LAPSE = re.compile(rf'"[^"\\\n]*(?:\\.[^"\\\n]*)*"?|{_LAPSE}', re.S)
_KEY = re.compile(r"[\w$]{1,80}")
_PARSED = re.compile(r"JSON\.parse\(\s*")
_OTHER = re.compile(r"[^\"'`()\[\]{},]{1,2000}")
_ESCAPE = re.compile(r"\\(?:u\{([0-9a-fA-F]{1,6})\}|u([0-9a-fA-F]{4})|x([0-9a-fA-F]{2})|(.))", re.S)
_LETTERS = {"n": "\n", "t": "\t", "r": "\r", "b": "\b", "f": "\f", "v": "\v", "0": "\0", "\n": ""}
_SURROGATES = re.compile("[\ud800-\udbff][\udc00-\udfff]")


class _NoLiteralError(ValueError):
    """The text is none, or nests too deep, or the page has had its share."""


def _mended(found: re.Match[str]) -> str:
    """Return a string as it is, and in place of a lapse as many characters of JSON."""
    said = found[0]
    if said[0] == '"':
        return said
    return " " if said == "," else "null".ljust(len(said))


class LiteralReader:
    """Reads the values that stand in the scripts of one page."""

    def __init__(self) -> None:
        self._left = MAX_TOKENS
        self._mended: tuple[str, str] = ("", "")
        """The text that was read last, and the same with null for ``undefined``."""

    def value_at(self, text: str, place: int = 0) -> tuple[Any, int]:
        """Return the value that begins at ``place``, and where it ends; else None and it."""
        start = _gap(text, place)
        for like in (text, self._as_json(text)):
            with suppress(ValueError, RecursionError):
                return _STRICT.raw_decode(like, start)
        try:
            return self._value(text, start, 0)
        except _NoLiteralError:
            return None, place

    def _as_json(self, text: str) -> str:
        """Return a text of the same length with the commonest lapses mended: most have no other."""
        if self._mended[0] is not text:
            has_lapse = _HAS_LAPSE.search(text) is not None
            self._mended = (text, _STRING_OR_LAPSE.sub(_mended, text) if has_lapse else text)
        return self._mended[1]

    def _value(self, text: str, place: int, depth: int) -> tuple[Any, int]:
        self._left -= 1
        if self._left < 0 or depth > MAX_NESTED:
            raise _NoLiteralError
        first = text[place : place + 1]
        if first == "{":
            return self._object(text, place + 1, depth + 1)
        if first == "[":
            return self._list(text, place + 1, depth + 1)
        plain = _plain(text, place)
        if plain is not None and text[_gap(text, plain[1]) :][:1] in ("", ",", "}", "]", ")", ";"):
            return plain
        return self._called(text, place)

    def _called(self, text: str, place: int) -> tuple[Any, int]:
        """Return what ``JSON.parse`` is given, None for anything else, and where it ends."""
        end = self._end_of_other(text, place)
        call = _PARSED.match(text, place)
        if call and (said := _STRING.match(text, call.end())):
            try:
                return _STRICT.raw_decode(unquoted(said[0]).strip())[0], end
            except (ValueError, RecursionError):
                return None, end
        return None, end

    def _end_of_other(self, text: str, place: int) -> int:
        """Return where an expression ends: at a comma or an end outside its own brackets."""
        depth = 0
        while place < len(text):
            self._left -= 1
            if self._left < 0:
                break
            found = _STRING.match(text, place) or _OTHER.match(text, place)
            if found:
                self._left -= len(found[0]) // 50
                place = found.end()
                continue
            sign = text[place]
            if sign in "\"'`":
                break
            if depth == 0 and sign in ",)]}":
                return place
            depth += (sign in "([{") - (sign in ")]}")
            place += 1
        raise _NoLiteralError

    def _object(self, text: str, place: int, depth: int) -> tuple[dict[str, Any], int]:
        found: dict[str, Any] = {}
        while True:
            place = _gap(text, place)
            if text[place : place + 1] == "}":
                return found, place + 1
            key = _STRING.match(text, place) or _KEY.match(text, place)
            if key is None:
                raise _NoLiteralError
            place = _gap(text, key.end())
            if text[place : place + 1] != ":":
                raise _NoLiteralError
            name = unquoted(key[0]) if key[0][0] in "\"'`" else key[0]
            found[name], place = self._value(text, _gap(text, place + 1), depth)
            place = _after_comma(text, place, "}")

    def _list(self, text: str, place: int, depth: int) -> tuple[list[Any], int]:
        found: list[Any] = []
        while True:
            place = _gap(text, place)
            if text[place : place + 1] == "]":
                return found, place + 1
            value, place = self._value(text, place, depth)
            found.append(value)
            place = _after_comma(text, place, "]")


def unquoted(literal: str) -> str:
    """Return what a JavaScript string literal says, its quotes and escapes undone."""
    inner = literal[1:-1]
    if "\\" not in inner:
        return inner
    said = _ESCAPE.sub(_unescaped, inner)
    return _SURROGATES.sub(lambda m: m[0].encode("utf-16", "surrogatepass").decode("utf-16"), said)


def _unescaped(found: re.Match[str]) -> str:
    digits = found[1] or found[2] or found[3]
    if digits:
        code = int(digits, 16)
        return chr(code) if code <= 0x10FFFF else ""
    return _LETTERS.get(found[4], found[4])


def _plain(text: str, place: int) -> tuple[Any, int] | None:
    if found := _STRING.match(text, place):
        return unquoted(found[0]), found.end()
    if found := _NUMBER.match(text, place):
        return _number(found[0]), found.end()
    if found := _WORD.match(text, place):
        return _WORDS.get(found[0]), found.end()
    return None


def _number(text: str) -> int | Decimal:
    if text.lstrip("-")[:2].lower() == "0x":
        return int(text, 16)
    return Decimal(text) if any(c in text for c in ".eE") else int(text[:1000])


def _gap(text: str, place: int) -> int:
    found = _GAP.match(text, place)
    return found.end() if found else place


def _after_comma(text: str, place: int, end: str) -> int:
    place = _gap(text, place)
    if text[place : place + 1] == ",":
        return place + 1
    if text[place : place + 1] != end:
        raise _NoLiteralError
    return place
