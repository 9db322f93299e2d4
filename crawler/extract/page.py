"""The page itself, where no data names a product: is it about one thing that is for sale?

A listing has one main heading, a main price near it that is no card of a grid, and a control to
buy it or a table with an article number. What is not sure is no listing.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from itertools import islice
from urllib.parse import urlsplit

from crawler.extract import opengraph, pageparts
from crawler.extract.buying import find_buy_controls
from crawler.extract.cards import Cards
from crawler.extract.codes import MarkedPlaces, find_codes, shown_sku
from crawler.extract.dom import HtmlElement, MainPart, is_beside, lineage, marked, text_within
from crawler.extract.draft import Fields
from crawler.extract.labels import CODE_KEY, Line, find_lines
from crawler.extract.sellers import find_seller
from crawler.extract.stock import bought_stock, labelled_stock, marked_stock
from crawler.extract.values import (
    MONEY,
    Locale,
    clean_text,
    currency_of,
    link_url,
    parse_price,
)

_PRICE_MARK = re.compile(r"pri[cs]e|prix|preis|prec[it]|prezzo|pret|jiage|amount|价|money", re.I)
_NOT_NOW = re.compile(
    r"(?:^|[_-])(?:old|was|before|strike|striked|list|rrp|msrp|uvp|compare|original"
    r"|regular-strike|crossed"
    r"|market|save|saving|discount|shipping|delivery|installment|instalment|tax|per-unit"
    r"|unit)(?:$|[_-])"
    r"|oldprice|price-?old|was-?price|原价|划线|市场",
    re.IGNORECASE,
)
_NOT_THE_PRICE = re.compile(
    r"\bsave\b|\boff\b|discount|shipping|delivery|\bover\b|points|\btax\b|/\s*mo\b|per month"
    r"|deposit"
    r"|cash ?back|voucher|coupon|gift|rrp|\bwas\b|statt|uvp|versand|livraison"
    r"|运费|邮费|积分|满\d|立减|省|定金"
    r"|原价|市场价|划线价|优惠券|滿|加購|加购|免運|包邮|原價|市價|折扣|運費|配送料|送料",
    re.IGNORECASE,
)
_DIGIT = re.compile(r"\d")
_NO_LISTING_PATH = re.compile(
    r"/(?:cart|basket|checkout|reviews?|wishlist|compare|search|account|login|order)(?:[/.]|$)",
    re.I,
)
_NO_LISTING_HEADING = re.compile(
    r"(?:shopping |your |my )?(?:cart|basket|bag)|checkout|warenkorb|panier|carrito|carrello"
    r"|购物车|我的购物车|結帳|结算|search results.*|搜索结果.*",
    re.IGNORECASE,
)
MIN_TITLE = 4
"""A shorter heading stands in too many titles by chance."""
MAX_PRICES = 60
"""More prices than this on one page are not looked at."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Tag:
    """One price as it stands on a page."""

    element: HtmlElement
    amount: Decimal
    sign: str | None
    near: int
    """Steps up from the heading until this stands inside."""


class PageView:
    """One page as people see it."""

    def __init__(self, url: str, root: HtmlElement, locale: Locale) -> None:
        self.url = url
        self.root = root
        self.locale = locale

    @cached_property
    def shared(self) -> dict[str, list[str]]:
        """The OpenGraph properties of the page."""
        return opengraph.properties(self.root)

    @cached_property
    def heading(self) -> HtmlElement | None:
        """The one main heading; None when there is none or no telling which."""
        return _main_heading(self.root)

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
        return None if self.heading is None else text_within(self.heading, 1000)

    @cached_property
    def price(self) -> Tag | None:
        """The price that belongs to the heading; None when there is none outside a grid."""
        if self.heading is None:
            return None
        tags = [
            tag
            for tag in islice(self._tags(self.heading), MAX_PRICES)
            if tag.element not in self.cards
        ]
        return min(tags, key=lambda tag: tag.near, default=None)

    def is_listing(self) -> bool:
        """Tell whether the page is about one thing that is for sale."""
        if self.title is None or self.price is None:
            return False
        if _NO_LISTING_PATH.search(urlsplit(self.url).path) or _NO_LISTING_HEADING.fullmatch(
            self.title
        ):
            return False
        return (
            self.can_be_bought
            or any(CODE_KEY.fullmatch(key) for key in self.attributes)
            or any(line.kind in ("sku", "model", "gtin") for line in self.lines)
        )

    def is_list(self) -> bool:
        """Tell whether the page is a grid of goods, and offers nothing by itself."""
        return self.cards.is_grid(self.main) and not self.can_be_bought and self.price is None

    @cached_property
    def can_be_bought(self) -> bool:
        """Whether there is a control to buy, outside a grid of cards."""
        return bool(self.buy_controls)

    @cached_property
    def buy_controls(self) -> list[HtmlElement]:
        """The controls to buy the one thing of the page, at most 20."""
        controls = find_buy_controls(self.main)
        return list(islice((c for c in controls if c not in self.cards), 20))

    @property
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

    @cached_property
    def names(self) -> set[str]:
        """What the page calls itself, and for sharing, case-folded."""
        titles = [
            clean_text("".join(t.itertext()), 1000) for t in islice(self.root.iter("title"), 1)
        ]
        names = (self.title, *self.shared.get("og:title", ()), *titles)
        return {name.casefold() for name in names if name}

    def fields(self, known: Collection[str] = ()) -> Fields:
        """Return what the page itself says of its listing, without what is known already."""
        found = {name: read() for name, read in self._readers().items() if name not in known}
        if missing := {"gtin", "sku", "brand"} - set(known):
            found |= find_codes(self.places, self.attributes, self.lines, missing)
        if not {"price", "currency"} <= set(known):
            found |= self.price_fields()
        return found

    def _readers(self) -> dict[str, Callable[[], object]]:
        root, title = self.root, (self.title or "").casefold()
        return {
            "title": lambda: self.title,
            "category": lambda: pageparts.breadcrumbs(root, title),
            "attributes": lambda: self.attributes,
            "seller": lambda: find_seller(self.lines, self.url),
            "images": lambda: pageparts.images(self.heading, self.main, self.url, self.cards),
            "description": lambda: pageparts.description(root, self.main),
            "availability": lambda: self.availability,
        }

    @property
    def sku(self) -> str | None:
        """The article number that people read on the page."""
        return shown_sku(self.attributes, self.lines)

    @property
    def availability(self) -> str | None:
        """What the page says of the stock."""
        said = marked_stock(self.main, self.cards) or labelled_stock(self.attributes, self.lines)
        if said in (None, "OutOfStock"):
            return bought_stock(self.buy_controls, said)
        return said

    def price_fields(self) -> Fields:
        """Return price and currency as they stand on the page."""
        if self.price is None:
            return {}
        sign = self.price.sign or self._common_sign()
        return {"price": self.price.amount, "currency": currency_of(sign, self.locale)}

    def _common_sign(self) -> str | None:
        metas = self.root.xpath(
            '//meta[@itemprop="priceCurrency" or @property="product:price:currency"]/@content'
        )
        if metas:
            return str(metas[0])
        return "元" if self.locale.chinese else None

    def _tags(self, heading: HtmlElement) -> Iterator[Tag]:
        above = list(lineage(heading))
        steps = {element: number for number, element in enumerate(above)}
        seen: set[HtmlElement] = set()
        for element in self.main.elements:
            if element.getparent() in seen:
                seen.add(element)
                continue
            found = self._amount(element)
            if found is None:
                continue
            seen.add(element)
            near = next(steps[step] for step in lineage(element) if step in steps)
            yield Tag(element=element, amount=found[0], sign=found[1], near=near)

    def _amount(self, element: HtmlElement) -> tuple[Decimal, str | None] | None:
        """Read an element as a price: short, money in it, or called a price."""
        own = marked(element, _PRICE_MARK) or "price" in element.get("itemprop", "")
        if not own and not (element.text and _DIGIT.search(element.text)):
            return None
        text = text_within(element, 80)
        if _BARE_NUMBER.fullmatch(text):
            text += _sign_behind(element)
        if len(element) and len(MONEY.findall(text)) > 1:
            return None  # the old price and the new one: each is looked at by itself
        if not text or len(text) > 40 or not _DIGIT.search(text):
            return None
        if _NOT_THE_PRICE.search(text) or not (
            MONEY.search(text) or (own and re.fullmatch(r"\D{0,6}\d[\d., ]*\D{0,4}", text))
        ):
            return None
        for step in list(lineage(element))[:3]:
            if step.tag in ("del", "s", "strike") or marked(step, _NOT_NOW):
                return None
        amount, sign = parse_price(text)
        return (amount, sign) if amount else None


_BARE_NUMBER = re.compile(r"\d[\d.,]*")
_SIGN = re.compile(r"\s*(?:元|円|원|€|£|\$|₽|руб|zł|Kč|тг)")


def _sign_behind(element: HtmlElement) -> str:
    """Return the currency sign that stands in a place of its own behind a bare number."""
    following = element.getnext()
    beside = (element.tail or "") + ("" if following is None else text_within(following, 8))
    found = _SIGN.match(beside)
    return found[0] if found else ""


_PRODUCT_NAME = re.compile(r"(?:product|goods|item)[_-]?(?:title|name)|title|product", re.I)


def _main_heading(root: HtmlElement) -> HtmlElement | None:
    """Choose among the page's headings: the only ``h1``, else what the page is titled after."""
    found = [(h, text) for h in root.iter("h1") if (text := text_within(h, 1000))]
    if len({text for _, text in found}) > 1:
        found = [(h, text) for h, text in found if not is_beside(h)] or found
    if len({text for _, text in found}) > 1:
        found = _in_title(root, found) or [
            (h, text) for h, text in found if _named_product(h) or _named_product(h.getparent())
        ]
    elif not found:
        lower = (h for h in islice(root.iter("h2", "h3"), 60) if not is_beside(h))
        found = _in_title(root, [(h, text_within(h, 300)) for h in lower])
    return found[0][0] if len({text for _, text in found}) == 1 else None


def _in_title(
    root: HtmlElement, found: list[tuple[HtmlElement, str]]
) -> list[tuple[HtmlElement, str]]:
    """Keep the headings whose text stands in the title of the document or for sharing."""
    titles = [*root.xpath("//title/text()")[:1]]
    titles += root.xpath('//meta[@property="og:title" or @name="og:title"]/@content')[:1]
    own = [" ".join(str(title).split()).casefold() for title in titles]
    return [
        (h, text)
        for h, text in found
        if len(text) >= MIN_TITLE and any(text.casefold() in title for title in own)
    ]


def _named_product(element: HtmlElement | None) -> bool:
    return element is not None and marked(element, _PRODUCT_NAME)
