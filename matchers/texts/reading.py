"""A text as tokens: words of scripts with spaces, single characters of scripts without.

Letters are folded as ``matchers.normalize`` does: case, width, compatibility forms, accents and
traditional Han characters are undone, what shows nothing is left out, and so are apostrophes. A
word that reads wholly as ASCII once its look-alike letters are replaced is read so; any other word
keeps its own alphabet, so that Russian stays Russian. Signs and spaces only part words.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from matchers.normalize import UNSPACED, fold_char

Ints = NDArray[np.int64]
Points = NDArray[np.uint32]
Hashes = NDArray[np.uint64]

APART, NUMBER, WORD, HAN, SYLLABLE = range(5)
"""Kinds of letters, and of tokens: none, digits alone, a word, a Han character, and a character of
another script without spaces (kana, Thai, Khmer)."""

LONGEST: Final = 64
"""Letters of one token; what is written together beyond that is further tokens."""

_HAN = re.compile("[\u3005-\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U000323af]")
_UNSPACED = re.compile(f"[{UNSPACED}]")
_INDIC_MARK = re.compile("[\u0900-\u0963\u0966-\u0dff]")
_APOSTROPHES = frozenset("'’ʼ`´＇‘")
_DECOMPOSED = re.compile(
    "[\u3041-\u30ff][\u3099\u309a]|[\u1100-\u1112][\u1161-\u1175][\u11a8-\u11c2]?"
)
"""Kana and Hangul in pieces that Unicode also has as one character."""
_FACTOR: Final = np.uint64(0x9E3779B97F4A7C15)


class Reading(NamedTuple):
    """The tokens of a text; arrays of one entry for each token."""

    keys: Hashes
    """The code point of a single character; of a word a hash of its letters, above all of those."""
    kinds: NDArray[np.uint8]
    starts: Points
    """Where the token stands in the text as given, in code points."""
    ends: Points
    letters: Points
    """Of all tokens, folded, one after the other."""
    first: Ints
    """Where the letters of each token begin, and one entry more."""


class _Folding:
    """What each code point is read as, filled in as texts need it."""

    def __init__(self) -> None:
        self.known = np.zeros(0x110000, np.bool_)
        self.sizes = np.zeros(0x110000, np.uint8)
        self.first = np.zeros(0x110000, np.uint32)
        self.plain: list[int] = []
        self.drawn: list[int] = []
        self.kinds: list[int] = []
        self.tables = self._freeze()

    def read(self, points: Points) -> tuple[Points, Points, NDArray[np.uint8]]:
        """Return the letters of each kind, plain and as they are drawn, once all are known."""
        known = self.known[points]
        if not known.all():
            new = np.unique(points[~known])
            for point in new.tolist():
                self._add(point)
            self.tables = self._freeze()
            self.known[new] = True
        return self.tables

    def _freeze(self) -> tuple[Points, Points, NDArray[np.uint8]]:
        return (
            np.array(self.plain, np.uint32),
            np.array(self.drawn, np.uint32),
            np.array(self.kinds, np.uint8),
        )

    def _add(self, point: int) -> None:
        char = chr(point)
        if unicodedata.category(char) in ("Cn", "Co", "Cs"):
            char = " "  # nothing that could be folded, and there are a million
        plain = "" if char in _APOSTROPHES else fold_char(char, False).text
        drawn = fold_char(char, True).text
        if len(drawn) != len(plain):
            drawn = plain
        self.first[point] = len(self.plain)
        self.sizes[point] = min(len(plain), 255)
        self.plain += map(ord, plain[:255])
        self.drawn += map(ord, drawn[:255])
        self.kinds += map(_kind, plain[:255])


_folding = _Folding()


def _kind(letter: str) -> int:
    if unicodedata.category(letter)[0] not in "LMN":
        return APART
    if _UNSPACED.match(letter):
        return HAN if _HAN.match(letter) else SYLLABLE
    if letter.isdigit():
        return NUMBER
    return WORD if letter.isalnum() or _INDIC_MARK.match(letter) else APART


def read_text(text: str) -> Reading:
    """Return the tokens of a text."""
    points, origin = _compose(text)
    plain, drawn, kinds = _folding.read(points)
    sizes = _folding.sizes[points]
    if (sizes == 1).all():
        source = np.arange(len(points), dtype=np.uint32)
        rows = _folding.first[points]
    else:
        source = np.repeat(np.arange(len(points), dtype=np.uint32), sizes)
        before = np.cumsum(sizes, dtype=np.int64) - sizes
        rows = _folding.first[points[source]] + (np.arange(len(source)) - before[source])
    kind = kinds[rows]
    kept = np.flatnonzero(kind != APART)
    return _cut(source, kind, kept, plain[rows[kept]], drawn[rows[kept]], origin)


def _cut(
    source: Points,
    kind: NDArray[np.uint8],
    kept: Ints,
    plain: Points,
    drawn: Points,
    origin: Ints | None,
) -> Reading:
    """Return the letters that are kept, cut into tokens.

    :param source: the place in the text of each letter
    :param kept: which letters are kept, of which ``plain`` and ``drawn`` are
    :param origin: where each place of the text stands in the text as given, if it is another
    """
    kinds = kind[kept]
    word = kinds <= WORD
    begins = np.ones(len(kept), np.bool_)
    begins[1:] = ~(word[1:] & word[:-1] & (np.diff(kept) == 1))
    places = np.arange(len(kept))
    run = np.maximum.accumulate(np.where(begins, places, 0)) if len(kept) else places
    begins |= (places - run) % LONGEST == 0
    heads = np.flatnonzero(begins)
    first = np.append(heads, len(kept))
    if not len(heads):
        none = np.zeros(0, np.uint32)
        return Reading(np.zeros(0, np.uint64), np.zeros(0, np.uint8), none, none, none, first)
    token = np.cumsum(begins) - 1
    ascii_words = np.logical_and.reduceat(drawn < 128, heads)
    letters = np.where(ascii_words[token], drawn, plain)
    starts, ends = source[kept[heads]], source[kept[first[1:] - 1]] + np.uint32(1)
    if origin is not None:
        starts, ends = origin[starts].astype(np.uint32), origin[ends].astype(np.uint32)
    return Reading(
        keys=_hash(letters, places - first[token], heads, kinds[heads]),
        kinds=np.maximum.reduceat(kinds, heads),
        starts=starts,
        ends=ends,
        letters=letters,
        first=first,
    )


def _hash(letters: Points, places: Ints, heads: Ints, kinds: NDArray[np.uint8]) -> Hashes:
    """Return the keys of tokens; words that differ may share one, which is for others to check."""
    powers = np.multiply.accumulate(np.full(LONGEST, _FACTOR, np.uint64))
    mixed = (letters.astype(np.uint64) + np.uint64(1)) * powers[places]
    keys = np.add.reduceat(mixed ^ (mixed >> np.uint64(29)), heads)
    return np.where(kinds > WORD, letters[heads], keys | np.uint64(1 << 63))


def _compose(text: str) -> tuple[Points, Ints | None]:
    """Return the code points of a text; where its letters came in pieces, also their origin."""
    origin = None
    if not text.isascii() and _DECOMPOSED.search(text):
        parts: list[str] = []
        places: list[int] = []
        end = 0
        for found in _DECOMPOSED.finditer(text):
            whole = unicodedata.normalize("NFC", found[0])
            parts += [text[end : found.start()], whole]
            places += range(end, found.start())
            places += [found.start()] * len(whole)
            end = found.end()
        places += range(end, len(text) + 1)
        text = "".join([*parts, text[end:]])
        origin = np.array(places, np.int64)
    return np.frombuffer(text.encode("utf-32-le", "surrogatepass"), np.uint32), origin


def spell(reading: Reading, tokens: Ints) -> list[str]:
    """Return the letters of some tokens."""
    first, letters = reading.first, reading.letters
    bounds = zip(first[tokens].tolist(), first[tokens + 1].tolist(), strict=True)
    return [letters[start:end].tobytes().decode("utf-32-le") for start, end in bounds]
