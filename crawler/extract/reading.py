"""One page read as a whole: is it a listing, a challenge, or a shell for scripts?"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from urllib.parse import urljoin, urlsplit

from parsel import Selector

from crawler.extract import opengraph
from crawler.extract.codes import number_in_address
from crawler.extract.document import parse_html
from crawler.extract.dom import MAX_DEPTH, MAX_ELEMENTS, HtmlElement, is_tame, text_within
from crawler.extract.draft import Draft
from crawler.extract.graph import Graph
from crawler.extract.microdata import parse_microdata
from crawler.extract.nodes import (
    Node,
    parse_json_ld,
    parse_json_ld_text,
    parse_rdfa,
)
from crawler.extract.page import PageView
from crawler.extract.picture_links import largest_named
from crawler.extract.products import choose_product, fields_of, is_same_thing, variants_of
from crawler.extract.shops import choose_seller
from crawler.extract.signs import find_challenge, needs_browser
from crawler.extract.state import choose_thing, parse_state
from crawler.extract.things import fields_of_thing
from crawler.extract.values import Locale, clean_text, is_chinese
from crawler.model import Listing
from crawler.sites import canonical_url, site_of


@dataclass(frozen=True, kw_only=True, slots=True)
class PageReading:
    """What a page turned out to be."""

    listing: Listing | None
    """The listing, without ``seen_at``; None when the page is about no one product."""
    warnings: tuple[str, ...] = ()
    """What is broken on the page, in words."""
    needs_browser: bool = False
    """The page is a shell that scripts fill; there is nothing to read without a browser."""
    blocked_by: str | None = None
    """The challenge that stands in place of the page (``cloudflare``, ``captcha``, ...)."""
    unread: str | None = None
    """Why the page could not be read at all; it must not be taken for a page without goods."""


SOLD = frozenset(("price", "sku", "gtin"))
"""One of these in its data, and a named thing is for sale."""
WORTH_MORE = frozenset(("price", "currency", "availability", "brand", "sku", "images"))
"""While one of these is missing, the next layer of data is read too."""
_HAS_MICRODATA = "org/Product"
"""Stands in the source of a page whose microdata tells of a product."""
UNTAMED = f"the page is nested over {MAX_DEPTH} deep or has over {MAX_ELEMENTS:,} elements"


def parse_listing(url: str, page: Selector | str) -> Listing | None:
    """Return the listing that a page is, or None. ``url`` is where the page was had from."""
    return parse_page(url, page).listing


def parse_page(url: str, page: Selector | str, source: str | None = None) -> PageReading:
    """Read a page: its listing, what is broken on it, and whether it is a page at all.

    :param url: where the page was had from, after redirects; relative links start there
    :param page: the parsed page (a response's ``selector``), or its text
    :param source: the text of a parsed page; of a page made to hurt the parser keeps only a part,
        and its data is read from here
    """
    if isinstance(page, str):
        source, page = page, parse_html(page)
    root = page.root
    if not hasattr(root, "iter"):
        return PageReading(listing=None, warnings=("the page is empty",))
    locale = locale_of(root, url)
    if not is_tame(root):
        return _read_untamed(page, source, url, locale)
    nodes, warnings = parse_json_ld(page)
    view = PageView(url, root, locale, page.get() if source is None else source)
    draft = _read_layers(page, nodes, view)
    if draft is not None:
        listing = _finished(draft, root, url, locale)
        return PageReading(listing=listing, warnings=(*warnings, *draft.contradictions))
    text = text_within(root, 5000)
    blocked_by = find_challenge(root, text)
    return PageReading(
        listing=None,
        warnings=tuple(warnings),
        needs_browser=blocked_by is None and needs_browser(root, text),
        blocked_by=blocked_by,
    )


def locale_of(root: HtmlElement, url: str) -> Locale:
    """Return what the page says of where it is."""
    language = language_of(root)
    chinese = language.lower().startswith("zh") if language else is_chinese(_words(root))
    return Locale(language=language, host=urlsplit(url).hostname or "", chinese=chinese)


def _words(root: HtmlElement) -> str:
    """Return what people read on a page; of a shell, its title."""
    return text_within(root, 5000) or str(root.xpath("string(//title)"))


def _finished(draft: Draft, root: HtmlElement, url: str, locale: Locale) -> Listing:
    draft.add("canonical", {"url": _canonical(root, url)})
    draft.add("page", {"language": locale.language})
    draft.add(None, {"url": canonical_url(url) or url, "site": site_of(url)})
    return draft.listing()


def _read_untamed(page: Selector, source: str | None, url: str, locale: Locale) -> PageReading:
    """Read what a page that is made to hurt says for machines; to nest deeply hides nothing."""
    root = page.root
    nodes, warnings = parse_json_ld(page) if source is None else parse_json_ld_text(source)
    og = opengraph.properties(root)
    names = {clean_text(name) for name in root.xpath("//title/text()|//h1/text()")[:5]}
    shared = [*og.get("og:title", ()), *(name for name in names if name)]
    graph = Graph("json-ld", nodes)
    product = choose_product(
        graph.products(), {name.casefold() for name in shared}, {canonical_url(url) or url}
    )
    draft = Draft()
    if product is not None:
        draft.add(graph.layer, fields_of(graph, product, url, locale))
    if opengraph.is_product(og):
        draft.add("opengraph", opengraph.fields_of(og, url, locale))
    if "title" in draft.fields and SOLD & draft.fields.keys():
        warnings.append(f"{UNTAMED}; only its data for machines was read")
        listing = _finished(draft, root, url, locale)
        return PageReading(listing=listing, warnings=tuple(warnings))
    return PageReading(
        listing=None,
        warnings=tuple(warnings),
        unread=f"{UNTAMED}, and no data for machines on it names a thing for sale",
    )


def _read_layers(page: Selector, json_ld: list[Node], view: PageView) -> Draft | None:
    """Collect the fields of the page's one product, layer by layer; None when it has none."""
    draft = Draft()
    if _read_graphs(draft, _graphs(page, json_ld, view.url, draft, view.source), view):
        return None
    named = "title" in draft.fields
    shared = opengraph.fields_of(view.shared, view.url, view.locale)
    if opengraph.is_product(view.shared):
        draft.add("opengraph", shared)
    elif named:
        own = {k: v for k, v in shared.items() if k not in ("title", "description")}
        draft.add("opengraph", own)
    if "title" in draft.fields or not (view.is_other or view.is_list()):
        _read_state(draft, view)
    if "title" in draft.fields:
        if not (SOLD & draft.fields.keys() or view.can_be_bought or view.price):
            return None
    elif not view.is_listing():
        return None
    _read_page(draft, view)
    choose_seller(draft, Graph("json-ld", json_ld), view)
    return draft


def _read_page(draft: Draft, view: PageView) -> None:
    """Add what people read on the page, in a few places before what its data says."""
    draft.replace("page", {"sku": view.sku})
    draft.replace("page", view.bid)
    if view.price is not None and not view.price.old:
        draft.compare("page", {"price": view.price.amount})
    if view.is_site(draft.fields.get("brand")):
        draft.replace("page", {"brand": view.brand})
    if draft.fields.get("availability") == "InStock" and view.is_shut:
        draft.replace("page", {"availability": view.said_stock})
    draft.add("page", view.fields(draft.fields.keys()))
    if pictures := draft.fields.get("images"):
        draft.fields["images"] = tuple(
            dict.fromkeys(largest_named(link, view.source) for link in pictures)
        )
    if "sku" not in draft.fields:
        pictures = draft.fields.get("images", ())
        draft.add("url", {"sku": number_in_address(view.url, view.root, pictures)})
    known = draft.fields.keys()
    if "price" in known and "availability" not in known and view.seems_to_be_had:
        draft.add("assumed", {"availability": "InStock"})


def _read_graphs(draft: Draft, graphs: Iterable[Graph], view: PageView) -> bool:
    """Add what the page's data gives of its one product; True when it says the page has none.

    A product that has no offer of its own on a page that is a grid of goods is the page's
    advertisement of itself to search engines, not a thing that is for sale.
    """
    is_list = False
    for graph in graphs:
        products = graph.products()
        product = choose_product(products, view.names, view.urls)
        if product is not None:
            if graph.asks_a_range(product) and view.is_list():
                return True
            others = variants_of(product, products)
            fields = fields_of(graph, product, view.url, view.locale, others)
            if is_same_thing(draft.fields.get("title"), fields["title"]):
                draft.add(graph.layer, fields)
        is_list = is_list or graph.lists_products() or bool(products) or graph.is_article()
    return is_list and "title" not in draft.fields


def _read_state(draft: Draft, view: PageView) -> None:
    """Add what the page hands to its scripts, while something lacks that it may give."""
    if not WORTH_MORE - draft.fields.keys() and "title" in draft.fields:
        return
    thing = choose_thing(parse_state(view.root, view.names), view.names, view.url)
    if thing is None:
        return
    shown = None if view.price is None else view.price.amount
    fields = {**fields_of_thing(thing, view.url, view.locale, shown)}
    if shown is not None and fields["price"] == shown and view.clear_currency:
        fields["currency"] = view.clear_currency  # scripts that count visits give one for all shops
    if is_same_thing(draft.fields.get("title"), fields["title"]):
        draft.add("state", fields)


def _graphs(
    page: Selector, json_ld: list[Node], url: str, draft: Draft, source: str
) -> Iterator[Graph]:
    """Yield the machine-readable layers while ``draft`` lacks something that they may give.

    The dear ones are read when the caller asks on. Microdata is read for what it contradicts, too.
    """
    yield Graph("json-ld", json_ld)
    named = "title" in draft.fields
    wanted = not named or WORTH_MORE - draft.fields.keys() or _HAS_MICRODATA in source
    if wanted and "itemtype" in source:
        yield Graph("microdata", parse_microdata(page.root, url, products_only=named))
    named = "title" in draft.fields
    if (not named or WORTH_MORE - draft.fields.keys()) and "typeof" in source:
        yield Graph("rdfa", parse_rdfa(page, url, products_only=named))


def language_of(root: HtmlElement) -> str | None:
    """Return ``<html lang>`` as BCP 47, or None."""
    value = root.get("lang") or root.get("xml:lang") or ""
    tag = value.strip().replace("_", "-")
    return tag if tag and tag.replace("-", "").isalnum() and len(tag) <= 20 else None


def _canonical(root: HtmlElement, url: str) -> str | None:
    """Return ``<link rel=canonical>`` when it names this page: same site, not the home page."""
    for link in root.iter("link"):
        if (link.get("rel") or "").lower().split() == ["canonical"] and link.get("href"):
            try:
                found = canonical_url(urljoin(url, link.get("href")))
            except ValueError:
                return None
            if found is None or site_of(found) != site_of(url):
                return None
            at_home = urlsplit(found).path == "/" and not urlsplit(found).query
            return None if at_home else found
    return None
