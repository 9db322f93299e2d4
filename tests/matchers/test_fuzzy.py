"""The index against a slow comparison of every span with every name."""

from __future__ import annotations

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from matchers.fuzzy import DeleteIndex, find_budget, find_distance
from matchers.normalize import find_views
from matchers.tokens import Stream

Found = set[tuple[int, int, str]]


def _compare_all(stream: Stream, names: list[str], *, disguised: bool) -> Found:
    """Compare every span of whole tokens with every name."""
    return {
        (start, end, name)
        for place, start in enumerate(stream.bounds)
        for end in stream.bounds[place + 1 :]
        for name in names
        if (not disguised or stream.adds(start, end))
        and find_distance(stream.joined[start:end], name, disguised=disguised) is not None
    }


def _streams(text: str) -> list[Stream]:
    return [Stream(text, v) for v in find_views(text) if v.kind in ("plain", "skeleton")]


# Few letters, so that near misses are frequent; б is drawn like 6, а like a.
_WORD = st.text(alphabet="abcde", min_size=1, max_size=12)
_NAMES = st.lists(_WORD | st.text(alphabet="云雀青瓷", min_size=1, max_size=6), max_size=8)
_TITLE = st.text(alphabet="abcdeа云雀青瓷 -", max_size=30)


@settings(max_examples=300)
@given(_NAMES, _TITLE)
def test_finds_what_the_slow_comparison_finds(names: list[str], title: str) -> None:
    index = DeleteIndex(names)
    for stream in _streams(title):
        disguised = stream.view.kind == "skeleton"
        found = set(index.find(stream, disguised=disguised))
        assert found == _compare_all(stream, names, disguised=disguised)


@settings(max_examples=300)
@given(st.text(alphabet="abc", min_size=4, max_size=14), st.randoms())
def test_finds_a_name_after_its_budget_of_edits(name: str, rng: random.Random) -> None:
    text = name
    for _ in range(find_budget(name)):
        place = rng.randrange(len(text))
        swapped = text[place + 1 : place + 2] + text[place]
        replacement = rng.choice(["", "z", "z" + text[place], swapped])
        skip = 2 if replacement == swapped else 1
        text = text[:place] + replacement + text[place + skip :]
    stream = Stream(text, find_views(text)[0])
    found = {hit for _, _, hit in DeleteIndex([name]).find(stream)}
    assert (name in found) == (find_distance(text, name) is not None)


@pytest.mark.parametrize(
    ("name", "budget"),
    [
        ("lux", 0),
        ("muro", 0),
        ("velor", 1),
        ("aurelio", 1),
        ("nordwind", 2),
        ("云雀", 0),
        ("小云雀", 0),
        ("青瓷小筑", 1),
    ],
)
def test_the_budget_grows_with_the_name(name: str, budget: int) -> None:
    assert find_budget(name) == budget


def test_a_disguised_name_may_be_misspelt_from_four_letters() -> None:
    assert find_budget("muro", disguised=True) == 1


@pytest.mark.parametrize(
    ("text", "name"), [("奥利奥", "奥雷利奥"), ("gt500x", "gt600x"), ("青瓷小筑馆", "青瓷小筑")]
)
def test_is_another_word(text: str, name: str) -> None:
    assert find_distance(text, name) is None
