"""The offers of a product in data for machines: the lowest price, and whether it can be had."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from decimal import Decimal
from itertools import islice

from crawler.extract.graph import Graph, text_of
from crawler.extract.nodes import Node, as_list, types_of
from crawler.extract.values import Locale, availability_of, currency_of, parse_price

MAX_OFFERS = 500
"""More offers of one product than this are not looked at."""
_STRUCK_OUT = re.compile(r"ListPrice|StrikethroughPrice|SRP|MSRP|InvoicePrice|MinimumAdvertised")


class Offers:
    """The offers of some products that are one thing."""

    def __init__(self, graph: Graph, products: Sequence[Node], locale: Locale) -> None:
        offered = (offer for node in products for offer in _offers(graph, node))
        self.nodes = list(islice(offered, MAX_OFFERS))
        self.price, self.currency, self.cheapest = _lowest(self.nodes, locale)
        self._locale = locale

    @property
    def availability(self) -> str | None:
        """The availability at the lowest price, in stock if any is, else that of any offer."""
        cheap = _as_cheap(self.cheapest, self.price, self.nodes, self._locale)
        return _availability(cheap, self.nodes)


def _offers(graph: Graph, product: Node, depth: int = 0) -> Iterator[Node]:
    for node in graph.full(product.get("offers")):
        inner = graph.full(node.get("offers")) if depth < 2 else []
        if "AggregateOffer" in types_of(node) or "lowPrice" in node or not inner:
            yield node
        if inner:
            yield from _offers(graph, node, depth + 1)
    if depth == 0:
        for variant in graph.full(product.get("hasVariant")):
            yield from _offers(graph, variant, 1)


def _lowest(
    offers: Sequence[Node], locale: Locale
) -> tuple[Decimal | None, str | None, Node | None]:
    """Return the lowest price with its currency and offer; zero counts only when alone."""
    priced = [(p, c, o) for o in offers for p, c in _prices(o, locale)]
    paid = [entry for entry in priced if entry[0] > 0] or priced
    if not paid:
        return None, None, offers[0] if offers else None
    return min(paid, key=lambda entry: entry[0])


def _prices(offer: Node, locale: Locale) -> Iterator[tuple[Decimal, str | None]]:
    nodes = [offer] + [n for n in as_list(offer.get("priceSpecification")) if isinstance(n, dict)]
    for node in nodes:
        kind = " ".join(str(t) for t in as_list(node.get("priceType")))
        if node is not offer and (_STRUCK_OUT.search(kind) or "referenceQuantity" in node):
            continue
        for key in ("price", "lowPrice", "minPrice"):
            for value in as_list(node.get(key)):
                amount, sign = parse_price(value)
                if amount is None:
                    continue
                code = text_of(node.get("priceCurrency")) or text_of(offer.get("priceCurrency"))
                yield amount, currency_of(code or sign, locale)


def _as_cheap(
    offer: Node | None, price: Decimal | None, offers: Sequence[Node], locale: Locale
) -> list[Node]:
    """Return the offers at the lowest price: sizes and colours of one thing, mostly."""
    if price is None:
        return [offer] if offer else []
    return [o for o in offers if any(p == price for p, _ in _prices(o, locale))]


def _availability(cheapest: Sequence[Node], offers: Sequence[Node]) -> str | None:
    """Return the availability at the lowest price, in stock if any is, else that of any offer."""
    for nodes in (cheapest, offers):
        values = [value for node in nodes for value in as_list(node.get("availability"))]
        found = [
            name
            for value in values
            if (name := availability_of(value.get("@id") if isinstance(value, dict) else value))
        ]
        if found:
            return "InStock" if "InStock" in found else found[0]
    return None
