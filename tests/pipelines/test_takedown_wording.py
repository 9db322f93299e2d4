from __future__ import annotations

from dataclasses import replace

import pytest

from crawler.model import Finding
from matchers.explain import EDIT_WORDS
from matchers.normalize import EDITS as MATCHER_EDITS
from matchers.pictures import ORIENTATIONS
from matchers.weights import CONTEXT
from pipelines.takedown.wording import (
    EDITS,
    FIELDS,
    RIGHT_KINDS,
    SENTENCES,
    TRANSFORMS,
    Language,
    describe_finding,
    field_label,
)
from tests.servers.stored_hits import NAME, PICTURE


def test_name_in_words() -> None:
    assert describe_finding(NAME, "en") == (
        "The title contains “Аurеliо”, which matches “Aurelio” (look-alike letters)."
    )
    assert describe_finding(NAME, "zh") == "标题含有“Аurеliо”，与“Aurelio”相符（形近字符）。"


def test_picture_in_words() -> None:
    assert describe_finding(PICTURE, "en") == (
        "A picture of the listing matches the right's picture (mirrored);"
        " their perceptual hashes differ in 18 of 256 bits."
    )
    plain = replace(PICTURE, transform=None, distance=1)
    assert describe_finding(plain, "en").endswith("differ in 1 of 256 bits.")
    assert describe_finding(plain, "zh") == "商品图片与权利图片相符，感知哈希256位中有1位不同。"


def test_what_has_no_words_keeps_its_own() -> None:
    assert describe_finding(Finding(feature="goods_class", weight=1), "en") == "goods class"
    assert describe_finding(Finding(feature="x", weight=1, detail="as is"), "zh") == "as is"
    assert "(swirled)" in describe_finding(replace(NAME, edits=("swirled",)), "en")
    assert field_label("attributes.材质", "en") == "attributes 材质"
    assert field_label("gtin", "zh") == "gtin"


def test_all_that_the_matchers_say_has_words() -> None:
    levels = {"perhaps_referential", "perhaps_counterfeit", "goods_beside"}
    assert SENTENCES["en"].keys() >= CONTEXT.keys() - levels
    assert TRANSFORMS["en"].keys() >= ORIENTATIONS.keys() - {"same"}
    assert set(EDITS["en"]) >= EDIT_WORDS.keys() >= set(MATCHER_EDITS)


def test_context_in_words() -> None:
    copy = Finding(feature="counterfeit_words", weight=4, field="title", text="高仿", form="高仿")
    assert describe_finding(copy, "en") == "The title says “高仿”."
    assert describe_finding(copy, "zh") == "标题含有“高仿”。"


@pytest.mark.parametrize("table", [EDITS, FIELDS, RIGHT_KINDS, SENTENCES, TRANSFORMS])
def test_both_languages_know_the_same_words(table: dict[Language, dict[str, str]]) -> None:
    assert table["en"].keys() == table["zh"].keys()
