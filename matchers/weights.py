"""Bits of evidence of every finding, in one table.

Set by hand, from published and measured precision of the single comparisons, until they are fitted
on labelled listings. One bit doubles the odds. They add up as if findings were independent, which
they are not quite; where two plainly say the same, ``matchers.judge`` counts the second as "also".
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

PRIOR: Final = -6.0
"""Odds before any finding: about one candidate in 65."""

NAME: Final[Mapping[str, float]] = {
    "disguised": 11.0,
    "exact": 8.0,
    "unspaced, two characters": 7.0,
    "split": 6.5,
    "three ordinary words or more": 7.0,
    "two ordinary words": 5.0,
    "ordinary word, first in the title": 4.0,
    "ordinary word": 2.5,
    "three letters at most": 4.0,
    "disguised and misspelt": 7.0,
    "misspelt by one letter of ten": 6.5,
    "misspelt by one letter of eight": 5.0,
    "misspelt by one letter": 3.5,
    "misspelt by two letters of ten": 2.0,
    "misspelt by two letters": 1.5,
    "a given name": 1.8,
}
"""A name in the title, by how it stands there."""

BRAND_FIELD: Final = 5.0
"""A whole brand field that names the mark."""
DESCRIPTION: Final[Mapping[str, float]] = {"disguised": 5.0, "exact": 3.0}
"""A name in the description; ordinary words and misspellings there say nothing."""
ALSO_NAMED: Final = 2.0
"""A second form of the same right, e.g. its Chinese name beside its Latin one."""

PICTURE: Final[tuple[tuple[int, float], ...]] = ((24, 14.0), (40, 12.0), (256, 9.0))
"""Up to this many differing bits -> bits of evidence."""
ALSO_PICTURED: Final = 1.0
"""Another picture of the listing that is a copy too."""

CONTEXT: Final[Mapping[str, float]] = {
    "licensed_seller": -60.0,
    "referential": -6.0,
    "counterfeit_words": 4.0,
    "other_brand": -4.0,
    "goods": 1.0,
    "other_goods": -1.0,
}
"""What the rest of the listing says. A licence outweighs everything else together."""
