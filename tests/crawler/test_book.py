from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.book import OVER_BUDGET, Targets
from crawler.identities import identities_of
from crawler.model import Listing, Seller, TargetState


def targets(pages: int = 100) -> Targets:
    book = Targets(pages)
    book.add_seed("https://shop.example/")
    return book


def hand_out(book: Targets, url: str) -> str:
    target = book.take(url)
    assert target is not None
    book.wait(target)
    row = book.frontier.pop()
    assert row is not None
    assert row.target == target
    return target


def test_each_url_is_taken_once_under_one_form() -> None:
    book = targets()
    assert book.take("https://shop.example/a?y=2&x=1#top") == "https://shop.example/a?x=1&y=2"
    assert book.take("https://SHOP.example/a?x=1&y=2&utm_source=mail") is None


def test_questions_to_one_address_are_told_apart_by_their_labels() -> None:
    book = targets()
    assert book.take("https://shop.example/graphql", "page 1") == (
        "https://shop.example/graphql#page 1"
    )
    assert book.take("https://shop.example/graphql", "page 1") is None
    assert book.take("https://shop.example/graphql", "page 2") is not None


@pytest.mark.parametrize(
    "url", ["https://other.example/", "mailto:a@shop.example", "javascript:void(0)", "", "http://["]
)
def test_what_lies_elsewhere_is_no_target(url: str) -> None:
    book = targets()
    assert book.take(url) is None
    assert not book.unwritten


def test_a_url_that_a_trap_made_is_skipped() -> None:
    book = targets()
    assert book.take("https://shop.example/" + "a" * 2100) is None
    [outcome] = book.unwritten.outcomes
    assert outcome.state is TargetState.SKIPPED


def test_budget_is_spent_by_site_and_what_is_over_it_waits() -> None:
    book = targets(pages=1)
    book.add_seed("https://other.example/")
    first, second = (hand_out(book, f"https://shop.example/{n}") for n in (1, 2))
    assert book.spend(first)
    assert not book.spend(second)
    assert book.spend("https://other.example/1")
    book.settle(second, TargetState.NOT_REACHED, OVER_BUDGET)
    assert book.over_budget == {"shop.example"}
    assert not book.unwritten.outcomes
    assert book.waiting == 2
    assert not book.frontier.has_next


def test_one_listing_at_two_urls_is_known_by_its_identity() -> None:
    book = targets()
    assert book.first_address("i-bag", "/a") == "/a"
    assert book.first_address("i-bag", "/b") == "/a"
    assert book.first_address("i-other", "/d") == "/d"
    assert [url for _, url in book.unwritten.frontier.addresses] == ["/a", "/d"]


BAG = Listing(url="https://shop.example/c", title="Bag", sku="A-1", seller=Seller(name="Li"))


@pytest.mark.parametrize(
    "other",
    [
        replace(BAG, seen_at=datetime(2026, 11, 22, tzinfo=UTC), sku=None),
        replace(BAG, url="https://shop.example/bags/c", price=Decimal("9.90")),
    ],
)
def test_the_same_listing_by_its_link_or_by_its_number(other: Listing) -> None:
    assert {*identities_of(BAG, "shop.example", None)} & {
        *identities_of(other, "shop.example", None)
    }


@pytest.mark.parametrize(
    "other",
    [
        replace(BAG, title="Other bag"),
        replace(BAG, url="https://shop.example/d", sku="A-2"),
        replace(BAG, url="https://shop.example/d", seller=Seller(name="Wang")),
    ],
)
def test_another_title_number_or_seller_is_another_listing(other: Listing) -> None:
    assert not {*identities_of(BAG, "shop.example", "1")} & {
        *identities_of(other, "shop.example", "2")
    }


def test_a_page_with_the_same_content_is_the_same_listing() -> None:
    bare = Listing(url="https://shop.example/1", title="Bag")
    same = replace(bare, url="https://shop.example/1?from=list")
    assert {*identities_of(bare, "shop.example", "1")} & {*identities_of(same, "shop.example", "1")}


def test_the_first_end_counts() -> None:
    book = targets()
    target = hand_out(book, "https://shop.example/1")
    book.settle(target, TargetState.GONE, "HTTP 404")
    book.settle(target, TargetState.FAILED, "later")
    [outcome] = book.unwritten.outcomes
    assert outcome.state is TargetState.GONE


def test_claimed_on_the_way_is_not_taken_again() -> None:
    book = targets()
    assert book.claim("https://shop.example/b")
    assert not book.claim("https://shop.example/b")
    assert book.take("https://shop.example/b") is None


def test_a_listing_of_a_catalogue_is_read_once_and_its_page_not_fetched() -> None:
    book = targets()
    waiting = book.take("https://shop.example/p/1")
    assert waiting is not None
    book.wait(waiting)
    assert book.read_elsewhere("https://shop.example/p/1")
    assert not book.read_elsewhere("https://shop.example/p/1")
    assert book.read_elsewhere("https://shop.example/p/2")
    assert book.take("https://shop.example/p/2") is None
    assert not book.read_elsewhere("https://other.example/p/3")
    assert book.frontier.pop() is None
    assert not book.frontier.has_next


def test_a_page_that_is_being_fetched_is_not_read_from_a_catalogue_too() -> None:
    book = targets()
    target = hand_out(book, "https://shop.example/p/1")
    assert not book.read_elsewhere(target)
    book.settle(target, TargetState.SEEN)
    assert not book.read_elsewhere(target)


def test_what_a_former_run_took_is_not_taken_again() -> None:
    book = targets()
    book.restore(
        ["https://shop.example/1"], {"shop.example": 100}, [("i-4", "https://shop.example/1")]
    )
    assert book.take("https://shop.example/1") is None
    assert book.take("https://shop.example/2") is not None
    assert not book.spend("https://shop.example/2")


@given(
    st.lists(st.tuples(st.integers(0, 20), st.sampled_from(list(TargetState))), max_size=60),
    st.integers(1, 10),
)
def test_every_target_ends_exactly_once(steps: list[tuple[int, TargetState]], pages: int) -> None:
    book = targets(pages)
    met: set[str] = set()
    for number, state in steps:
        url = f"https://shop.example/{number}"
        target = book.take(url)
        assert (target is None) == (url in met)
        met.add(url)
        if target is not None:
            book.wait(target)
            if number % 2 and (row := book.frontier.pop()):
                book.settle(row.target, state)
                book.settle(row.target, state)
    ended = [outcome.url for outcome in book.unwritten.outcomes]
    assert len(ended) == len({*ended}) == sum(book.settled.values())
    assert book.waiting + len(ended) == len(met)
