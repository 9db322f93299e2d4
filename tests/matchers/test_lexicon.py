from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from matchers.lexicon import Words, find_tokens


@pytest.mark.parametrize(
    ("text", "section", "said"),
    [
        ("a KNOCK-OFF bag", "copies", ["KNOCK-OFF"]),
        ("a knock   off bag", "copies", ["knock   off"]),
        ("a knockoffs bag", "copies", ["knockoffs"]),
        ("a knocked off bag", "copies", []),
        ("1:1 quality", "copies", ["1:1 quality", "1:1"]),
        ("1:18 scale", "copies", []),
        ("１：１", "copies", ["１：１"]),
        ("超高仿女包", "copies", ["超高仿", "高仿"]),
        ("d’occasion", "second_hand", ["d’occasion", "occasion"]),
        ("互換 インク", "fits_before", ["互換"]),
        ("互換 墨盒", "fits_before", []),
        ("a货翡翠", "copies", []),
        ("仿皮", "perhaps_copies", []),
        ("仿皮 仿", "perhaps_copies", ["仿"]),
        ("", "copies", []),
    ],
)
def test_phrases(text: str, section: str, said: list[str]) -> None:
    assert [text[found.start : found.end] for found in Words(text).said(section)] == said


def test_before_and_after_stay_in_one_clause() -> None:
    words = Words("case for the phone. Bag, style 3.5")
    assert words.before("fits_before", 13, 1) is not None
    assert words.before("fits_before", 13, 0) is None
    assert words.before("fits_before", 20, 9) is None
    assert words.after("free_ride_after", 23) is not None
    assert words.after("free_ride_after", 20) is None


def test_words_are_counted_in_every_script() -> None:
    assert Words("one two three").count(4, 13) == 2
    assert Words("一二三四五").count(0, 5) == pytest.approx(2)
    assert Words("for the new").fills("between", 4, 11)
    assert not Words("for the blue").fills("between", 4, 12)


@pytest.mark.parametrize(
    ("text", "goods"),
    [
        ("手机壳", {9: "手机壳"}),
        ("Smartphones", {9: "Smartphones"}),
        ("wine glass", {21: "wine glass"}),
    ],
)
def test_of_goods_the_longest_counts(text: str, goods: dict[int, str]) -> None:
    found = Words(text).goods
    assert {number: text[start:end] for number, (start, end) in found.items()} == goods


def test_words_beside_a_name() -> None:
    words = Words("mug for my boss, 一个苹果")
    boss = words.word_before("determiner", words.text.index("boss"))
    apple = words.word_before("determiner", words.text.index("苹果"))
    assert boss is not None
    assert apple is not None
    assert words.text[boss.start : boss.end] == "my"
    assert words.text[apple.start : apple.end] == "一个"
    assert words.word_after("continues", 3) is not None
    assert words.holds("audience", 0, 3) is False
    assert Words("bag for women").holds("audience", 8, 13)


@pytest.mark.parametrize("unit", ["for ", "仿", "1:1 ", "a-"])
def test_an_endless_text_costs_little(unit: str) -> None:
    started = time.process_time()
    words = Words(unit * 20_000)
    words.before("fits_before", len(words.text), 4)
    assert time.process_time() - started < 3


@given(st.text(alphabet="ab1 -'.é包仿ーＡ\u0301"))
def test_tokens_stand_where_they_are_said_to(text: str) -> None:
    words = Words(text)
    assert words.spans == [token.span() for token in find_tokens(words.folded)]
    assert words.tokens == [words.folded[a:b] for a, b in words.spans]


@given(st.text(alphabet="abA1 -_.耐克ガ\u0e01é\u0301'’"))
def test_tokens_stand_where_they_are_found(text: str) -> None:
    words = Words(text)
    assert [words.folded[start:end] for start, end in words.spans] == words.tokens
    assert words.spans == [token.span() for token in find_tokens(words.folded)]
