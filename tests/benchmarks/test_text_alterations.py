"""The ways to copy a passage do what they say, and the same for the same seed."""

from __future__ import annotations

import random

import pytest

from benchmarks.text_alterations import WAYS, Way, cut_pieces

ENGLISH = (
    "The people said, however, that a large house was needed. Many came soon! Was it good? " * 4
)
CHINESE = (
    "人民认为这个问题很重要，但是现在没有时间。许多工作已经开始了！经济发展非常快，共3次？" * 4
)
OTHER = "Another text stands here. It has sentences too. 别的文字在这里。也有句子。"


@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.name)
def test_every_way_alters_and_is_repeatable(way: Way) -> None:
    for language, text in (("en", ENGLISH), ("zh", CHINESE)):
        if language in way.languages:
            made = [way.alter(text, random.Random(1), OTHER) for _ in range(2)]
            assert made[0] == made[1]
            assert (made[0] == text) == way.name.startswith("verbatim")


def test_names_are_unique() -> None:
    assert len({way.name for way in WAYS}) == len(WAYS) >= 15


@pytest.mark.parametrize(("step", "least", "most"), [(20, 4, 5), (10, 9, 10), (5, 19, 20)])
def test_every_nth_word_is_replaced(step: int, least: int, most: int) -> None:
    (way,) = (way for way in WAYS if way.name == f"every {step}th replaced")
    words = [f"w{number}" for number in range(99)]
    made = way.alter(" ".join(words), random.Random(1), OTHER).split()
    assert least <= sum(one != other for one, other in zip(made, words, strict=True)) <= most


def test_pieces_are_words_characters_and_blanks() -> None:
    assert cut_pieces("a well-known 汉字, b") == [
        "a",
        " ",
        "well-known",
        " ",
        "汉",
        "字",
        ",",
        " ",
        "b",
    ]
