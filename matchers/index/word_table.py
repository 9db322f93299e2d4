"""The table of words that the search looks into: how ordinary they are, what is joined to names.

Making it takes a second, so it is kept from one run to the next.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from matchers.frequency import load_frequencies
from matchers.index.compiled import Buffer, as_buffer
from matchers.index.hashing import hash_text, put_word
from matchers.index.views import PRODUCT, ZIPF
from matchers.kept import load_kept_arrays
from matchers.tokens import joined_letters
from matchers.vocabulary import load_sections, load_words
from matchers.wordlists import load_known

Array = NDArray[Any]

_KNOWN = 20
"""Ten times the Zipf frequency that stands for words of a large list only."""


@cache
def load_word_table() -> Buffer:
    """Return the table, in which ``matchers.index.hashing.find_word`` looks words up."""
    return as_buffer(load_kept_arrays("matchers.index.word_table:make_words")["slots"])


def make_words() -> dict[str, Array]:
    """Return the slots of the table."""
    frequencies = load_frequencies()
    known = [word for word in map(joined_letters, load_known()) if word not in frequencies]
    copies = (*load_sections("phrases")["copies"], *load_sections("phrases")["perhaps_copies"])
    glued = [word for word in (*load_words("product_words_en"), *copies) if word.isalpha()]
    words = [*frequencies, *known, *glued]
    values = [
        *(min(ZIPF, max(1, round(10 * zipf))) for zipf in frequencies.values()),
        *(_KNOWN for _ in known),
        *(PRODUCT for _ in glued),
    ]
    slots = np.zeros(power_of_two(2 * len(words)), np.uint32)
    room = memoryview(slots.data)
    for word, value in zip(words, values, strict=True):
        put_word(room, hash_text(word), value)
    return {"slots": slots}


def read_points(texts: Sequence[str]) -> tuple[Array, Array]:
    """Return the code points of all texts, and where each begins (one entry more)."""
    points = np.frombuffer("".join(texts).encode("utf-32-le", "surrogatepass"), np.uint32)
    starts = np.zeros(len(texts) + 1, np.int64)
    np.cumsum(np.fromiter(map(len, texts), np.int64, len(texts)), out=starts[1:])
    return points, starts


def power_of_two(size: int) -> int:
    """Return the power of two that is not below ``size``, 8 at the least."""
    return 1 << max(3, (max(size, 1) - 1).bit_length())
