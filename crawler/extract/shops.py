"""The seller of a listing: a vendor whom the page shows, or the shop itself."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Sequence

from lxml.etree import XPath  # type: ignore[import-untyped]

from crawler.extract.contacts import contacts_in, first_few, ids_of_services
from crawler.extract.dom import HtmlElement
from crawler.extract.draft import Draft
from crawler.extract.graph import Graph, text_of
from crawler.extract.nodes import Node
from crawler.extract.page import PageView
from crawler.extract.products import seller_of_node
from crawler.model import Seller

_CALLED_FOOTERS = XPath(
    "//*[self::div or self::section]"
    "[starts-with(@id, 'footer') or starts-with(@class, 'footer') or contains(@class, 'site-foot')]"
)
SHOPS = ("Organization", "OnlineStore", "Store", "LocalBusiness", "Corporation", "OnlineBusiness")


def choose_seller(draft: Draft, graph: Graph, view: PageView) -> None:
    """Settle who offers the listing, and by what they can be reached.

    A vendor whom the page shows goes before the data: a marketplace puts its own name there. A shop
    without vendors is the seller itself, when its data says who it is; then what stands in the
    footer of the page is the seller's too.
    """
    said: Seller | None = draft.fields.get("seller")
    vendor = view.vendor
    if vendor is not None:
        if said is None or not _is_same(said, vendor):
            draft.replace("page", {"seller": vendor})
        else:
            draft.replace(draft.layers["seller"], {"seller": _both(said, vendor)})
        return
    shop = next(_shops(graph, view), None)
    if said is None:
        if shop is None or any(line.kind == "seller" for line in view.lines):
            return
        draft.add(graph.layer, {"seller": shop})
        said = shop
    if (shop is not None and _is_same(said, shop)) or view.is_site(said.name):
        known = said if shop is None else _both(said, shop)
        contacts = first_few((*known.contacts, *_of_site(view.root)))
        whole = dataclasses.replace(known, contacts=contacts)
        draft.replace(draft.layers["seller"], {"seller": whole})


def _shops(graph: Graph, view: PageView) -> Iterator[Seller]:
    """Yield the organisations of the page's data that are the site's own."""
    for kind in SHOPS:
        for node in graph.top_nodes(kind):
            seller = seller_of_node(graph, node, view.url)
            if seller is not None and (_links_home(node, view) or view.is_site(seller.name)):
                yield seller


def _links_home(node: Node, view: PageView) -> bool:
    return view.is_own(text_of(node.get("url")))


def _of_site(root: HtmlElement) -> Iterator[str]:
    for footer in _footers(root):
        yield from contacts_in(footer)
    yield from ids_of_services(root)


def _footers(root: HtmlElement) -> Sequence[HtmlElement]:
    found = list(root.iter("footer", "address"))
    return found[-3:] or _CALLED_FOOTERS(root)[:2]


def _is_same(one: Seller, other: Seller) -> bool:
    names = [_bare(seller.name) for seller in (one, other)]
    return names[0] == names[1] or (one.url is not None and one.url == other.url)


def _bare(name: str | None) -> str:
    return "".join(c for c in (name or "").casefold() if c.isalnum())


def _both(first: Seller, second: Seller) -> Seller:
    """Return one seller of what two places say of them."""
    return Seller(
        name=first.name or second.name,
        id=first.id or second.id,
        url=first.url or second.url,
        contacts=first_few((*first.contacts, *second.contacts)),
    )
