"""Makes the table of how often words are used, from the lists of the package wordfreq.

Only ``matchers.kept`` imports this, when nothing was kept: the package takes a while to load.
"""

from __future__ import annotations

from math import log10

from wordfreq import get_frequency_dict

from matchers.normalize import fold

LANGUAGES = ("de", "en", "es", "fr", "it", "ja", "nl", "pl", "pt", "ru", "zh")


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


class _Letters(dict[int, str]):
    """What becomes of each character when comparable letters are joined, for ``str.translate``."""

    def __missing__(self, point: int) -> str:
        self[point] = "".join(filter(str.isalnum, fold(chr(point))))
        return self[point]
