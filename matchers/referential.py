"""Names that say what goods fit: "case for Aurelio phones".

The word "for" must stand directly before the name, or the goods must be an accessory. One word
that merely stands somewhere before a name ("Bolso para mujer Aurelio") must not hide it.
"""

from __future__ import annotations

import re
from functools import cache
from typing import NamedTuple

from crawler.model import Finding
from matchers.candidate import Candidate
from matchers.marks import NameMatch
from matchers.normalize import UNSPACED, fold, fold_in_place
from matchers.phrases import find_phrases
from matchers.vocabulary import load_words
from matchers.weights import CONTEXT

_REACH = 4
"""Words that may stand between "for" and the name: "charger for Nokia, Samsung and Aurelio"."""
_REACH_UNSPACED = 10
"""The same in characters of unspaced scripts."""
_NEARBY = 120
"""Characters before and after a name that are read for such words."""


class _Use(NamedTuple):
    span: tuple[int, int]
    sure: bool


def referential(candidate: Candidate) -> Finding | None:
    """Name that says what the goods fit, not whose goods they are ("case for Aurelio phones")."""
    title = candidate.listing.title
    names = [found.match for found in candidate.names if found.field == "title"]
    uses = [_find_use(title, name) for name in names]
    found = [use for use in uses if use is not None]
    if not found or len(found) < len(uses):
        return None
    sure = all(use.sure for use in found)
    first = next(use.span for use in found if use.sure == sure)
    said = f"“{title[slice(*first)]}”"
    detail = (
        f"{said} makes “{names[0].text}” the thing that the goods fit."
        if sure
        else f"{said} stands before “{names[0].text}”, but not directly."
    )
    return Finding(
        feature="referential",
        weight=CONTEXT["referential" if sure else "perhaps_referential"],
        field="title",
        span=first,
        text=title[slice(*first)],
        form=names[0].form,
        detail=detail,
    )


def _find_use(title: str, name: NameMatch) -> _Use | None:
    start, end = name.span
    first = max(0, start - _NEARBY)
    before = fold_in_place(title[first:start])
    after = fold_in_place(title[end : end + _NEARBY])
    for found in reversed(list(find_phrases("referential_before").finditer(before))):
        between = before[found.end() :]
        if _reaches(between):
            span = found.start() + first, found.end() + first
            return _Use(span, _is_direct(between) or _names_accessory(title, name))
    found_after = find_phrases("referential_after").match(after.lstrip())
    if found_after is None:
        return None
    shift = end + len(after) - len(after.lstrip())
    return _Use((found_after.start() + shift, found_after.end() + shift), True)


def _words(text: str) -> list[str]:
    return re.findall(rf"[{UNSPACED}]+|(?:(?![{UNSPACED}])\w)+", text)


def _is_direct(between: str) -> bool:
    """Whether nothing but an article or the like stands between "for" and the name."""
    words = _words(between)
    return len(words) <= 2 and all(word in load_words("between_for_and_name") for word in words)


def _names_accessory(title: str, name: NameMatch) -> bool:
    """Whether the goods are made to fit others; what the name itself says does not count."""
    start, end = name.span
    rest = fold_in_place(f"{title[:start]} {title[end:]}")
    return find_phrases("accessories").search(rest) is not None


def _reaches(between: str) -> bool:
    """Whether a word like "for" still governs what follows ``between``."""
    if re.search(r"[.;!?()|。；！？（）|]", between):
        return False
    words = _words(between)
    audience = load_words("audience")
    if any(fold(word) in _folded_audience() for word in words):
        return False
    if any(part in word for word in words if re.match(f"[{UNSPACED}]", word) for part in audience):
        return False
    unspaced = sum(len(word) for word in words if re.match(f"[{UNSPACED}]", word))
    return unspaced <= _REACH_UNSPACED and len(words) <= _REACH


@cache
def _folded_audience() -> frozenset[str]:
    return frozenset(map(fold, load_words("audience")))
