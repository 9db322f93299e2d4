from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.model import TargetState
from crawler.targets import Targets


def targets(pages: int = 100) -> Targets:
    book = Targets(pages)
    book.add_seed("https://shop.example/")
    return book


def test_each_url_is_taken_once_under_one_form() -> None:
    book = targets()
    assert book.take("https://shop.example/a?y=2&x=1#top") == "https://shop.example/a?x=1&y=2"
    assert book.take("https://SHOP.example/a?x=1&y=2&utm_source=mail") is None


@pytest.mark.parametrize(
    "url", ["https://other.example/", "mailto:a@shop.example", "javascript:void(0)", "", "http://["]
)
def test_what_lies_elsewhere_is_no_target(url: str) -> None:
    book = targets()
    assert book.take(url) is None
    assert book.drain() == ([], [])


def test_budget_is_spent_by_site() -> None:
    book = targets(pages=1)
    book.add_seed("https://other.example/")
    assert book.spend("https://shop.example/1")
    assert not book.spend("https://shop.example/2")
    assert book.spend("https://other.example/1")
    assert book.over_budget == {"shop.example"}


def test_one_listing_at_two_urls_is_known_by_canonical_link_and_title() -> None:
    book = targets()
    assert book.first_address("/c", "Bag", "/a") == "/a"
    assert book.first_address("/c", "Bag", "/b") == "/a"
    assert book.first_address("/c", "Other bag", "/d") == "/d"
    assert book.first_address("/e", "Bag", "/e") == "/e"


def test_the_first_end_counts() -> None:
    book = targets()
    target = book.take("https://shop.example/1")
    assert target is not None
    book.settle(target, TargetState.GONE, "HTTP 404")
    book.settle(target, TargetState.FAILED, "later")
    [outcome], _ = book.drain()
    assert outcome.state is TargetState.GONE


def test_claimed_on_the_way_is_not_taken_again() -> None:
    book = targets()
    assert book.claim("https://shop.example/b")
    assert not book.claim("https://shop.example/b")
    assert book.take("https://shop.example/b") is None


@given(
    st.lists(st.tuples(st.integers(0, 20), st.sampled_from(list(TargetState))), max_size=60),
    st.integers(1, 10),
)
def test_every_target_ends_exactly_once(steps: list[tuple[int, TargetState]], pages: int) -> None:
    book = targets(pages)
    met: set[str] = set()
    for number, state in steps:
        url = f"https://shop.example/{number}"
        met.add(url)
        target = book.take(url)
        if target is not None and number % 2:
            book.settle(target, state)
    book.settle_rest("stopped")
    outcomes, _ = book.drain()
    assert sorted(outcome.url for outcome in outcomes) == sorted(met)
    assert book.waiting == 0
    assert sum(book.settled.values()) == len(met)
