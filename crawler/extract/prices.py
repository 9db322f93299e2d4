"""The price that stands on a page beside its main heading."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from itertools import islice

from crawler.extract.cards import Cards
from crawler.extract.dom import HtmlElement, MainPart, lineage, marked, on_one_line, text_within
from crawler.extract.values import MONEY, parse_price

PRICE_MARK = re.compile(r"pri[cs]e|prix|preis|prec[it]|prezzo|pret|jiage|amount|价|money", re.I)
_WAS = re.compile(
    r"(?:^|[_-])(?:old|was|before|strike|striked|list-?price|price-?list|rrp|msrp|uvp|compare|original"
    r"|regular-strike|crossed|market)(?:$|[_-])"
    r"|base-?price|(?:price)?without-?tax|(?:discount|tax)-?amount"
    r"|oldprice|price-?old|was-?price|list-?price|line-?through|strike-?through|origin-price|原价|划线|市场",
    re.IGNORECASE,
)
_NO_PRICE = re.compile(
    r"(?:^|[_-])(?:save|saving|discount|shipping|delivery|installment|instalment|tax|per-unit"
    r"|unit)(?:$|[_-])",
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
_BIDS = re.compile(
    r"\b\d+\s*(?:bids?\b|gebote?\b|enchères?\b|次出价)"
    r"|(?:出价|入札件?数?)\s*[:：]?\s*\d",
    re.IGNORECASE,
)
MAX_PRICES = 60
"""More prices than this on one page are not looked at."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Tag:
    """One price as it stands on a page."""

    element: HtmlElement
    amount: Decimal
    sign: str | None
    old: bool
    """Whether the page calls it what the thing was sold at before."""
    promoted: bool
    """Whether the page calls it what the thing is sold at for now."""
    near: int
    """Steps up from the heading until this stands inside."""


AUCTION = "bid"
"""Stands in the source of nearly every page on which bids are counted, in some name at least."""


def find_price(main: MainPart, heading: HtmlElement, cards: Cards) -> Tag | None:
    """Return the price that belongs to the heading; None when there is none outside a grid.

    What a page calls the old price is the price where it shows no other.
    """
    tags = islice(_tags(main, heading), MAX_PRICES)
    return min((tag for tag in tags if tag.element not in cards), key=_rank, default=None)


def is_only_price(main: MainPart, heading: HtmlElement, cards: Cards) -> bool:
    """Tell whether all prices on the page, but old ones and those of cards, are the same.

    Those of a range stand in one box.
    """
    all_tags = islice(_tags(main, heading), MAX_PRICES)
    tags = [tag for tag in all_tags if not tag.old and tag.element not in cards]
    boxes = {tag.element.getparent() for tag in tags}
    return len({tag.amount for tag in tags}) == 1 or len(boxes) == 1


def _rank(tag: Tag) -> tuple[bool, bool, int]:
    return tag.old, not tag.promoted, tag.near


def is_bid(tag: Tag) -> bool:
    """Tell whether a price is what was bid last, in an auction: bids are counted beside it."""
    boxes = (text_within(step, 120) for step in islice(lineage(tag.element), 1, 3))
    return any(len(text) < 100 and _BIDS.search(text) for text in boxes)


def _tags(main: MainPart, heading: HtmlElement) -> Iterator[Tag]:
    above = list(lineage(heading))
    steps = {element: number for number, element in enumerate(above)}
    seen: set[HtmlElement] = set()
    for element in main.elements:
        if element.getparent() in seen:
            seen.add(element)
            continue
        found = _amount(element)
        if found is None:
            continue
        seen.add(element)
        near = next(steps[step] for step in lineage(element) if step in steps)
        label = _label_before(element)
        yield Tag(
            element=element,
            amount=found[0],
            sign=found[1],
            old=bool(_WAS_LABEL.search(label))
            or any(marked(step, _WAS) for step in islice(lineage(element), 3)),
            promoted=bool(_NOW_LABEL.search(label)),
            near=near,
        )


_WAS_LABEL = re.compile(
    r"市[场場]价|市場價|原[价價]|[划劃][线線][价價]|吊牌价|专柜价|厂商指导价|定価|参考価格|정가"
    r"|(?:list|old|regular|retail|base) price|\b(?:was|msrp|rrp|uvp|pvp|statt)\b|prix conseillé"
    r"|старая цена",
    re.IGNORECASE,
)
_NOW_LABEL = re.compile(
    r"促[销銷][价價]|特[价價]|活[动動][价價]|折后价|折後價|优惠价|優惠價|秒杀价|到手价|券后价|抢购价|拼团价|セール価格"
    r"|sale price|special price|now\b|angebotspreis|prix promo|precio oferta",
    re.IGNORECASE,
)
_LABEL_LENGTH = 24


def _label_before(element: HtmlElement) -> str:
    """Return the short text that stands right before an element, or before what it begins."""
    for step in islice(lineage(element), 4):
        before = step.getprevious()
        parent = step.getparent()
        if before is not None:
            text = text_within(before, 60) + (before.tail or "").strip()
            if len(text) > 2 or not _SIGN_ALONE.fullmatch(text):
                return text if len(text) <= _LABEL_LENGTH and not _DIGIT.search(text) else ""
        elif parent is not None and (said := (parent.text or "").strip()):
            return said if len(said) <= _LABEL_LENGTH else ""
    return ""


_SIGN_ALONE = re.compile(r"[^\w\s]{0,2}")


def _amount(element: HtmlElement) -> tuple[Decimal, str | None] | None:
    """Read an element as a price: short, money in it, or called a price."""
    begins = element.text
    if begins and len(begins) > _LONG and len(on_one_line(begins[: 5 * _LONG])) > _LONG:
        return None  # prose, which is looked through no further
    own = marked(element, PRICE_MARK) or "price" in element.get("itemprop", "")
    if not own and not (begins and _DIGIT.search(begins)) and not _is_split(element):
        return None
    text = _joined(element) if len(element) else text_within(element, 80)
    if _BARE_NUMBER.fullmatch(text):
        text += _sign_behind(element)
    found = _read_price(text, own) if text and len(text) <= 40 else None
    if found is None or (len(element) and len(MONEY.findall(text)) > 1):
        return None  # the old price and the new one: each is looked at by itself
    for step in islice(lineage(element), 3):
        if step.tag in ("del", "s", "strike") or marked(step, _NO_PRICE):
            return None
    return found


_LONG = 100
"""Characters of a text that is no price, whatever stands behind them: the longest has 40."""
_SIGN_PIECE = re.compile(r"\s*[£€$¥￥₹₽₩₺฿₫₴₪₱₸]\s*")
_GAP = re.compile(r"(?<=\d) (?=[.,]\d{2}(?!\d))|(?<=\d[.,]) (?=\d{2}(?!\d))")
MAX_SPLIT = 5


def _is_split(element: HtmlElement) -> bool:
    """Tell whether an element is a price in pieces: a sign alone, then the number."""
    if not 1 <= len(element) <= MAX_SPLIT:
        return False
    first = element.text if element.text and not element.text.isspace() else element[0].text
    if not first or not _SIGN_PIECE.fullmatch(first):
        return False
    return re.fullmatch(r"\D{1,3}\d[\d., ]*", text_within(element, 24)) is not None


def _joined(element: HtmlElement) -> str:
    """Return the text of a price in pieces: no white space between them, a point before cents."""
    text = _GAP.sub("", text_within(element, 80))
    if len(text) <= MAX_JOINED and not _POINT.search(text):
        cents = [e for e in element.iter("sup", "small", "span", "em") if _is_cents(e)]
        if len(cents) == 1 and re.search(rf"\d\s?{cents[0].text.strip()}\D{{0,4}}$", text):
            whole = text.rpartition(cents[0].text.strip())
            return f"{whole[0].rstrip()}.{whole[1]}{whole[2]}"
    return text


MAX_JOINED = 16
_POINT = re.compile(r"[.,]\d{2}(?!\d)")
_CENTS = re.compile(r"(?:^|[_-])(?:cents?|decimals?|fraction|kopecks?)(?:$|[_-])", re.I)


def _is_cents(element: HtmlElement) -> bool:
    text = element.text or ""
    return bool(re.fullmatch(r"\s*\d{2}\s*", text)) and (
        element.tag == "sup" or marked(element, _CENTS)
    )


@lru_cache(maxsize=16_384)
def _read_price(text: str, own: bool) -> tuple[Decimal, str | None] | None:
    """Read a short text as a price; the pages of a site say the same things over and over.

    :param own: whether what holds the text is called a price
    """
    if not MONEY.search(text) and not (own and _PLAIN_PRICE.fullmatch(text)):
        return None
    if not _DIGIT.search(text) or _NOT_THE_PRICE.search(text) or _SENTENCE.search(text):
        return None
    amount, sign = parse_price(text)
    return (amount, sign) if amount else None


_SENTENCE = re.compile(r"。|[，；].*[\u3400-\u9fff]{6}")
_PLAIN_PRICE = re.compile(r"\D{0,6}\d[\d., ]*\D{0,4}")
_BARE_NUMBER = re.compile(r"\d[\d.,]*")
_SIGN = re.compile(r"\s*(?:元|円|원|€|£|\$|₽|руб|zł|Kč|тг)")


def _sign_behind(element: HtmlElement) -> str:
    """Return the currency sign that stands in a place of its own behind a bare number."""
    following = element.getnext()
    beside = (element.tail or "") + ("" if following is None else text_within(following, 8))
    found = _SIGN.match(beside)
    return found[0] if found else ""
