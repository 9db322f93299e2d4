from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from crawler.model import Listing, Right
from matchers.judge import Matcher, Subject
from matchers.price import MIN_PRICES, find_usual_prices, low_price
from tests.matchers.candidates import make_candidate


@pytest.mark.parametrize(
    ("price", "usual", "low"),
    [
        ("19", "200", True),
        ("40", "200", True),
        ("41", "200", False),
        ("19", None, False),
        (None, "200", False),
        ("0", "200", False),
    ],
)
def test_low_price(price: str | None, usual: str | None, low: bool) -> None:
    candidate = make_candidate(
        "Aurelio bag",
        price=Decimal(price) if price else None,
        currency="EUR",
        usual_price=Decimal(usual) if usual else None,
    )
    finding = low_price(candidate)
    assert (finding is not None) == low


def _listings(prices: list[int], title: str = "Aurelio bag") -> list[Listing]:
    return [
        Listing(url=f"https://shop.example/{n}", title=title, price=Decimal(p), currency="EUR")
        for n, p in enumerate(prices)
    ]


def test_usual_prices_need_enough_plain_listings() -> None:
    listings = _listings([100] * (MIN_PRICES - 1) + [10])
    plain = make_candidate("Aurelio bag")
    candidates = [replace(plain, listing=listing, reading=None) for listing in listings]
    assert find_usual_prices(candidates) == {("TM-1", "EUR"): Decimal(100)}
    assert find_usual_prices(candidates[1:]) == {}
    case = make_candidate("Case for Aurelio")
    cases = [
        replace(case, listing=listing, reading=None)
        for listing in _listings([9] * MIN_PRICES, "Case for Aurelio")
    ]
    assert find_usual_prices(cases) == {}


def test_a_low_price_raises_the_score_in_a_batch() -> None:
    matcher = Matcher([Right(id="TM-1", kind="trademark", name="Aurelio")], {})
    listings = _listings([100] * MIN_PRICES + [10])
    hits = matcher.match([Subject(listing=listing, pictures={}) for listing in listings])
    alone = matcher.match([Subject(listing=listings[-1], pictures={})])
    assert "low_price" in [finding.feature for finding in hits[-1].findings]
    assert hits[-1].score > hits[0].score == alone[0].score
