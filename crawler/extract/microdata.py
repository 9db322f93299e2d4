"""Microdata (HTML standard, section 5) as nodes of JSON-LD's shape.

Read here and not by extruct, whose sets of properties grow with the square of the page: a page of
the largest size that is read would hold a sweep up for minutes.
"""

from __future__ import annotations

from urllib.parse import urljoin

from lxml.etree import XPath  # type: ignore[import-untyped]

from crawler.extract.dom import HtmlElement, text_within
from crawler.extract.nodes import VOCABULARY, Node
from crawler.extract.picture_links import largest_of

_MARKED = XPath("//*[@itemscope or @itemprop]")
_REFERENCES = XPath("//*[@itemref]")
_TYPED = XPath("//*[@itemtype]")
_REFERS = XPath("boolean(descendant-or-self::*[@itemref])")
"""What refers on itself is not referred to, so that no item holds itself."""
MAX_TEXT = 5000
MAX_REFERENCES = 200

_ADDRESSES = {
    **dict.fromkeys(("audio", "embed", "iframe", "img", "source", "track", "video"), "src"),
    **dict.fromkeys(("a", "area", "link"), "href"),
    "object": "data",
}
_VALUES = {"data": "value", "meter": "value", "time": "datetime"}


def parse_microdata(root: HtmlElement, url: str, *, products_only: bool = False) -> list[Node]:
    """Return the top items of a page.

    :param url: where relative addresses start
    :param products_only: return none when no product is among them
    """
    typed = _TYPED(root)
    if not typed or (products_only and not any("roduct" in e.get("itemtype") for e in typed)):
        return []
    marked = _MARKED(root)
    items = {e: _new_item(e) for e in marked if e.get("itemscope") is not None}
    owners = _Owners(root, items)
    top = []
    for element in marked:
        names = element.get("itemprop", "").split()
        owner = owners.of(element)
        if names and owner is not None:
            value = items[element] if element in items else _value(element, url)
            for name in names:
                owner.setdefault(VOCABULARY.sub("", name), []).append(value)
        elif element in items:
            top.append(items[element])
    for item in items.values():
        for name, values in item.items():
            if len(values) == 1 and name != "@type":
                item[name] = values[0]
    return top


def _new_item(element: HtmlElement) -> Node:
    return {"@type": element.get("itemtype", "").split()}


class _Owners:
    """Which item an element belongs to: the nearest around it, or one that refers to its id."""

    def __init__(self, root: HtmlElement, items: dict[HtmlElement, Node]) -> None:
        self._items = items
        self._known: dict[HtmlElement, Node | None] = {}
        self._referred: dict[HtmlElement, Node] = {}
        for element in _REFERENCES(root)[:MAX_REFERENCES]:
            for name in element.get("itemref").split()[:20]:
                found = root.xpath("//*[@id=$name]", name=name)[:1]
                if found and element in items and not _REFERS(found[0]):
                    self._referred[found[0]] = items[element]

    def of(self, element: HtmlElement) -> Node | None:
        """Return the item of an element; None when it belongs to none."""
        if element in self._referred:
            return self._referred[element]
        path = []
        answer = None
        for step in element.iterancestors():
            if step in self._items:
                answer = self._items[step]
                break
            if step in self._known:
                answer = self._known[step]
                break
            if step in self._referred:
                answer = self._referred[step]
                break
            path.append(step)
        self._known.update(dict.fromkeys(path, answer))
        return answer


def _value(element: HtmlElement, url: str) -> str:
    tag = element.tag
    if tag == "meta" or (element.get("content") and tag not in _ADDRESSES):
        return element.get("content") or ""
    if tag == "img" and (largest := largest_of(element, url)):
        return largest
    if tag in _ADDRESSES:
        return _address(url, element.get(_ADDRESSES[tag]) or element.get("content") or "")
    written = element.get(_VALUES[tag]) if tag in _VALUES else None
    return written or text_within(element, MAX_TEXT)


def _address(url: str, address: str) -> str:
    try:
        return urljoin(url, address.strip())
    except ValueError:
        return ""
