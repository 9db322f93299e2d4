"""The words of a text, and the phrases of the vocabulary that stand in it.

A phrase is looked up by its first word, so the time for a text grows with the text and hardly with
the vocabulary. Words of spaced scripts are one token each, every character of an unspaced script
is one of its own, as in ``matchers.tokens``.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from itertools import pairwise
from typing import NamedTuple

from matchers.kept import load_kept
from matchers.normalize import UNSPACED, fold_in_place
from matchers.vocabulary import load_sections

_TOKEN = re.compile(rf"[{UNSPACED}]|(?:(?![{UNSPACED}])[^\W_])+")
_ASCII_TOKEN = re.compile(r"[a-z0-9]+")
_ASCII_GAPS = bytes(point if chr(point).isalnum() else 32 for point in range(128)).ljust(256)
"""What parts the tokens of an ASCII text becomes a space, as ``bytes.translate`` asks."""
_UNSPACED = re.compile(rf"[{UNSPACED}]")
_CLAUSE_ENDS = re.compile(r"[.;!?()|。；！？（）|](?!\d)")
_DASHES = frozenset("-\u2010\u2011\u2012\u2013")
_CHARACTER = 0.4
"""What one character of an unspaced script counts in words: words have two or three."""

WORD_SETS = frozenset({"audience", "between", "determiner", "continues"})
"""Sections of words so frequent that they are read only beside a name."""
_WORDS = 3
"""Tokens of the longest of these."""
WITH_KANA = "kana "
"""Before a section: the phrase counts only in a text with kana, of Japanese written in Han."""
KANA = re.compile("[\u3041-\u30ff]")


class Said(NamedTuple):
    """A phrase of the vocabulary in a text."""

    start: int
    end: int
    section: str


class _Entry(NamedTuple):
    """What a phrase says."""

    sections: Sequence[str]
    goods: Sequence[int]
    """Nice classes."""


class _Phrase(NamedTuple):
    gaps: Sequence[str]
    """What stands between the tokens, and after the last."""
    entry: _Entry


class _Head(NamedTuple):
    """The phrases that begin with one token."""

    seconds: Mapping[str, Sequence[tuple[int, bool]]]
    """Second token -> how many tokens the phrases have that begin with these, the most first, and
    whether something stands between or after them."""
    alone: Sequence[bool]
    """The same of the phrases of this token alone."""


class _Lexicon(NamedTuple):
    """As ``matchers.phrasebook`` makes it."""

    heads: Mapping[str, _Head]
    """First token -> the phrases that begin with it."""
    runs: Mapping[str, _Entry]
    """Text -> what it says, of single words and of characters in a row."""
    gapped: Mapping[str, Sequence[_Phrase]]
    """Tokens, joined by spaces -> the phrases of these tokens with something between them."""


class _Found(NamedTuple):
    """The phrases of a text."""

    said: dict[str, list[Said]]
    goods: dict[int, tuple[int, int]]
    """Nice class -> start and end of the last phrase for its goods, in the order of the first ones;
    a phrase within another says nothing: a 手机壳 is no 手机."""


class _InPlace(dict[int, str]):
    """What ``fold_in_place`` makes of each character, as ``str.translate`` asks."""

    def __missing__(self, point: int) -> str:
        self[point] = fold_in_place(chr(point))
        return self[point]


_IN_PLACE = _InPlace()


def fold_text(text: str) -> str:
    """Return the text folded character by character, so that every position stays the same."""
    return text.lower() if text.isascii() else text.translate(_IN_PLACE)


class Words:
    """A text with its phrases, by section."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.folded = fold_text(text)
        """The text in comparable characters, every position as in the text."""
        self.tokens = _split(self.folded)
        """Its words, and single characters of unspaced scripts, folded."""
        self._spans: list[tuple[int, int]] | None = None
        self._sums: list[float] | None = None
        # Many texts have no phrase of the vocabulary; where words stand is not needed then.
        lexicon = _load_lexicon()
        places = _find_places(self.tokens, lexicon)
        found = _find(self.folded, self.spans, places, lexicon) if places else _NOTHING
        self._said, self.goods = found
        self.sections = frozenset(self._said) if self._said else _NO_SECTIONS
        """Those of which a phrase stands in the text, goods and ``WORD_SETS`` apart."""

    @property
    def spans(self) -> list[tuple[int, int]]:
        """Where the tokens stand."""
        if self._spans is None:
            self._spans = _locate(self.folded, self.tokens)
        return self._spans

    def said(self, *sections: str) -> list[Said]:
        """Return the phrases of some sections, in their order."""
        found = self._said
        if len(sections) == 1:
            return found.get(sections[0], [])
        return sorted(said for section in sections for said in found.get(section, ()))

    @property
    def starts(self) -> list[int]:
        """Where the tokens begin."""
        return [start for start, _ in self.spans]

    def count(self, start: int, end: int) -> float:
        """Return how many words stand between two positions, five Han characters being two."""
        if self._sums is None:
            self._sums = [0.0]
            for at, _ in self.spans:
                size = _CHARACTER if _UNSPACED.match(self.folded, at) else 1.0
                self._sums.append(self._sums[-1] + size)
        first, last = self._within(start, end)
        return self._sums[last] - self._sums[first] if last > first else 0.0

    def _within(self, start: int, end: int) -> tuple[int, int]:
        """Return the first token from ``start`` on, and the first from ``end`` on."""
        return bisect_left(self.spans, (start, 0)), bisect_left(self.spans, (end, 0))

    def before(self, section: str, start: int, reach: float = 0.0) -> Said | None:
        """Return the nearest phrase before a position, in one clause with it.

        :param reach: words that may stand between; none, unless told
        """
        nearest: Said | None = None
        for said in self._said.get(section, ()):
            if said.end <= start and (nearest is None or said.end > nearest.end):
                nearest = said  # of those with one end, the longest comes first
        return nearest if nearest and self._reaches(nearest.end, start, reach) else None

    def after(self, section: str, end: int, reach: float = 0.0) -> Said | None:
        """Return the nearest phrase after a position, in one clause with it."""
        for said in self._said.get(section, ()):
            if said.start >= end:
                return said if self._reaches(end, said.start, reach) else None
        return None

    def _reaches(self, start: int, end: int, reach: float) -> bool:
        if self.count(start, end) > reach:
            return False
        return not _CLAUSE_ENDS.search(self.folded, start, end)

    def word_before(self, section: str, start: int) -> Said | None:
        """Return the word of one of ``WORD_SETS`` that stands directly before a position."""
        place = self._within(start, start)[0]
        for first in range(max(0, place - _WORDS), place):
            said = self._read(section, first, place)
            if said is not None:
                return said if self._reaches(said.end, start, 0) else None
        return None

    def word_after(self, section: str, end: int) -> Said | None:
        """Return the word of one of ``WORD_SETS`` that stands directly after a position."""
        place = self._within(end, end)[0]
        for last in range(min(len(self.spans), place + _WORDS), place, -1):
            said = self._read(section, place, last)
            if said is not None:
                return said if self._reaches(end, said.start, 0) else None
        return None

    def fills(self, section: str, start: int, end: int) -> bool:
        """Whether nothing but words of one of ``WORD_SETS`` stands between two positions."""
        place, last = self._within(start, end)
        while place < last:
            reach = range(min(last, place + _WORDS), place, -1)
            place = next((stop for stop in reach if self._read(section, place, stop)), -1)
            if place < 0:
                return False
        return True

    def holds(self, section: str, start: int, end: int) -> bool:
        """Whether a word of one of ``WORD_SETS`` stands between two positions."""
        first, last = self._within(start, end)
        return any(
            self._read(section, place, stop)
            for place in range(first, last)
            for stop in range(place + 1, min(last, place + _WORDS) + 1)
        )

    def _read(self, section: str, first: int, last: int) -> Said | None:
        start, end = self.spans[first][0], self.spans[last - 1][1]
        if self.folded[start:end] in _load_word_set(section):
            return Said(start, end, section)
        return None


def _split(folded: str) -> list[str]:
    """Return the tokens of a folded text."""
    if folded.isascii():
        return folded.encode().translate(_ASCII_GAPS).decode().split()  # quicker than a text's
    return _TOKEN.findall(folded)


def _locate(folded: str, tokens: list[str]) -> list[tuple[int, int]]:
    """Return where the tokens of a text stand."""
    end, find = 0, folded.find
    # Between tokens stands nothing with which one could begin.
    return [(start := find(token, end), end := start + len(token)) for token in tokens]


def find_tokens(folded: str) -> Iterator[re.Match[str]]:
    """Yield the tokens of a folded text."""
    return (_ASCII_TOKEN if folded.isascii() else _TOKEN).finditer(folded)


def _find_places(tokens: list[str], lexicon: _Lexicon) -> list[tuple[int, int, bool]]:
    """Return where the tokens of a phrase stand: the first, how many, whether it has gaps.

    What stands between them is not looked at.
    """
    heads, runs, gapped = lexicon
    found: list[tuple[int, int, bool]] = []
    last = len(tokens) - 1
    for place, head in enumerate(map(heads.get, tokens)):
        if head is None:
            continue
        seconds, alone = head
        if seconds and place < last:
            for size, gaps in seconds.get(tokens[place + 1], ()):
                if gaps:
                    if " ".join(tokens[place : place + size]) in gapped:
                        found.append((place, size, gaps))
                elif "".join(tokens[place : place + size]) in runs:
                    found.append((place, size, gaps))
        if alone:
            found += [(place, 1, gaps) for gaps in alone]
    return found


_NO_ENTRY = _Entry((), ())
_NOTHING = _Found({}, {})
_NO_SECTIONS: frozenset[str] = frozenset()


def _find(
    folded: str,
    spans: list[tuple[int, int]],
    places: Iterable[tuple[int, int, bool]],
    lexicon: _Lexicon,
) -> _Found:
    """Return the phrases.

    :param places: where their tokens stand
    """
    _, runs, gapped = lexicon
    found: dict[str, list[Said]] = {}
    classes: dict[int, tuple[int, int]] = {}
    count, reached = len(spans), -1
    for place, size, gaps in places:
        if place + size > count:
            continue
        start, end = spans[place][0], spans[place + size - 1][1]
        if gaps:
            (sections, goods), tail = _find_gapped(folded, spans[place : place + size], gapped)
            end += tail
        else:
            sections, goods = runs.get(folded[start:end], _NO_ENTRY)
        for section in sections:
            found.setdefault(section, []).append(Said(start, end, section))
        if goods and end >= reached:
            reached = end
            for number in goods:
                classes[number] = start, end
    return _Found(_sort_out(found, folded) if found else found, classes)


def _sort_out(said: dict[str, list[Said]], folded: str) -> dict[str, list[Said]]:
    """Return the phrases that count: Japanese ones in Japanese alone, and no harmless ones."""
    if any(section.startswith(WITH_KANA) for section in said):
        said = _merge_japanese(said, counts=KANA.search(folded) is not None)
    return _without_harmless(said)


def _merge_japanese(found: dict[str, list[Said]], *, counts: bool) -> dict[str, list[Said]]:
    """Return the phrases with the Japanese ones that are written in Han alone, or without them."""
    merged: dict[str, list[Said]] = {}
    for section, phrases in found.items():
        name = section.removeprefix(WITH_KANA)
        if counts or name == section:
            merged.setdefault(name, []).extend(said._replace(section=name) for said in phrases)
    return {section: sorted(set(phrases), key=_by_place) for section, phrases in merged.items()}


def _by_place(said: Said) -> tuple[int, int]:
    return said.start, -said.end


def _find_gapped(
    folded: str, spans: list[tuple[int, int]], gapped: Mapping[str, Sequence[_Phrase]]
) -> tuple[_Entry, int]:
    """Return what the phrase says that stands there, and how much follows its last token."""
    for phrase in gapped.get(" ".join([folded[start:end] for start, end in spans]), ()):
        if _has_gaps(folded, spans, phrase.gaps):
            return phrase.entry, len(phrase.gaps[-1])
    return _NO_ENTRY, 0


def _has_gaps(folded: str, spans: list[tuple[int, int]], gaps: Sequence[str]) -> bool:
    """Whether between and after the tokens stands what the phrase has there."""
    for (before, after), gap in zip(pairwise(spans), gaps, strict=False):
        given = folded[before[1] : after[0]]
        if given == gap:
            continue
        given = "".join("-" if char in _DASHES else char for char in given.strip())
        if gap in (" ", "-") and given in ("", "-") and after[0] > before[1]:
            continue  # pre-owned, pre owned
        if not gap.strip() or given.replace("’", "'") != gap.strip():
            return False
    return folded.startswith(gaps[-1], spans[-1][1])


def _without_harmless(found: dict[str, list[Said]]) -> dict[str, list[Said]]:
    """Return the phrases without those that a longer harmless phrase holds."""
    harmless = found.pop("harmless", None)
    if harmless is None:
        return found
    kept = {
        section: [
            said
            for said in phrases
            if not any(free.start <= said.start and said.end <= free.end for free in harmless)
        ]
        for section, phrases in found.items()
    }
    return {section: phrases for section, phrases in kept.items() if phrases}


@cache
def _load_lexicon() -> _Lexicon:
    """Return the phrases, and the words for goods in singular and plural, of all languages."""
    kept, runs, gapped = load_kept("matchers.phrasebook:list_phrases")
    heads = {}
    for first, seconds in kept.items():
        alone = [gaps for _, gaps in seconds.pop("", ())]
        heads[first] = _Head(seconds, alone)
    phrases = {
        key: [_Phrase(gaps, _Entry(*entry)) for gaps, entry in same] for key, same in gapped.items()
    }
    return _Lexicon(heads, runs, phrases)


@cache
def _load_word_set(section: str) -> frozenset[str]:
    return frozenset(map(fold_text, load_sections("phrases")[section]))
