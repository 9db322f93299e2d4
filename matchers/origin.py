"""Geographical indications: what evokes them, and whether goods come from where they must.

A protected name may not be used for other goods, not even with "style", "type" or "imitation"
(Regulation (EU) 2024/1143, Article 26; in China neither beside 型, 式, 类 and the like), and not
for goods of another origin, whoever offers them.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache, lru_cache

from crawler.model import Finding, Right
from matchers.candidate import Candidate
from matchers.explain import context_finding
from matchers.lexicon import Words
from matchers.licence import is_licensee
from matchers.reading import Stated
from matchers.referential import title_finding, title_names
from matchers.tokens import is_unspaced
from matchers.vocabulary import load_sections


def evocation(candidate: Candidate) -> Finding | None:
    """Protected name of a place's product beside "style", "type", 风味 or the like."""
    if candidate.right.kind != "geographical_indication":
        return None
    words = candidate.read().title
    for name in title_names(candidate):
        start, end = name.span
        said = words.after("evocation_after", end)
        if said is None:
            said = words.before("evocation_before", start, 2)
            if said is None or not words.fills("between", said.end, start):
                continue
        return title_finding("evocation", words, said, name.form)
    return None


def colour_use(candidate: Candidate) -> Finding | None:
    """Protected name that is said of a colour ("champagne gold dress", 香槟色)."""
    if candidate.right.kind != "geographical_indication":
        return None
    words, names = candidate.read().title, title_names(candidate)
    found = [words.after("colour_after", name.span[1]) for name in names]
    said = [use for use in found if use is not None]
    if not said or len(said) < len(found):
        return None
    return title_finding("colour_use", words, said[0], names[0].form)


def stated_origin(candidate: Candidate) -> Finding | None:
    """Origin that the listing states, against the places of a geographical indication."""
    right = candidate.right
    if right.kind != "geographical_indication" or not right.origin:
        return None
    doubtful: Stated | None = None
    for stated in candidate.read().origins:
        verdict = _is_own(stated.text, right)
        if verdict:
            return _finding("own_origin", stated, right)
        if verdict is False:
            doubtful = doubtful or stated
    return None if doubtful is None else _finding("other_origin", doubtful, right)


def no_approved_user(candidate: Candidate) -> Finding | None:
    """Seller who is none of the approved users of a geographical indication."""
    right, listing = candidate.right, candidate.listing
    if right.kind != "geographical_indication" or not right.licensees:
        return None
    seller = listing.seller
    name = (seller.name or seller.id) if seller is not None else None
    if name is None or any(is_licensee(licensee, listing) for licensee in right.licensees):
        return None
    return context_finding("no_approved_user", "seller", name, right.name)


def _finding(feature: str, stated: Stated, right: Right) -> Finding:
    places = ", ".join(right.origin)
    return context_finding(feature, stated.field, stated.text, places, stated.span)


def _is_own(text: str, right: Right) -> bool | None:
    """Whether a stated origin is a place of the right; None when that cannot be told.

    A country says nothing about a place within it, and names in different scripts are not compared.
    """
    given = _tokens(text)
    if not given.strip():
        return None
    places = [_tokens(place) for place in right.origin]
    if any(place in given or given in place for place in places if place.strip()):
        return True
    country = _countries().get(given.strip())
    if country is not None:
        home = right.holder.country if right.holder else None
        return None if home is None or home == country else False
    return False if any(is_unspaced(text) == is_unspaced(place) for place in right.origin) else None


@lru_cache(maxsize=4096)
def _tokens(text: str) -> str:
    """Return the words of a text, or its characters, parted and surrounded by spaces."""
    words = Words(text)
    parts = (words.folded[a:b] for a, b in words.spans)
    return f" {' '.join(parts)} "


@cache
def _countries() -> Mapping[str, str]:
    """Return the name of a country in the form of ``_tokens`` -> its code."""
    return {
        _tokens(name).strip(): code
        for code, names in load_sections("countries").items()
        for name in names
    }
