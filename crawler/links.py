"""The links of a page that are worth following within a site.

A URL is decided on as a string, once a page, before any Request is built.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import parse_qsl, urljoin, urlsplit

from parsel import Selector

from crawler.extract.dom import HtmlElement
from crawler.sites import canonical_url, site_of


class LinkKind(StrEnum):
    """What a link seems to lead to; a hint, not a promise."""

    LISTING = "listing"
    NEXT = "next"
    LIST = "list"
    OTHER = "other"


PRIORITY = {LinkKind.LISTING: 30, LinkKind.NEXT: 20, LinkKind.LIST: 10, LinkKind.OTHER: 0}
"""Listings first: a budget is spent on what is matched, and the queue stays short, since a list
is opened only when the listings known so far are done. Then the rest of a list that is begun,
then other lists. Lists do not starve: listings are finite between two lists."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Link:
    """A link on the same site."""

    url: str
    """Canonical."""
    kind: LinkKind

    @property
    def priority(self) -> int:
        """A Request's priority; higher is earlier."""
        return PRIORITY[self.kind]


_BINARY = re.compile(
    r"\.(?:jpe?g|png|gif|webp|avif|svg|ico|bmp|tiff?|pdf|docx?|xlsx?|pptx?|csv|zip|rar|7z|gz|tgz"
    r"|exe|dmg"
    r"|apk|mp[34]|m4[av]|avi|mov|webm|wav|ogg|css|js|mjs|json|xml|rss|atom|woff2?|ttf|eot)$",
    re.IGNORECASE,
)
_NO_PAGE = re.compile(
    r"/(?:(?:shopping-?)?cart|basket|bag|checkout|login|log-in|logout|log-out|sign-?in|sign-?up"
    r"|sign-?out|register"
    r"|(?:my-?)?accounts?|customer|member|user|profile|wish-?lists?|favou?rites?|compare"
    r"|comparison|catalog/product_compare"
    r"|print|share|send-?friend|email-?a?-?friend|tell-?a-?friend|reviews?|write-?review"
    r"|questions?|orders?|track(?:ing)?"
    r"|password|forgot|unsubscribe|newsletter|wp-(?:admin|login|json|content|includes)|admin"
    r"|dashboard|feed|rss|api|graphql"
    r"|cdn-cgi|search|suche|recherche|buscar|advancedsearch|i18n|setlang|currency|add-to-cart"
    r"|addtocart)"
    r"(?:\.(?:php|html?|aspx?|jsp|do))?(?:/|$)",
    re.IGNORECASE,
)
_NO_PARAMETER = re.compile(
    r"sort(?:[_-]?by|[_-]?order|ing)?|order(?:[_-]?by|way)?|dir(?:ection)?|filter.*|f\[.*"
    r"|.*facet.*|refine.*|min_?price|max_?price|price(?:_.*)?"
    r"|add-?to-?cart|add_to_wishlist|add_to_compare|add|remove|remove_item|action|replytocom"
    r"|share|print|view_?mode|view|mode"
    r"|per_?page|perpage|limit|page_?size|ps|show|display|rating|currency|lang(?:uage)?"
    r"|return(?:_?(?:url|to))?|redirect(?:_?(?:url|to))?"
    r"|next|back|referer|referrer|login|q|query|keywords?|wd|s|search|search_query|k",
    re.IGNORECASE,
)
_NO_ROUTE = re.compile(
    r"account|cart|checkout|wish_?list|compare|login|logoff|logout|register|password|address"
    r"|review|contact|affiliate|voucher|search|return",
    re.IGNORECASE,
)
"""What the values of ``route=``, ``main_page=`` and ``s=`` may not name (OpenCart, Zen Cart)."""
_ROUTE = frozenset(("route", "main_page", "s", "controller", "app", "act", "c", "m"))
_PAGE_NUMBER = re.compile(r"(?:^|/)(?:page|p|seite|pagina)[/-]?\d+(?:/|\.html?)?$", re.IGNORECASE)
_PAGE_PARAMETER = re.compile(
    r"(?:p|pg|page|paged|pagenum|page_?no|page_?number|pageindex|currentpage|start|offset|from)",
    re.I,
)
_NEXT_WORDS = re.compile(
    r"\W*(?:next(?: page)?|older|more products|weiter|nächste(?: seite)?|suivante?|siguiente"
    r"|successiv[oa]|volgende|następna|próxim[ao]|вперед|далее"
    r"|下一页|下一頁|下页|后一页|次へ|次のページ|다음|load more|show more|加载更多|›|»|>|→)\W*",
    re.IGNORECASE,
)
_PAGER = re.compile(r"pag(?:er|ination|ing|enav|es)|fenye|next", re.IGNORECASE)
_LISTING_PATH = re.compile(
    r"/(?:products?|produ[ck]te?|produit|producto|prodotto|artikel|item|items|goods|dp|p|pd"
    r"|listing|detail|details|offer|auction|sku|shangpin|gp/product)"
    r"(?:[/_-]|\.(?:php|html?|aspx?))[^/]*\w|[-_/][a-z]?\d{4,}(?:\.html?)?/?$|_\d+/$",
    re.IGNORECASE,
)
_LISTING_PARAMETER = re.compile(
    r"(?:product|goods|item|prod|sku|listing)_?(?:id|no|s_id)?|products_id", re.IGNORECASE
)
_LIST_PATH = re.compile(
    r"/(?:(?:product-)?categor(?:y|ies|ie|ia)|c|cat|collections?|catalog(?:ue)?|department|dept"
    r"|shop|store|stores|seller|sellers|brands?|kategorie"
    r"|rayon|list|lists|fenlei|offers|sale|new|products|all|range|genre|tags?"
    r"|product-tag)(?:[/_.-]|$)",
    re.IGNORECASE,
)
_LIST_PARAMETER = re.compile(
    r"(?:cat(?:egory)?|cid|collection|brand|manufacturer)_?(?:id)?|cpath|path", re.IGNORECASE
)
_CARD = re.compile(r"product|item|card|goods|listing|tile", re.IGNORECASE)
_MENU_TAGS = frozenset(("nav", "header", "footer", "aside"))


def find_links(page: Selector, url: str) -> list[Link]:
    """Return the links to follow from a page, best first, each URL once.

    Only the page's own site; no carts, accounts, reviews, searches, sortings, filters, files.
    ``rel=nofollow`` counts for links that seem to be neither a listing nor a list.

    :param url: where the page was had from; relative links start at its ``<base href>``
    """
    root = page.root
    if not hasattr(root, "iter"):
        return []
    site, own = site_of(url), canonical_url(url)
    base = _base(root, url)
    found: dict[str, LinkKind] = {}
    for element, href in _hrefs(root):
        target = _target(base, href)
        if target is None or target == own or site_of(target) != site or not is_page(target):
            continue
        kind = _kind(element, target)
        if kind is LinkKind.OTHER and "nofollow" in element.get("rel", "").lower().split():
            continue
        known = found.get(target)
        if known is None or PRIORITY[kind] > PRIORITY[known]:
            found[target] = kind
    links = [Link(url=target, kind=kind) for target, kind in found.items()]
    return sorted(links, key=lambda link: -link.priority)


def is_page(url: str) -> bool:
    """Tell whether a canonical URL may be a page of goods, by its path and query alone."""
    parts = urlsplit(url)
    if _BINARY.search(parts.path) or _NO_PAGE.search(parts.path):
        return False
    for name, value in parse_qsl(parts.query, keep_blank_values=True):
        if name.lower() in _ROUTE and not value.isdigit():
            if _NO_ROUTE.search(value):
                return False
        elif _NO_PARAMETER.fullmatch(name):
            return False
    return True


def _hrefs(root: HtmlElement) -> Iterator[tuple[HtmlElement, str]]:
    """Yield each different address with the first element that has it."""
    seen: set[tuple[str, str]] = set()
    for element in root.iter("a", "area", "link"):
        if element.tag == "link" and (element.get("rel") or "").lower() != "next":
            continue
        for name in ("href", "data-url", "data-href"):
            href = (element.get(name) or "").strip()
            key = (href, element.get("class") or "")
            if href and key not in seen:
                seen.add(key)
                yield element, href


def _base(root: HtmlElement, url: str) -> str:
    for element in root.iter("base"):
        if element.get("href"):
            return _join(url, element.get("href")) or url
    return url


def _join(base: str, href: str) -> str | None:
    try:
        return urljoin(base, href)
    except ValueError:
        return None


def _target(base: str, href: str) -> str | None:
    if href.startswith("#") or href.lower().startswith(
        ("javascript:", "mailto:", "tel:", "data:", "blob:")
    ):
        return None
    joined = _join(base, href)
    return None if joined is None else canonical_url(joined)


def _kind(element: HtmlElement, target: str) -> LinkKind:
    parts = urlsplit(target)
    names = [pair.partition("=")[0] for pair in parts.query.split("&")] if parts.query else []
    if _is_next(element, parts.path, names):
        return LinkKind.NEXT
    if any(_LISTING_PARAMETER.fullmatch(name) for name in names):
        return LinkKind.LISTING
    if any(_LIST_PARAMETER.fullmatch(name) for name in names):
        return LinkKind.LIST
    above = list(element.iterancestors())[:6]
    in_menu = any(step.tag in _MENU_TAGS for step in above)
    if _LISTING_PATH.search(parts.path) and not in_menu and not _names_list(parts.path):
        return LinkKind.LISTING
    if _LIST_PATH.search(parts.path):
        return LinkKind.LIST
    in_card = any(_CARD.search(step.get("class", "")) for step in above[:4])
    if in_card and not in_menu and element.find(".//img") is not None:
        return LinkKind.LISTING
    return LinkKind.OTHER


def _names_list(path: str) -> bool:
    return bool(
        re.search(
            r"/(?:product-)?(?:category|categories|collections|brands?|tags?"
            r"|product-tag)/(?!.*/products?/)",
            path,
            re.I,
        )
    )


def _is_next(element: HtmlElement, path: str, names: list[str]) -> bool:
    if "next" in (element.get("rel") or "").lower().split():
        return True
    if any(_PAGE_PARAMETER.fullmatch(name) for name in names) or _PAGE_NUMBER.search(path):
        return True
    words = "".join(element.itertext())[:40].strip()
    if _NEXT_WORDS.fullmatch(words or element.get("title") or ""):
        return any(
            _PAGER.search(s.get("class", "")) for s in [element, *list(element.iterancestors())[:3]]
        )
    return False
