"""What the rest of a listing says about a candidate: a table of plain features.

Each feature looks at one thing and returns a finding, or None when there is nothing to say. Its
docstring is shown to users as its explanation. A new feature is a function and a row in
``FEATURES``, with its weight in ``matchers.weights`` and its words in ``matchers.wording``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from crawler.model import Finding
from matchers.brand import other_brand
from matchers.candidate import Candidate
from matchers.company import product_follows, unit_of_measure, used_as_word
from matchers.comparison import compared, denied, free_ride
from matchers.copies import counterfeit_words, second_hand, sellers_excuse
from matchers.goods import same_goods
from matchers.licence import licensed_seller
from matchers.origin import colour_use, evocation, no_approved_user, stated_origin
from matchers.price import low_price
from matchers.referential import about, packaging, referential
from matchers.works import goods_of_works

Feature = Callable[[Candidate], Finding | None]

FEATURES: tuple[Feature, ...] = (
    licensed_seller,
    referential,
    packaging,
    about,
    free_ride,
    denied,
    compared,
    counterfeit_words,
    sellers_excuse,
    second_hand,
    low_price,
    other_brand,
    same_goods,
    used_as_word,
    unit_of_measure,
    product_follows,
    evocation,
    colour_use,
    stated_origin,
    no_approved_user,
    goods_of_works,
)
"""Every feature, in the order in which they are shown."""


def find_context(candidate: Candidate) -> Iterator[Finding]:
    """Yield what the features find."""
    for feature in FEATURES:
        finding = feature(candidate)
        if finding is not None:
            yield finding
