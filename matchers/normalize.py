"""What each character is read as, and whole texts folded for comparison.

A title is read in up to four ways; ``matchers.index.views`` puts them together from what is here:

- ``plain``: compatibility forms (full width, ligatures), invisible characters, diacritics, case
  and traditional Han characters are undone; every script stays itself;
- ``skeleton``: also letters of other scripts that look like Latin ones, before case is folded
  (``В`` is a B, ``в`` is not a v);
- ``romanised``: letters of other alphabets, and kana, as they are spelt in Latin letters;
- ``leet``: digits and signs that stand for letters, 1 as i (and i as l, where a name asks for it).

Names and titles go through the same readings, so both sides of a comparison agree. What was undone
is kept per character, so that a match can say how the text was disguised.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import NamedTuple

import opencc
from anyascii import anyascii

from matchers.han import find_standard
from matchers.lookalikes import find_lookalike, find_stroked

EDITS = (
    "homoglyph",
    "full_width",
    "zero_width",
    "diacritic",
    "leet",
    "traditional",
    "romanised",
    "reversed",
)
"""What can be undone in one character. A character's edits are a bit mask in this order."""
HOMOGLYPH, FULL_WIDTH, ZERO_WIDTH, DIACRITIC, LEET, TRADITIONAL, ROMANISED, REVERSED = (
    1 << i for i in range(8)
)

UNSPACED = (
    "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3005-\u3007\u3041-\u30ff\u3400-\u4dbf\u4e00-\u9fff"
    "\uf900-\ufaff\U00020000-\U000323af"
)
"""Scripts written without spaces between words (Thai to Han), as ranges of a regular expression."""

_FILLERS = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0")
"""Characters that show nothing although they are no format characters."""
_RIGHT_SIGNS = frozenset("™®©℠℗")
_STRIPPED_MARKS = re.compile(
    "[\u0300-\u036f\u0483-\u0489\u0591-\u05c7\u0610-\u061a\u064b-\u065f\u0670"
    "\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f]"
)
_STRIPPED_SCRIPTS = ("LATIN", "GREEK", "CYRILLIC")
_CONTROL = re.compile("[\0-\x08\x0e-\x1b\x7f]")

_ROMANISED = re.compile(
    "[\u0370-\u052f\u0531-\u0587\u05d0-\u05ea\u0620-\u064a\u0671-\u06d3\u10a0-\u10ff\u3041-\u30fa]"
)
"""Greek, Cyrillic, Armenian, Hebrew, Arabic, Georgian and kana."""
_SMALL_KANA = {"ー": "", "っ": "", "ッ": "", "゛": "", "゜": ""}
"""Kana that lengthen or double a sound."""
_SMALL_KANA |= dict(zip("ぁぃぅぇぉァィゥェォゃゅょャュョ", "aiueoaiueoauoauo", strict=True))

_HAN = re.compile("[\u3400-\u9fff\uf900-\ufaff\U00020000-\U000323af]")
_to_simplified = opencc.OpenCC("t2s").convert


def fold(text: str) -> str:
    """Return the text of the plain view."""
    if text.isascii() and not _CONTROL.search(text):
        return text.lower()
    chars: list[str] = []
    for char in text:
        if chars and unicodedata.category(char)[0] == "M" and not _STRIPPED_MARKS.match(char):
            composed = unicodedata.normalize("NFC", chars[-1] + char)
            if len(composed) == 1:
                chars[-1] = composed
                continue
        chars.extend(fold_char(char, False).text)
    return "".join(chars)


def fold_in_place(text: str) -> str:
    """Return the text folded character by character, so that every position stays the same."""
    if text.isascii():
        return text.lower()
    folded = ((char, fold_char(char, False).text) for char in text)
    return "".join(new if len(new) == 1 else char for char, new in folded)


class _Folded(NamedTuple):
    text: str
    edits: int


@lru_cache(maxsize=1 << 16)
def fold_char(char: str, skeleton: bool) -> _Folded:
    """Return what one character is read as; an empty text for what shows nothing."""
    if char.isspace() or char in _RIGHT_SIGNS:
        return _Folded(char if char.isascii() else " ", 0)
    if unicodedata.category(char) in ("Cf", "Cc") or char in _FILLERS or _is_selector(char):
        return _Folded("", ZERO_WIDTH)
    text, edits = char, 0
    # Each step may open the way for another (a circled letter, then its case); three rounds do.
    for _ in range(3):
        parts = [_fold_once(part, skeleton) for part in text]
        folded = "".join(part.text for part in parts)
        for part in parts:
            edits |= part.edits
        if folded == text:
            break
        text = folded
    return _Folded(text, edits)


@lru_cache(maxsize=1 << 16)
def romanise(plain: str) -> str:
    """Return how a character of another alphabet is spelt in Latin letters.

    :param plain: what it is read as; returned as it is where nothing is to be spelt
    """
    if not plain or plain.isascii():
        return plain
    if plain in _SMALL_KANA:
        return _SMALL_KANA[plain]
    return "".join(anyascii(part).lower() if _ROMANISED.match(part) else part for part in plain)


def _fold_once(char: str, skeleton: bool) -> _Folded:
    if char.isascii():
        return _Folded(char.lower(), 0)
    edits = 0
    text = unicodedata.normalize("NFKC", char)
    if text != char and "LIGATURE" not in unicodedata.name(char, ""):
        edits = FULL_WIDTH if "\uff00" <= char <= "\uffef" else HOMOGLYPH
    bare = "".join(_without_marks(part) for part in text)
    if bare != text:
        edits |= DIACRITIC
    if skeleton:
        drawn = "".join(find_lookalike(part) or part for part in bare)
        if drawn != bare:
            edits |= HOMOGLYPH
        bare = drawn
    simplified = "".join(_simplify(part) if _HAN.match(part) else part for part in bare)
    if simplified != bare:
        edits |= TRADITIONAL
    return _Folded(simplified.casefold(), edits)


def _simplify(char: str) -> str:
    simple = _to_simplified(char)
    return find_standard(simple) or simple


def _without_marks(char: str) -> str:
    if _STRIPPED_MARKS.match(char):
        return ""
    if not unicodedata.name(char, "").startswith(_STRIPPED_SCRIPTS):
        return char
    base = unicodedata.normalize("NFD", char)[0]
    return find_stroked(base) or base


def _is_selector(char: str) -> bool:
    return "\ufe00" <= char <= "\ufe0f" or "\U000e0100" <= char <= "\U000e01ef"
