"""The seller that a page names beside a label: "Sold by ...", "Seller: ...", 店铺：..."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import islice
from urllib.parse import parse_qs, unquote, urlsplit

from crawler.extract.contacts import contact_uri, contacts_in, first_few
from crawler.extract.dom import BREAK, HtmlElement, MainPart, lineage, marked, text_within
from crawler.extract.labels import SELLER_WORDS, SHOP_WORDS, SOLD_BY, Line
from crawler.extract.values import MONEY, clean_text, link_url
from crawler.model import Seller

_SECOND_LABEL = re.compile(
    rf"\s*(?:{SOLD_BY}|{SELLER_WORDS}|{SHOP_WORDS})\s*(?:[:：]|$)"
    r"|\s*(?:店铺|书店|卖家|商家|掌柜|店主|店鋪|賣家)(?:名称)?\s+",
    re.I,
)
"""A label in a second language behind the first."""
_NAME_END = re.compile(
    r"\s*(?:[|｜·•;；，、【\[(（]|\s[-–—/]\s"
    r"|\s(?:and|&) (?:shipped|fulfilled|dispatched|delivered)\b).*",
    re.S | re.I,
)
_NO_NAME = re.compile(
    r"(?:visit|view|see|go to|contact|ask|chat|message|e-?mail|mail|call"
    r"|follow|more|all|show|help|log ?in|ratings?|reviews?)"
    r"\b.*|(?:the )?(?:weight|metre|meter|yard|piece|unit|pack|kilo|dozen|pair)s?"
    r"|zum (?:shop|verkäufer).*"
    r"|(?:进入?|查看|访问|联系|聯繫|咨询|关注|收藏|更多|逛|在线|電郵|邮件|电话).*",
    re.I,
)
"""What stands behind a label, or leads to a seller, and names none."""


_BOX = re.compile(
    r"^(?:[a-z]{2,6}[-_]+)?(?:vendor|seller|store|shop|merchant|dianpu)[-_]?"
    r"(?:info|box|card|name|details?|link|profile|panel)?$",
    re.I,
)
_SHOP_PATH = re.compile(
    r"/(?:stores?|vendors?|sellers?|shops?|merchants?|profile|dianpu)/"
    r"([\w.%~@+-]{1,80})/?$",
    re.I,
)
_SHOP_KEY = re.compile(r"(?:seller|shop|store|vendor|merchant|user)_?-?id|uid", re.I)


def find_vendor(lines: Iterable[Line], main: MainPart, url: str) -> Seller | None:
    """Return the seller that a page shows: of the first line that names one, else of a box.

    A box is called after a vendor, holds a link to the vendor's page alone, and shows no price.
    """
    for line in lines:
        if line.kind == "seller":
            seller = _seller(line, url)
            if seller is not None:
                return seller
    for element in main.named(_BOX):
        seller = _boxed(element, url)
        if seller is not None and not MONEY.search(text_within(element, 600)):
            return seller
    return None


def _boxed(element: HtmlElement, url: str) -> Seller | None:
    links = [a for a in islice(element.iter("a"), 12) if _leads_to_shop(a)]
    named = [(a, text) for a in links if (text := text_within(a, 100))]
    names = {text for _, text in named if not _NO_NAME.fullmatch(text)}
    if len(names) != 1 or len({a.get("href") for a in links}) != 1:
        return None
    name = names.pop()
    if len(name) > 80 or not any(c.isalnum() for c in name):
        return None
    target = link_url(url, named[0][0].get("href"))
    contacts = first_few(contacts_in(element))
    return Seller(name=name, id=shop_id(target), url=target, contacts=contacts)


def _leads_to_shop(link: HtmlElement) -> bool:
    query = str(link.get("href", "")).partition("?")[2]
    return bool(
        _SHOP_PATH.search(_path(link)) or any(_SHOP_KEY.fullmatch(key) for key in parse_qs(query))
    )


def _path(link: HtmlElement) -> str:
    href: str = link.get("href", "")
    return href.partition("?")[0].partition("#")[0]


def shop_id(url: str | None) -> str | None:
    """Return the site's own name or number of a seller, out of the address of its page."""
    if url is None:
        return None
    parts = urlsplit(url)
    for key, values in parse_qs(parts.query).items():
        if _SHOP_KEY.fullmatch(key):
            return values[0]
    found = _SHOP_PATH.search(parts.path)
    return unquote(found[1]) if found else None


def _seller(line: Line, url: str) -> Seller | None:
    name, link = _linked_name(line) or _plain_name(line)
    if name is None or len(name) > 80 or name.endswith(("。", "!", "?")):
        return None
    if _NO_NAME.fullmatch(name) or not any(c.isalnum() for c in name):
        return None
    contacts = [c for a in line.links if (c := contact_uri(a.get("href")))]
    box = next((step for step in islice(lineage(line.element), 4) if marked(step, _BOX)), None)
    if box is not None:
        contacts += contacts_in(box)
    target = None if link is None else link_url(url, link.get("href"))
    return Seller(name=name, id=shop_id(target), url=target, contacts=first_few(contacts))


Name = tuple[str | None, HtmlElement | None]
"""A name, and the link that leads to whom it names."""


def _linked_name(line: Line) -> Name | None:
    """Return the link right behind the label: its text is the name."""
    for words, anchor in _said(line):
        if anchor is None or contact_uri(anchor.get("href")):
            return None
        if not _NO_NAME.fullmatch(words):
            return words, anchor
    return None


def _plain_name(line: Line) -> Name:
    """Return the text up to a separator, and the link behind it that says "visit the shop"."""
    name: str | None = None
    for words, anchor in _said(line):
        if name is None and anchor is None:
            name = clean_text(_NAME_END.sub("", words))
        elif name and anchor is not None and _NO_NAME.fullmatch(words):
            return name, None if contact_uri(anchor.get("href")) else anchor
        elif name:
            break
    return name, None


def _said(line: Line) -> Iterator[tuple[str, HtmlElement | None]]:
    """Yield what stands on the first line that says anything."""
    said = False
    for text, anchor in _without_labels(line):
        if text == BREAK:
            if said:
                return
            continue
        words = clean_text(text.lstrip(" :：·•|\xa0"), 100)
        if words:
            said = True
            yield words, anchor


def _without_labels(line: Line) -> list[tuple[str, HtmlElement | None]]:
    pieces = list(line.pieces)
    while pieces and pieces[0][1] is None and (found := _SECOND_LABEL.match(pieces[0][0])):
        rest = pieces[0][0][found.end() :]
        pieces[0] = (rest, None)
        if not rest.strip():
            pieces.pop(0)
    return pieces
