"""Addresses that a site makes without end: plain book-keeping, a site at a time.

Each new URL of a site is shown to ``Traps`` once. It names the rule by which the URL is a trap, or
nothing. All rules count: the first hundreds of addresses of a shape always pass, so that a real
archive or a filtered list is seen, and what lies beyond is left out and reported.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from urllib.parse import SplitResult, urlsplit

CALENDAR = "endless calendar"
REPEATS = "a path that repeats itself"
SESSION = "session id in the address"
FACETS = "combinations of filters without end"
SAME = "one page at many addresses"
HOME = "the home page for every unknown address"

MOST_DATES = 150
"""Addresses of one shape that are made of nothing but dates: more than twelve years of months."""
DEEPEST = 16
"""Parts of a path; shops have up to six."""
MOST_COMBINATIONS = 200
"""Addresses of one shape with several filters that pass."""
FEW_VALUES = 4
"""Filters are told from ids by this: the fullest of them has so many times fewer values than there
are addresses."""
SHORTEST = 12
"""Characters of a token."""
SHARED = 12
"""Addresses that several tokens have in common before these count as a session's: the pages around
one thing for sale (/ID/reviews, /ID/sizes) are fewer."""
LEARNING = 2_000
"""Addresses with a token in one place after which the place is taken for what it is: an id."""

_DATE = re.compile(r"(?:19|20|21)\d\d[-/_.]?(?:0?[1-9]|1[0-2])(?:[-/_.]?(?:0?[1-9]|[12]\d|3[01]))?")
_DATE_PATH = re.compile(
    r"/(?:\d{4}/\d{1,2}(?:/\d{1,2})?"
    r"|\d{4}-\d{1,2}(?:-\d{1,2})?|(?:19|20|21)\d\d(?:0[1-9]|1[0-2])(?:[0-3]\d)?)/?(?:index\.\w+)?$"
)
_DATE_NAMES = frozenset(
    ("year", "month", "week", "date", "day", "ym", "cal", "y", "jahr", "monat", "annee", "mois")
)
_CALENDAR_WORD = re.compile(r"calend|kalender|agenda|tribe-?bar|ical|events?-?month|riqi", re.I)
_TOKEN = re.compile(r"(?=[^a-z]*[a-z])(?=\D*\d)[a-z0-9_-]{16,}|\(\w\([a-z0-9]{8,}\)\)", re.I)
_PAGE_NAMES = re.compile(r"p|pg|paged?|page_?(?:num|no|number|index)|currentpage|start|offset|from")


@dataclass(slots=True)
class _Place:
    """A part of a URL in which tokens stand: a position in the path, or a parameter."""

    tokens: defaultdict[str, set[int]] = field(default_factory=lambda: defaultdict(set))
    """Token -> hashes of what stood around it."""
    around: Counter[int] = field(default_factory=Counter)
    """Hash of what stood around -> how many tokens it was met with."""
    is_session: bool | None = None
    """None = not known yet."""


@dataclass(slots=True)
class _Shape:
    """Addresses that differ only in values."""

    count: int = 0
    values: list[set[str]] = field(default_factory=list)
    passed: set[int] = field(default_factory=set)


@dataclass(slots=True)
class _Site:
    dates: Counter[str] = field(default_factory=Counter)
    places: defaultdict[str, _Place] = field(default_factory=lambda: defaultdict(_Place))
    shapes: defaultdict[str, _Shape] = field(default_factory=lambda: defaultdict(_Shape))


class Traps:
    """The book of one sweep."""

    def __init__(self) -> None:
        self._sites: defaultdict[str, _Site] = defaultdict(_Site)

    def find(self, site: str, url: str) -> str | None:
        """Return the rule by which a new URL of the site is a trap; None when it is none.

        :param url: canonical, and not shown before
        """
        parts = urlsplit(url)
        segments = [segment for segment in parts.path.split("/") if segment]
        query = [(n, v) for n, _, v in (p.partition("=") for p in parts.query.split("&")) if n]
        if _repeats(segments, query):
            return REPEATS
        known = self._sites[site]
        if _is_date(parts, segments, query) and _over(known.dates, _shape_of(segments, query)):
            return CALENDAR
        if _is_session(known, segments, query):
            return SESSION
        if _explodes(known, segments, query):
            return FACETS
        return None


def _over(dates: Counter[str], shape: str) -> bool:
    dates[shape] += 1
    return dates[shape] > MOST_DATES


def _repeats(segments: Sequence[str], query: Sequence[tuple[str, str]]) -> bool:
    """Tell whether a path grows by what it holds already, as relative links of traps make it."""
    if len(segments) > DEEPEST or len(query) > DEEPEST:
        return True
    return _is_often(segments) or _is_often([name for name, _ in query])


def _is_often(names: Sequence[str]) -> bool:
    """Tell whether one of the names stands there four times."""
    return len(names) - len(set(names)) >= 3 and max(Counter(names).values()) >= 4


def _is_date(parts: SplitResult, segments: Sequence[str], query: Sequence[tuple[str, str]]) -> bool:
    """Tell whether an address chooses a day, a month or a year, and nothing else."""
    if _DATE_PATH.search(parts.path) and len(segments) <= 6:
        return True
    if not query:
        return False
    dated = [n for n, v in query if n.lower() in _DATE_NAMES or _DATE.fullmatch(v)]
    if not dated:
        return bool(_CALENDAR_WORD.search(parts.path)) and any(v.isdigit() for _, v in query)
    others = [v for n, v in query if n not in dated]
    return all(not value.isdigit() or len(value) <= 2 for value in others)


def _shape_of(segments: Sequence[str], query: Sequence[tuple[str, str]]) -> str:
    path = "/".join("#" if any(c.isdigit() for c in segment) else segment for segment in segments)
    return f"{path}?{'&'.join(name for name, _ in query)}"


def _is_session(known: _Site, segments: Sequence[str], query: Sequence[tuple[str, str]]) -> bool:
    """Tell whether an address is one that was met before, but for a token that changes.

    A token in an address is an id of goods as a rule. It is a session's where several tokens each
    stand with several addresses, and several addresses each with several tokens.
    """
    tokens = [
        (f"path {i}", s)
        for i, s in enumerate(segments)
        if len(s) >= SHORTEST and _TOKEN.fullmatch(s)
    ]
    tokens += [(f"query {n}", v) for n, v in query if len(v) >= SHORTEST and _TOKEN.fullmatch(v)]
    for place, token in tokens:
        kept = [s for i, s in enumerate(segments) if f"path {i}" != place]
        asked = [pair for pair in query if f"query {pair[0]}" != place]
        around = hash((place, tuple(kept), tuple(asked)))
        if _meets_again(known.places[place], token, around):
            return True
    return False


def _meets_again(place: _Place, token: str, around: int) -> bool:
    if place.is_session is False:
        return False
    met = around in place.around
    if place.is_session:
        place.around[around] += 1
        return met
    if around not in place.tokens[token]:
        place.tokens[token].add(around)
        place.around[around] += 1
    if met and place.around[around] >= 2:
        several = sum(len(stands) >= 2 for stands in place.tokens.values())
        shared = sum(count >= 2 for count in place.around.values())
        if several >= 3 and shared >= SHARED:
            place.is_session = True
            place.tokens.clear()
            return True
    if place.around.total() >= LEARNING:
        place.is_session = False
        place.tokens.clear()
        place.around.clear()
    return False


def _explodes(known: _Site, segments: Sequence[str], query: Sequence[tuple[str, str]]) -> bool:
    """Tell whether an address is one more combination of a few values in several places."""
    chosen = [pair for pair in query if not _PAGE_NAMES.fullmatch(pair[0].lower())]
    if len(chosen) >= 2:
        key = f"{'/'.join(segments)}?{'&'.join(name for name, _ in chosen)}"
        values = [value for _, value in chosen]
    elif len(segments) >= 4 and not query:
        key, values = f"{segments[0]}/{len(segments)}", list(segments[1:])
    else:
        return False
    shape = known.shapes[key]
    combination = hash(tuple(values))
    if combination in shape.passed:
        return False
    if shape.count >= MOST_COMBINATIONS and _is_made_of_few(shape):
        return True
    shape.count += 1
    if shape.count <= 4 * MOST_COMBINATIONS:
        shape.passed.add(combination)
        shape.values = shape.values or [set() for _ in values]
        for seen, value in zip(shape.values, values, strict=False):
            seen.add(value)
    return False


def _is_made_of_few(shape: _Shape) -> bool:
    fullest = max(len(seen) for seen in shape.values)
    several = sum(len(seen) >= 2 for seen in shape.values)
    return several >= 2 and len(shape.passed) > FEW_VALUES * fullest
