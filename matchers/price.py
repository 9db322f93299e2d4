"""Prices far below what genuine goods usually cost, as the registry says.

What fits or holds the goods is cheap for other reasons, and its price says nothing.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Final

from crawler.model import Finding
from matchers.candidate import Candidate
from matchers.explain import context_finding
from matchers.referential import referential

FAR_BELOW: Final = Decimal("0.2")
"""Share of the usual price up to which a price is far below it."""


def low_price(candidate: Candidate) -> Finding | None:
    """Price far below what the registry says that goods of the right usually cost."""
    price, currency = candidate.listing.price, candidate.listing.currency
    usual = candidate.right.prices.get(currency or "")
    if usual is None or price is None or not 0 < price <= usual * FAR_BELOW:
        return None
    if referential(candidate) is not None:
        return None
    text, form = f"{price} {currency}", f"{usual} {currency}"
    return context_finding("low_price", "price", text, form)
