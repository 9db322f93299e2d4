"""The page itself, where no data names a product: is it about one thing that is for sale?

A listing has one main heading, a main price near it that is no card of a grid, and a control to
buy it or a table with an article number. What is not sure is no listing.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from itertools import islice
from urllib.parse import urlsplit

from crawler.extract import pageparts
from crawler.extract.dom import HtmlElement, Sides, holds, lineage, marked, text_within
from crawler.extract.draft import Fields
from crawler.extract.values import Locale, clean_text, currency_of, link_url, parse_price

MONEY = re.compile(
    r"(?:[£€$¥￥₹₽₩₺฿₫₴₪₱₸]|\b(?:USD|EUR|GBP|CNY|RMB|JPY|CHF|SEK|NOK|DKK|PLN|INR|Rs\.?|RM|Rp|kr)\b)"
    r"\s*\d|\d[\d.,  ' ]*\s*(?:[£€$¥￥₹₽₩₺฿₫₴₪₱元円원₸]|zł|Kč|kr\b|руб|р\.|Ft\b|лв|lei\b|TL\b"
    r"|(?:USD|EUR|GBP|CNY|RMB|CHF|SEK|NOK|DKK|PLN)\b)",
    re.IGNORECASE,
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
    r"|原价|市场价|划线价|优惠券|配送料|送料",
    re.IGNORECASE,
)
BUY = re.compile(
    r"add to (?:shopping )?(?:cart|basket|bag|trolley)|\bbuy (?:it )?now\b|\bbuy\b$|\border now\b"
    r"|in den (?:waren|einkaufs)korb|jetzt kaufen|ajouter au panier|acheter|a[ñn]adir (?:al"
    r"|a la) (?:carrito|cesta|bolsa)"
    r"|comprar|agregar al carrito|aggiungi al (?:carrello|cestino)|acquista"
    r"|in (?:de )?winkel(?:wagen|mand)(?:je)?"
    r"|adicionar ao carrinho|do koszyka|lägg i (?:varukorg|kundvagn)|legg i handlekurv"
    r"|læg i kurv|tilføj til kurv"
    r"|в корзину|купить|do košíku|sepete ekle|adaugă în coș|kosárba|lisää ostoskoriin|į krepšelį"
    r"|pievienot grozam"
    r"|kupi(?:ť|t)?\b|koupit|vložit do|do košíka|u košaricu|v košarico|dodaj u|în coș|köp nu"
    r"|ostukorvi|в кошик|στο καλάθι"
    r"|mua ngay|thêm vào giỏ|beli sekarang|หยิบใส่ตะกร้า|أضف إلى|הוסף לסל"
    r"|放入購物車|加到購物車|直接購買|直接购买|马上抢"
    r"|加入购物车|放入购物车|立即购买|马上购买|立刻购买|立即抢购|加入購物車|立即購買|カートに入れる|カートに追加|購入する|장바구니|구매하기",
    re.IGNORECASE,
)
_BUY_ACTION = re.compile(
    r"(?:cart|basket|bag)[/_-]?add|add[/_-]?to[/_-]?(?:cart|basket)|addcart|cart/save|goods/buy",
    re.I,
)
_NO_LISTING_PATH = re.compile(
    r"/(?:cart|basket|checkout|reviews?|wishlist|compare|search|account|login|order)(?:[/.]|$)",
    re.I,
)
_NO_LISTING_HEADING = re.compile(
    r"(?:shopping |your |my )?(?:cart|basket|bag)|checkout|warenkorb|panier|carrito|carrello"
    r"|购物车|我的购物车|結帳|结算|search results.*|搜索结果.*",
    re.IGNORECASE,
)
_CODE_KEY = re.compile(pageparts.CODE_KEY.pattern + "|" + pageparts.GTIN_KEY.pattern, re.I)


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
    def heading(self) -> HtmlElement | None:
        """The one main heading; None when there is none or no telling which."""
        found = [h for h in self.root.iter("h1") if text_within(h)]
        if len({text_within(h) for h in found}) > 1:
            outside = Sides(None)
            found = [h for h in found if h not in outside] or found
        if len({text_within(h) for h in found}) > 1:
            product = re.compile(r"product|title|goods|item|name", re.I)
            found = [
                h
                for h in found
                if any(marked(s, product) for s in [h, *list(h.iterancestors())[:1]])
            ]
        if len({text_within(h) for h in found}) == 1:
            return found[0]
        return None

    @cached_property
    def sides(self) -> Sides:
        """What stands beside the main thing."""
        return Sides(self.heading)

    @property
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
            if not self._in_card(tag.element)
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
        return self.can_be_bought or any(_CODE_KEY.fullmatch(key) for key in self.attributes)

    @cached_property
    def can_be_bought(self) -> bool:
        """Whether there is a control to buy, outside a grid of cards."""
        return any(not self._in_card(control) for control in self._buy_controls())

    @cached_property
    def attributes(self) -> dict[str, str]:
        """The rows of the page's tables of properties."""
        return pageparts.attributes(self.root, self.sides)

    @cached_property
    def urls(self) -> set[str]:
        """Under which URLs the page goes: its own, and what it says of itself."""
        own = [self.url, *self.root.xpath('//link[@rel="canonical"]/@href')[:1]]
        own += self.root.xpath('//meta[@property="og:url"]/@content')[:1]
        return {c for u in own if (c := link_url(self.url, str(u)))}

    def names(self, shared: Iterable[str]) -> set[str]:
        """Return what the page calls itself, case-folded; ``shared`` are its titles for sharing."""
        own = clean_text(self.root.xpath("string(//title)"), 1000)
        return {name.casefold() for name in (self.title, *shared, own) if name}

    def fields(self, known: Collection[str] = ()) -> Fields:
        """Return what the page itself says of its listing, without what is known already."""
        found = {name: read() for name, read in self._readers().items() if name not in known}
        if not {"gtin", "sku", "brand"} <= set(known):
            found |= pageparts.codes(self.attributes)
        if not {"price", "currency"} <= set(known):
            found |= self.price_fields()
        return found

    def _readers(self) -> dict[str, Callable[[], object]]:
        root, sides, title = self.root, self.sides, (self.title or "").casefold()
        return {
            "title": lambda: self.title,
            "category": lambda: pageparts.breadcrumbs(root, title),
            "attributes": lambda: self.attributes,
            "seller": lambda: pageparts.seller(root, sides, self.url),
            "images": lambda: pageparts.images(self.heading, sides, self.url, self._in_card),
            "description": lambda: pageparts.description(root, sides),
            "availability": lambda: pageparts.availability(
                root, sides, self.attributes, self._in_card
            ),
        }

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
        for element in self.root.iter():
            if not isinstance(element.tag, str) or element.getparent() in seen:
                if element.getparent() in seen:
                    seen.add(element)
                continue
            found = self._amount(element)
            if found is None or element in self.sides:
                continue
            seen.add(element)
            near = next(steps[step] for step in lineage(element) if step in steps)
            yield Tag(element=element, amount=found[0], sign=found[1], near=near)

    def _amount(self, element: HtmlElement) -> tuple[Decimal, str | None] | None:
        """Read an element as a price: short, money in it, or called a price."""
        own = marked(element, _PRICE_MARK) or "price" in element.get("itemprop", "")
        if not own and not (element.text and any(c.isdigit() for c in element.text)):
            return None
        text = text_within(element, 80)
        if len(element) and len(MONEY.findall(text)) > 1:
            return None  # the old price and the new one: each is looked at by itself
        if not text or len(text) > 40 or not any(c.isdigit() for c in text):
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

    def _buy_controls(self) -> Iterator[HtmlElement]:
        for element in self.root.iter("button", "input", "a", "form"):
            if element in self.sides:
                continue
            if element.tag == "form":
                if _BUY_ACTION.search(element.get("action", "")):
                    yield element
                continue
            words = element.get("value", "") if element.tag == "input" else text_within(element, 60)
            label = f"{element.get('title', '')} {element.get('aria-label', '')}"
            names = " ".join(element.get(key, "") for key in ("name", "id", "class", "onclick"))
            if BUY.search(words) or BUY.search(label) or _BUY_ACTION.search(names):
                yield element

    def _in_card(self, element: HtmlElement) -> bool:
        """Tell whether an element stands in a card: a box, beside the heading, of another page."""
        for step in list(lineage(element))[:8]:
            if self.heading is None or holds(step, self.heading):
                return False
            if step.tag in ("a", "button", "form", "input", "table", "tr", "td"):
                if step.tag == "a" and step is not element and self._leads_away(step):
                    return True
                continue
            if any(self._leads_away(a) and _shows(a) for a in islice(step.iter("a"), 40)):
                return True
        return False

    def _leads_away(self, link: HtmlElement) -> bool:
        href = link.get("href", "").strip()
        if not href or href.startswith(("#", "javascript:", "mailto:", "tel:", "data:")):
            return False
        path = href.partition("?")[0].partition("#")[0].lower()
        if path.endswith((".jpg", ".jpeg", ".png", ".webp", ".gif", ".avif")):
            return False
        return not self.url.endswith(path) if path else False


def _shows(link: HtmlElement) -> bool:
    """Tell whether a link is what a card links by: a picture or a heading."""
    return any(
        e.tag in ("img", "h2", "h3", "h4", "h5")
        for e in [*link.iter(), *link.iterancestors("h2", "h3", "h4", "h5")]
    )
