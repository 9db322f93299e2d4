"""The page itself, where no data names a product: is it about one thing that is for sale?

A listing has one main heading, a main price near it that is no card of a grid, and a control to
buy it or a table with an article number. What is not sure is no listing.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection
from functools import cached_property
from itertools import islice
from urllib.parse import urljoin, urlsplit

from lxml.etree import XPath  # type: ignore[import-untyped]

from crawler.extract import opengraph, pageparts
from crawler.extract.base import base_of
from crawler.extract.buying import find_buy_controls, find_plain_controls
from crawler.extract.cards import Cards
from crawler.extract.codes import MarkedPlaces, find_codes, labelled_brand, shown_sku
from crawler.extract.contradictions import OUT
from crawler.extract.dom import HtmlElement, MainPart, text_within
from crawler.extract.draft import Fields
from crawler.extract.headings import code_of_heading, main_heading, title_of_heading
from crawler.extract.labels import CODE_KEY, Line, find_lines
from crawler.extract.prices import AUCTION, Tag, find_price, is_bid, is_only_price
from crawler.extract.sellers import find_vendor
from crawler.extract.stock import (
    bought_stock,
    closed_stock,
    is_any_working,
    is_switched_off,
    labelled_stock,
    marked_stock,
)
from crawler.extract.values import (
    SYMBOLS,
    Locale,
    clean_text,
    currency_of,
    link_url,
)
from crawler.model import Seller
from crawler.sites import site_of

_NO_LISTING_PATH = re.compile(
    r"/(?:cart|basket|checkout|reviews?|wishlist|compare|search|account|login|order"
    r"|blogs?|news|magazine|journal|stories|guides?|press)(?:[/.]|$)",
    re.I,
)
_NO_LISTING_HEADING = re.compile(
    r"(?:shopping |your |my )?(?:cart|basket|bag)|checkout|warenkorb|panier|carrito|carrello"
    r"|购物车|我的购物车|結帳|结算|search results.*|搜索结果.*",
    re.IGNORECASE,
)


class PageView:
    """One page as people see it."""

    def __init__(self, url: str, root: HtmlElement, locale: Locale, source: str) -> None:
        self.url = url
        self.source = source
        self.root = root
        self.locale = locale

    @cached_property
    def base(self) -> str:
        """Where its relative links start."""
        return base_of(self.root, self.url)

    @cached_property
    def shared(self) -> dict[str, list[str]]:
        """The OpenGraph properties of the page."""
        return opengraph.properties(self.root)

    @cached_property
    def heading(self) -> HtmlElement | None:
        """The one main heading; None when there is none or no telling which."""
        return main_heading(self.root)

    @cached_property
    def main(self) -> MainPart:
        """The page without what stands beside the main thing."""
        return MainPart(self.root, self.heading)

    @cached_property
    def cards(self) -> Cards:
        """The boxes that lead to other pages."""
        return Cards(self.heading, self.url)

    @cached_property
    def title(self) -> str | None:
        """The text of the main heading."""
        return None if self.heading is None else title_of_heading(self.heading)

    @cached_property
    def price(self) -> Tag | None:
        """The price that belongs to the heading; None when there is none outside a grid."""
        if self.heading is None:
            return None
        return find_price(self.main, self.heading, self.cards)

    @cached_property
    def is_other(self) -> bool:
        """Whether the page is something to read, a cart or a list, by its address and its sharing.

        What its data for machines says goes before this.
        """
        kind = self.shared.get("og:type", [""])[0].lower()
        return kind in opengraph.NO_PRODUCT_TYPES or bool(
            _NO_LISTING_PATH.search(urlsplit(self.url).path)
        )

    def is_listing(self) -> bool:
        """Tell whether the page is about one thing that is for sale."""
        if self.title is None or self.price is None or self.is_other:
            return False
        if _NO_LISTING_HEADING.fullmatch(self.title):
            return False
        return (
            self.can_be_bought
            or any(CODE_KEY.fullmatch(key) for key in self.attributes)
            or any(line.kind in ("sku", "model", "gtin") for line in self.lines)
            or self._is_stocked()
        )

    def _is_stocked(self) -> bool:
        """Tell whether the page speaks of the stock of a thing, and has one price."""
        return (
            self.heading is not None
            and (self.marked_stock is not None or self.closed is not None)
            and is_only_price(self.main, self.heading, self.cards)
        )

    def is_list(self) -> bool:
        """Tell whether the page is a grid of goods, and offers nothing by itself."""
        return self.cards.is_grid(self.main) and not self.can_be_bought and self.price is None

    @cached_property
    def can_be_bought(self) -> bool:
        """Whether there is a control to buy, outside a grid of cards."""
        plain = find_plain_controls(self.main)
        return bool(self.buy_controls) or any(c not in self.cards for c in islice(plain, 20))

    @cached_property
    def buy_controls(self) -> list[HtmlElement]:
        """The controls to buy the one thing of the page, at most 20."""
        controls = find_buy_controls(self.main)
        return list(islice((c for c in controls if c not in self.cards), 20))

    @cached_property
    def places(self) -> MarkedPlaces:
        """Where brand, article number and GTIN may be marked."""
        return MarkedPlaces(self.main, self.cards)

    @cached_property
    def attributes(self) -> dict[str, str]:
        """The rows of the page's tables of properties."""
        return pageparts.attributes(self.main)

    @cached_property
    def lines(self) -> list[Line]:
        """The labelled lines outside the tables, at most 60."""
        return list(islice(find_lines(self.main), 60))

    @cached_property
    def urls(self) -> set[str]:
        """Under which URLs the page goes: its own, and what it says of itself."""
        links = (link for link in self.root.iter("link") if link.get("rel") == "canonical")
        own = [self.url, *self.shared.get("og:url", ())[:1]]
        own += [link.get("href", "") for link in islice(links, 1)]
        return {canonical for url in own if (canonical := link_url(self.url, url))}

    def is_site(self, name: str | None) -> bool:
        """Tell whether a name is that of the site: ``og:site_name``, or the start of the host."""
        word = "".join(c for c in (name or "").casefold() if c.isalnum())
        sites = ["".join(c for c in s.casefold() if c.isalnum()) for s in self._site_names()]
        return len(word) > 2 and any(site.startswith(word) for site in sites)

    def is_own(self, link: str | None) -> bool:
        """Tell whether a link leads to this site."""
        return link is not None and site_of(urljoin(self.url, link)) == site_of(self.url) != ""

    def _site_names(self) -> list[str]:
        return [*self.shared.get("og:site_name", ()), site_of(self.url)]

    @cached_property
    def names(self) -> set[str]:
        """What the page calls itself, and for sharing, case-folded."""
        titles = [
            clean_text("".join(t.itertext()), 1000) for t in islice(self.root.iter("title"), 1)
        ]
        whole = None if self.heading is None else text_within(self.heading, 1000)
        names = (self.title, whole, *self.shared.get("og:title", ()), *titles)
        return {name.casefold() for name in names if name}

    def fields(self, known: Collection[str] = ()) -> Fields:
        """Return what the page itself says of its listing, without what is known already."""
        found = {name: read() for name, read in self._readers().items() if name not in known}
        if missing := {"gtin", "sku", "brand"} - set(known):
            found |= find_codes(self.places, self.attributes, self.lines, missing)
            if "sku" in missing and not found["sku"] and self.heading is not None:
                found["sku"] = code_of_heading(self.heading)
            if "brand" in missing and not found["brand"]:
                found["brand"] = self.places.linked_brand((self.title or "").casefold())
        if not {"price", "currency"} <= set(known):
            found |= self.price_fields()
        return found

    def _readers(self) -> dict[str, Callable[[], object]]:
        root, title = self.root, (self.title or "").casefold()
        return {
            "title": lambda: self.title,
            "category": lambda: pageparts.breadcrumbs(root, title),
            "attributes": lambda: self.attributes,
            "seller": lambda: self.vendor,
            "images": lambda: pageparts.images(self.heading, self.main, self.base, self.cards),
            "description": lambda: pageparts.description(root, self.main),
            "availability": lambda: self.availability,
        }

    @cached_property
    def vendor(self) -> Seller | None:
        """The seller that the page shows beside its thing."""
        return find_vendor(self.lines, self.main, self.url)

    @property
    def brand(self) -> str | None:
        """The brand that the page names beside a label."""
        return labelled_brand(self.attributes, self.lines)

    @property
    def sku(self) -> str | None:
        """The article number that people read on the page."""
        return shown_sku(self.attributes, self.lines, self.places)

    @cached_property
    def marked_stock(self) -> str | None:
        """What a place for the stock says."""
        return marked_stock(self.main, self.cards)

    @cached_property
    def said_stock(self) -> str | None:
        """What the page says of the stock in words."""
        return self.marked_stock or labelled_stock(self.attributes, self.lines)

    @cached_property
    def closed(self) -> str | None:
        """What the page says anywhere of a thing that is not to be had, and cannot be bought."""
        if is_any_working(self.buy_controls):
            return None
        return closed_stock(self.main, self.heading, self.cards)

    @property
    def availability(self) -> str | None:
        """What the page says of the stock, in words or by its control to buy."""
        if self.said_stock in (None, "OutOfStock"):
            return bought_stock(self.buy_controls, self.said_stock) or self.closed
        return self.said_stock

    @property
    def is_shut(self) -> bool:
        """Whether words and controls both say that the thing, of which there is one, is not sold.

        Data for machines is often older than either.
        """
        if self.said_stock not in OUT or _CHOICE(self.root):
            return False  # as for most: no control has to be looked for
        return not self.seems_to_be_had and not is_any_working(self.buy_controls)

    @property
    def seems_to_be_had(self) -> bool:
        """Whether the thing seems to be sold now, where words and controls give no answer.

        Words that it is sold out stand, hidden by a style sheet, beside many controls that work.
        """
        return not is_switched_off(self.buy_controls)

    @property
    def bid(self) -> Fields:
        """The last bid, where the page is an auction: its data has the price that it began at."""
        if self.price is None or AUCTION not in self.source or not is_bid(self.price):
            return {}
        return self.price_fields()

    def price_fields(self) -> Fields:
        """Return price and currency as they stand on the page."""
        if self.price is None:
            return {}
        sign = self.price.sign or self._common_sign()
        return {"price": self.price.amount, "currency": currency_of(sign, self.locale)}

    @property
    def clear_currency(self) -> str | None:
        """The currency that people read, where its sign means the same everywhere."""
        sign = self.price.sign if self.price is not None else None
        return SYMBOLS.get((sign or "").strip(" .").lower())

    def _common_sign(self) -> str | None:
        metas = self.root.xpath(
            '//meta[@itemprop="priceCurrency" or @property="product:price:currency"]/@content'
        )
        if metas:
            return str(metas[0])
        return self.locale.home_sign


_CHOICE = XPath(
    "boolean(//form//input[@type='radio'] | //select[count(option) > 1]"
    "[contains(@name, 'option') or contains(@name, 'attr') or contains(@name, 'varia')"
    " or contains(@name, 'size') or contains(@id, 'size') or contains(@class, 'varia')])"
)
