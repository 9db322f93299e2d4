from __future__ import annotations

import pytest

from matchers.referential import about, packaging, referential
from tests.matchers.candidates import make_candidate


@pytest.mark.parametrize(
    ("title", "word"),
    [
        ("Case for Aurelio phones", "for"),
        ("Strap compatible with Aurelio watch", "compatible with"),
        ("Charger for Verdana, Zorvex and Aurelio", "for"),
        ("Hülle für Aurelio", "für"),
        ("Ersatzakku passend für Aurelio 18V", "passend für"),
        ("Aurelio compatible strap", "compatible"),
        ("适用于奥雷利奥手机壳", "适用于"),
        ("手机壳 适用 Aurelio", "适用"),
        ("奥雷利奥通用充电器", "通用"),
        ("奥雷利奥专用礼盒", "专用"),
        ("Hülle für das neue Aurelio", "für"),
        ("Pour votre Aurelio", "Pour"),
        ("чехол для Aurelio 14", "для"),
        ("Funda para Aurelio 14", "para"),
        ("Custodia per Aurelio 14", "per"),
        ("Aurelio用 ケース", "用"),
        ("Espresso pods suitable for Aurelio machines", "suitable for"),
    ],
)
def test_referential_use(title: str, word: str) -> None:
    finding = referential(make_candidate(title))
    assert finding is not None
    assert finding.text == word
    assert finding.span is not None
    assert title[slice(*finding.span)] == word
    assert finding.weight < -5


@pytest.mark.parametrize(
    "title",
    [
        "Aurelio bag",
        "Bag for women Aurelio",
        "Gift for him. Aurelio wallet",
        "Aurelio case for Aurelio phones",
        "Perfect forward Aurelio",
        "For a night out in the old town with friends Aurelio",
        "奥雷利奥女包",
        "Bolso para mujer Aurelio",
        "Tasche für Damen Aurelio",
        "Borsa per donna Aurelio",
        "Sac pour femme Aurelio",
        "Phone case for women Aurelio",
        "女士包 适合上班 奥雷利奥",
        "Dupe for Aurelio sandals",
        "New genuine Aurelio ink",
        "Aurelio silicone case",
    ],
)
def test_own_use_is_not_referential(title: str) -> None:
    assert referential(make_candidate(title)) is None


def test_an_accessory_with_the_name_further_back_is_weaker_than_the_name() -> None:
    finding = referential(make_candidate("Silicone watch strap 44 mm Aurelio black"))
    assert finding is not None
    assert (finding.text, -3 < finding.weight < 0) == ("strap", True)


@pytest.mark.parametrize(
    "title", ["Bag for party Aurelio", "适合拍照 奥雷利奥", "Soap for hands and face Aurelio"]
)
def test_a_far_for_is_weaker_than_the_name(title: str) -> None:
    finding = referential(make_candidate(title))
    assert finding is None or -2 < finding.weight < 0


@pytest.mark.parametrize(
    ("title", "word"),
    [
        ("Aurelio box only, no watch", "box only"),
        ("奥雷利奥 空盒", "空盒"),
        ("Boîte vide Aurelio", "Boîte vide"),
        ("Aurelio watch in its box", None),
    ],
)
def test_packaging(title: str, word: str | None) -> None:
    finding = packaging(make_candidate(title))
    assert (finding and finding.text) == word


@pytest.mark.parametrize(
    ("title", "word"),
    [
        ("The history of Aurelio", "history of"),
        ("Aurelio coffee table book", "coffee table book"),
        ("奥雷利奥的故事", "的故事"),
        ("Aurelio notebook", None),
        ("Aurelio bag", None),
    ],
)
def test_about(title: str, word: str | None) -> None:
    finding = about(make_candidate(title))
    assert (finding and finding.text) == word
    assert about(make_candidate(title, right={"kind": "work"})) is None
