"""Words of a dictionary, told from names by their other forms.

How often a word is used does not tell Penguin from Gucci, and lists of words hold famous brands.
But words are inflected, and names are hardly: "penguins" and "coached" are used, "guccis" is not.
A word counts as one of the dictionary when one of its other forms is used at least ``SHARE`` as
often as itself. The frequencies are those of wordfreq (Speer 2022, doi:10.5281/zenodo.7199437).
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Final

from wordfreq import available_languages, read_cBpack

SHARE: Final = 0.06
"""How often another form must be used, of the word itself: ``coaches`` of ``coach`` is at .2, the
like of most brands below .03."""
RARE: Final = 700
"""Rank, in hundredths of a power of ten below every word said, from which a word is too rare to
tell: used less than once in ten million words."""


def is_inflected(word: str) -> bool:
    """Return whether an English word has other forms in use, as words of a dictionary have.

    :param word: in small letters; only words used once in ten million words or more are known
    """
    return word in _load_inflected()


@cache
def _load_inflected() -> frozenset[str]:
    """Return the inflected words among those that are not too rare."""
    # The large list is read past the cache of its package, which would keep it in memory. Its
    # buckets hold words of one frequency each, a hundredth of a power of ten below the one before.
    buckets = read_cBpack(available_languages("large")["en"])
    centibels = {word: rank for rank, words in enumerate(buckets) for word in words}
    return frozenset(
        word
        for words in buckets[:RARE]
        for word in words
        if len(word) > 2
        and any(
            10 ** ((centibels[word] - centibels[form]) / 100) >= SHARE
            for form in _forms(word)
            if form in centibels
        )
    )


def _forms(word: str) -> Iterator[str]:
    """Yield the other forms that a regular English word has."""
    yield from (word + ending for ending in ("s", "es", "ed", "ing", "ly"))
    if word.endswith("e"):
        yield word + "d"
        yield word[:-1] + "ing"
    if word.endswith("y"):
        yield word[:-1] + "ies"
        yield word[:-1] + "ied"
