"""What word lists say about a word besides how often it is used (``matchers.frequency``).

How often they are used does not tell Nike from hike. But a word belongs to a language: others use
it ten times less, or never. A famous name is used as often in Polish as in English, so words that
many languages use alike are names, most of them of brands.

And a supposed misspelling that a large word list knows is something of its own, mostly another name
(Epson for Eason); the usual misspellings of a brand are ten times rarer.

Which words are ordinary in titles although they may be registered, no such list tells either, for
Samsung is used more than zoom: that stands in the vocabulary.
"""

from __future__ import annotations

import re
from functools import cache, lru_cache

from matchers.frequency import find_frequency
from matchers.inflection import is_inflected
from matchers.kept import load_kept
from matchers.normalize import fold
from matchers.vocabulary import load_words

_WORD = re.compile(r"[^\W_]+")
_GRAMMAR = 6.0
"""Zipf frequency from which a word is an article, a preposition or the like."""


@lru_cache(maxsize=1 << 14)
def are_ordinary(form: str) -> bool:
    """Return whether a name consists of words that are ordinary in titles, given names and numbers.

    :param form: in a script with spaces
    """
    words = [fold(word) for word in _WORD.findall(form)]
    ordinary = load_words("common_words_en", "given_names")
    return bool(words) and all(word in ordinary or word.isdigit() for word in words)


@lru_cache(maxsize=1 << 14)
def are_words(form: str) -> bool:
    """Return whether every word of a name is one of a dictionary, or an article or the like.

    :param form: in a script with spaces
    """
    words = [fold(word) for word in _WORD.findall(form)]
    return bool(words) and all(is_inflected(w) or find_frequency(w) >= _GRAMMAR for w in words)


def is_worldwide(word: str) -> bool:
    """Return whether ``ENOUGH`` languages use a word about as often as the one that does most.

    :param word: folded
    """
    return word in _load_worldwide()


@cache
def _load_worldwide() -> frozenset[str]:
    return frozenset(load_kept("matchers.counted:list_worldwide"))


def is_known(word: str) -> bool:
    """Return whether a large English word list, which holds many names too, has a word.

    :param word: folded
    """
    return word in load_known()


@cache
def load_known() -> frozenset[str]:
    """Return the words of that list."""
    return frozenset(load_kept("matchers.counted:list_known"))
