"""Characters that are drawn like ASCII ones."""

from __future__ import annotations

import pytest

from matchers.confusable import list_confusable
from matchers.lookalikes import find_lookalike, find_stroked


@pytest.mark.parametrize(("char", "plain"), [("а", "a"), ("Β", "B"), ("🅰", "a"), ("鞋", None)])
def test_find_lookalike(char: str, plain: str | None) -> None:
    assert find_lookalike(char) == plain


@pytest.mark.parametrize(("char", "plain"), [("ø", "o"), ("Ł", "L"), ("o", None)])
def test_find_stroked(char: str, plain: str | None) -> None:
    assert find_stroked(char) == plain


def test_confusable_characters_are_single_and_look_like_ascii() -> None:
    for char, plain in list_confusable().items():
        assert len(char) == len(plain) == 1
        assert plain.isascii()
        assert not char.isascii()
