"""What the rest of a listing says about a candidate: a table of plain features.

Each feature looks at one thing and returns a finding, or None when there is nothing to say. Its
docstring is shown to users as its explanation. A new feature is a function and a row in
``FEATURES``, with its weight in ``matchers.weights`` and its words in ``matchers.wording``; if it
only ever speaks beside certain phrases, of certain kinds of rights, or where one thing is given, a
row in ``PHRASES``, ``KINDS`` or ``NEEDS`` keeps it from being asked where it has nothing to say.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Final, NamedTuple

from crawler.model import Finding, RightKind
from matchers.brand import other_brand
from matchers.candidate import Candidate
from matchers.company import product_follows, unit_of_measure, used_as_word
from matchers.comparison import compared, denied, free_ride
from matchers.copies import counterfeit_words, second_hand, sellers_excuse
from matchers.goods import same_goods
from matchers.licence import licensed_seller
from matchers.marks import SHORT
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


PHRASES: Final[Mapping[Feature, frozenset[str]]] = {
    referential: frozenset({"fits_before", "fits_after", "accessory"}),
    packaging: frozenset({"packaging"}),
    about: frozenset({"about_before", "about_after"}),
    free_ride: frozenset({"free_ride", "free_ride_before", "free_ride_after"}),
    denied: frozenset({"negation_before"}),
    compared: frozenset({"versus_before"}),
    counterfeit_words: frozenset({"copies", "perhaps_copies"}),
    sellers_excuse: frozenset({"excuse", "weak_excuse"}),
    second_hand: frozenset({"second_hand"}),
    evocation: frozenset({"evocation_before", "evocation_after"}),
    colour_use: frozenset({"colour_after"}),
    goods_of_works: frozenset({"medium", "merchandise"}),
}
"""Feature -> sections of the vocabulary; it speaks only where a phrase of one of them stands in the
title or description."""

KINDS: Final[Mapping[Feature, RightKind]] = {
    second_hand: "trademark",
    evocation: "geographical_indication",
    colour_use: "geographical_indication",
    stated_origin: "geographical_indication",
    no_approved_user: "geographical_indication",
    goods_of_works: "work",
}
"""Feature -> the one kind of rights of which it speaks."""


class _Given(NamedTuple):
    """What a candidate has that features speak of."""

    kind: RightKind
    sections: frozenset[str]
    licensees: bool
    prices: bool
    brand: bool
    """A brand field, or attributes, one of which may take its place."""
    ordinary: bool
    """A name that consists of ordinary words."""
    short: bool
    """A name of three letters at most."""


NEEDS: Final[Mapping[Feature, str]] = {
    licensed_seller: "licensees",
    low_price: "prices",
    other_brand: "brand",
    used_as_word: "ordinary",
    product_follows: "ordinary",
    unit_of_measure: "short",
}
"""Feature -> what must be given for it to speak, as ``_Given`` calls it."""


def find_context(candidate: Candidate) -> list[Finding]:
    """Return what the features find."""
    listing, right = candidate.listing, candidate.right
    ordinary = short = False
    for _, match in candidate.names:
        ordinary = ordinary or match.ordinary
        short = short or match.length <= SHORT
    features = _list_features(
        right.kind,
        candidate.read().sections,
        bool(right.licensees),
        bool(right.prices),
        bool(listing.brand or listing.attributes),
        ordinary,
        short,
    )
    return [finding for feature in features if (finding := feature(candidate)) is not None]


@lru_cache(maxsize=1 << 12)
def _list_features(kind: RightKind, sections: frozenset[str], *flags: bool) -> tuple[Feature, ...]:
    """Return the features that may have something to say.

    :param flags: the rest of ``_Given``
    """
    given = _Given(kind, sections, *flags)
    return tuple(
        feature
        for feature in FEATURES
        if not (feature in PHRASES and PHRASES[feature].isdisjoint(given.sections))
        and KINDS.get(feature, given.kind) == given.kind
        and (feature not in NEEDS or getattr(given, NEEDS[feature]))
    )
