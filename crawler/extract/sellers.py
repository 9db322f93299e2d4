"""The seller that a page names beside a label: "Sold by ...", "Seller: ...", 店铺：..., 掌柜：..."""

from __future__ import annotations

import re
from collections.abc import Iterable

from crawler.extract.dom import BREAK, HtmlElement
from crawler.extract.labels import SELLER_WORDS, SHOP_WORDS, SOLD_BY, Line
from crawler.extract.values import clean_text, contact_uri, link_url
from crawler.model import Seller

_SECOND_LABEL = re.compile(
    rf"\s*(?:{SOLD_BY}|{SELLER_WORDS}|{SHOP_WORDS})\s*(?:[:：]|$)"
    r"|\s*(?:店铺|卖家|商家|掌柜|店主|店鋪|賣家)(?:名称)?\s+",
    re.I,
)
"""A label in a second language behind the first."""
_NAME_END = re.compile(
    r"\s*(?:[|｜·•;；，、【\[(（]|\s[-–—/]\s|\s(?:and|&) (?:shipped|fulfilled|dispatched|delivered)\b).*",
    re.S | re.I,
)
_NO_NAME = re.compile(
    r"(?:visit|view|see|go to|contact|ask|chat|message|e-?mail|mail|call|follow|more|all|show|help|log ?in)"
    r"\b.*|(?:the )?(?:weight|metre|meter|yard|piece|unit|pack|kilo|dozen|pair)s?"
    r"|zum (?:shop|verkäufer).*|(?:进入?|查看|访问|联系|聯繫|咨询|关注|收藏|更多|逛|在线|電郵|邮件|电话).*",
    re.I,
)
"""What stands behind a label, or leads to a seller, and names none."""


def find_seller(lines: Iterable[Line], url: str) -> Seller | None:
    """Return the seller of the first line that names one."""
    for line in lines:
        if line.kind == "seller":
            seller = _seller(line, url)
            if seller is not None:
                return seller
    return None


def _seller(line: Line, url: str) -> Seller | None:
    """Read a line: the text of its link is the name, else the text up to a separator."""
    name: str | None = None
    link: HtmlElement | None = None
    for text, anchor in _without_labels(line):
        if text == BREAK:
            if name:
                break
            continue
        words = clean_text(text.lstrip(" :：·•|\xa0"), 100)
        if words is None:
            continue
        if anchor is None and name is None:
            name = clean_text(_NAME_END.sub("", words))
            if name != words:
                break
        elif anchor is None or contact_uri(anchor.get("href")):
            if name:
                break
        elif _NO_NAME.fullmatch(words):
            link = anchor if link is None else link
        elif name is None:
            name, link = words, anchor
            break
        else:
            break
    if name is None or len(name) > 80 or name.endswith(("。", "!", "?")):
        return None
    if _NO_NAME.fullmatch(name) or not any(c.isalnum() for c in name):
        return None
    contacts = [c for a in line.links if (c := contact_uri(a.get("href")))]
    return Seller(
        name=name,
        url=None if link is None else link_url(url, link.get("href")),
        contacts=tuple(dict.fromkeys(contacts)),
    )


def _without_labels(line: Line) -> list[tuple[str, HtmlElement | None]]:
    pieces = list(line.pieces)
    while pieces and pieces[0][1] is None and (found := _SECOND_LABEL.match(pieces[0][0])):
        rest = pieces[0][0][found.end() :]
        pieces[0] = (rest, None)
        if not rest.strip():
            pieces.pop(0)
    return pieces
