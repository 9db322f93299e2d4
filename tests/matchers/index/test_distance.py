"""The bounded distance is rapidfuzz's."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from rapidfuzz.distance import OSA

from matchers.index.compiled import Buffer, as_buffer, empty, entry
from matchers.index.distance import find_osa

_WORD = st.text(alphabet="abcd", max_size=12)


@entry
def _distance(one: Buffer, other: Buffer, limit: int, rows: Buffer) -> int:
    return find_osa(one, 0, len(one), other, 0, len(other), limit, rows)


def _letters(word: str) -> Buffer:
    return as_buffer(np.array([ord(letter) for letter in word], np.int32))


@settings(deadline=None)  # the first call compiles
@given(_WORD, _WORD, st.integers(1, 4))
def test_distance_within_the_limit(one: str, other: str, limit: int) -> None:
    if one and other:
        found = _distance(_letters(one), _letters(other), limit, empty(64))
        assert found == min(OSA.distance(one, other), limit + 1)
