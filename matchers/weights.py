"""Bits of evidence of every finding, in one table.

Set by hand, from published and measured precision of the single comparisons, until they are fitted
on labelled listings. One bit doubles the odds. They add up as if findings were independent, which
they are not quite; where two plainly say the same, ``matchers.judge`` counts the second as "also".
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from matchers.looks import Look

PRIOR: Final = -6.0
"""Odds before any finding: about one candidate in 65."""

NAME: Final[Mapping[str, float]] = {
    "disguised": 11.0,
    "exact": 8.0,
    "two characters": 7.5,
    "two characters, where a word begins": 6.6,
    "two characters, where a word ends": 4.6,
    "two characters in a run": 2.6,
    "three characters in a run": 3.6,
    "in another alphabet": 2.6,
    "split": 6.6,
    "three ordinary words or more": 7.4,
    "two ordinary words, first in the title": 5.4,
    "two ordinary words": 4.6,
    "ordinary word, first in the title": 4.0,
    "ordinary word": 2.6,
    "ordinary word inside a run": 0.6,
    "three letters at most": 5.4,
    "disguised and misspelt": 7.4,
    "misspelt by one letter of ten": 6.6,
    "a letter doubled, dropped or swapped": 5.4,
    "misspelt by one letter of eight": 4.6,
    "misspelt by one letter": 3.6,
    "misspelt by two letters of ten": 2.0,
    "misspelt by two letters": 1.4,
    "a given name": 1.8,
}
"""A name in the title, by how it stands there.

What may be the mark as well as not stays below 5 and is not flagged with matching goods alone;
from 5.1 to 5.9 it is flagged with them and not without."""

BRAND_FIELD: Final = 5.4
"""A whole brand field that names the mark: flagged with matching goods, not without."""
DESCRIPTION: Final[Mapping[str, float]] = {"disguised": 4.6, "exact": 2.6}
"""A name in the description; ordinary words and misspellings there say nothing."""
ALSO_NAMED: Final = 2.0
"""A second form of the same right, e.g. its Chinese name beside its Latin one."""

PICTURE: Final[Mapping[Look, tuple[tuple[int, float], ...]]] = {
    "rich": ((24, 14.0), (40, 12.0), (256, 9.0)),
    "plain": ((8, 7.6), (16, 6.6), (256, 3.6)),
    "flat": ((8, 3.6), (256, 2.0)),
}
"""Up to this many differing bits -> bits of evidence, by how much the reference shows. A mere
outline is never flagged alone."""
RECOLOURED_PICTURE: Final[Mapping[Look, tuple[tuple[int, float], ...]]] = {
    "rich": ((24, 8.0), (40, 6.6), (256, 4.6)),
    "plain": ((8, 4.6), (256, 2.0)),
    "flat": ((256, 1.4),),
}
"""The same where the colours differ: a stolen picture in other colours, or other goods."""
ALSO_PICTURED: Final = 1.0
"""Another picture of the listing that is a copy too."""

CONTEXT: Final[Mapping[str, float]] = {
    "licensed_seller": -60.0,
    "referential": -6.0,
    "perhaps_referential": -1.4,
    "counterfeit_words": 4.0,
    "perhaps_counterfeit": 1.6,
    "other_brand": -4.0,
    "goods": 1.0,
    "goods_beside": 4.2,
    "other_goods": -1.0,
}
"""What the rest of the listing says. A licence outweighs everything else together."""
