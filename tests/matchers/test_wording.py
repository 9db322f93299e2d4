"""Every finding has words in both languages."""

from __future__ import annotations

import string
from collections.abc import Mapping

import pytest

from matchers import context, standing
from matchers.marks import OTHER_SCRIPT
from matchers.normalize import EDITS as CHARACTER_EDITS
from matchers.pictures.prints import ORIENTATIONS
from matchers.weights import CONTEXT, HAN_STANDING, STANDING
from matchers.wording import (
    CONTEXT_SENTENCES,
    EDITS,
    FIELDS,
    SENTENCES,
    STANDING_SENTENCES,
    TRANSFORMS,
    Language,
    field_label,
    say,
    say_passage,
    say_pictured,
)

LANGUAGES: tuple[Language, ...] = ("en", "zh")
PLACEHOLDERS = {"text", "form", "where"}


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_feature_has_a_sentence(language: Language) -> None:
    assert CONTEXT_SENTENCES[language].keys() == CONTEXT.keys()
    assert STANDING_SENTENCES[language].keys() == STANDING.keys() | HAN_STANDING.keys()
    assert {feature.__name__ for feature in standing.FEATURES} <= SENTENCES[language].keys()


def test_every_row_of_the_table_has_a_weight_and_words() -> None:
    """A feature is called as its findings are, or the findings are levels of it."""
    levels = {
        "same_goods": {"goods", "goods_beside", "other_class", "other_goods"},
        "stated_origin": {"own_origin", "other_origin"},
        "goods_of_works": {"medium", "merchandise"},
        "used_as_word": {"word_before", "phrase_goes_on", "repeated_word", "small_letters"},
    }
    for feature in context.FEATURES:
        names = levels.get(feature.__name__, {feature.__name__})
        assert names <= CONTEXT.keys(), feature.__name__


@pytest.mark.parametrize("language", LANGUAGES)
def test_edits_and_transforms_have_words(language: Language) -> None:
    assert EDITS[language].keys() >= {*CHARACTER_EDITS, OTHER_SCRIPT}
    assert TRANSFORMS[language].keys() >= set(ORIENTATIONS) - {"same"}


@pytest.mark.parametrize("table", [EDITS, FIELDS, SENTENCES, TRANSFORMS])
def test_both_languages_know_the_same_words(table: Mapping[Language, Mapping[str, str]]) -> None:
    assert table["en"].keys() == table["zh"].keys()


@pytest.mark.parametrize("language", LANGUAGES)
def test_sentences_end_and_quote_what_there_is(language: Language) -> None:
    for feature, sentence in SENTENCES[language].items():
        assert sentence.endswith("。" if language == "zh" else "."), feature
        named = {name for _, name, _, _ in string.Formatter().parse(sentence) if name}
        assert named <= PLACEHOLDERS, feature


def test_say() -> None:
    assert say("denied", text="not", form="A", field="title") == (
        "“not” says that the goods are not “A”."
    )
    assert say("second_hand", text="二手", form="", field="title", language="zh") == (
        "标题含有“二手”，表明商品为转售。"
    )
    assert field_label("attributes.材质", "en") == "attributes 材质"
    assert field_label("gtin", "zh") == "gtin"


def test_words_in_pictures_name_the_picture_in_both_languages() -> None:
    said = {
        language: say_pictured("Aure1io", "Aurelio", "https://s.example/1.jpg", ("leet",), language)
        for language in LANGUAGES
    }
    assert said["en"] == (
        "The text in the picture https://s.example/1.jpg contains “Aure1io”, which matches"
        " “Aurelio” (digits or signs for letters)."
    )
    assert "图片https://s.example/1.jpg中的文字" in said["zh"]
    assert "以数字或符号代字母" in said["zh"]


@pytest.mark.parametrize(
    ("language", "expected"),
    [
        (
            "en",
            "The description has 1,200 words and 30 characters in common with the registered text,"
            " at most 90 in a row: 0.40% of that text.",
        ),
        ("zh", "描述与登记的文字有1,200个词、30个字相同，连续相同最多90，占该文字的0.40%。"),
    ],
)
def test_a_passage_is_told_in_words_and_characters(language: Language, expected: str) -> None:
    said = say_passage(
        "description", words=1200, characters=30, longest=90, share=0.004, language=language
    )
    assert said == expected


def test_what_there_is_none_of_is_not_told() -> None:
    said = say_passage("text", words=0, characters=30, longest=30, share=1.0)
    assert "has 30 characters in common" in said
    assert said.endswith(": 100% of that text.")
