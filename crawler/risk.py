"""Risk: the one number by which what waits is put in order, and the parts that it is made of.

It is the expected harm: the score, which is the probability that the use is worth acting against,
times what makes it worse. Every factor is 1 where nothing speaks for it, and is shown.
"""

from __future__ import annotations

import math
from collections.abc import Collection
from dataclasses import dataclass

LOW_PRICE = 1.5
"""The price is far below that of genuine goods."""
COPY_WORDS, PERHAPS_COPY_WORDS = 2.0, 1.5
"""The offer speaks of copies; it perhaps does, or makes the excuses of those who sell them."""

_CERTAIN = frozenset({"counterfeit_words"})
_PERHAPS = frozenset({"perhaps_counterfeit", "sellers_excuse"})


@dataclass(frozen=True, kw_only=True, slots=True)
class Risk:
    """The parts of a risk; ``value`` is their product."""

    score: float
    price: float = 1.0
    words: float = 1.0
    reach: float = 1.0
    repeat: float = 1.0

    @property
    def value(self) -> float:
        """The risk: the score times its factors."""
        return risk_of(base_of(self.score, self.price, self.words), self.reach, self.repeat)


def price_factor(features: Collection[str]) -> float:
    """Return what the findings say of the price."""
    return LOW_PRICE if "low_price" in features else 1.0


def words_factor(features: Collection[str]) -> float:
    """Return what the findings say of words for copies."""
    if not _CERTAIN.isdisjoint(features):
        return COPY_WORDS
    return 1.0 if _PERHAPS.isdisjoint(features) else PERHAPS_COPY_WORDS


def reach_factor(count: int) -> float:
    """Return the factor of how many offers of the seller hit the right: 1 for one, 2 for 16."""
    return round(1 + math.log2(max(count, 1)) / 4, 3)


def repeat_factor(count: int) -> float:
    """Return the factor of what else of the seller was judged infringing: 1 for none, 2 for 3."""
    return round(1 + math.log2(1 + max(count, 0)) / 2, 3)


def base_of(score: float, price: float, words: float) -> float:
    """Return the part of the risk that an offer has by itself."""
    return round(score * price * words, 6)


def risk_of(base: float, reach: float, repeat: float) -> float:
    """Return the risk of an offer of a seller with this reach and this past."""
    return round(base * reach * repeat, 3)
