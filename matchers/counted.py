"""Makes the tables of words, how often and how they are used, from the package wordfreq.

Only ``matchers.kept`` imports this, when nothing was kept: the package takes a while to load.
"""

from __future__ import annotations

from collections.abc import Iterator
from math import log10
from typing import Final

from wordfreq import get_frequency_dict

from matchers.normalize import fold

LANGUAGES: Final = ("de", "en", "es", "fr", "it", "ja", "nl", "pl", "pt", "ru", "zh")

LATIN_LANGUAGES: Final = ("de", "en", "es", "fr", "it", "nl", "pl", "pt")
"""Languages in Latin letters with much text from shops and the press."""
ENOUGH: Final = 5
"""In so many of them a word must be used..."""
ALIKE: Final = 0.5
"""...with no more than this between the first and the last, on the Zipf scale."""
KNOWN: Final = 1e-7
"""Share of all words from which a large list counts: once in ten million."""
SHORTEST: Final = 4
"""Letters of the shortest word that is looked for there."""

SHARE: Final = 0.06
"""How often another form must be used, of the word itself: ``coaches`` of ``coach`` is at .2, the
like of most brands below .03."""


def count_words() -> dict[str, float]:
    """Return the Zipf frequency of every word that is not rare, under its comparable letters."""
    found: dict[str, float] = {}
    letters = _Letters()
    for language in LANGUAGES:
        for word, share in get_frequency_dict(language, "small").items():
            key = word.translate(letters)
            zipf = round(log10(share) + 9, 2)
            if zipf > found.get(key, 0.0):
                found[key] = zipf
    return found


def list_worldwide() -> list[str]:
    """Return the words that ``ENOUGH`` languages use about as often as the one that does most."""
    shares: dict[str, list[float]] = {}
    for language in LATIN_LANGUAGES:
        for word, share in get_frequency_dict(language, "small").items():
            shares.setdefault(word, []).append(share)
    return [
        word
        for word, found in shares.items()
        if len(found) >= ENOUGH
        and log10(max(found)) - log10(sorted(found, reverse=True)[ENOUGH - 1]) <= ALIKE
    ]


def list_known() -> list[str]:
    """Return the words of the large English list, which holds many names too."""
    return [
        word
        for word, share in get_frequency_dict("en", "large").items()
        if share >= KNOWN and len(word) >= SHORTEST and word.isalpha()
    ]


def list_inflected() -> list[str]:
    """Return the words of the large English list of which another form is used often enough."""
    shares = get_frequency_dict("en", "large")
    return [
        word
        for word, share in shares.items()
        if share >= KNOWN
        and len(word) > 2
        and any(shares.get(form, 0.0) >= share * SHARE for form in _forms(word))
    ]


def _forms(word: str) -> Iterator[str]:
    """Yield the other forms that a regular English word has."""
    yield from (word + ending for ending in ("s", "es", "ed", "ing", "ly"))
    if word.endswith("e"):
        yield word + "d"
        yield word[:-1] + "ing"
    if word.endswith("y"):
        yield word[:-1] + "ies"
        yield word[:-1] + "ied"


class _Letters(dict[int, str]):
    """What becomes of each character when comparable letters are joined, for ``str.translate``."""

    def __missing__(self, point: int) -> str:
        self[point] = "".join(filter(str.isalnum, fold(chr(point))))
        return self[point]
