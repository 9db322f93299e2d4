from __future__ import annotations

import pytest

from crawler.store.yields import SiteYield
from crawler.yields import find_drops


def of(listings: int, read: int | None = None, **filled: int) -> SiteYield:
    return SiteYield(listings=listings, read=listings if read is None else read, filled=filled)


def test_half_of_the_usual_number_of_listings_is_an_alarm() -> None:
    before = [of(400), of(380), of(20), of(410)]
    assert list(find_drops(of(100), before)) == ["100 listings, usually 390"]
    assert list(find_drops(of(300), before)) == []


def test_a_field_that_is_filled_no_more_is_an_alarm() -> None:
    before = [of(100, price=99, brand=3), of(100, price=97, brand=0)]
    words = list(find_drops(of(100, price=5, brand=0), before))
    assert words == ["5% of the listings have a price, usually 98%"]


@pytest.mark.parametrize(
    ("now", "before"),
    [
        (of(2), of(6)),  # too few to mean anything
        (of(100, read=4, price=0), of(100, price=100)),  # nearly all are unchanged
        (of(100, price=10), of(100, price=15)),  # it never had many
    ],
)
def test_small_figures_are_no_alarm(now: SiteYield, before: SiteYield) -> None:
    assert list(find_drops(now, [before])) == []
