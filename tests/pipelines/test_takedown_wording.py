from __future__ import annotations

from dataclasses import replace

from crawler.model import Finding
from pipelines.takedown.wording import RIGHT_KINDS, describe_finding
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


def test_context_in_words() -> None:
    copy = Finding(feature="counterfeit_words", weight=4, field="title", text="高仿", form="高仿")
    assert describe_finding(copy, "en") == "The title says “高仿”."
    assert describe_finding(copy, "zh") == "标题含有“高仿”。"


def test_how_a_name_stands_in_words() -> None:
    place = Finding(
        feature="place", weight=1, text="Aurelio", form="Aurelio", detail="It stands first."
    )
    assert describe_finding(place, "en") == "It stands first."
    assert describe_finding(place, "zh") == "已计入“Aurelio”在标题中的位置。"


def test_both_languages_know_the_same_kinds_of_rights() -> None:
    assert RIGHT_KINDS["en"].keys() == RIGHT_KINDS["zh"].keys()


def test_words_in_a_picture_name_the_picture() -> None:
    finding = Finding(
        feature="name",
        weight=6.2,
        field="picture",
        text="AURELIO",
        form="Aurelio",
        image="https://s.example/1.jpg",
        line="AURELIO",
        region=(1, 2, 3, 4),
    )
    assert "picture https://s.example/1.jpg contains “AURELIO”" in describe_finding(finding, "en")
    assert "图片https://s.example/1.jpg中的文字含有“AURELIO”" in describe_finding(finding, "zh")


def test_what_a_model_finds_is_said_as_that() -> None:
    alike = Finding(
        feature="picture_lookalike",
        weight=2.0,
        image="a.jpg",
        reference="b.png",
        method="descriptor",
        descriptor_distance=0.3,
    )
    assert "looks like the right's picture" in describe_finding(alike, "en")
    assert "相似" in describe_finding(alike, "zh")
    copy = replace(alike, feature="picture", transform="mirror")
    assert "as a descriptor model compares them" in describe_finding(copy, "en")
    assert "模型" in describe_finding(copy, "zh")
