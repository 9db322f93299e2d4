"""Small questions to an HTML tree that the heuristics share."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from functools import lru_cache

from lxml.etree import XPath, iterwalk  # type: ignore[import-untyped]
from lxml.html import HtmlElement  # type: ignore[import-untyped]

__all__ = [
    "BREAK",
    "MAX_DEPTH",
    "MAX_ELEMENTS",
    "HtmlElement",
    "Names",
    "Sides",
    "holds",
    "is_tame",
    "lineage",
    "marked",
    "pieces_within",
    "text_within",
]

MAX_DEPTH = 300
MAX_ELEMENTS = 50_000
"""A page beyond these is made to hurt, or is no page of a shop."""

BREAK = "\x1f"
"""Stands among the pieces of a text where people see a new line; white space to everything else."""

_COUNT = XPath("count(//*)")
_TOO_DEEP = XPath("boolean(" + "/*" * (MAX_DEPTH + 1) + ")")
_SPACE = re.compile(r"\s+")
_UNSEEN = frozenset(("script", "style", "noscript", "template", "head", "option", "textarea"))
_SIDE_TAGS = frozenset(("nav", "footer", "aside", "select"))
_SIDE_TOKEN = re.compile(
    r"^(?:footer|nav(?:bar|igation)?|menu|mini-?cart|basket-mini|cart-(?:drawer|mini)|side-?bar"
    r"|reviews?|comments?|modal|popup|cookie|newsletter|top-?bar|also|customers-also)(?:$|[_-])"
    r"|related|recommend|similar|up-?sell|cross-?sell|recently|viewed|also-?bought|sponsored"
    r"|^(?:tuijian|xiangguan|guess)",
    re.IGNORECASE,
)


def text_within(element: HtmlElement, limit: int = 20_000) -> str:
    """Return the visible text of an element on one line, cut at about ``limit`` characters."""
    if not len(element):
        unseen = not isinstance(element.tag, str) or element.tag in _UNSEEN
        return "" if unseen else _SPACE.sub(" ", element.text or "").strip()[:limit]
    parts: list[str] = []
    size = 0
    for piece, _ in pieces_within(element):
        parts.append(piece)
        size += len(piece)
        if size > limit:
            break
    return _SPACE.sub(" ", "".join(parts)).strip()[:limit]


def pieces_within(element: HtmlElement) -> Iterator[tuple[str, HtmlElement]]:
    """Yield the visible pieces of text, each with the element that holds it; breaks too."""
    walker = iterwalk(element, events=("start", "end", "comment", "pi"))
    for event, step in walker:
        if event == "start":
            if step.tag in _UNSEEN:
                walker.skip_subtree()
            elif step.text:
                yield step.text, step
        elif step is not element:
            if step.tag in _BLOCKS:
                yield BREAK, step
            if step.tail:
                yield step.tail, step.getparent()


_BLOCKS = frozenset(("br", "p", "div", "li", "tr", "td", "th", "dt", "dd", "h1", "h2", "h3", "h4"))


def is_tame(root: HtmlElement) -> bool:
    """Tell whether a tree is small and shallow enough for questions that look at it many times."""
    return bool(_COUNT(root) <= MAX_ELEMENTS and not _TOO_DEEP(root))


def marked(element: HtmlElement, pattern: re.Pattern[str]) -> bool:
    """Tell whether a word in ``class`` or ``id`` speaks of ``pattern``."""
    kind, name = element.get("class"), element.get("id")
    return bool((kind and _speaks(kind, pattern)) or (name and _speaks(name, pattern)))


def _speaks(names: str, pattern: re.Pattern[str]) -> bool:
    return _speaks_short(names, pattern) if len(names) <= 200 else _any_name(names, pattern)


def _any_name(names: str, pattern: re.Pattern[str]) -> bool:
    return any(pattern.search(name) for name in names[:5000].split())


_speaks_short = lru_cache(maxsize=8192)(_any_name)
"""Pages repeat their class names many times; each is looked at once."""


class Names:
    """The elements of a page by what their ``class`` and ``id`` say.

    Goes through the page once; then each different name is asked, since names repeat. It also
    holds every element: lxml makes one anew each time it is reached, unless somebody does.
    """

    def __init__(self, root: HtmlElement) -> None:
        self._elements = list(root.iter("*"))
        self._places: defaultdict[str, list[int]] = defaultdict(list)
        for place, element in enumerate(self._elements):
            get = element.get
            if name := get("class"):
                self._places[name].append(place)
            if name := get("id"):
                self._places[name].append(place)

    def find(self, pattern: re.Pattern[str]) -> list[HtmlElement]:
        """Return the elements of which a word in ``class`` or ``id`` speaks of ``pattern``."""
        places: set[int] = set()
        for name, own in self._places.items():
            if _speaks(name, pattern):
                places.update(own)
        return [self._elements[place] for place in sorted(places)]


def lineage(element: HtmlElement) -> Iterator[HtmlElement]:
    """Yield the element and all that it stands in, inner ones first."""
    yield element
    yield from element.iterancestors()


def holds(outer: HtmlElement, inner: HtmlElement) -> bool:
    """Tell whether ``inner`` is ``outer`` or stands in it."""
    return any(step is outer for step in lineage(inner))


class Sides:
    """What stands beside the main thing: navigation, related goods, reviews, small carts."""

    def __init__(self, heading: HtmlElement | None) -> None:
        self._main = set() if heading is None else set(lineage(heading))
        self._known: dict[HtmlElement, bool] = {}

    def __contains__(self, element: HtmlElement) -> bool:
        path = []
        answer = False
        for step in lineage(element):
            if step in self._known:
                answer = self._known[step]
                break
            path.append(step)
            if step in self._main:
                break
            if self._is_side(step):
                answer = True
                break
        for step in path:
            self._known[step] = answer
        return answer

    @staticmethod
    def _is_side(element: HtmlElement) -> bool:
        if element.tag in _SIDE_TAGS or element.tag in _UNSEEN:
            return True
        if element.tag == "header":
            return not any(a.tag in ("main", "article") for a in element.iterancestors())
        return element.tag not in ("body", "html", "main") and marked(element, _SIDE_TOKEN)
