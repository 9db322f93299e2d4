"""The nodes of one layer of a page as a graph: products, lists, what names what."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from crawler.extract.nodes import Node, as_list, types_of, walk
from crawler.extract.values import clean_text

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

    def top_nodes(self, kind: str) -> Iterator[Node]:
        """Yield the nodes of a type that stand by themselves, or publish the page or its site."""
        own = {"@graph", "publisher", "isPartOf", "mainEntity"}
        return (n for n, path in self._walked if kind in types_of(n) and set(path) <= own)

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
