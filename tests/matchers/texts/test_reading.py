"""Texts are cut into tokens that know where they stand."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from matchers.texts.reading import HAN, NUMBER, SYLLABLE, WORD, read_text, spell


def _spelt(text: str) -> list[str]:
    reading = read_text(text)
    return spell(reading, np.arange(len(reading.keys)))


def _cut(text: str) -> list[str]:
    reading = read_text(text)
    return [text[a:b] for a, b in zip(reading.starts, reading.ends, strict=True)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("The Quick, brown", ["the", "quick", "brown"]),
        ("don't ‘stop’", ["dont", "stop"]),
        ("青瓷x小筑", ["青", "瓷", "x", "小", "筑"]),
        ("漢語，ＦＵＬＬ", ["汉", "语", "full"]),
        ("na\u0308ive ﬁne", ["naive", "fine"]),
        ("co\u200bpy\u00ad right", ["copy", "right"]),
        ("сору Фильм", ["copy", "фильм"]),
        ("か\u3099く", ["が", "く"]),
        ("สวัสดี", list("สวัสดี")),
        ("हिन्दी", ["हिन्दी"]),
        ("a_b", ["a", "b"]),
        ("", []),
        ("  …", []),
    ],
)
def test_tokens(text: str, expected: list[str]) -> None:
    assert _spelt(text) == expected


def test_tokens_know_where_they_stand() -> None:
    assert _cut("¡Ｃａ\u200bt! 漢 か\u3099 \U0001f600 x") == ["Ｃａ\u200bt", "漢", "か\u3099", "x"]


def test_kinds() -> None:
    assert read_text("word 12 漢 か 1a").kinds.tolist() == [WORD, NUMBER, HAN, SYLLABLE, WORD]


def test_what_is_written_together_without_end_is_cut() -> None:
    assert list(map(len, _spelt("x" * 150))) == [64, 64, 22]


@given(st.text())
def test_any_text_can_be_read(text: str) -> None:
    reading = read_text(text)
    assert (reading.starts < reading.ends).all()
    assert (reading.starts[1:] >= reading.starts[:-1]).all()
    assert not len(reading.ends) or reading.ends[-1] <= len(text)


@given(st.text(st.characters(categories=("L", "N", "P", "Z"), max_codepoint=0x2FFF)))
def test_case_changes_no_latin_word(text: str) -> None:
    words = "".join(char for char in text if char.isascii())
    assert _spelt(words) == _spelt(words.upper())


def test_lone_surrogates_are_no_letters() -> None:
    assert _cut("a\ud800b") == ["a", "b"]
