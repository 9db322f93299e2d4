"""schema.org nodes -> the fields of the one listing that a page is about."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any

from crawler.extract.codes import brand_of, code_of
from crawler.extract.contacts import contact_uri, first_few
from crawler.extract.draft import Fields
from crawler.extract.graph import Graph, text_of
from crawler.extract.nodes import Node, as_list
from crawler.extract.offers import Offers
from crawler.extract.picture_links import picture_link
from crawler.extract.trail import trim_breadcrumbs
from crawler.extract.values import (
    Locale,
    clean_text,
    gtin_of,
    link_url,
)
from crawler.model import Seller
from crawler.sites import canonical_url

_ATTRIBUTES = ("color", "size", "material", "model", "mpn", "pattern", "itemCondition")
_GTINS = ("gtin13", "gtin", "gtin14", "gtin12", "gtin8", "isbn", "ean", "productID")


def choose_product(products: Sequence[Node], names: set[str], urls: set[str]) -> Node | None:
    """Return the one product that the page is about; None when it is about none, or several.

    :param names: what the page calls itself (main heading, title for sharing), case-folded
    :param urls: under which URLs the page goes, canonical
    """
    if not products:
        return None
    titles = {(text_of(p.get("name")) or "").casefold() for p in products}
    if len(titles) == 1 and (len(products) == 1 or len(_urls(products)) <= 1):
        alone = products[0]
        elsewhere = _urls([alone])
        if not elsewhere or elsewhere & urls or titles & names or not names:
            return max(products, key=len)
        # Its own URL is another one and the heading another: a card, unless the page says more.
        return alone if any(_alike(t, n) for t in titles for n in names) else None
    at_home = [p for p in products if _urls([p]) & urls]
    named = [p for p in products if (text_of(p.get("name")) or "").casefold() in names]
    within = [p for p in products if _within(text_of(p.get("name")), names)]
    for chosen in (named, at_home, within):
        if len({text_of(p.get("name")) for p in chosen}) == 1:
            return max(chosen, key=len)
    return None


def _urls(products: Sequence[Node]) -> set[str]:
    found = set()
    for product in products:
        for value in (product.get("url"), product.get("@id")):
            if isinstance(value, str) and value.startswith("http"):
                found.add(canonical_url(value) or value)
    return found


def _within(title: str | None, names: set[str]) -> bool:
    return title is not None and len(title) >= 8 and any(title.casefold() in n for n in names)


def _alike(one: str, other: str) -> bool:
    return bool(one and other) and (one in other or other in one)


def is_same_thing(one: str | None, other: str | None) -> bool:
    """Tell whether two layers of a page name one thing; True when only one of them names any."""
    return not one or not other or _alike(one.casefold(), other.casefold())


def variants_of(product: Node, products: Sequence[Node]) -> list[Node]:
    """Return the other products of the same name and address: its sizes and colours."""
    name, urls = text_of(product.get("name")), _urls([product])
    return [
        p
        for p in products
        if p is not product and text_of(p.get("name")) == name and _urls([p]) <= urls
    ]


def fields_of(
    graph: Graph, product: Node, url: str, locale: Locale, others: Sequence[Node] = ()
) -> Fields:
    """Return the listing's fields that this product node gives.

    :param others: variants of the same thing, of which only the offers are read
    """
    offers = Offers(graph, (product, *others), locale)
    price, currency, offer = offers.price, offers.currency, offers.cheapest
    sellers = (_seller(graph, node, url) for node in [offer or {}, *offers.nodes, product])
    variants = graph.full(product.get("hasVariant"))
    sources = [product, *([offer] if offer else []), *variants[:1]]
    return {
        "title": text_of(product.get("name")),
        "description": text_of(product.get("description")),
        "brand": _brand(graph, product),
        "price": price,
        "currency": currency,
        "availability": offers.availability,
        "seller": next((seller for seller in sellers if seller), None),
        "sku": next((c for n in sources if (c := _sku(n))), None),
        "gtin": next(
            (
                g
                for n in sources
                for k in _GTINS
                for v in as_list(n.get(k))
                if (g := gtin_of(_bare(v)))
            ),
            None,
        ),
        "category": tuple(_breadcrumbs(graph, product)) or tuple(_category(product)),
        "images": tuple(dict.fromkeys(_images(graph, product.get("image"), url))),
        "attributes": _attributes(product),
    }


def _brand(graph: Graph, product: Node) -> str | None:
    names = (_name(graph, product.get(key)) for key in ("brand", "manufacturer"))
    return next((brand for name in names if name and (brand := brand_of(name))), None)


_LABELLED = re.compile(r"(?:sku|art(?:icle|ikel)?|item|product|ref)\b[\s.:#]", re.I)


def _sku(node: Node) -> str | None:
    """Return an article number; some shops give it under another name."""
    for key in ("sku", "productID", "productId", "identifier"):
        for value in as_list(node.get(key)):
            text = None if isinstance(value, dict) else clean_text(_bare(value))
            text = code_of(text) or text if text and _LABELLED.match(text) else text
            if text and (key == "sku" or (len(text) <= 40 and not gtin_of(text))):
                return text
    return None


def _bare(value: object) -> object:
    """Strip ``gtin13:`` or ``isbn:`` in front of a number."""
    return re.sub(r"^\w+:", "", value) if isinstance(value, str) else value


def _name(graph: Graph, value: object) -> str | None:
    for one in as_list(value):
        node = graph.full(one)[0] if isinstance(one, dict) and graph.full(one) else one
        text = text_of(node)
        if text and not text.startswith("http"):
            return text
    return None


def _seller(graph: Graph, node: Node, url: str) -> Seller | None:
    for found in [*as_list(node.get("seller")), *as_list(node.get("offeredBy"))]:
        for seller in graph.full(found):
            if isinstance(found, str) and not _REFERENCE.match(found) and "name" not in seller:
                return Seller(name=clean_text(found))
            if one := seller_of_node(graph, seller, url):
                return one
    return None


def seller_of_node(graph: Graph, node: Node, url: str) -> Seller | None:
    """Return who a node is; None when it has no name."""
    name = text_of(node.get("name")) or text_of(node.get("legalName"))
    if name is None:
        return None
    return Seller(
        name=name,
        id=text_of(node.get("identifier")),
        url=link_url(url, text_of(node.get("url"))),
        contacts=first_few(_contacts(graph, node)),
    )


_REFERENCE = re.compile(r"#|_:|/|https?://", re.IGNORECASE)


def _contacts(graph: Graph, seller: Node) -> Iterator[str]:
    for node in [seller, *graph.full(seller.get("contactPoint"))]:
        for key, scheme in (("email", "mailto:"), ("telephone", "tel:")):
            for value in map(clean_text, as_list(node.get(key))):
                if value and (uri := contact_uri(scheme + value.removeprefix(scheme))):
                    yield uri


def _images(graph: Graph, value: object, url: str) -> Iterator[str]:
    for one in as_list(value):
        if isinstance(one, str):
            found = picture_link(url, one)
            if found:
                yield found
        else:
            for node in graph.full(one):
                source = node.get("contentUrl") or node.get("url") or node.get("@id")
                yield from _images(
                    graph, [v for v in as_list(source) if isinstance(v, str)][:1], url
                )


def _category(product: Node) -> list[str]:
    text = text_of(product.get("category"))
    if text is None or text.startswith("http"):
        return []
    return [part for part in (p.strip() for p in re.split(r"\s*[>»›]\s*|\s+/\s+|/", text)) if part]


def _breadcrumbs(graph: Graph, product: Node) -> list[str]:
    title = (text_of(product.get("name")) or "").casefold()
    best: list[str] = []
    for node in graph.nodes_of("BreadcrumbList"):
        items = sorted(graph.full(node.get("itemListElement")), key=_position)
        names = [text_of(i.get("name")) or text_of(i.get("item")) for i in items]
        best = max(best, trim_breadcrumbs([n for n in names if n], title), key=len)
    return best


def _position(item: Node) -> float:
    try:
        return float(str(item.get("position", 0)))
    except ValueError:
        return 0.0


def _attributes(product: Node) -> dict[str, str]:
    found: dict[str, Any] = {}
    for node in as_list(product.get("additionalProperty")):
        if isinstance(node, dict):
            name, value = text_of(node.get("name")), text_of(node.get("value"))
            if name and value:
                found.setdefault(name, value)
    for key in _ATTRIBUTES:
        text = text_of(product.get(key))
        if text:
            found.setdefault(key, text.rpartition("/")[2] if key == "itemCondition" else text)
    return found
