"""Which rights a campaign looks for: the terms of its ``rights`` and ``rights_within``."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator
from fnmatch import fnmatchcase
from typing import get_args

from crawler.model import Right, RightKind
from crawler.territories import holds_in

KINDS: tuple[str, ...] = get_args(RightKind)
PREFIXES = ("tag", "holder", "class", "kind", "territory")
"""What may stand before a colon; any other term is an id, or the beginning of ids."""
_CLASSES = range(1, 46)


def fold(text: str) -> str:
    """Return a name as it is compared: without case and width, blanks single."""
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())


def split_term(term: str) -> tuple[str, str]:
    """Return what a term selects by, and the value; ids are selected by ``id``."""
    prefix, colon, value = term.partition(":")
    if colon and prefix in PREFIXES:
        return prefix, value.strip()
    return "id", term


def values_of(value: str) -> tuple[str, ...]:
    """Return the values that a term takes: ``18, 25`` are two."""
    return tuple(part for part in (piece.strip() for piece in value.split(",")) if part)


def is_holder(value: str, holder: str | None) -> bool:
    """Tell whether a term's value is the name of a holder; ``*`` stands for any characters."""
    return holder is not None and fnmatchcase(fold(holder), fold(value))


def selects(term: str, right: Right) -> bool:
    """Tell whether one term selects a right."""
    by, value = split_term(term)
    if by == "tag":
        return value in right.tags
    if by == "holder":
        return is_holder(value, right.holder.name if right.holder else None)
    if by == "class":
        return any(int(number) in right.classes for number in values_of(value))
    if by == "kind":
        return right.kind in values_of(value)
    if by == "territory":
        return any(holds_in(right.jurisdictions, place) for place in values_of(value))
    return fnmatchcase(right.id, value)


def is_selected(right: Right, any_of: Iterable[str], each_of: Iterable[str]) -> bool:
    """Tell whether a right is meant: by any term of the first, and by each of the second.

    :param any_of: empty = every right
    """
    terms = tuple(any_of)
    if terms and not any(selects(term, right) for term in terms):
        return False
    return all(selects(term, right) for term in each_of)


def term_problems(key: str, terms: Iterable[str]) -> Iterator[tuple[str, str]]:
    """Yield (key, what is wrong) of terms that can select nothing."""
    for index, term in enumerate(terms):
        if message := _problem(*split_term(term)):
            yield f"{key}.{index}", f"{message}, got {term!r}"


def _problem(by: str, value: str) -> str | None:
    if by == "id":
        return None if value.strip() else "expected an id, or tag:NAME, holder:NAME and the like"
    values = values_of(value)
    if not values:
        return f"expected something after {by}:"
    if by == "class" and not all(_is_class(one) for one in values):
        return "expected Nice classes 1 to 45 after class:, with commas between"
    if by == "kind" and not set(values) <= set(KINDS):
        return f"expected {', '.join(KINDS)} after kind:"
    if by == "territory" and not all(_is_territory(one) for one in values):
        return "expected codes of two capital letters (CN, DE, EU) after territory:"
    return None


def _is_class(text: str) -> bool:
    return text.isascii() and text.isdecimal() and int(text) in _CLASSES


def _is_territory(text: str) -> bool:
    return len(text) == 2 and text.isascii() and text.isalpha() and text.isupper()
