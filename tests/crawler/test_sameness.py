"""What two pages have in common that look the same."""

from __future__ import annotations

import pytest
from parsel import Selector

from crawler.sameness import MOST_TEXT, look_of


@pytest.mark.parametrize("text", ["Served in {} ms, sorry", "抱歉，找不到该页面，编号 {}"])
@pytest.mark.parametrize("number", ["7", "12345", "４２", "٤٢"])
def test_numbers_do_not_count_in_any_script(text: str, number: str) -> None:
    one, two = (
        look_of(Selector(f"<body><p>{text.format(n)}</p></body>").root) for n in ("1", number)
    )
    assert (one.text, one.whole, set(one.words)) == (two.text, two.whole, set(two.words))


def test_words_that_a_page_says_again_and_again_do_not_hide_its_others() -> None:
    said = "terms of sale " * 1_000
    one, two = (
        look_of(Selector(f"<body>{said}<p>{goods}</p></body>").root)
        for goods in ("enamel mug", "copper kettle")
    )
    assert len(said) < MOST_TEXT
    assert (len(one.words), set(one.words) == set(two.words)) == (5, False)
    assert not one.resembles(two)
