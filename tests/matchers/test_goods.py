from __future__ import annotations

from pathlib import Path

import pytest

import matchers.vocabulary
from matchers.goods import same_goods
from matchers.vocabulary import load_sections, read_sections
from tests.matchers.candidates import make_candidate

FOLDER = Path(matchers.vocabulary.__file__).parent


@pytest.mark.parametrize(
    ("goods", "title", "category", "feature"),
    [
        (("bags",), "Aurelio bag", (), "goods"),
        (("箱包",), "Aurelio", ("箱包", "女包"), "goods"),
        (("bags",), "Aurelio item", ("Garden",), "other_goods"),
        (("bags",), "Aurelio item", (), None),
        ((), "Aurelio pump", ("Garden",), None),
        (("oil",), "Aurelio foil", ("Kitchen",), "other_goods"),
        (("tea",), "Aurelio team", (), None),
        (("tea",), "Aurelio teas", (), "goods"),
        (("bag",), "Aurelio bags", (), "goods"),
        (("batteries",), "Aurelio battery", (), "goods"),
        (("dress",), "Aurelio dresses", (), "goods"),
        (("leather goods",), "Aurelio leather good", (), "goods"),
        (("dresses",), "Aurelio dressing", (), None),
        # words of the same class, or of another
        (("bags",), "Aurelio rucksack", (), "goods"),
        (("箱包",), "Aurelio sac à dos", (), "goods"),
        (("bags",), "Aurelio water pump", (), "other_class"),
        (("something unheard of",), "Aurelio water pump", (), None),
    ],
)
def test_goods(
    goods: tuple[str, ...], title: str, category: tuple[str, ...], feature: str | None
) -> None:
    finding = same_goods(make_candidate(title, right={"goods": goods}, category=category))
    assert (finding and finding.feature) == feature
    assert finding is None or (finding.weight > 0) == (feature == "goods")


@pytest.mark.parametrize(
    ("classes", "title", "feature"),
    [
        ((25,), "Aurelio dress", "goods"),
        ((25,), "奥雷利奥 连衣裙", "goods"),
        ((25,), "Aurelio кроссовки", "goods"),
        ((9,), "Aurelio dress", "other_class"),
        ((9,), "奥雷利奥 连衣裙", "other_class"),
        ((9, 25), "Aurelio dress", "goods"),
        ((35, 41), "Aurelio dress", None),  # services say nothing about goods
        ((), "Aurelio dress", None),
        ((9,), "Aurelio", None),
        ((9,), "奥雷利奥 手机壳", "goods"),
    ],
)
def test_everyday_words_for_the_goods_of_a_class(
    classes: tuple[int, ...], title: str, feature: str | None
) -> None:
    finding = same_goods(make_candidate(title, right={"classes": classes}))
    assert (finding and finding.feature) == feature


def test_goods_beside_a_name_that_stands_out_anyway_weigh_no_more() -> None:
    finding = same_goods(make_candidate("适用于奥雷利奥女包", right={"goods": ("女包",)}))
    assert finding is not None
    assert finding.weight < 2


def test_goods_directly_after_an_ordinary_word_make_it_the_mark() -> None:
    right = {"name": "苹果", "classes": (9,)}
    beside = same_goods(make_candidate("二手苹果手机", right=right))
    apart = same_goods(make_candidate("苹果 绿色 手机", right=right))
    assert beside is not None
    assert apart is not None
    assert beside.weight > apart.weight


def test_every_nice_class_has_words() -> None:
    assert load_sections("classes").keys() == {str(number) for number in range(1, 46)}
    for language in ("en", "zh"):
        words = read_sections(FOLDER / f"classes_{language}.txt")
        assert all(len(entries) >= 15 for entries in words.values()), language
