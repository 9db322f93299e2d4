"""One page read as a whole: is it a listing, a challenge, or a shell for scripts?"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urljoin, urlsplit

from parsel import Selector

from crawler.extract import opengraph
from crawler.extract.dom import HtmlElement, is_tame, text_within
from crawler.extract.draft import Draft
from crawler.extract.nodes import Node, parse_json_ld, parse_microdata, parse_rdfa
from crawler.extract.page import PageView
from crawler.extract.products import Graph, choose_product, fields_of
from crawler.extract.signs import find_challenge, needs_browser
from crawler.extract.values import Locale, is_chinese
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


def parse_listing(url: str, page: Selector | str) -> Listing | None:
    """Return the listing that a page is, or None. ``url`` is where the page was had from."""
    return parse_page(url, page).listing


def parse_page(url: str, page: Selector | str) -> PageReading:
    """Read a page: its listing, what is broken on it, and whether it is a page at all.

    :param url: where the page was had from, after redirects; relative links start there
    :param page: the parsed page (a response's ``selector``), or its text
    """
    if isinstance(page, str):
        page = Selector(text=page, type="html")
    root = page.root
    if not hasattr(root, "iter"):
        return PageReading(listing=None, warnings=("the page is empty",))
    text = text_within(root, 5000)
    language = _language(root)
    locale = Locale(
        language=language,
        host=urlsplit(url).hostname or "",
        chinese=(language or "").lower().startswith("zh") or (not language and is_chinese(text)),
    )
    nodes, warnings = parse_json_ld(page)
    if not is_tame(root):
        warnings.append("the page is nested too deeply or is too large; it was not read")
        return PageReading(listing=None, warnings=tuple(warnings))
    draft = _read_layers(page, nodes, PageView(url, root, locale))
    if draft is None:
        blocked_by = find_challenge(root, text)
        return PageReading(
            listing=None,
            warnings=tuple(warnings),
            needs_browser=blocked_by is None and needs_browser(root, text),
            blocked_by=blocked_by,
        )
    canonical = _canonical(root, url)
    draft.add("canonical", {"url": canonical})
    draft.add("page", {"language": language})
    draft.add(None, {"url": canonical_url(url) or url, "site": site_of(url)})
    return PageReading(listing=draft.listing(), warnings=tuple(warnings))


def _read_layers(page: Selector, json_ld: list[Node], view: PageView) -> Draft | None:
    """Collect the fields of the page's one product, layer by layer; None when it has none."""
    draft = Draft()
    og = opengraph.properties(view.root)
    is_list = False
    for graph in _graphs(page, json_ld, view.url):
        products = graph.products()
        product = choose_product(products, view.names(og.get("og:title", ())), view.urls)
        if product is not None:
            draft.add(graph.layer, fields_of(graph, product, view.url, view.locale))
            break
        is_list = is_list or graph.lists_products() or bool(products) or graph.is_article()
    named = "title" in draft.fields
    if not named and is_list:
        return None
    og_fields = opengraph.fields_of(og, view.url, view.locale)
    if opengraph.is_product(og):
        draft.add("opengraph", og_fields)
    elif named:
        draft.add("opengraph", {"images": og_fields["images"]})
    if "title" in draft.fields:
        sold = {"price", "sku", "gtin"} & draft.fields.keys() or view.can_be_bought or view.price
        if not sold:
            return None
    elif not view.is_listing():
        return None
    draft.add("page", view.fields(draft.fields.keys()))
    return draft


def _graphs(page: Selector, json_ld: list[Node], url: str) -> Iterator[Graph]:
    """Yield the machine-readable layers; the dear ones are read when the caller asks on."""
    yield Graph("json-ld", json_ld)
    yield Graph("microdata", parse_microdata(page, url))
    yield Graph("rdfa", parse_rdfa(page, url))


def _language(root: HtmlElement) -> str | None:
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
