"""Text -> comparable text, with the place of every character in the original.

A title is read in up to four ways, each a ``View``:

- ``plain``: compatibility forms (full width, ligatures), invisible characters, diacritics, case
  and traditional Han characters are undone; every script stays itself;
- ``skeleton``: also letters of other scripts that look like Latin ones, before case is folded
  (``В`` is a B, ``в`` is not a v);
- ``leet_i`` and ``leet_l``: also digits and signs that stand for letters, 1 as i or as l.

Names and titles go through the same views, so both sides of a comparison agree. What was undone is
kept per character, so that a match can say how the text was disguised.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

import opencc

from matchers.lookalikes import find_lookalike, find_stroked

EDITS = ("homoglyph", "full_width", "zero_width", "diacritic", "leet", "traditional")
"""What can be undone in one character. A character's edits are a bit mask in this order."""
HOMOGLYPH, FULL_WIDTH, ZERO_WIDTH, DIACRITIC, LEET, TRADITIONAL = (1 << i for i in range(6))

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

_LEET = {"0": "o", "3": "e", "4": "a", "5": "s", "7": "t", "8": "b", "9": "g"}
_LEET |= {"@": "a", "$": "s", "€": "e", "£": "l", "¢": "c", "¥": "y"}
_LEET_VIEWS = {"leet_i": "i", "leet_l": "l"}
_LEET_RUN = re.compile(r"[\w@$€£¢¥!|]+")
_BETWEEN = "!|"
"""Signs that end sentences and columns: letters only inside a word."""

_to_simplified = opencc.OpenCC("t2s").convert


@dataclass(frozen=True, kw_only=True, slots=True)
class View:
    """One reading of a text. All sequences have one item for each character of ``text``."""

    kind: str
    """``plain``, ``skeleton``, ``leet_i`` or ``leet_l``."""
    text: str
    starts: Sequence[int]
    """Index of the first code point in the original."""
    ends: Sequence[int]
    """Index after the last code point (dropped combining marks included)."""
    edits: bytes
    """Bit masks of ``EDITS``."""
    changed: tuple[int, ...]
    """Ascending positions in ``text`` that only this view reads so; empty for ``plain``."""

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Return the span of the original that ``text[start:end]`` was read from."""
        return self.starts[start], self.ends[end - 1]

    def edits_within(self, start: int, end: int) -> int:
        """Return the edits of ``text[start:end]`` as one bit mask."""
        mask = 0
        for edits in self.edits[start + 1 : end]:
            mask |= edits
        # Something invisible *before* the first letter hides nothing.
        return mask | self.edits[start] & ~ZERO_WIDTH


def find_views(text: str) -> tuple[View, ...]:
    """Return every reading of ``text`` that differs from the ones before it, ``plain`` first."""
    if text.isascii() and not _CONTROL.search(text):
        views = [_ascii_view(text)]
    else:
        views = _folded_views(text)
    base = views[-1]
    found = _leet_positions(base.text)
    if found:
        for kind, letter in _LEET_VIEWS.items():
            if kind == "leet_i" or any(base.text[i] not in _LEET for i in found):
                views.append(_leet_view(base, kind, letter, found))
    return tuple(views)


def fold(text: str) -> str:
    """Return the text of the plain view."""
    if text.isascii() and not _CONTROL.search(text):
        return text.lower()
    return _folded_views(text)[0].text


def fold_in_place(text: str) -> str:
    """Return the text folded character by character, so that every position stays the same."""
    if text.isascii():
        return text.lower()
    folded = ((char, _fold_char(char, False).text) for char in text)
    return "".join(new if len(new) == 1 else char for char, new in folded)


def _ascii_view(text: str) -> View:
    size = len(text)
    return View(
        kind="plain",
        text=text.lower(),
        starts=range(size),
        ends=range(1, size + 1),
        edits=bytes(size),
        changed=(),
    )


class _Folded(NamedTuple):
    text: str
    edits: int


@lru_cache(maxsize=1 << 16)
def _fold_char(char: str, skeleton: bool) -> _Folded:
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
    simplified = "".join(_to_simplified(part) if part >= "\u3400" else part for part in bare)
    if simplified != bare:
        edits |= TRADITIONAL
    return _Folded(simplified.casefold(), edits)


def _without_marks(char: str) -> str:
    if _STRIPPED_MARKS.match(char):
        return ""
    if not unicodedata.name(char, "").startswith(_STRIPPED_SCRIPTS):
        return char
    base = unicodedata.normalize("NFD", char)[0]
    return find_stroked(base) or base


def _is_selector(char: str) -> bool:
    return "\ufe00" <= char <= "\ufe0f" or "\U000e0100" <= char <= "\U000e01ef"


def _folded_views(text: str) -> list[View]:
    plain = _folded_view(text, "plain")
    skeleton = _folded_view(text, "skeleton")
    return [plain, skeleton] if skeleton.changed else [plain]


def _folded_view(text: str, kind: str) -> View:
    skeleton = kind == "skeleton"
    chars: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    edits: list[int] = []
    changed: list[int] = []
    hidden = 0
    for index, char in enumerate(text):
        if (
            chars
            and unicodedata.category(char)[0] == "M"
            and _joins_previous(char, text[index - 1], chars)
        ):
            ends[-1] = index + 1
            edits[-1] |= DIACRITIC if _STRIPPED_MARKS.match(char) else 0
            continue
        folded = _fold_char(char, skeleton)
        if not folded.text:
            hidden |= folded.edits
            continue
        if skeleton and folded.text != _fold_char(char, False).text:
            changed.extend(range(len(chars), len(chars) + len(folded.text)))
        for part in folded.text:
            chars.append(part)
            starts.append(index)
            ends.append(index + 1)
            edits.append(folded.edits | hidden)
            hidden = 0
    return View(
        kind=kind,
        text="".join(chars),
        starts=starts,
        ends=ends,
        edits=bytes(edits),
        changed=tuple(changed),
    )


def _joins_previous(mark: str, before: str, chars: list[str]) -> bool:
    """Whether a combining mark is taken up by the character before it."""
    if _STRIPPED_MARKS.match(mark):
        return True
    composed = unicodedata.normalize("NFC", before + mark)
    if len(composed) == 1 and chars[-1] == before:
        chars[-1] = composed
        return True
    return False


def _leet_positions(text: str) -> list[int]:
    """Return where a digit or sign may stand for a letter: in a word, or alone between spaces."""
    found = []
    for run in _LEET_RUN.finditer(text):
        chunk = run[0]
        last = len(chunk) - 1
        alone = last == 0 and chunk.isdigit()
        if not alone and not any(map(str.isalpha, chunk)):
            continue
        for i, char in enumerate(chunk):
            if char in _LEET or char == "1" or (char in _BETWEEN and 0 < i < last):
                found.append(run.start() + i)
    return found


def _leet_view(base: View, kind: str, one: str, positions: list[int]) -> View:
    chars, edits = list(base.text), bytearray(base.edits)
    for index in positions:
        chars[index] = _LEET.get(chars[index], one)
        edits[index] |= LEET
    return View(
        kind=kind,
        text="".join(chars),
        starts=base.starts,
        ends=base.ends,
        edits=bytes(edits),
        changed=tuple(positions),
    )
