"""Small questions to an HTML tree that the heuristics share."""

from __future__ import annotations

import re
from collections.abc import Iterator

from lxml.etree import iterwalk  # type: ignore[import-untyped]
from lxml.html import HtmlElement  # type: ignore[import-untyped]

__all__ = [
    "HtmlElement",
    "Sides",
    "holds",
    "is_tame",
    "lineage",
    "marked",
    "text_within",
    "tokens_of",
]

MAX_DEPTH = 300
MAX_ELEMENTS = 50_000
"""A page beyond these is made to hurt, or is no page of a shop."""

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
    for piece in _pieces(element):
        parts.append(piece)
        size += len(piece)
        if size > limit:
            break
    return _SPACE.sub(" ", "".join(parts)).strip()[:limit]


def _pieces(element: HtmlElement) -> Iterator[str]:
    walker = iterwalk(element, events=("start", "end", "comment", "pi"))
    for event, step in walker:
        if event == "start":
            if step.tag in _UNSEEN:
                walker.skip_subtree()
            elif step.text:
                yield step.text
        elif step is not element:
            if step.tag in _BLOCKS:
                yield " "
            if step.tail:
                yield step.tail


_BLOCKS = frozenset(("br", "p", "div", "li", "tr", "td", "th", "dt", "dd", "h1", "h2", "h3", "h4"))


def is_tame(root: HtmlElement) -> bool:
    """Tell whether a tree is small and shallow enough for questions that look at it many times."""
    count = depth = 0
    for event, _ in iterwalk(root, events=("start", "end")):
        depth += 1 if event == "start" else -1
        count += event == "start"
        if depth > MAX_DEPTH or count > MAX_ELEMENTS:
            return False
    return True


def tokens_of(element: HtmlElement) -> list[str]:
    """Return the words in ``class`` and ``id``."""
    return f"{element.get('class', '')} {element.get('id', '')}".split()


def marked(element: HtmlElement, pattern: re.Pattern[str]) -> bool:
    """Tell whether ``class`` or ``id`` speaks of ``pattern``."""
    return any(pattern.search(token) for token in tokens_of(element))


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
