"""The table of words that the search looks into: how ordinary they are, what is joined to names.

Making it takes a second, so it is kept from one run to the next.
"""

from __future__ import annotations

from base64 import b64decode, b64encode
from collections.abc import Sequence
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from matchers.frequency import load_frequencies
from matchers.index.compiled import Buffer, as_buffer, entry
from matchers.index.hashing import SEED, put_word, step
from matchers.index.views import PRODUCT, ZIPF
from matchers.kept import load_kept
from matchers.tokens import joined_letters
from matchers.vocabulary import load_sections, load_words
from matchers.wordlists import load_known

Array = NDArray[Any]

_KNOWN = 20
"""Ten times the Zipf frequency that stands for words of a large list only."""


@cache
def load_word_table() -> Buffer:
    """Return the table, in which ``matchers.index.hashing.find_word`` looks words up."""
    kept = b64decode(load_kept("matchers.index.word_table:make_words"))
    # A copy can be written to: numba takes arrays that cannot for another type.
    return as_buffer(np.frombuffer(kept, np.uint32).copy())


def make_words() -> str:
    """Return the slots of the table as bytes in base 64."""
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
    points, starts = read_points(words)
    slots = np.zeros(power_of_two(2 * len(words)), np.uint32)
    _put_words(
        as_buffer(points),
        as_buffer(starts),
        as_buffer(np.array(values, np.int64)),
        as_buffer(slots),
    )
    return b64encode(slots.tobytes()).decode("ascii")


@entry
def _put_words(points: Buffer, starts: Buffer, values: Buffer, slots: Buffer) -> None:
    for word in range(len(starts) - 1):
        found = SEED
        for place in range(starts[word], starts[word + 1]):
            found = step(found, points[place])
        put_word(slots, found, values[word])


def read_points(texts: Sequence[str]) -> tuple[Array, Array]:
    """Return the code points of all texts, and where each begins (one entry more)."""
    points = np.frombuffer("".join(texts).encode("utf-32-le", "surrogatepass"), np.uint32)
    starts = np.zeros(len(texts) + 1, np.int64)
    np.cumsum(np.fromiter(map(len, texts), np.int64, len(texts)), out=starts[1:])
    return points, starts


def power_of_two(size: int) -> int:
    """Return the power of two that is not below ``size``, 8 at the least."""
    return 1 << max(3, (max(size, 1) - 1).bit_length())
