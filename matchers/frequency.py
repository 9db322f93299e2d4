"""How often words are used: names that are ordinary words prove little where they stand.

The lists are those of the package wordfreq (Speer 2022, doi:10.5281/zenodo.7199437), the small ones:
every word used at least once in a million words, in eleven languages.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from math import log10

from wordfreq import get_frequency_dict

from matchers.normalize import fold

LANGUAGES = ("de", "en", "es", "fr", "it", "ja", "nl", "pl", "pt", "ru", "zh")


def find_frequency(word: str) -> float:
    """Return the Zipf frequency of a word in the language that uses it most; 0 when it is rare.

    The scale is that of van Heuven et al. (2014): 3 is once, 6 a thousand times in a million words.

    :param word: folded
    """
    return load_frequencies().get(word, 0.0)


@cache
def load_frequencies() -> Mapping[str, float]:
    """Return the Zipf frequency of every word that is not rare, under its comparable letters."""
    found: dict[str, float] = {}
    letters = _Letters()
    for language in LANGUAGES:
        for word, share in get_frequency_dict(language, "small").items():
            key = word.translate(letters)
            zipf = log10(share) + 9
            if zipf > found.get(key, 0.0):
                found[key] = zipf
    return found


class _Letters(dict[int, str]):
    """What becomes of each character when comparable letters are joined, as ``str.translate`` asks."""

    def __missing__(self, point: int) -> str:
        self[point] = "".join(filter(str.isalnum, fold(chr(point))))
        return self[point]
