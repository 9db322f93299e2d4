"""The thing that a page is about, in the state that it hands to its scripts."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from itertools import islice
from typing import Any
from urllib.parse import unquote, urlsplit

from crawler.extract.dom import HtmlElement
from crawler.extract.literals import LiteralReader
from crawler.extract.scripts import find_trees
from crawler.extract.things import (
    BELONGS,
    GTINS,
    IN_ITSELF,
    NAMES,
    PRICES,
    SKUS,
    SOLD_NAME,
    VARIANTS,
    Thing,
    price_keys,
    price_of,
    title_of,
)

MAX_NODES = 60_000
MAX_FOUND = 300
"""Things with a name, of which one may be the page's."""
MIN_NAME = 6
"""A shorter name stands in the title of a page by chance."""
MAX_BESIDE = 200
"""Nodes around a name that are looked at for what belongs to it."""

_ADDRESSES = ("url", "slug", "handle", "urlKey", "url_key", "canonicalUrl", "link", "pdpUrl")
_IDS = ("id", "productId", "product_id", "itemId", "item_id", "dealNo", "offerId", *SKUS)
_NAMED = frozenset((*NAMES, SOLD_NAME))
_SOLD = frozenset((*PRICES, *SKUS, *GTINS, *VARIANTS))
_ASIDE = re.compile(r"recommend|related|similar|cross|upsell|cart|basket|history|viewed", re.I)
_LISTS = ("products", "items", "productList", "children", "subcategories", "hits", "results")
_LIST_TYPE = re.compile(r"category|collection|article|post$", re.I)
_MANY = BELONGS - IN_ITSELF
"""Of these the nearest is taken, of others only what all agree on."""
_WRITTEN = re.compile(r"\s*[{\[]\s*[{\"]")


def parse_state(root: HtmlElement, names: Collection[str] = ()) -> list[Thing]:
    """Return the things in a page's state that have a name and a price or a number.

    :param names: what the page calls itself, case-folded; what is called so takes from the nodes
        around it what they tell of it
    """
    walked = _Walked(root, names)
    return [thing for thing in walked.things() if _is_thing(thing)]


class _Walked:
    """The named nodes of a page's state, each with the two nodes that it stands in."""

    def __init__(self, root: HtmlElement, names: Collection[str]) -> None:
        self._names = names
        self._found: list[tuple[Thing, tuple[Thing, ...]]] = []
        self._by_id: dict[str, Thing] = {}
        """Nodes of a state in which others refer to them (``__ref``)."""
        self._stores: set[int] = set()
        """The nodes that hold those, side by side with all others of the page."""
        self._copied = 0
        left = MAX_NODES
        for tree in find_trees(root):
            left = self._walk(tree, left)

    def things(self) -> Iterator[Thing]:
        """Yield the nodes, with what they refer to and what stands beside them."""
        for node, above in self._found:
            thing = self._whole(node, 0) if self._by_id else node
            yield self._with_around(thing, above) if _is_called(thing, self._names) else thing

    def _walk(self, tree: object, left: int) -> int:
        waiting: list[tuple[Any, tuple[Thing, ...]]] = [(tree, ())]
        seen: set[int] = set()
        while waiting and left > 0 and len(self._found) < MAX_FOUND:
            left -= 1
            node, above = waiting.pop()
            if id(node) in seen:
                continue
            seen.add(id(node))
            if isinstance(node, dict):
                self._note(node, above)
                inner: list[Any] = list(node.values())
                above = (node, *above[:1])
            else:
                inner = node[:2000] if isinstance(node, list) else []
            waiting += [(v, above) for v in inner if isinstance(v, dict | list)]
        return left

    def _note(self, node: Thing, above: tuple[Thing, ...]) -> None:
        if not _NAMED.isdisjoint(node) and (_is_thing(node) or _is_called(node, self._names)):
            self._found.append((node, above))
        if "__typename" in node and above:
            self._by_id |= {key: value for key, value in above[0].items() if value is node}
            self._stores.add(id(above[0]))
        written = node.get("body")
        if isinstance(written, str) and _WRITTEN.match(written):
            node["body"] = LiteralReader().value_at(written)[0]

    def _whole(self, node: Any, depth: int) -> Any:  # noqa: ANN401 (JSON of others)
        """Return a node with the nodes that it refers to in their places."""
        if isinstance(node, list):
            return [self._whole(one, depth + 1) for one in node[:30]] if depth < 5 else None
        self._copied += 1
        if not isinstance(node, dict) or depth > 5 or self._copied > MAX_NODES:
            return node
        named = node.get("__ref")
        if isinstance(named, str):
            node = self._by_id.get(named, {})
        return {key: self._whole(value, depth + 1) for key, value in islice(node.items(), 80)}

    def _with_around(self, thing: Thing, above: tuple[Thing, ...]) -> Thing:
        """Return a thing with what the nodes around it tell of it, the nearest first."""
        title = title_of(thing)
        wanted = BELONGS - IN_ITSELF if _is_thing(thing) else BELONGS
        found = dict(thing)
        for outer in above:
            if id(outer) in self._stores:
                break
            beside: Thing = {}
            for node in islice(_around(outer, title), MAX_BESIDE):
                keys = wanted & node.keys()
                keys |= set() if wanted is not BELONGS else set(price_keys(node))
                for key in keys:
                    same = beside.setdefault(key, node[key]) == node[key]
                    beside[key] = node[key] if same or key in _MANY else None
            found = {key: value for key, value in beside.items() if value is not None} | found
        return found


def _around(outer: Thing, title: str | None) -> Iterator[Thing]:
    """Yield a node and those in it, nearest first: none of another name, none of several."""
    waiting = [(outer, 0)]
    for node, depth in waiting:
        if title_of(node) in (None, title):
            yield node
            if depth < 3 and len(waiting) < MAX_BESIDE:
                inner = ((k, v) for k, v in node.items() if isinstance(v, dict))
                waiting += [(value, depth + 1) for key, value in inner if not _ASIDE.search(key)]


def _is_thing(node: Thing) -> bool:
    """Tell whether a node is named and sold, and no list of others."""
    return (
        title_of(node) is not None
        and (any(node[key] for key in _SOLD & node.keys()) or bool(price_keys(node)))
        and not any(isinstance(v, list) and len(v) > 1 for k in _LISTS if (v := node.get(k)))
        and not _LIST_TYPE.search(str(node.get("__typename") or node.get("@type") or ""))
    )


def choose_thing(things: list[Thing], names: Collection[str], url: str) -> Thing | None:
    """Return the one thing that the page is about; None when that is not sure.

    It has the page's name, or its address ends as the page's; things of one name at two prices are
    two things, of which none is chosen.

    :param names: what the page calls itself, case-folded
    """
    last = unquote(urlsplit(url).path).rstrip("/").rpartition("/")[2].lower()
    stem = last.partition(".")[0]
    chosen = [t for t in things if _ends_as(t, last, stem)] or [
        t for t in things if _is_called(t, names)
    ]
    prices = {p for t in chosen if (p := price_of(t)[0]) is not None}
    titles = {(title_of(t) or "").casefold() for t in chosen}
    if not chosen or len(prices) > 1 or len(titles) > 1:
        return None
    chosen.sort(key=lambda thing: (price_of(thing)[0] is not None, len(thing)))
    return {key: value for thing in chosen for key, value in thing.items()}


def _ends_as(thing: Thing, last: str, stem: str) -> bool:
    for key in _ADDRESSES:
        value = thing.get(key)
        if isinstance(value, str) and len(last) > 2:
            end = value.partition("?")[0].rstrip("/").rpartition("/")[2].lower()
            if end and end in (last, stem):
                return True
    numbers = re.findall(r"\d{5,}", last)
    return bool(numbers) and any(str(thing.get(key)) in numbers for key in _IDS if key in thing)


def _is_called(thing: Thing, names: Collection[str]) -> bool:
    title = (title_of(thing) or "").casefold()
    return title in names or (len(title) >= MIN_NAME and any(title in name for name in names))
