"""The territories in which rights hold."""

from __future__ import annotations

EU = "EU"
_MEMBERS = "AT BE BG CY CZ DE DK EE ES FI FR GR HR HU IE IT LT LU LV MT NL PL PT RO SE SI SK"
EU_CODES = frozenset({EU, *_MEMBERS.split()})
"""The Union and its members, ISO 3166-1 alpha-2."""


def holds_in(jurisdictions: tuple[str, ...], territory: str) -> bool:
    """Tell whether a right that holds in these jurisdictions holds in a territory.

    A right of the Union has equal effect throughout it (Regulation (EU) 2017/1001, art. 1(2)), so
    it holds in each member; one of a member does not hold in the Union.
    """
    return territory in jurisdictions or (territory in EU_CODES and EU in jurisdictions)
