"""Prices far below what goods of a mark usually cost.

No register says what goods cost, so the prices of the listings that are matched together stand for
it: the median of those that name the mark plainly, where there are enough of them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal
from statistics import median
from typing import Final

from crawler.model import Finding
from matchers.candidate import Candidate
from matchers.referential import referential
from matchers.weights import CONTEXT
from matchers.wording import say

MIN_PRICES: Final = 8
"""Prices of one right in one currency below which none is called usual."""
FAR_BELOW: Final = Decimal("0.2")
"""Share of the usual price up to which a price is far below it."""


def find_usual_prices(candidates: Iterable[Candidate]) -> Mapping[tuple[str, str], Decimal]:
    """Return (right id, currency) -> the usual price, where at least ``MIN_PRICES`` are known.

    Only listings count whose title names the mark plainly, and not for what the goods fit; a
    listing counts once, and equal prices of one seller's many listings count each.
    """
    seen: dict[tuple[str, str], dict[str, Decimal]] = {}
    for candidate in candidates:
        listing = candidate.listing
        if listing.price is None or listing.price <= 0 or listing.currency is None:
            continue
        if _is_plain(candidate) and referential(candidate) is None:
            prices = seen.setdefault((candidate.right.id, listing.currency), {})
            prices[listing.url] = listing.price
    return {
        key: median(prices.values()) for key, prices in seen.items() if len(prices) >= MIN_PRICES
    }


def _is_plain(candidate: Candidate) -> bool:
    return any(
        found.field == "title"
        and not found.match.edits
        and not found.match.distance
        and not found.match.common
        for found in candidate.names
    )


def low_price(candidate: Candidate) -> Finding | None:
    """Price far below what goods of the mark usually cost."""
    listing, usual = candidate.listing, candidate.usual_price
    price = listing.price
    if usual is None or price is None or not 0 < price <= usual * FAR_BELOW:
        return None
    currency = listing.currency or ""
    text, form = f"{price} {currency}".strip(), f"{usual} {currency}".strip()
    return Finding(
        feature="low_price",
        weight=CONTEXT["low_price"],
        field="price",
        text=text,
        form=form,
        detail=say("low_price", text=text, form=form, field="price"),
    )
