"""The bounded distance is rapidfuzz's."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from rapidfuzz.distance import OSA

from matchers.index.compiled import Buffer
from matchers.index.distance import find_osa

_WORD = st.text(alphabet="abcd", max_size=14)


def _letters(word: str) -> Buffer:
    return memoryview(np.array([ord(letter) for letter in word], np.int32).data)


@given(_WORD, _WORD, st.integers(1, 4))
def test_distance_within_the_limit(one: str, other: str, limit: int) -> None:
    if one and other:
        rows = memoryview(np.zeros(64, np.int32).data)
        left, right = _letters(one), _letters(other)
        found = find_osa(left, 0, len(left), right, 0, len(right), limit, rows)
        assert found == min(OSA.distance(one, other), limit + 1)
