"""A view of a text as one run of letters without gaps, and where words may begin and end in it.

Words of spaced scripts are one token each; every character of an unspaced script (Han, kana, Thai)
is a token of its own. A name is looked for from token to token in the joined run, so "Aurelio",
"A u r e l i o", "Aure-lio" and "青瓷小筑" need no separate treatment.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from functools import lru_cache
from itertools import pairwise

from matchers.normalize import UNSPACED, View, find_views

# Indic vowel signs are marks, not letters, to Python.
_TOKEN = re.compile(rf"[{UNSPACED}]|(?:(?![{UNSPACED}])[^\W_]|[\u0900-\u0963\u0966-\u0dff])+")
_ASCII_TOKEN = re.compile(r"[a-z0-9]+")
_UNSPACED_CHAR = re.compile(rf"[{UNSPACED}]")
_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])|(?<=[A-Za-z])(?=[0-9])|(?<=[0-9])(?=[A-Za-z])")


def is_unspaced(text: str) -> bool:
    """Whether ``text`` holds a character of a script written without spaces."""
    return not text.isascii() and _UNSPACED_CHAR.search(text) is not None


class Stream:
    """The tokens of one view, joined."""

    __slots__ = ("_at", "_changed", "_soft", "bounds", "edges", "joined", "original", "view")

    def __init__(self, original: str, view: View) -> None:
        self.original = original
        self.view = view
        text = view.text
        pattern = _ASCII_TOKEN if text.isascii() else _TOKEN
        at: list[int] = []
        bounds: list[int] = []
        for token in pattern.finditer(text):
            bounds.append(len(at))
            at.extend(range(*token.span()))
        self._at = at
        self.joined = text if len(at) == len(text) else "".join([text[i] for i in at])
        bounds.append(len(at))
        self.bounds = bounds
        """Where tokens begin, ascending, and the end of the run."""
        self.edges = frozenset(bounds)
        self._soft: frozenset[int] | None = None
        self._changed: list[int] | None = None

    def tokens(self, start: int, end: int) -> list[str]:
        """Return the tokens, or parts of tokens, of ``joined[start:end]``."""
        cuts = [start, *self.inner(start, end), end]
        return [self.joined[a:b] for a, b in pairwise(cuts)]

    def inner(self, start: int, end: int) -> list[int]:
        """Return the token starts strictly between two positions of ``joined``."""
        return self.bounds[bisect_right(self.bounds, start) : bisect_left(self.bounds, end)]

    def gap(self, position: int) -> str:
        """Return what stands in the view between a position of ``joined`` and the one before."""
        if not 0 < position < len(self._at):
            return " "
        return self.view.text[self._at[position - 1] + 1 : self._at[position]]

    def token_end(self, position: int) -> int:
        """Return the end of the token that ``position`` is in."""
        return self.bounds[bisect_right(self.bounds, position)]

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Return the span of the original that ``joined[start:end]`` was read from."""
        return self.view.span(self._at[start], self._at[end - 1] + 1)

    def edits(self, start: int, end: int) -> int:
        """Return the bit mask of what was undone between two positions of ``joined``."""
        return self.view.edits_within(self._at[start], self._at[end - 1] + 1)

    def adds(self, start: int, end: int) -> bool:
        """Whether this view reads anything there that the views before it do not."""
        if self.view.kind == "plain":
            return True
        changed = self.view.changed
        place = bisect_left(changed, self._at[start])
        return place < len(changed) and changed[place] <= self._at[end - 1]

    @property
    def soft(self) -> frozenset[int]:
        """Where a word may begin or end inside a token: camelCase, letters beside digits."""
        if self._soft is None:
            starts = {m.start() for m in _CAMEL.finditer(self.original)}
            self._soft = frozenset(
                i for i, at in enumerate(self._at) if starts and self.view.starts[at] in starts
            )
        return self._soft


@lru_cache(maxsize=1 << 14)
def joined_letters(text: str) -> str:
    """Return the comparable letters of a text; look-alike letters stay different letters."""
    return Stream(text, find_views(text)[0]).joined
