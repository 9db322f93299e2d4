"""Tokens, gaps and boundaries of a view."""

from __future__ import annotations

import pytest

from matchers.normalize import find_views
from matchers.tokens import Stream, is_unspaced


def _stream(text: str) -> Stream:
    return Stream(text, find_views(text)[0])


@pytest.mark.parametrize(
    ("text", "tokens"),
    [
        ("Nord-Wind 42", ["nord", "wind", "42"]),
        ("新款Aurelio包", ["新", "款", "aurelio", "包"]),
        ("กระเป๋า", list("กระเป๋า")),
        ("हिन्दी बैग", ["हिन्दी", "बैग"]),
        ("", []),
        ("…!", []),
    ],
)
def test_tokens(text: str, tokens: list[str]) -> None:
    stream = _stream(text)
    assert stream.tokens(0, len(stream.joined)) == (tokens or [""])


def test_gaps_are_what_stands_between() -> None:
    stream = _stream("a - b云雀")
    assert [stream.gap(i) for i in range(5)] == [" ", " - ", "", "", " "]


def test_words_may_begin_inside_a_token_after_camel_case_and_digits() -> None:
    assert sorted(_stream("CasaVerdana20x").soft) == [4, 11, 13]


def test_scripts_without_spaces() -> None:
    assert [is_unspaced(text) for text in ("云雀", "Aurelio", "норд", "ノルド")] == [
        True,
        False,
        False,
        True,
    ]
