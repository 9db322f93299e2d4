"""The data that a page carries for machines, as nodes of one shape.

JSON-LD, microdata and RDFa all become dicts like JSON-LD's: ``@type``, property names without
their vocabulary, values that are strings, numbers, nodes or lists of them.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import orjson
from extruct import MicrodataExtractor, RDFaExtractor
from extruct.utils import parse_xmldom_html
from parsel import Selector

Node = dict[str, Any]

MAX_DEPTH = 12
"""Nodes nested deeper than this are not looked at; real data stays under 8."""

_VOCABULARY = re.compile(r"^(?:https?://(?:www\.)?schema\.org/|schema:)", re.IGNORECASE)
_COMMENTS = re.compile(r"<!--|-->|<!\[CDATA\[|\]\]>|/\*(?s:.*?)(?:\*/|\Z)|^[ \t]*//[^\n]*", re.M)
_COMMA_BEFORE_END = re.compile(r",(\s*[}\]])")


def types_of(node: Node) -> set[str]:
    """Return the names in ``@type``, without their vocabulary."""
    found = node.get("@type", [])
    names = found if isinstance(found, list) else [found]
    return {_VOCABULARY.sub("", name) for name in names if isinstance(name, str)}


def as_list(value: object) -> list[Any]:
    """Return a value that may be missing, one, or several, as a list."""
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


def parse_json_ld(page: Selector) -> tuple[list[Node], list[str]]:
    """Return the top nodes of the page's JSON-LD, and what could not be read of it."""
    nodes: list[Node] = []
    warnings: list[str] = []
    for number, script in enumerate(page.xpath('//script[contains(@type, "ld+json")]'), start=1):
        text = "".join(script.xpath("text()").getall()).strip()
        if not text:
            continue
        try:
            data = _lenient_json(text)
        except (ValueError, RecursionError) as error:
            warnings.append(f"JSON-LD block {number} cannot be read: {error}")
            continue
        nodes.extend(node for node in as_list(data) if isinstance(node, dict))
    return nodes, warnings


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


def parse_microdata(page: Selector, url: str) -> list[Node]:
    """Return the top nodes of the page's microdata."""
    if page.xpath('boolean(//*[contains(@itemtype, "schema.org")])').get() != "1":
        return []
    items = MicrodataExtractor().extract_items(page.root, url)
    return [_microdata_node(item) for item in items]


def _microdata_node(item: Node) -> Node:
    node: Node = {"@type": item.get("type", [])}
    for name, value in (item.get("properties") or {}).items():
        values = [_microdata_node(v) if isinstance(v, dict) else v for v in as_list(value)]
        node[_VOCABULARY.sub("", name)] = values[0] if len(values) == 1 else values
    return node


def parse_rdfa(page: Selector, url: str) -> list[Node]:
    """Return the nodes of the page's RDFa; costs ten times the rest, so only where it is used."""
    marked = page.xpath('boolean(//*[contains(@typeof, "Product") or contains(@typeof, "Offer")])')
    if marked.get() != "1":
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
    return [_rdfa_node(node, by_id, 0) for node in found if node.get("@id") not in inner]


def _rdfa_node(node: Node, by_id: dict[str, Node], depth: int) -> Node:
    """Undo the expanded form: values out of ``@value``, nodes in place of their ids."""
    flat: Node = {}
    for name, values in node.items():
        key = _VOCABULARY.sub("", name)
        flat[key] = [_rdfa_value(v, by_id, depth) for v in values] if name != "@id" else values
    return flat


def _rdfa_value(value: object, by_id: dict[str, Node], depth: int) -> object:
    if not isinstance(value, dict):
        return value
    if "@value" in value:
        return value["@value"]
    target = by_id.get(value.get("@id", ""))
    if target is None or depth >= MAX_DEPTH:
        return value.get("@id")
    return _rdfa_node(target, by_id, depth + 1)


def walk(nodes: list[Node], path: tuple[str, ...] = ()) -> Iterator[tuple[Node, tuple[str, ...]]]:
    """Yield every node with the properties that lead to it, outer ones first."""
    if len(path) > MAX_DEPTH:
        return
    for node in nodes:
        yield node, path
        for name, value in node.items():
            inner = [v for v in as_list(value) if isinstance(v, dict)]
            if inner:
                yield from walk(inner, (*path, name))
