"""How often words are used: names that are ordinary words prove little where they stand.

The lists are those of the package wordfreq (Speer 2022, doi:10.5281/zenodo.7199437), small ones:
every word used at least once in a million words, in eleven languages.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from matchers.kept import load_kept


def find_frequency(word: str) -> float:
    """Return the Zipf frequency of a word in the language that uses it most; 0 when it is rare.

    The scale is that of van Heuven et al. (2014): 3 is once, 6 a thousand times in a million words.

    :param word: folded
    """
    return load_frequencies().get(word, 0.0)


@cache
def load_frequencies() -> Mapping[str, float]:
    """Return the Zipf frequency of every word that is not rare, under its comparable letters."""
    found: dict[str, float] = load_kept("matchers.counted:count_words")
    return found
