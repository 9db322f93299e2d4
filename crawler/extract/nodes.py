"""The data that a page carries for machines, as nodes of one shape.

JSON-LD, microdata and RDFa all become dicts like JSON-LD's: ``@type``, property names without
their vocabulary, values that are strings, numbers, nodes or lists of them.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from typing import Any

import orjson
from extruct import RDFaExtractor
from extruct.utils import parse_xmldom_html
from lxml.etree import XPath  # type: ignore[import-untyped]
from parsel import Selector

Node = dict[str, Any]

MAX_DEPTH = 12
"""Nodes nested deeper than this are not looked at; real data stays under 8."""

VOCABULARY = re.compile(
    r"^(?:https?://(?:www\.)?(?:schema|data-vocabulary)\.org/|schema:)", re.IGNORECASE
)
_COMMENTS = re.compile(r"<!--|-->|<!\[CDATA\[|\]\]>|/\*(?s:.*?)(?:\*/|\Z)|^[ \t]*//[^\n]*", re.M)
_COMMA_BEFORE_END = re.compile(r",(\s*[}\]])")


def types_of(node: Node) -> set[str]:
    """Return the names in ``@type``, without their vocabulary, as schema.org spells them."""
    found = node.get("@type", [])
    names = found if isinstance(found, list) else [found]
    bare = (VOCABULARY.sub("", name).strip() for name in names if isinstance(name, str))
    return {_SPELLED.get(name.lower(), name) for name in bare}


_SPELLED = {
    name.lower(): name
    for name in (
        *("Product", "ProductGroup", "ProductModel", "IndividualProduct", "SomeProducts"),
        *("Offer", "AggregateOffer", "BreadcrumbList", "ItemList", "CollectionPage"),
    )
}
"""Types that shops write in small letters too."""


def as_list(value: object) -> list[Any]:
    """Return a value that may be missing, one, or several, as a list."""
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


def parse_json_ld(page: Selector) -> tuple[list[Node], list[str]]:
    """Return the top nodes of the page's JSON-LD, and what could not be read of it."""
    scripts = (s for s in page.root.iter("script") if "ld+json" in s.get("type", "").lower())
    return _parse_blocks("".join(script.itertext()) for script in scripts)


def parse_json_ld_text(source: str) -> tuple[list[Node], list[str]]:
    """Return the same from a page's text, for a page that the parser gave up halfway."""
    return _parse_blocks(_script_blocks(source))


_SCRIPT = re.compile(r"<script\b[^<>]{0,300}ld\+json[^<>]{0,300}>", re.IGNORECASE)
_SCRIPT_END = re.compile(r"</script", re.IGNORECASE)


def _script_blocks(source: str) -> Iterator[str]:
    """Yield what stands in the JSON-LD scripts; looks at each character once."""
    place = 0
    while start := _SCRIPT.search(source, place):
        end = _SCRIPT_END.search(source, start.end())
        if end is None:
            return
        yield source[start.end() : end.start()]
        place = end.end()


def _parse_blocks(texts: Iterable[str]) -> tuple[list[Node], list[str]]:
    nodes: list[Node] = []
    warnings: list[str] = []
    for number, block in enumerate(texts, start=1):
        text = block.strip()
        if not text:
            continue
        try:
            data = _lenient_json(text)
        except (ValueError, RecursionError) as error:
            warnings.append(f"JSON-LD block {number} cannot be read: {error}")
            continue
        if any(name in text for name in ('"Offers"', '"Name"', '"Availability"', '"Price"')):
            data = _small_first(data)
        nodes.extend(node for node in as_list(data) if isinstance(node, dict))
    return nodes, warnings


def _small_first(data: Any, depth: int = 0) -> Any:  # noqa: ANN401 (JSON of others)
    """Return the data with its keys begun by a small letter, as the vocabulary has them."""
    if depth > MAX_DEPTH:
        return None
    if isinstance(data, list):
        return [_small_first(one, depth + 1) for one in data]
    if isinstance(data, dict):
        return {key[:1].lower() + key[1:]: _small_first(v, depth + 1) for key, v in data.items()}
    return data


def _lenient_json(text: str) -> object:
    """Parse JSON as shops write it: line breaks in strings, comments, trailing commas."""
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError:
        pass
    try:
        return json.loads(text, strict=False)
    except ValueError:
        cleaned = _COMMA_BEFORE_END.sub(r"\1", _COMMENTS.sub("", text)).strip().rstrip(";")
        return json.loads(cleaned, strict=False)


_TYPED = XPath("//*[@typeof]")


def parse_rdfa(page: Selector, url: str, *, products_only: bool = False) -> list[Node]:
    """Return the nodes of the page's RDFa; costs ten times the rest, so only where it sells.

    :param products_only: return none when no product is among them
    """
    wanted = ("Product",) if products_only else ("Product", "Offer")
    if not any(word in element.get("typeof") for element in _TYPED(page.root) for word in wanted):
        return []
    tree = parse_xmldom_html(page.get(), encoding="UTF-8")
    found = RDFaExtractor().extract_items(tree, base_url=url)
    by_id = {node["@id"]: node for node in found if "@id" in node}
    inner = {
        value["@id"]
        for node in found
        for values in node.values()
        if isinstance(values, list)
        for value in values
        if isinstance(value, dict) and "@id" in value
    }
    flat = _Flat(by_id)
    return [flat.node(node) for node in found if node.get("@id") not in inner]


class _Flat:
    """Undoes RDFa's expanded form: values out of ``@value``, nodes in place of their ids.

    Each node is made once, however often it is named, and none holds itself.
    """

    def __init__(self, by_id: dict[str, Node]) -> None:
        self._by_id = by_id
        self._made: dict[str, Node] = {}
        self._open: set[str] = set()

    def node(self, node: Node) -> Node:
        """Return a node in JSON-LD's shape."""
        name = node.get("@id", "")
        if name in self._made:
            return self._made[name]
        self._open.add(name)
        flat: Node = {
            VOCABULARY.sub("", key): values if key == "@id" else [self._value(v) for v in values]
            for key, values in node.items()
        }
        self._open.discard(name)
        self._made[name] = flat
        return flat

    def _value(self, value: object) -> object:
        if not isinstance(value, dict):
            return value
        if "@value" in value:
            return value["@value"]
        name = value.get("@id", "")
        known = name in self._by_id and name not in self._open and len(self._open) < MAX_DEPTH
        return self.node(self._by_id[name]) if known else value.get("@id")


def walk(nodes: list[Node]) -> Iterator[tuple[Node, tuple[str, ...]]]:
    """Yield every node once, with the properties that lead to it, outer ones first."""
    return _walk(nodes, (), set())


def _walk(
    nodes: list[Node], path: tuple[str, ...], seen: set[int]
) -> Iterator[tuple[Node, tuple[str, ...]]]:
    if len(path) > MAX_DEPTH:
        return
    for node in nodes:
        if id(node) in seen:
            continue
        seen.add(id(node))
        yield node, path
        for name, value in node.items():
            inner = [v for v in as_list(value) if isinstance(v, dict)]
            if inner:
                yield from _walk(inner, (*path, name), seen)
