"""The main heading of a page: which of its elements names the thing, and what it says of it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from itertools import islice

from crawler.extract.buying import is_bought_in
from crawler.extract.codes import code_of
from crawler.extract.dom import (
    HtmlElement,
    is_beside,
    lineage,
    marked,
    pieces_within,
    text_within,
)
from crawler.extract.prices import PRICE_MARK
from crawler.extract.values import MONEY, clean_text

MIN_TITLE = 4
"""A shorter heading stands in too many titles by chance."""

Found = list[tuple[HtmlElement, str]]
"""Headings, each with its text."""

_PRODUCT_NAME = re.compile(r"(?:product|goods|item)[_-]?(?:title|name)|title|product", re.I)


def main_heading(root: HtmlElement) -> HtmlElement | None:
    """Choose among the page's headings: the only ``h1``, else what the page is titled after.

    Where shops give each of their cards an ``h1``, or none at all, the name is a lower heading, or
    something that they call a product's title: where the page is titled so, or where the thing is
    bought.
    """
    found = _first_headings(root)
    if len(_texts(found)) != 1:
        lower = (h for h in islice(root.iter("h2", "h3"), 60) if not is_beside(h))
        found = _in_title(root, [(h, text_within(h, 300)) for h in lower])
    if not found:
        called = (e for e in root.iter("p", "strong", "div", "span") if _called_title(e))
        found = _in_title(root, [(e, text_within(e, 300)) for e in islice(called, 20)])
    found = (
        found
        or _beside_buying(root, _TITLE)
        or list(islice(_titled_after(root), 1))
        or _beside_buying(root, _NAME)
        or [(h, text_within(h, 1000)) for h in islice(root.iter("h1"), 1) if _is_logo(h)]
    )
    return found[0][0] if len(_texts(found)) == 1 else None


def _first_headings(root: HtmlElement) -> Found:
    found = [(h, text_within(h, 1000)) for h in root.iter("h1")]
    found = [(h, t) for h, t in found if t and not _is_only_money(t) and not _is_logo(h)]
    if len(_texts(found)) > 1:
        found = [(h, text) for h, text in found if not is_beside(h)] or found
    if len(_texts(found)) > 1:
        found = _in_title(root, found) or [
            (h, text) for h, text in found if _named_product(h) or _named_product(h.getparent())
        ]
    return found


def _is_logo(heading: HtmlElement) -> bool:
    """Tell whether a heading is the name of the shop: it leads home."""
    links = [*heading.iter("a"), *heading.iterancestors("a")]
    return any(link.get("href", "").strip() in _HOME for link in links[:3])


_HOME = frozenset(("/", "./", "index.php", "/index.php", "index.html", "/index.html"))


def _texts(found: Found) -> set[str]:
    return {text for _, text in found}


_OF_MONEY = re.compile(
    r"\b(?:from|only|now|was|ab|USD|EUR|GBP|CNY|RMB|JPY|CHF|SEK|NOK|DKK|PLN|INR|Rs|kr)\b"
    r"|zł|Kč|руб|[元円원起]|价格|售价",
    re.IGNORECASE,
)


def _is_only_money(text: str) -> bool:
    """Tell whether a text says a price, or an old one and a new one, and names nothing."""
    return bool(MONEY.search(text)) and not any(c.isalpha() for c in _OF_MONEY.sub("", text))


_MOST_CALLED = 60
_MOST_STEPS = 7
_MOST_INNER = 200


def _beside_buying(root: HtmlElement, pattern: re.Pattern[str]) -> Found:
    """Return what is called a name, and stands nearest to a price and a control to buy.

    Of a grid nothing: there several are named in the same way.
    """
    called = [e for e in root.iter("p", "strong", "b", "div", "span", "dd") if marked(e, pattern)]
    near: list[tuple[int, HtmlElement, str]] = []
    offers = lru_cache(maxsize=None)(_offers)
    for element in called[:_MOST_CALLED]:
        text = text_within(element, 301)
        if 2 <= len(text) <= 300 and _names_a_thing(element, text):
            boxes = enumerate(islice(element.iterancestors(), _MOST_STEPS))
            steps = next((number for number, box in boxes if offers(box)), None)
            if steps is not None:
                near.append((steps, element, text))
    nearest = min((steps for steps, _, _ in near), default=0)
    found = [(e, text) for steps, e, text in near if steps == nearest]
    ways = {_way_of_naming(e) for e, _ in found}
    alike = {text for _, e, text in near if _way_of_naming(e) in ways}
    return found if len(alike) == 1 else []


def _names_a_thing(element: HtmlElement, text: str) -> bool:
    """Tell whether what is called a name may be that of the page's thing: no card, no seller."""
    linked = any(step.tag in ("a", "header") for step in lineage(element))
    return not (
        linked
        or element.find(".//a[@href]") is not None
        or is_beside(element)
        or _is_only_money(text)
        or any(marked(step, _OF_OTHERS) for step in islice(lineage(element), 4))
    )


def _offers(box: HtmlElement) -> bool:
    """Tell whether a box shows a price and a control to buy."""
    return box.tag != "html" and is_bought_in(box) and _is_priced(box)


def _is_priced(box: HtmlElement) -> bool:
    return MONEY.search(text_within(box, 3000)) is not None or any(
        marked(e, PRICE_MARK) and any(c.isdigit() for c in text_within(e, 20))
        for e in islice(box.iter("span", "b", "strong", "em", "div", "p", "font", "i"), _MOST_INNER)
    )


def _way_of_naming(element: HtmlElement) -> tuple[str | None, ...]:
    parent = element.getparent()
    return element.tag, element.get("class"), parent.tag, parent.get("class")


def title_of_heading(heading: HtmlElement) -> str:
    """Return the name that a heading gives, without small labels (正版) and numbers beside it."""
    beside = {e for e in islice(heading.iterdescendants(*_INLINE), 20) if _is_label(e)}
    beside |= {e for e, _ in _codes_in(heading)}
    pieces = (
        text
        for text, holder in pieces_within(heading)
        if beside.isdisjoint(islice(lineage(holder), 6))
    )
    name = clean_text("".join(pieces), 1000) if beside else None
    return name if name and len(name) > 1 else text_within(heading, 1000)


def code_of_heading(heading: HtmlElement) -> str | None:
    """Return the article number that stands in a heading in a place of its own."""
    return next((code for _, code in _codes_in(heading)), None)


_INLINE = ("span", "small", "i", "em", "b", "label", "sup", "font", "strong")
_LABEL = re.compile(r"(?:^|[_-])(?:tag|label|badge|icon)s?(?:$|[_-])", re.I)
_CODE = re.compile(
    r"(?:^|[_-])(?:sku|code|(?:article|item)[_-]?(?:no|number|code))(?:$|[_-])", re.I
)
_IN_BRACKETS = re.compile(r"\[(?=[^\]]*\d)[A-Z0-9][A-Z0-9._/-]{2,30}\]")
_LABEL_LENGTH = 12


def _is_label(element: HtmlElement) -> bool:
    if not marked(element, _LABEL) or marked(element, _NO_LABEL):
        return False
    return len(text_within(element, 40)) <= _LABEL_LENGTH


def _codes_in(heading: HtmlElement) -> Iterator[tuple[HtmlElement, str]]:
    for element in islice(heading.iterdescendants(*_INLINE), 20):
        text = text_within(element, 60)
        if marked(element, _CODE) or _IN_BRACKETS.fullmatch(text):
            code = code_of(text)
            if code and any(c.isdigit() for c in code):
                yield element, code


_NO_LABEL = re.compile(r"title|name|brand|size|colou?r", re.I)
_NAME = re.compile(r"^name$", re.I)
_OF_OTHERS = re.compile(
    r"(?:^|[_-])(?:shop|store|seller|vendor|merchant|user|author|brand|company|member|nick"
    r"|reviewer)s?(?:$|[_-])",
    re.I,
)


_TITLE_END = re.compile(r"\s*(?:[-–—|_:/·【《,，]|$)")


def _titled_after(root: HtmlElement) -> Iterator[tuple[HtmlElement, str]]:
    """Yield what says the same as the title of the document up to a separator, in the main part."""
    title = clean_text(next((t.text for t in root.iter("title")), None), 500) or ""
    if len(title) < MIN_TITLE:
        return
    for element in root.iter("p", "strong", "div", "span", "font", "b", "dt", "td"):
        text = (element.text or "").strip() if element.text and len(element.text) < 300 else ""
        if len(text) >= MIN_TITLE and title.startswith(text) and _TITLE_END.match(title, len(text)):
            linked = any(step.tag in ("a", "header", "li") for step in lineage(element))
            if not linked and not is_beside(element):
                yield element, text


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


_TITLE = re.compile(
    r"(?:^|[_-])(?:product|prod?|goods|item|deal|ad|sku|offer|detail|commodity|shangpin|baobei)"
    r"[_-]*(?:title|name)(?:$|[_-])",
    re.I,
)


def _called_title(element: HtmlElement) -> bool:
    return marked(element, _TITLE) and not is_beside(element)


def _named_product(element: HtmlElement | None) -> bool:
    return element is not None and marked(element, _PRODUCT_NAME)
