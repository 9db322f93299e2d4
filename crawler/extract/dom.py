"""Small questions to an HTML tree that the heuristics share."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cached_property, lru_cache
from itertools import islice

from lxml.etree import XPath, iterwalk  # type: ignore[import-untyped]
from lxml.html import HtmlElement  # type: ignore[import-untyped]

__all__ = [
    "BREAK",
    "MAX_DEPTH",
    "MAX_ELEMENTS",
    "HtmlElement",
    "MainPart",
    "holds",
    "is_beside",
    "is_tame",
    "lineage",
    "marked",
    "on_one_line",
    "pieces_within",
    "text_within",
]

MAX_DEPTH = 300
MAX_ELEMENTS = 50_000
"""A page beyond these is made to hurt, or is no page of a shop."""

MIN_STEPS = 500
"""So many tags are looked at for a text of any length."""

BREAK = "\x1f"
"""Stands among the pieces of a text where people see a new line; white space to everything else."""

_COUNT = XPath("count(//*)")
_TOO_DEEP = XPath("boolean(" + "/*" * (MAX_DEPTH + 1) + ")")
_UNSEEN = frozenset(("script", "style", "noscript", "template", "head", "option", "textarea"))
_SIDE_TAGS = frozenset(("nav", "footer", "aside", "select", "svg", "iframe", "video", "canvas"))
_NEVER_MAIN = _SIDE_TAGS | _UNSEEN
_ALWAYS_MAIN = frozenset(("body", "html", "main"))
_SIDE_TOKEN = re.compile(
    r"^(?:footer|nav(?:bar|igation)?|menu|mini-?cart|basket-mini|cart-(?:drawer|mini)|side-?bar"
    r"|reviews?|comments?|modal|popup|cookie|newsletter|top-?bar|also|customers-also)(?:$|[_-])"
    r"|related|recommend|similar|up-?sell|cross-?sell|recently|viewed|also-?bought|sponsored"
    r"|^(?:tuijian|xiangguan|guess)",
    re.IGNORECASE,
)


def on_one_line(text: str) -> str:
    """Return the text with each run of white space as one space, and none around it."""
    return " ".join(text.split())


def text_within(element: HtmlElement, limit: int = 20_000) -> str:
    """Return the visible text of an element on one line, cut at about ``limit`` characters."""
    if not len(element):
        unseen = not isinstance(element.tag, str) or element.tag in _UNSEEN
        return "" if unseen else _beginning(element.text or "", limit)
    parts: list[str] = []
    size = 0
    for piece, _ in pieces_within(element, limit * 4 + MIN_STEPS):
        parts.append(piece[: limit * 4])  # the rest would only be looked through for white space
        size += len(piece)
        if size > limit:
            break
    return on_one_line("".join(parts))[:limit]


def _beginning(text: str, limit: int) -> str:
    """Return the first ``limit`` characters of a text on one line; no more is read."""
    if len(text) > 4 * limit:
        first = on_one_line(text[: 4 * limit])
        if len(first) > limit:
            return first[:limit]
    return on_one_line(text)[:limit]


def pieces_within(
    element: HtmlElement, steps: int = MIN_STEPS
) -> Iterator[tuple[str, HtmlElement]]:
    """Yield the visible pieces of text, each with the element that holds it; breaks too.

    :param steps: how many tags are looked at; a page can nest so that all stand in each other
    """
    walker = iterwalk(element, events=("start", "end", "comment", "pi"))
    for event, step in islice(walker, steps):
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
    name = element.get("class")
    if name and (_speaks(name, pattern) if len(name) < _LONG else _any_name(name, pattern)):
        return True
    name = element.get("id")
    return bool(name) and (
        _speaks(name, pattern) if len(name) < _LONG else _any_name(name, pattern)
    )


_LONG = 200


def _any_name(names: str, pattern: re.Pattern[str]) -> bool:
    return any(pattern.search(name) for name in names[:5000].split())


_speaks = lru_cache(maxsize=32_768)(_any_name)
"""Pages repeat their names, and the pages of a site each other's; each is looked at once."""


def lineage(element: HtmlElement) -> Iterator[HtmlElement]:
    """Yield the element and all that it stands in, inner ones first."""
    yield element
    yield from element.iterancestors()


def holds(outer: HtmlElement, inner: HtmlElement) -> bool:
    """Tell whether ``inner`` is ``outer`` or stands in it."""
    return any(step is outer for step in lineage(inner))


class MainPart:
    """The main part of a page: all but menus, related goods, reviews, small carts and the unseen.

    The page is gone through once, and what stands beside the main thing is not entered: menus are
    the larger part of most pages. What the heading stands in is never beside it.
    """

    def __init__(self, root: HtmlElement, heading: HtmlElement | None) -> None:
        self.elements: list[HtmlElement] = []
        """In the page's order."""
        self._tags: list[str] = []
        above = set() if heading is None else set(lineage(heading))
        waiting = [root]
        while waiting:
            element = waiting.pop()
            self.elements.append(element)
            self._tags.append(element.tag)
            waiting += [c for c in element[::-1] if not _is_side(c) or c in above]

    @cached_property
    def _known(self) -> set[HtmlElement]:
        return set(self.elements)

    @cached_property
    def _called(self) -> list[tuple[HtmlElement, list[str]]]:
        """The elements that have a ``class`` or an ``id``, and these."""
        found = []
        for element in self.elements:
            names = [name for name in (element.get("class"), element.get("id")) if name]
            if names:
                found.append((element, names))
        return found

    def __contains__(self, element: HtmlElement) -> bool:
        return element in self._known

    def tagged(self, *tags: str) -> Iterator[HtmlElement]:
        """Yield the elements of these tags."""
        named = zip(self.elements, self._tags, strict=True)
        wanted = frozenset(tags)
        return (element for element, tag in named if tag in wanted)

    def named(self, pattern: re.Pattern[str]) -> Iterator[HtmlElement]:
        """Yield the elements of which a word in ``class`` or ``id`` speaks of ``pattern``."""
        for element, names in self._called:
            for name in names:
                if (_speaks if len(name) < _LONG else _any_name)(name, pattern):
                    yield element
                    break


def is_beside(element: HtmlElement) -> bool:
    """Tell whether an element stands in a menu or the like, whatever the heading may be."""
    return any(_is_side(step) for step in lineage(element))


def _is_side(element: HtmlElement) -> bool:
    tag = element.tag
    if tag in _NEVER_MAIN or not isinstance(tag, str):
        return True
    if tag == "header":
        return not any(a.tag in ("main", "article") for a in element.iterancestors())
    return tag not in _ALWAYS_MAIN and marked(element, _SIDE_TOKEN)
