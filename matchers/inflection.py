"""Words of a dictionary, told from names by their other forms.

How often a word is used does not tell Penguin from Gucci, and lists of words hold famous brands.
But words are inflected, and names are hardly: "penguins" and "coached" are used, "guccis" is not.
A word counts as one of the dictionary when one of its other forms is used at least a certain share
as often as itself. The frequencies are those of wordfreq (Speer 2022, doi:10.5281/zenodo.7199437).
"""

from __future__ import annotations

from functools import cache

from matchers.kept import load_kept


def is_inflected(word: str) -> bool:
    """Return whether an English word has other forms in use, as words of a dictionary have.

    :param word: in small letters; only words used once in ten million words or more are known
    """
    return word in _load_inflected()


@cache
def _load_inflected() -> frozenset[str]:
    return frozenset(load_kept("matchers.counted:list_inflected"))
