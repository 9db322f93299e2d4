"""The availability that a page shows: in a marked place, beside a label, by what can be done."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import lru_cache
from itertools import islice

from crawler.extract.buying import says_buy
from crawler.extract.cards import Cards
from crawler.extract.dom import HtmlElement, MainPart, lineage, marked, text_within
from crawler.extract.labels import STOCK_KEY, Line
from crawler.extract.values import availability_of

_PLACE = re.compile(r"stock|availab|kucun|verfuegbar|inventory|dostupnost|nalichie", re.I)
_TAGS = frozenset(
    ("p", "span", "div", "strong", "em", "b", "i", "li", "ul", "dd", "td", "label", "link")
)
_NOTIFY = re.compile(r"notify|when (?:it|back|available)|subscri|check|通知|benachrichtig", re.I)
"""Offers to tell or to look up; they stand on pages of every availability."""
_CLASS_SAYS = {
    "InStock": re.compile(r"^(?:is-?)?in-?_?stock$", re.I),
    "OutOfStock": re.compile(r"^(?:is-?)?(?:out-?_?of-?_?stock|sold-?_?out)$", re.I),
}
_TELL = re.compile(
    r"(?:notify|e-?mail|alert|tell) me\b|back in stock|到[货貨]通知|到[货貨]提醒|缺[货貨]登[记記]"
    r"|入荷(?:通知|お知らせ)|재입고|benachrichtig|pr[ée]ven(?:ez|ir)|av[ií]s[ae]me|avvisami"
    r"|сообщить о (?:поступлении|наличии)|уведомить|powiadom|waitlist|wait-?list",
    re.IGNORECASE,
)
"""Words of a control that stands where the one to buy would be, while there is nothing to buy."""
_SHORT = 45
_OF_ELSE = re.compile(
    r"pick-?up|collect|\bstores?\b|deliver|shipping|review|image|video|chat|自提|门店|门市|客服|评",
    re.IGNORECASE,
)
"""What can be out of reach while the thing itself is not."""
_SENTENCE = re.compile(r"[，；？、]|。.|[.,;?]\s|[\u3400-\u9fff]{13}")
_BEFORE, _BEHIND = 100, 500
"""Elements around the heading among which such a text stands."""
_CHOICE = re.compile(r"swatch|variant|variation|option|size|colou?r|sku-?(?:item|list|prop)", re.I)
_OUT = frozenset(("OutOfStock", "SoldOut", "Discontinued"))
_OFF = re.compile(r"disabled|hidden|sold-?out|out-?of-?stock|unavailable", re.I)
_HIDDEN = re.compile(r"display:\s*none|visibility:\s*hidden", re.I)


def marked_stock(main: MainPart, cards: Cards) -> str | None:
    """Return what an element called ``stock``, ``availability`` or the like says.

    Its words count first; where they are of no known language, a class such as ``in-stock``
    does, when all that are shown agree.
    """
    by_class: set[str] = set()
    for element in main.named(_PLACE):
        if element.tag not in _TAGS or element in cards:
            continue
        text = text_within(element, 120)
        if len(text) < 100 and not _NOTIFY.search(text) and not _is_hidden(element):
            if name := availability_of(text):
                return name
            by_class |= {n for n, says in _CLASS_SAYS.items() if text and marked(element, says)}
    return by_class.pop() if len(by_class) == 1 else None


def labelled_stock(attributes: Mapping[str, str], lines: Iterable[Line]) -> str | None:
    """Return what stands behind "Availability:", 库存 and the like."""
    said = [v for k, v in attributes.items() if STOCK_KEY.fullmatch(k.strip(" :："))]
    said += [line.text for line in lines if line.kind == "stock" and line.text]
    return next((name for value in said if (name := _of_words(value))), None)


def closed_stock(main: MainPart, heading: HtmlElement | None, cards: Cards) -> str | None:
    """Return what a short text near the heading says of the stock; one size does not count.

    To be asked where no control to buy works: much can be unavailable on a page that sells.
    """
    if heading is None or heading not in main:
        return None
    place = main.elements.index(heading)
    for element in main.elements[max(place - _BEFORE, 0) : place + _BEHIND]:
        text = (element.get("value") if element.tag == "input" else element.text) or ""
        text = text.strip() if len(text) < 200 else ""
        said = _closes(element, text) if 2 <= len(text) <= _SHORT else None
        if said and element not in cards and not _is_hidden(element) and not _is_choice(element):
            return said
    return None


def _closes(element: HtmlElement, text: str) -> str | None:
    in_control = (s.tag in ("button", "a", "input") for s in islice(lineage(element), 3))
    said, tells = _closing(text)
    if tells and any(in_control):
        return "OutOfStock"
    return None if element.tag == "h1" else said


@lru_cache(maxsize=16_384)
def _closing(text: str) -> tuple[str | None, bool]:
    """Return what a text says of a stock that is out, and whether it offers to tell of a new one.

    The short texts of a site are the same on page after page.
    """
    tells = _TELL.search(text) is not None
    if _OF_ELSE.search(text) or _SENTENCE.search(text):
        return None, tells
    said = availability_of(text)
    return (said if said in _OUT else None), tells


def _is_choice(element: HtmlElement) -> bool:
    return any(s.tag == "label" or marked(s, _CHOICE) for s in islice(lineage(element), 3))


_COUNT = re.compile(r"(\d{1,6})\s*(?:\D{0,8})")


def _of_words(value: str) -> str | None:
    count = _COUNT.fullmatch(value.strip())
    if count is not None and availability_of(value) is None:
        return "InStock" if int(count[1]) else "OutOfStock"
    return availability_of(value)


def bought_stock(controls: Iterable[HtmlElement], said: str | None) -> str | None:
    """Return what a control to buy that works means, beside what is ``said`` elsewhere.

    What is said to be sold out is often one size of many: then the control has the last word,
    unless the same is said right beside it, and nobody knows.
    """
    for control in controls:
        if control.tag == "form" or not says_buy(control) or _is_off(control):
            continue
        ahead = availability_of(text_within(control, 60) or control.get("value", ""))
        if ahead in ("PreOrder", "BackOrder"):
            return ahead
        beside = (text_within(step, 200) for step in islice(control.iterancestors(), 3))
        return None if availability_of(" ".join(beside)[:190]) == "OutOfStock" else "InStock"
    return said


def is_any_working(controls: Iterable[HtmlElement]) -> bool:
    """Tell whether a control says that it buys, and can be used."""
    return any(c.tag != "form" and says_buy(c) and not _is_off(c) for c in controls)


def is_switched_off(controls: Iterable[HtmlElement]) -> bool:
    """Tell whether a control says that it buys, and cannot be used."""
    return any(says_buy(control) and _is_off(control) for control in controls)


def _is_off(control: HtmlElement) -> bool:
    return (
        control.get("disabled") is not None
        or control.get("aria-disabled") == "true"
        or any(marked(step, _OFF) for step in islice(lineage(control), 3))
        or _is_hidden(control)
    )


def _is_hidden(element: HtmlElement) -> bool:
    return any(
        step.get("hidden") is not None or _HIDDEN.search(step.get("style", "")[:500])
        for step in islice(lineage(element), 5)
    )
