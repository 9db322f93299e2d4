"""How often words are used: names that are ordinary words prove little where they stand.

The lists are those of the package wordfreq (Speer 2022, doi:10.5281/zenodo.7199437), small ones:
every word used at least once in a million words, in eleven languages.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping
from functools import cache, lru_cache
from hashlib import blake2b
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from matchers.kept import load_kept, load_kept_arrays


@lru_cache(maxsize=1 << 16)
def find_frequency(word: str) -> float:
    """Return the Zipf frequency of a word in the language that uses it most; 0 when it is rare.

    The scale is that of van Heuven et al. (2014): 3 is once, 6 a thousand times in a million words.

    :param word: folded
    """
    digests, hundredths = _load_table()
    digest = _digest(word)
    place = bisect_left(digests, digest)
    return hundredths[place] / 100 if digests[place] == digest else 0.0


class _Table(NamedTuple):
    """The words by their digests, which take a tenth of the time to load that words do."""

    digests: memoryview
    """64 bits each, ascending; the last is greater than any other."""
    hundredths: memoryview
    """Zipf frequency times 100."""


@cache
def _load_table() -> _Table:
    kept = load_kept_arrays("matchers.frequency:make_table")
    return _Table(kept["digests"].data, kept["hundredths"].data)


def make_table() -> dict[str, NDArray[Any]]:
    """Return the columns of the table."""
    found = {_digest(word): round(100 * zipf) for word, zipf in load_frequencies().items()}
    digests = sorted(found)
    return {
        "digests": np.array([*digests, 2**64 - 1], np.uint64),
        "hundredths": np.array([*map(found.__getitem__, digests), 0], np.uint16),
    }


def _digest(word: str) -> int:
    text = word.encode("utf-8", "surrogatepass")
    return int.from_bytes(blake2b(text, digest_size=8).digest(), "little")


def load_frequencies() -> Mapping[str, float]:
    """Return the Zipf frequency of every word that is not rare, under its comparable letters."""
    found: dict[str, float] = load_kept("matchers.counted:count_words")
    return found
