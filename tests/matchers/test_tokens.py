"""Joined letters, and which scripts have no spaces."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from matchers.index.readings import find_readings
from matchers.tokens import is_unspaced, joined_letters


@pytest.mark.parametrize(
    ("text", "unspaced"),
    [("云雀", True), ("Aurelio", False), ("норд", False), ("ノルド", True)],
)
def test_scripts_without_spaces(text: str, unspaced: bool) -> None:
    assert is_unspaced(text) == unspaced


@given(st.text(st.characters(exclude_characters="\u202e")))
def test_letters_are_those_that_the_search_reads(text: str) -> None:
    assert joined_letters(text) == find_readings(text)[0].letters
