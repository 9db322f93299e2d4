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
from math import log10
from typing import Final

from wordfreq import get_frequency_dict

from matchers.normalize import fold
from matchers.vocabulary import load_words

LANGUAGES: Final = ("de", "en", "es", "fr", "it", "nl", "pl", "pt")
"""Languages in Latin letters with much text from shops and the press."""
ENOUGH: Final = 5
"""In so many of them a word must be used..."""
ALIKE: Final = 0.5
"""...with no more than this between the first and the last, on the Zipf scale."""

KNOWN: Final = 1e-7
"""Share of all words from which a large list counts: once in ten million."""
SHORTEST: Final = 4
"""Letters of the shortest word that is looked for there."""
_WORD = re.compile(r"[^\W_]+")


@lru_cache(maxsize=1 << 14)
def are_ordinary(form: str) -> bool:
    """Return whether a name consists of words that are ordinary in titles, given names and numbers.

    :param form: in a script with spaces
    """
    words = [fold(word) for word in _WORD.findall(form)]
    ordinary = load_words("common_words_en", "given_names")
    return bool(words) and all(word in ordinary or word.isdigit() for word in words)


def is_worldwide(word: str) -> bool:
    """Return whether ``ENOUGH`` languages use a word about as often as the one that does most.

    :param word: folded
    """
    return word in _load_worldwide()


@cache
def _load_worldwide() -> frozenset[str]:
    shares: dict[str, list[float]] = {}
    for language in LANGUAGES:
        for word, share in get_frequency_dict(language, "small").items():
            shares.setdefault(word, []).append(share)
    return frozenset(
        word
        for word, found in shares.items()
        if len(found) >= ENOUGH
        and log10(max(found)) - log10(sorted(found, reverse=True)[ENOUGH - 1]) <= ALIKE
    )


def is_known(word: str) -> bool:
    """Return whether a large English word list, which holds many names too, has a word.

    :param word: folded
    """
    return word in _load_known()


@cache
def _load_known() -> frozenset[str]:
    shares = get_frequency_dict("en", "large").items()
    return frozenset(
        word
        for word, share in shares
        if share >= KNOWN and len(word) >= SHORTEST and word.isalpha()
    )
