from __future__ import annotations

import pytest

from matchers.copies import counterfeit_words, second_hand, sellers_excuse
from tests.matchers.candidates import make_candidate


@pytest.mark.parametrize(
    ("title", "description", "word"),
    [
        ("Aurelio bag REPLICA", None, "REPLICA"),
        ("Aurelio bag 1:1", None, "1:1"),
        ("高仿 奥雷利奥 女包", None, "高仿"),
        ("奥雷利奥a货女包", None, "a货"),
        ("奥雷利奥 纯原皮 女包", None, "纯原"),
        ("Сумка Aurelio люкс копия", None, "люкс копия"),
        ("Aurelio Tasche, Nachbau", None, "Nachbau"),
        ("スーパーコピー Aurelio バッグ", None, "スーパーコピー"),
        ("Aurelio bag AAA+", None, "AAA+"),
        ("Aurelio remote with AAA battery", None, None),
        ("Aurelio bag", "best mirror quality", "mirror quality"),
        ("Aurelio model car 1:18", None, None),
        ("Aurelio replicator", None, None),
        ("Aurelio costume fake fur", None, None),
        ("Aurelio pouch imitation leather", None, None),
        ("奥雷利奥 仿皮 女包", None, None),
        ("奥雷利奥 仿真花", None, None),
        ("奥雷利奥 假一赔十 非高仿", None, None),
        ("Aurelio coat fake fur, replica", None, "replica"),
        ("Aurelio fake", None, "fake"),
        ("Aurelio bag", None, None),
    ],
)
def test_counterfeit_words(title: str, description: str | None, word: str | None) -> None:
    finding = counterfeit_words(make_candidate(title, description=description))
    assert (finding and finding.text) == word


@pytest.mark.parametrize(
    ("title", "word"),
    [
        ("Aurelio bag, no copyright infringement intended", "no copyright infringement intended"),
        ("Aurelio bag brand new factory leftover", "factory leftover"),
        ("奥雷利奥 女包 外贸尾单", "外贸尾单"),
        ("奥雷利奥 专柜验货不支持", "专柜验货不支持"),
        ("奥雷利奥 专柜正品", None),
        ("Aurelio bag brand new", None),
    ],
)
def test_sellers_excuse(title: str, word: str | None) -> None:
    finding = sellers_excuse(make_candidate(title))
    assert (finding and finding.text) == word
    assert finding is None or finding.weight > 2


@pytest.mark.parametrize(("name", "said"), [("Samsung", True), ("Apple", False), ("Gap", False)])
def test_what_may_be_said_of_copies_needs_more_than_ordinary_words(name: str, said: bool) -> None:
    candidate = make_candidate(f"{name} copy", right={"name": name})
    assert (counterfeit_words(candidate) is not None) == said


def test_an_excuse_of_honest_shops_weighs_little() -> None:
    finding = sellers_excuse(make_candidate("Aurelio bag", description="图片仅供参考"))
    assert finding is not None
    assert 0 < finding.weight < 1


@pytest.mark.parametrize(
    ("title", "used"),
    [
        ("Pre-owned Aurelio bag", True),
        ("Aurelio bag gently used, with receipt", True),
        ("中古 奥雷利奥 手袋", True),
        ("Сумка Aurelio с рук", True),
        ("Aurelio Tasche gebraucht", True),
        ("Sac Aurelio d'occasion", True),
        ("Aurelio 中古品", True),
        ("Pre-owned Aurelio bag replica", False),
        ("二手 奥雷利奥 高仿", False),
        ("Pre-owned Аurеliо bag", False),
        ("Aurelio bag used by everyone", False),
        ("Aurelio bag", False),
    ],
)
def test_goods_that_are_sold_on(title: str, used: bool) -> None:
    finding = second_hand(make_candidate(title))
    assert (finding is not None) == used
    assert finding is None or finding.weight < -2
