"""Whether a listing's goods are of the kind for which a mark is registered."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache

from crawler.model import Finding, Listing
from matchers.candidate import Candidate
from matchers.marks import SHORT
from matchers.normalize import UNSPACED, fold
from matchers.tokens import is_unspaced
from matchers.vocabulary import load_words
from matchers.weights import CONTEXT

_REACH = 4
"""Characters between an unspaced name and the goods that stand beside it."""


def same_goods(candidate: Candidate) -> Finding | None:
    """Goods of a kind for which the mark is registered, or of another kind."""
    listing, right = candidate.listing, candidate.right
    if right.kind == "work":
        return None
    text = fold(" ".join((listing.title, *listing.category)))
    for good in (*right.goods, *_goods_of_classes(right.classes)):
        if not _pattern(good).search(text):
            continue
        if _stands_beside(candidate, good):
            detail = f"The name stands directly before the goods, “{good}”."
            return _finding("goods", "goods_beside", listing, good, detail)
        return _finding("goods", "goods", listing, good, f"The goods are “{good}”.")
    if not listing.category or not right.goods:
        return None
    shown = ", ".join(right.goods)
    detail = f"The category names none of the registered goods ({shown})."
    return _finding("other_goods", "other_goods", listing, shown, detail)


def _stands_beside(candidate: Candidate, good: str) -> bool:
    """Whether few characters in a run are followed by the goods, as in 新品大益普洱茶."""
    title = candidate.listing.title
    return is_unspaced(good) and any(
        found.field == "title"
        and found.match.unspaced
        and found.match.length <= SHORT
        and not found.match.begins
        and not found.match.common
        and _pattern(good).search(
            fold(title[found.match.span[1] :][: len(good) + _REACH]).split(" ")[0]
        )
        for found in candidate.names
    )


def _finding(feature: str, weight: str, listing: Listing, form: str, detail: str) -> Finding:
    return Finding(
        feature=feature,
        weight=CONTEXT[weight],
        field="category" if listing.category else "title",
        text=" > ".join(listing.category) or listing.title,
        form=form,
        detail=detail,
    )


@cache
def _goods_of_classes(classes: tuple[int, ...]) -> tuple[str, ...]:
    """Return everyday words for the goods of some Nice classes."""
    entries = (entry.split(" ", 1) for entry in sorted(load_words("goods_of_classes")))
    return tuple(word for number, word in entries if int(number) in classes)


@cache
def _pattern(good: str) -> re.Pattern[str]:
    """Return a pattern for whole words: goods as registered, the last word in either number."""
    words = fold(good).split()
    if not words:
        return re.compile(r"(?!)")
    *first, last = words
    forms = sorted(_numbers(last), key=lambda form: (-len(form), form))
    phrase = r"\s+".join([*map(re.escape, first), f"(?:{'|'.join(map(re.escape, forms))})"])
    if re.search(f"[{UNSPACED}]", good):
        return re.compile(phrase)
    return re.compile(rf"(?<![^\W_]){phrase}(?![^\W_])")


def _numbers(word: str) -> Iterable[str]:
    """Return singular and plural of an English word, and what else the rules may make of it."""
    if not word.isascii():
        return {word}
    forms = {word}
    if word.endswith("ies") and len(word) > 4:
        forms.add(word[:-3] + "y")
    if word.endswith("ves") and len(word) > 4:
        forms |= {word[:-3] + "f", word[:-3] + "fe"}
    if word.endswith("es") and len(word) > 4:
        forms.add(word[:-2])
    if word.endswith("s") and not word.endswith("ss") and len(word) > 3:
        forms.add(word[:-1])
    for single in tuple(forms):
        if single.endswith("y"):
            forms.add(single[:-1] + "ies")
        if single.endswith("f"):
            forms.add(single[:-1] + "ves")
        forms |= {single + "s", single + "es"}
    return forms
