"""Whether a listing's goods are of the kind for which a mark is registered.

Registered goods are compared as they are worded; then everyday words of titles and categories
speak for Nice classes, and so do the words of the registered goods ("箱包" is class 18).
"""

from __future__ import annotations

import re
from functools import cache, lru_cache

from crawler.model import Finding, Listing, Right
from matchers.candidate import Candidate
from matchers.explain import context_finding
from matchers.lexicon import Words
from matchers.marks import SHORT
from matchers.normalize import UNSPACED, fold
from matchers.phrasebook import plural_forms
from matchers.reading import Reading, Stated
from matchers.tokens import is_unspaced

_REACH = 4
"""Characters between an unspaced name and the goods that stand beside it."""
_FIRST_SERVICE = 35
"""Nice classes from here are services; their registrations say little about a listing's goods."""


def same_goods(candidate: Candidate) -> Finding | None:
    """Goods of a kind for which the mark is registered, or of another kind."""
    right = candidate.right
    if right.kind == "work" or not (right.classes or right.goods):
        return None
    classes = _classes(right.classes, right.goods)
    own = _find_registered(candidate.listing, right) if right.goods else None
    own = own or _find_own_class(candidate.read(), classes)
    if own is not None:
        stated, good = own
        if _stands_beside(candidate, stated, good):
            return _finding("goods_beside", stated, good)
        return _finding("goods", stated, good)
    return _find_others(candidate, classes)


def _find_registered(listing: Listing, right: Right) -> tuple[Stated, str] | None:
    """Return the first of the registered goods that title or category name."""
    text = _comparable(listing.title, listing.category)
    for good in right.goods:
        if _pattern(good).search(text):
            return _shown(listing), good
    return None


def _find_own_class(reading: Reading, own: frozenset[int]) -> tuple[Stated, str] | None:
    """Return the first everyday word for the goods of a class of the right."""
    stated = reading.find_goods(own)
    return None if stated is None else (stated, stated.text)


def _find_others(candidate: Candidate, own: frozenset[int]) -> Finding | None:
    """Say that the goods are of other classes, or the category none of the registered goods."""
    right = candidate.right
    covers_goods = bool(own) and min(own) < _FIRST_SERVICE
    stated = candidate.read().find_goods() if covers_goods else None
    if stated is not None and all(map(_is_known, right.goods)):
        return _finding("other_class", stated, _list_classes(own))
    if not candidate.listing.category or not right.goods:
        return None
    return _finding("other_goods", _shown(candidate.listing), ", ".join(right.goods))


def _stands_beside(candidate: Candidate, stated: Stated, good: str) -> bool:
    """Whether few characters, or an ordinary word, in a run are followed by the goods.

    So 大益 in 新品大益普洱茶 and 现代 in 现代汽车 are the mark.
    """
    if not is_unspaced(good):
        return False
    title = candidate.listing.title
    return any(
        found.field == "title"
        and found.match.unspaced
        and found.match.length <= SHORT
        and (
            stated.field == "title" and stated.span[0] == found.match.span[1]
            if found.match.ordinary
            else not found.match.begins and _follows(title, found.match.span[1], good)
        )
        for found in candidate.names
    )


def _follows(title: str, end: int, good: str) -> bool:
    following = fold(title[end:][: len(good) + _REACH]).split(" ")[0]
    return _pattern(good).search(following) is not None


def _shown(listing: Listing) -> Stated:
    if listing.category:
        text = " > ".join(listing.category)
        return Stated("category", (0, len(text)), text)
    return Stated("title", (0, len(listing.title)), listing.title)


def _finding(feature: str, stated: Stated, form: str) -> Finding:
    span = stated.span if stated.field == "title" else None
    return context_finding(feature, stated.field, stated.text, form, span)


@lru_cache(maxsize=1024)
def _comparable(title: str, category: tuple[str, ...]) -> str:
    return fold(" ".join((title, *category)))


@lru_cache(maxsize=1 << 12)
def _list_classes(classes: frozenset[int]) -> str:
    return ", ".join(map(str, sorted(classes)))


@lru_cache(maxsize=1 << 14)
def _classes(classes: tuple[int, ...], goods: tuple[str, ...]) -> frozenset[int]:
    """Return the classes of a right, with those that the words of its goods speak of."""
    return frozenset(classes).union(*map(_classes_of, goods))


def covered_classes(right: Right) -> frozenset[int]:
    """Return the Nice classes of a right, with those that the words of its goods speak of."""
    return _classes(right.classes, right.goods)


def _is_known(good: str) -> bool:
    """Whether some class is known for goods as registered, so that others can be told apart."""
    return bool(_classes_of(good))


@lru_cache(maxsize=1 << 14)
def _classes_of(good: str) -> frozenset[int]:
    return frozenset(number for form in plural_forms(good) for number in Words(form).goods)


@cache
def _pattern(good: str) -> re.Pattern[str]:
    """Return a pattern for whole words: goods as registered, the last word in either number."""
    words = fold(good).split()
    if not words:
        return re.compile(r"(?!)")
    *first, last = words
    forms = sorted(plural_forms(last), key=lambda form: (-len(form), form))
    phrase = r"\s+".join([*map(re.escape, first), f"(?:{'|'.join(map(re.escape, forms))})"])
    if re.search(f"[{UNSPACED}]", good):
        return re.compile(phrase)
    return re.compile(rf"(?<![^\W_]){phrase}(?![^\W_])")
