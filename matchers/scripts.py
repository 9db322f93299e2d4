"""Whether letters of another alphabet hide a name, or are simply how the text is written.

A Cyrillic "МАРКА" reads like a Latin "Mapka". In a Russian text it is an ordinary word; in a text
otherwise Latin or Chinese, or with Latin letters in the same word, somebody hides a name.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from collections import Counter
from functools import lru_cache

from matchers.normalize import UNSPACED

ALPHABETS = frozenset({"CYRILLIC", "GREEK", "ARMENIAN", "GEORGIAN", "COPTIC", "CHEROKEE"})
"""Alphabets of living texts that share shapes with the Latin one."""

_OTHERS = 2
"""So many times more letters of other scripts make a text one "otherwise of another script"."""
_LONG = 3
"""Latin words shorter than this (sizes, units, R16) say nothing about the language of a text."""

_WORD = re.compile(rf"[{UNSPACED}]+|(?:(?![{UNSPACED}])[^\W\d_])+")


class _Scripts:
    """The words of a text, each with its script, and the letters of each script."""

    def __init__(self, text: str) -> None:
        self._words = [(*word.span(), _script(word[0])) for word in _WORD.finditer(text)]
        self._starts = [start for start, _, _ in self._words]
        self._letters: Counter[str] = Counter()
        for start, end, script in self._words:
            self._letters[script] += _counted(start, end, script)

    def within(self, start: int, end: int) -> tuple[str | None, Counter[str]]:
        """Return the one script of all words that a span touches, and the letters of the rest."""
        place = max(bisect_right(self._starts, start) - 1, 0)
        touched: set[str] = set()
        rest = self._letters.copy()
        for first, last, script in self._words[place:]:
            if first >= end:
                break
            if last > start:
                touched.add(script)
                rest[script] -= _counted(first, last, script)
        return (touched.pop() if len(touched) == 1 else None), rest


def is_of_its_text(text: str, start: int, end: int) -> bool:
    """Whether a span is whole words of one other alphabet, in a text that is written in it.

    A span without a text around it counts as such: "МАРКА" alone is Russian.
    """
    script, rest = _read(text).within(start, end)
    if script not in ALPHABETS:
        return False
    own = rest.pop(script, 0)
    return sum(rest.values()) <= _OTHERS * own


def _counted(start: int, end: int, script: str) -> int:
    return 0 if script == "LATIN" and end - start < _LONG else end - start


def _script(word: str) -> str:
    """Return the first word of the Unicode names of the letters; ``MIXED`` for several scripts."""
    if word.isascii():
        return "LATIN"
    names = {unicodedata.name(char, "?").split(" ")[0].split("-")[0] for char in word}
    return names.pop() if len(names) == 1 else "MIXED"


@lru_cache(maxsize=64)
def _read(text: str) -> _Scripts:
    return _Scripts(text)
