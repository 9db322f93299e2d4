"""schema.org nodes -> the fields of the one listing that a page is about."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from decimal import Decimal
from itertools import islice
from typing import Any

from crawler.extract.draft import Fields
from crawler.extract.nodes import Node, as_list, types_of, walk
from crawler.extract.trail import trim_breadcrumbs
from crawler.extract.values import (
    Locale,
    availability_of,
    clean_text,
    contact_uri,
    currency_of,
    gtin_of,
    link_url,
    parse_price,
    picture_url,
)
from crawler.model import Seller
from crawler.sites import canonical_url

PRODUCT_TYPES = frozenset(
    ("Product", "ProductGroup", "IndividualProduct", "ProductModel", "SomeProducts", "Vehicle")
)
SOLD_AS = frozenset(("Book", "Car", "MusicAlbum", "Movie", "VideoGame", "Game", "VisualArtwork"))
"""Types that are a product when they carry an offer."""

NOT_THE_PAGE = frozenset(
    [
        "itemListElement",
        "isRelatedTo",
        "isSimilarTo",
        "isAccessoryOrSparePartFor",
        "isConsumableFor",
        "hasVariant",
        "isVariantOf",
        "itemReviewed",
        "review",
        "reviews",
        "makesOffer",
        "hasOfferCatalog",
        "mentions",
        "subjectOf",
        "hasPart",
        "isPartOf",
        "model",
    ]
)
"""Properties that lead from what the page is about to something else."""

MAX_OFFERS = 500
"""More offers of one product than this are not looked at."""
_STRUCK_OUT = re.compile(r"ListPrice|StrikethroughPrice|SRP|MSRP|InvoicePrice|MinimumAdvertised")
_ATTRIBUTES = ("color", "size", "material", "model", "mpn", "pattern", "itemCondition")
_GTINS = ("gtin13", "gtin", "gtin14", "gtin12", "gtin8", "isbn", "ean", "productID")


def text_of(value: object) -> str | None:
    """Return the text of a value that may be a string, a node with a name, or a list of them."""
    for one in as_list(value):
        if isinstance(one, dict):
            one = one.get("@value") or one.get("name") or one.get("legalName")
            if isinstance(one, list | dict):
                one = text_of(one)
        text = clean_text(one)
        if text:
            return text
    return None


class Graph:
    """The nodes of one layer of a page."""

    def __init__(self, layer: str, nodes: Sequence[Node]) -> None:
        self.layer = layer
        self._walked = list(walk(list(nodes)))
        self._by_id = {
            node["@id"]: node
            for node, _ in self._walked
            if isinstance(node.get("@id"), str) and len(node) > 1
        }

    def products(self) -> list[Node]:
        """Return the products that the page itself may be about, not those it links to."""
        return [
            node
            for node, path in self._walked
            if not NOT_THE_PAGE.intersection(path)
            and self._is_product(node)
            and text_of(node.get("name"))
        ]

    def lists_products(self) -> bool:
        """Tell whether the data says that the page is a list of products."""
        kinds = [
            "list"
            if types_of(node) & {"CollectionPage", "SearchResultsPage", "OfferCatalog"}
            else "item"
            for node, path in self._walked
            if types_of(node) & {"CollectionPage", "SearchResultsPage", "OfferCatalog"}
            or ("itemListElement" in path and types_of(node) & PRODUCT_TYPES)
        ]
        return "list" in kinds or len(kinds) > 1

    def is_article(self) -> bool:
        """Tell whether the data says that the page is something to read."""
        return any(
            types_of(node) & {"Article", "BlogPosting", "NewsArticle", "Recipe", "TechArticle"}
            and set(path) <= {"@graph", "mainEntity"}
            for node, path in self._walked
        )

    def asks_a_range(self, product: Node) -> bool:
        """Tell whether a product has no offer of its own: a range of prices, or none at all."""
        offers = self.full(product.get("offers"))
        return not any(
            "Offer" in types_of(node) or ("price" in node and "lowPrice" not in node)
            for node in offers
        )

    def nodes_of(self, kind: str) -> Iterator[Node]:
        """Yield every node of a type, wherever it stands."""
        return (node for node, _ in self._walked if kind in types_of(node))

    def full(self, value: object) -> list[Node]:
        """Return nodes, with references by ``@id`` replaced by what they name."""
        found = []
        for one in as_list(value):
            if isinstance(one, str):
                one = {"@id": one}
            if isinstance(one, dict):
                found.append(self._by_id.get(one.get("@id", ""), one) if len(one) == 1 else one)
        return found

    def _is_product(self, node: Node) -> bool:
        types = types_of(node)
        return bool(types & PRODUCT_TYPES) or bool(types & SOLD_AS and node.get("offers"))


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


def fields_of(graph: Graph, product: Node, url: str, locale: Locale) -> Fields:
    """Return the listing's fields that this product node gives."""
    offers = list(islice(_offers(graph, product), MAX_OFFERS))
    price, currency, offer = _lowest(offers, locale)
    sellers = (_seller(graph, node, url) for node in [offer or {}, *offers, product])
    variants = graph.full(product.get("hasVariant"))
    sources = [product, *([offer] if offer else []), *variants[:1]]
    return {
        "title": text_of(product.get("name")),
        "description": text_of(product.get("description")),
        "brand": _name(graph, product.get("brand")) or _name(graph, product.get("manufacturer")),
        "price": price,
        "currency": currency,
        "availability": _availability(_as_cheap(offer, price, offers, locale), offers),
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


def _sku(node: Node) -> str | None:
    """Return an article number; some shops give it under another name."""
    for key in ("sku", "productID", "productId", "identifier"):
        for value in as_list(node.get(key)):
            text = None if isinstance(value, dict) else clean_text(_bare(value))
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


def _seller(graph: Graph, node: Node, url: str) -> Seller | None:
    for found in [*as_list(node.get("seller")), *as_list(node.get("offeredBy"))]:
        for seller in graph.full(found):
            name = text_of(seller.get("name")) or text_of(seller.get("legalName"))
            if name is None and isinstance(found, str) and not _REFERENCE.match(found):
                name = clean_text(found)
            if name is None:
                continue
            return Seller(
                name=name,
                id=text_of(seller.get("identifier")),
                url=link_url(url, text_of(seller.get("url"))),
                contacts=tuple(dict.fromkeys(_contacts(graph, seller))),
            )
    return None


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
            found = picture_url(url, one)
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
