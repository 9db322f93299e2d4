"""What every character is read as, in tables that the compiled search looks into.

The tables cover all of Unicode; an entry is filled when its character is first met, by the rules of
``matchers.normalize``.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from matchers.han import NO_SOUND, find_sound, find_syllable
from matchers.index.compiled import Buffer, as_buffer
from matchers.index.hashing import hash_text
from matchers.kept import load_kept_arrays
from matchers.normalize import DIACRITIC, UNSPACED, fold_char, romanise

POINTS = 0x110000
"""Code points of Unicode."""

NOTHING = -1
"""The character shows nothing."""
FIRST_LIST = -2
"""From here down: the character is read as several; ``FIRST_LIST - entry`` of the lists."""

SIGN, WORD, UNSPACED_CHAR, SPACE, BREAK = range(5)
"""What a folded character is. A break ends a name: no name is looked for across it."""
DIGIT = 8
"""Added to ``WORD`` for digits."""
UNREAD = 255

DROPPED_MARK, COMPOSING_MARK, REVERSING = 1, 2, 4
"""Flags: a mark that is left out, one that makes one character with the one before it, and what
turns the direction of the text."""

_WORD = re.compile(r"[^\W_]|[\u0900-\u0963\u0966-\u0dff]")
_UNSPACED = re.compile(f"[{UNSPACED}]")
_BREAK = re.compile(r"[,;:!?()\[\]{}|<>\"“”，。；：！？、（）【】《》「」\n]")
_REVERSING = "\u202e"


class Letters(NamedTuple):
    """The tables, one entry for each code point, and the lists that they point into."""

    plain: Buffer
    skeleton: Buffer
    roman: Buffer
    plain_edits: Buffer
    skeleton_edits: Buffer
    kind: Buffer
    flags: Buffer
    sound: Buffer
    """Hash of the Mandarin syllable of a Han character in Latin letters; 0 for others."""
    initial: Buffer
    """First Latin letter of that syllable."""
    list_starts: Buffer
    list_letters: Buffer
    composed: Buffer
    """Pairs (base, mark) that make one character: ``base << 42 | mark << 21 | one``, ascending."""


_PLANE = 0x10000
"""Code points of the first plane, in which nearly all text is written."""
_PHRASE = 4
_COLUMNS = (
    "_plain",
    "_skeleton",
    "_roman",
    "_plain_edits",
    "_skeleton_edits",
    "_kind",
    "_flags",
    "_sound",
    "_initial",
    "_read",
)


def load_letters() -> LetterTables:
    """Return tables in which the characters of the first plane are read already."""
    return LetterTables(load_kept_arrays("matchers.index.letters:make_letters"))


def make_letters() -> dict[str, NDArray[Any]]:
    """Read all characters of the first plane that are read as few others of that plane.

    The longest reading decides how much room a search takes.
    """
    tables = LetterTables()
    points = [*range(0xD800), *range(0xE000, _PLANE)]
    tables.tables(np.array([point for point in points if _is_kept(chr(point))], np.uint32))
    return tables.keep()


def _is_kept(char: str) -> bool:
    plain, skeleton = fold_char(char, False).text, fold_char(char, True).text
    readings = (plain, skeleton, romanise(plain))
    return all(len(text) <= _PHRASE for text in readings) and all(
        ord(letter) < _PLANE for letter in "".join(readings)
    )


class LetterTables:
    """The tables, filled as far as texts have needed them."""

    def __init__(self, kept: Mapping[str, NDArray[Any]] | None = None) -> None:
        """Begin with what ``keep`` returned, or with ASCII alone."""
        self._plain = np.zeros(POINTS, np.int32)
        self._skeleton = np.zeros(POINTS, np.int32)
        self._roman = np.zeros(POINTS, np.int32)
        self._plain_edits = np.zeros(POINTS, np.uint8)
        self._skeleton_edits = np.zeros(POINTS, np.uint8)
        self._kind = np.full(POINTS, UNREAD, np.uint8)
        self._flags = np.zeros(POINTS, np.uint8)
        self._sound = np.zeros(POINTS, np.int32)
        self._initial = np.zeros(POINTS, np.uint8)
        self._lists: dict[str, int] = {}
        self._composed: set[int] = set()
        self._read = np.zeros(POINTS, bool)
        self.longest = 1
        """The most characters that one has been read as."""
        self._tables: Letters | None = None
        if kept is None:
            self._fill(range(128))
        else:
            self._take(kept)

    def keep(self) -> dict[str, NDArray[Any]]:
        """Return the entries of all characters of the first plane that have been read."""
        kept = {name: getattr(self, name)[:_PLANE] for name in _COLUMNS}
        lists = "\0".join(self._lists).encode()
        kept["lists"] = np.frombuffer(lists, np.uint8)
        kept["composed"] = np.array(sorted(self._composed), np.int64)
        return kept

    def _take(self, kept: Mapping[str, NDArray[Any]]) -> None:
        for name in _COLUMNS:
            getattr(self, name)[:_PLANE] = kept[name]
        lists = kept["lists"].tobytes().decode().split("\0")
        self._lists = {text: place for place, text in enumerate(lists)}
        self._composed = set(kept["composed"].tolist())
        self.longest = max(map(len, lists), default=1)

    def tables(self, points: NDArray[np.uint32]) -> Letters:
        """Return the tables with entries for at least these code points."""
        new = points[~self._read[points]]
        if len(new):
            self._fill(sorted(set(new.tolist())))
        if self._tables is None:
            self._tables = self._freeze()
        return self._tables

    def _freeze(self) -> Letters:
        lists = list(self._lists)
        starts = np.cumsum([0, *map(len, lists)], dtype=np.int32)
        letters = np.array([ord(char) for text in lists for char in text], np.int32)
        return Letters(
            plain=as_buffer(self._plain),
            skeleton=as_buffer(self._skeleton),
            roman=as_buffer(self._roman),
            plain_edits=as_buffer(self._plain_edits),
            skeleton_edits=as_buffer(self._skeleton_edits),
            kind=as_buffer(self._kind),
            flags=as_buffer(self._flags),
            sound=as_buffer(self._sound),
            initial=as_buffer(self._initial),
            list_starts=as_buffer(starts),
            list_letters=as_buffer(letters if len(letters) else np.zeros(1, np.int32)),
            composed=as_buffer(np.array(sorted(self._composed) or [0], np.int64)),
        )

    def _fill(self, points: Iterable[int]) -> None:
        self._tables = None
        for point in points:
            char = chr(point)
            plain, skeleton = fold_char(char, False), fold_char(char, True)
            self._plain[point] = self._entry(plain.text)
            self._plain_edits[point] = plain.edits
            self._skeleton[point] = self._entry(skeleton.text)
            self._skeleton_edits[point] = skeleton.edits
            self._roman[point] = self._entry(romanise(plain.text))
            if char == _REVERSING:
                self._flags[point] |= REVERSING
            if unicodedata.category(char)[0] == "M":
                self._fill_mark(point, char)
            self._read[point] = True

    def _fill_mark(self, point: int, char: str) -> None:
        folded = fold_char(char, False)
        if not folded.text:
            self._flags[point] |= DROPPED_MARK if folded.edits & DIACRITIC else 0
            return
        for base in map(chr, _bases().get(char, ())):
            one = unicodedata.normalize("NFC", base + char)
            if len(one) != 1:
                continue  # Unicode keeps these pairs apart
            self._flags[point] |= COMPOSING_MARK
            self._composed.add(ord(base) << 42 | point << 21 | ord(one))
            self._entry(one)

    def _fill_sound(self, char: str) -> None:
        number = find_sound(char)
        if number == NO_SOUND:
            return
        syllable = find_syllable(number)
        self._sound[ord(char)] = hash_text(syllable)
        self._initial[ord(char)] = ord(syllable[0])

    def _entry(self, text: str) -> int:
        for char in text:
            if self._kind[ord(char)] == UNREAD:
                self._kind[ord(char)] = _kind_of(char)
                self._fill_sound(char)
        if not text:
            return NOTHING
        if len(text) == 1:
            return ord(text)
        self.longest = max(self.longest, len(text))
        return FIRST_LIST - self._lists.setdefault(text, len(self._lists))


def _kind_of(char: str) -> int:
    if _UNSPACED.match(char):
        return UNSPACED_CHAR
    if _WORD.match(char):
        return WORD | (DIGIT if char.isdigit() else 0)
    if _BREAK.match(char):
        return BREAK
    return SPACE if char.isspace() else SIGN


_BASES: dict[str, list[int]] = {}


def _bases() -> dict[str, list[int]]:
    """Return the marks that make one character with a base, and their bases."""
    if not _BASES:
        for point in range(0x900, 0x3100):
            parts = unicodedata.normalize("NFD", chr(point))
            if len(parts) == 2 and unicodedata.category(parts[1])[0] == "M":
                _BASES.setdefault(parts[1], []).append(ord(parts[0]))
    return _BASES
