from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from crawler.model import Listing, Right
from matchers.judge import Matcher, Subject
from matchers.price import low_price
from tests.matchers.candidates import make_candidate

USUAL = {"EUR": Decimal(200), "CNY": Decimal(1500)}


@pytest.mark.parametrize(
    ("price", "currency", "low"),
    [
        ("19", "EUR", True),
        ("40", "EUR", True),
        ("40.01", "EUR", False),
        ("0", "EUR", False),
        ("300", "CNY", True),
        ("300", "EUR", False),
        ("19", "USD", False),
        ("19", None, False),
        (None, "EUR", False),
    ],
)
def test_a_low_price_is_at_most_a_fifth_of_the_usual(
    price: str | None, currency: str | None, low: bool
) -> None:
    candidate = make_candidate(
        "Aurelio bag",
        right={"prices": USUAL},
        price=Decimal(price) if price else None,
        currency=currency,
    )
    assert (low_price(candidate) is not None) == low


def test_a_price_says_nothing_where_the_registry_does_not_or_of_what_fits_the_goods() -> None:
    price: dict[str, Any] = {"price": Decimal(19), "currency": "EUR"}
    assert low_price(make_candidate("Aurelio bag", **price)) is None
    fits = make_candidate("Case for Aurelio phones", right={"prices": USUAL}, **price)
    assert low_price(fits) is None


def test_a_listing_has_the_same_score_alone_and_among_others() -> None:
    right = Right(id="TM-1", kind="trademark", name="Aurelio", prices=USUAL)
    matcher = Matcher([right], {})
    subjects = [
        Subject(
            listing=Listing(
                url=f"https://shop.example/{n}",
                title="Aurelio bag",
                price=Decimal(price),
                currency="EUR",
            ),
            pictures={},
        )
        for n, price in enumerate([10, *[200] * 9])
    ]
    together, alone = matcher.match(subjects), matcher.match(subjects[:1])
    assert together[0] == alone[0]
    assert together[0].score > together[1].score
    assert "low_price" in [finding.feature for finding in together[0].findings]
