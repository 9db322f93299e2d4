from __future__ import annotations

import pytest

from matchers.wordlists import are_ordinary, are_words, is_known, is_worldwide


@pytest.mark.parametrize("name", ["penguin", "Coach", "the target", "Gap"])
def test_words_of_a_dictionary(name: str) -> None:
    assert are_words(name)


@pytest.mark.parametrize("name", ["gucci", "Sony", "Aurelio target", "", "!"])
def test_names_are_none(name: str) -> None:
    assert not are_words(name)


def test_words_that_are_ordinary_in_titles() -> None:
    assert are_ordinary("Apple")
    assert are_ordinary("The North Face 360")
    assert not are_ordinary("Samsung")
    assert not are_ordinary("")


def test_famous_names_are_used_alike_in_many_languages() -> None:
    assert is_worldwide("nike")
    assert not is_worldwide("hike")


def test_a_large_list_knows_other_names_and_no_misspellings() -> None:
    assert is_known("epson")
    assert not is_known("samsumg")
