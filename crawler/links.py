"""The links of a page that are worth following within a site.

A URL is decided on as a string, once a page, before any Request is built.
"""

from __future__ import annotations

import re
from collections.abc import Container
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import islice
from urllib.parse import parse_qsl, urlencode, urljoin, urlsplit

from parsel import Selector

from crawler.conventions import ANY_SHOP, Conventions, target_in
from crawler.extract.base import base_of
from crawler.extract.dom import HtmlElement
from crawler.link import PRIORITY, Link, LinkKind
from crawler.menus import Menu
from crawler.paging import OFFSET, PAGE_NUMBER, PAGE_PARAMETER, hrefs, is_next
from crawler.sites import canonical_url, site_of

_BINARY = re.compile(
    r"\.(?:jpe?g|png|gif|webp|avif|svg|ico|bmp|tiff?|pdf|docx?|xlsx?|pptx?|csv|zip|rar|7z|gz|tgz"
    r"|tar|bz2|xz|cab|iso|exe|dmg|msi|apk|xapk|ipa|jar|deb|rpm|torrent|rtf|od[tsp]"
    r"|epub|mobi|azw3?|fb2|djvu|cb[rz]|umd|chm|mp[34]|m4[avb]|flac|ape|aac|opus|wma|wav|og[ga]"
    r"|avi|mov|webm|mkv|wmv|flv|f4v|rmvb?|mpe?g|m3u8|m2ts|3gp|css|js|mjs|json|xml|rss|atom"
    r"|woff2?|ttf|eot)$",
    re.IGNORECASE,
)
_NO_PAGE = re.compile(
    r"/(?:(?:shopping-?)?cart|checkout|login|log-in|logout|log-out|sign-?in|sign-?up"
    r"|sign-?out|register"
    r"|(?:my-?)?accounts?|customer|member|user|profile|wish-?lists?|favou?rites?|compare"
    r"|comparison|catalog/product_compare"
    r"|share|send-?friend|email-?a?-?friend|tell-?a-?friend|reviews?|write-?review"
    r"|questions?|orders?|tracking"
    r"|password|forgot|unsubscribe|newsletter|wp-(?:admin|login|json|content|includes)|admin"
    r"|dashboard|feed|rss|api|graphql"
    r"|cdn-cgi|search|suche|recherche|buscar|advancedsearch|i18n|setlang|currency|add-to-cart"
    r"|addtocart)"
    r"(?:\.(?:php|html?|aspx?|jsp|do))?(?:/|$)"
    # These name goods as well (/women/bag/, /print/great-wave), so only as the whole path.
    r"|^(?:/[a-z]{2}(?:[-_][a-z]{2})?)?/(?:bag|basket|print|track)(?:\.\w+)?"
    r"(?:/(?:add|view|index|update|remove)\b.*)?/?$",
    re.IGNORECASE,
)
_ORDER_PARAMETER = re.compile(
    r"sort(?:[_-]?by|[_-]?order|ing)?|order(?:[_-]?by|way)?|dir(?:ection)?|view_?mode|view|mode"
    r"|per_?page|perpage|limit|page_?size|ps|show|display",
    re.IGNORECASE,
)
"""These choose how a list is shown, not what is in it."""
_SIZE_PARAMETER = re.compile(r"per_?page|perpage|limit|page_?size|ps|count|take|first", re.I)
_NO_PARAMETER = re.compile(
    _ORDER_PARAMETER.pattern + r"|filter.*|f\[.*"
    r"|.*facet.*|refine.*|min_?price|max_?price|price(?:_.*)?"
    r"|add-?to-?cart|add_to_wishlist|add_to_compare|add|remove|remove_item|action|replytocom"
    r"|share|print|rating|currency|lang(?:uage)?"
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


MOST_LINKS = 5_000
"""Different addresses of a page that are followed; pages of shops have some hundreds."""
MOST_ELEMENTS = 50_000
"""Elements that are looked at for them."""


def find_links(
    page: Selector,
    url: str,
    conventions: Conventions = ANY_SHOP,
    source: str | None = None,
    known: Menu | None = None,
) -> list[Link]:
    """Return the links to follow from a page, best first, each URL once.

    Only the page's own site; no carts, accounts, reviews, searches, sortings, filters, files.
    The next pages of a list are always followed: what the page has in its own URL is not held
    against them, and they lose their sorting and page size, which the other pages have too.
    ``rel=nofollow`` counts for links that seem to be neither a listing, a list nor its next page.

    :param url: where the page was had from; relative links start at its ``<base href>``
    :param conventions: those of the site's shop program
    :param source: the text of the page, where it is at hand: that is faster
    :param known: addresses, as they stand on pages of the same origin, that were returned before
        and are left out. Listings, and lists that go on, are returned each time.
    """
    root = page.root
    if not hasattr(root, "iter"):
        return []
    site, own = site_of(url), canonical_url(url) or url
    base = base_of(root, url)
    found: dict[str, LinkKind] = {}
    written: dict[str, str] = {}
    menu: Container[str] = () if known is None else known
    for element, href, says_next in islice(hrefs(root, own, source, menu), MOST_ELEMENTS):
        if len(found) >= MOST_LINKS:
            break
        if href in menu:
            continue
        address = _address(_joined(base, href))
        if address is None or address.site != site:
            continue
        target, kind = _lead(element, address, own, conventions, says_next=says_next)
        if target is None:
            continue
        before = found.get(target)
        if before is None or PRIORITY[kind] > PRIORITY[before]:
            found[target] = kind
        written.setdefault(target, href)
    links = [
        Link(url=target, kind=kind, written=written[target] if kind in _IN_MENUS else None)
        for target, kind in found.items()
    ]
    return sorted(links, key=lambda link: -link.priority)


_LINKS = frozenset(("a", "area"))
_IN_MENUS = frozenset((LinkKind.LIST, LinkKind.OTHER))


def _lead(
    element: HtmlElement, address: _Address, own: str, conventions: Conventions, *, says_next: bool
) -> tuple[str | None, LinkKind]:
    """Return where a link leads that is followed, and what to; None when it is not."""
    meant = _by(conventions, address)
    if meant is None:
        return None, LinkKind.OTHER
    kind = LinkKind.NEXT if says_next else _kind(element, meant)
    target = meant.url if meant.is_page and not meant.orders else None
    if kind is LinkKind.NEXT and target is None:
        target = _next_page(meant.url, own)
    return (target if target != own and _may_lead(element, kind) else None), kind


def _may_lead(element: HtmlElement, kind: LinkKind) -> bool:
    """Tell whether an element is taken at its word: only a next page is more than a link."""
    if kind is LinkKind.NEXT:
        return True
    nofollow = kind is LinkKind.OTHER and "nofollow" in element.get("rel", "").lower().split()
    return element.tag in _LINKS and not nofollow


def find_link(url: str, conventions: Conventions = ANY_SHOP) -> Link | None:
    """Return the link that a URL is by itself, as sitemaps and feeds have it; None for no page."""
    address = _address(url)
    if address is not None:
        address = _by(conventions, address)
    if address is None or not address.is_page:
        return None
    if address.listing is not None:
        return Link(url=address.url, kind=address.listing)
    if address.is_next or address.orders:
        return Link(url=address.url, kind=LinkKind.NEXT)
    kind = LinkKind.LIST if address.list_path else LinkKind.OTHER
    return Link(url=address.url, kind=LinkKind.LISTING if address.listing_path else kind)


def is_page(url: str) -> bool:
    """Tell whether a canonical URL may be a page of goods, by its path and query alone."""
    parts = urlsplit(url)
    if _BINARY.search(parts.path) or _NO_PAGE.search(parts.path):
        return False
    if not parts.query:
        return True
    return not any(_is_no_use(*pair) for pair in parse_qsl(parts.query, keep_blank_values=True))


def _is_no_use(name: str, value: str) -> bool:
    if name.lower() in _ROUTE and not value.isdigit():
        return _NO_ROUTE.search(value) is not None
    return _NO_PARAMETER.fullmatch(name) is not None


def _next_page(url: str, own: str) -> str | None:
    """Return the URL of a list's next page without its sorting; None when it is of no use."""
    parts, mine = urlsplit(url), urlsplit(own)
    if _BINARY.search(parts.path) or (
        _NO_PAGE.search(parts.path) and not _NO_PAGE.search(mine.path)
    ):
        return None
    asked = set(parse_qsl(mine.query, keep_blank_values=True))
    pairs = parse_qsl(parts.query, keep_blank_values=True)
    counts = any(OFFSET.fullmatch(name) for name, _ in pairs)
    kept = []
    for pair in pairs:
        sizes = counts and _SIZE_PARAMETER.fullmatch(pair[0])
        if pair in asked or sizes or PAGE_PARAMETER.fullmatch(pair[0]):
            kept.append(pair)
        elif not _ORDER_PARAMETER.fullmatch(pair[0]):
            if _is_no_use(*pair):
                return None
            kept.append(pair)
    return canonical_url(parts._replace(query=urlencode(kept)).geturl())


def _join(base: str, href: str) -> str | None:
    try:
        return urljoin(base, href)
    except ValueError:
        return None


def _joined(base: str, href: str) -> str | None:
    if href.startswith("#"):
        return None
    if href.startswith("/") and not href.startswith("//"):
        return _origin(base) + href
    scheme = href.partition(":")[0].lower()
    if scheme in ("http", "https"):
        return href
    return None if scheme in _NO_SCHEMES else _join(base, href)


@lru_cache(maxsize=64)
def _origin(base: str) -> str:
    """Return what an address begins with that has no path; all links of a page have one base."""
    scheme, _, rest = base.partition("://")
    return f"{scheme}://{re.split('[/?#]', rest, maxsplit=1)[0]}"


_NO_SCHEMES = frozenset(("javascript", "mailto", "tel", "data", "blob"))


@dataclass(frozen=True, kw_only=True, slots=True)
class _Address:
    """What a URL says by itself."""

    url: str
    """Canonical."""
    site: str
    path: str
    is_page: bool
    orders: bool
    """Whether it chooses an order or a page size."""
    is_next: bool
    """Whether it has a page number."""
    listing: LinkKind | None
    """LISTING or LIST when a parameter names an id of it."""
    listing_path: bool
    list_path: bool


@lru_cache(maxsize=32_768)
def _address(url: str | None) -> _Address | None:
    """Read a URL; menus and facets are the same on page after page of a site."""
    if url is None:
        return None
    canonical = canonical_url(url)
    if canonical is None:
        return None
    parts = urlsplit(canonical)
    names = [pair.partition("=")[0] for pair in parts.query.split("&")] if parts.query else []
    by_id = LinkKind.LIST if any(_LIST_PARAMETER.fullmatch(name) for name in names) else None
    if any(_LISTING_PARAMETER.fullmatch(name) for name in names):
        by_id = LinkKind.LISTING
    return _Address(
        url=canonical,
        site=site_of(f"{parts.scheme}://{parts.netloc}"),
        path=parts.path,
        is_page=is_page(canonical),
        orders=any(_ORDER_PARAMETER.fullmatch(name) for name in names),
        is_next=any(PAGE_PARAMETER.fullmatch(name) for name in names)
        or PAGE_NUMBER.search(parts.path) is not None,
        listing=by_id,
        listing_path=bool(_LISTING_PATH.search(parts.path)) and not _names_list(parts.path),
        list_path=bool(_LIST_PATH.search(parts.path)),
    )


def _by(conventions: Conventions, address: _Address) -> _Address | None:
    """Return the address as the shop program means it; None for a trap."""
    if conventions is ANY_SHOP:
        return address
    target = target_in(address.url)
    if conventions.is_trap(target):
        return None
    if conventions.is_listing(target):
        url = conventions.tidy(address.url)
        return replace(
            address, url=url, is_page=True, orders=False, is_next=False, listing=LinkKind.LISTING
        )
    if conventions.is_list(target):
        return replace(
            address, is_page=True, listing=LinkKind.LIST, list_path=True, listing_path=False
        )
    return address


def _kind(element: HtmlElement, address: _Address) -> LinkKind:
    if address.is_next or is_next(element):
        return LinkKind.NEXT
    if address.listing is not None:
        return address.listing
    if not address.is_page or (address.list_path and not address.listing_path):
        return LinkKind.LIST if address.list_path else LinkKind.OTHER
    above = list(islice(element.iterancestors(), 6))
    in_menu = any(step.tag in _MENU_TAGS for step in above)
    if address.listing_path and not in_menu:
        return LinkKind.LISTING
    if address.list_path:
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
