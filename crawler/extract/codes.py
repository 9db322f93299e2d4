"""Brand, article number and GTIN as they stand on the page itself."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from itertools import islice
from urllib.parse import urlsplit

from lxml.etree import XPath  # type: ignore[import-untyped]

from crawler.extract.cards import BRAND_PATH, Cards
from crawler.extract.dom import HtmlElement, MainPart, marked, text_within
from crawler.extract.draft import Fields
from crawler.extract.labels import (
    BRAND_KEY,
    BRAND_WORDS,
    GTIN_KEY,
    MODEL_KEY,
    MODEL_WORDS,
    SKU_KEY,
    SKU_WORDS,
    Line,
)
from crawler.extract.values import gtin_of

_DIGIT = re.compile(r"\d")
_PART_END = re.compile(r"\s*(?:[|｜·•;；，、/]|\s[-–—]\s|[(（\[【]|,\s).*", re.S)
_CODE = re.compile(r"[^\W_](?:[\w .\-/#+]{0,38}[\w#+])?")


Said = list[tuple[str, str]]
"""Kind (``brand``, ``sku``, ``model``, ``gtin``) and what is said, in the order of belief."""

_KEYS = (("gtin", GTIN_KEY), ("brand", BRAND_KEY), ("sku", SKU_KEY), ("model", MODEL_KEY))
_PROPERTIES = dict.fromkeys(("gtin", "gtin8", "gtin12", "gtin13", "gtin14", "isbn"), "gtin") | {
    "sku": "sku",
    "brand": "brand",
    "mpn": "model",
}
_SKU_DATA = ("data-sku", "data-product-sku", "data-product_sku", "data-product-code")
_CLASSES = (
    (
        "sku",
        re.compile(
            r"^(?:(?:product|item|goods|pdp)?[-_]*(?:sku|code|article-?(?:no|number))"
            r"|(?:product|item|goods|pdp)[-_]*ref(?:erence)?"
            r"|(?:\w{1,20}[-_])?sku(?:[-_](?:item|value|number|code|text))?)$",
            re.I,
        ),
    ),
    (
        "brand",
        re.compile(
            r"^(?:product|item|goods|pdp)?(?:view|detail|info|page|card)?[-_]*"
            r"(?:brand|manufacturer|producer)(?:[-_]?(?:name|link|info|logo))?$",
            re.I,
        ),
    ),
)
_HOOKS = frozenset(
    ("data-qa", "data-qa-qualifier", "data-test", "data-testid", "data-test-id", "data-cy")
)
"""Attributes by which a shop's own tests find the parts of its pages; they say what a part is."""


class MarkedPlaces:
    """Places that a page marks as a code: ``itemprop``, ``data-sku``, a class."""

    def __init__(self, main: MainPart, cards: Cards) -> None:
        self._main = main
        self._cards = cards

    def said(self, kinds: Collection[str]) -> Said:
        """Return what stands in the places of these kinds, where all of a kind agree."""
        found: dict[str, set[str]] = {}
        for kind, element, text in self._all(kinds):
            words = (text or text_within(element, 100) or _alt(element)).strip()
            if words and element not in self._cards:
                found.setdefault(kind, set()).add(words)
        return [(kind, texts.pop()) for kind, texts in found.items() if len(texts) == 1]

    def _all(self, kinds: Collection[str]) -> Iterator[tuple[str, HtmlElement, str | None]]:
        classes = [(kind, says) for kind, says in _CLASSES if kind in kinds]
        for element in self._main.elements:
            kind = _PROPERTIES.get(element.get("itemprop", ""))
            if kind in kinds:
                yield str(kind), element, element.get("content")
            if "sku" in kinds:
                yield from (("sku", element, code) for n in _SKU_DATA if (code := element.get(n)))
            for kind, says in classes:
                if marked(element, says):
                    yield kind, element, None
        if "sku" in kinds:
            yield from (("sku", element, None) for element in self.hooked())

    def hooked(self) -> Iterator[HtmlElement]:
        """Yield the places of article numbers that tests of the shop, or microdata, point at."""
        for element in self._main.elements:
            for name in element.keys():  # noqa: SIM118 (an element gives its children)
                if (name == "itemprop" and element.get(name) == "sku") or (
                    name in _HOOKS and _SKU_HOOK.search(element.get(name))
                ):
                    yield element
                    break

    def shown_codes(self) -> Iterator[str]:
        """Yield the article numbers that people read in those places."""
        for element in self.hooked():
            if element not in self._cards and (text := text_within(element, 100)):
                yield text

    def linked_brand(self, title: str) -> str | None:
        """Return the text of the links to a brand's page, where the title has that word."""
        found = {
            text
            for link in self._main.tagged("a")
            if BRAND_PATH.search(link.get("href", ""))
            and link not in self._cards
            and (text := text_within(link, 60) or _alt(link))
            and text.casefold() in title
        }
        return found.pop() if len(found) == 1 else None


_SKU_HOOK = re.compile(
    r"(?:^|[-_])(?:sku|(?:product|item|article|cat(?:alogue)?)[-_]?(?:no|code|number|ref(?:erence)?))$"
    r"|[a-z](?:Sku|ProductCode|ItemNumber|CatNumber)$"
)


def _alt(element: HtmlElement) -> str:
    """Return what stands for the only picture of an element."""
    pictures = list(islice(element.iter("img"), 2))
    return pictures[0].get("alt", "")[:100] if len(pictures) == 1 else ""


def find_codes(
    places: MarkedPlaces,
    attributes: Mapping[str, str],
    lines: Iterable[Line],
    missing: Collection[str],
) -> Fields:
    """Return what is ``missing`` of brand, sku and gtin: from tables, lines, then marked places."""
    said = _labelled(attributes, lines)
    found = _chosen(said)
    still = {name for name in missing if found[name] is None}
    if still:
        kinds = still | {"model"} if "sku" in still else still
        found = _chosen(said + places.said(kinds))
    return {name: found[name] for name in sorted(missing)}


_NUMBER_IN_PATH = re.compile(r"(?<!\d)\d{4,14}(?!\d)")
_IS_ATTRIBUTE = XPath("boolean(//@*[. = $text][starts-with(name(), 'data-') or name() = 'value'])")


def number_in_address(url: str, root: HtmlElement, pictures: Iterable[str]) -> str | None:
    """Return the number in a page's address that the page itself knows its thing by.

    It stands as a whole in a ``data-`` attribute or a form, or as a folder of the thing's pictures.
    The longest number at the end of the address that does is the one.
    """
    found = _NUMBER_IN_PATH.findall("/".join(urlsplit(url).path.rsplit("/", 2)[1:]))
    folders = {folder for link in pictures for folder in urlsplit(link).path.split("/")}
    known = (n for n in sorted(found, key=len, reverse=True) if n in folders or _knows(root, n))
    return next(known, None)


def _knows(root: HtmlElement, number: str) -> bool:
    return bool(_IS_ATTRIBUTE(root, text=number))


def labelled_brand(attributes: Mapping[str, str], lines: Iterable[Line]) -> str | None:
    """Return the brand that stands beside a label."""
    return _chosen(_labelled(attributes, lines))["brand"]


def shown_sku(
    attributes: Mapping[str, str], lines: Iterable[Line], places: MarkedPlaces
) -> str | None:
    """Return the article number that people read on the page; None when it shows none, or several.

    It is believed before the data for machines, which often gives the number of a variant that
    stands nowhere else; a notice must name what its reader finds on the page.
    """
    said = [value for key, value in attributes.items() if SKU_KEY.fullmatch(key)]
    said += [line.text for line in lines if line.kind == "sku" and line.text]
    said = said or list(places.shown_codes())
    found = {code for text in said if (code := code_of(text)) and _DIGIT.search(code)}
    return found.pop() if len(found) == 1 else None


def _labelled(attributes: Mapping[str, str], lines: Iterable[Line]) -> Said:
    said = [
        (kind, value)
        for name, value in attributes.items()
        for kind, key in _KEYS
        if key.fullmatch(name)
    ]
    said += [(line.kind, line.text) for line in lines if line.text]
    return said + [("model", v) for k, v in attributes.items() if k.casefold() == "upc"]


def _chosen(said: Said) -> dict[str, str | None]:
    def first(kind: str, read: Callable[[str], str | None]) -> str | None:
        return next((v for k, text in said if k == kind and (v := read(text))), None)

    return {
        "gtin": first("gtin", lambda text: gtin_of(_leading_digits(text))),
        "brand": first("brand", brand_of),
        "sku": first("sku", code_of) or first("model", code_of),
    }


_DIGITS = re.compile(r"\s*(\d(?:[\d-]| (?=\d)){6,20}\d)(?!\w)")


def _leading_digits(text: str) -> str:
    """Return the number that a text begins with, where other labels follow on its line."""
    found = _DIGITS.match(text)
    return found[1] if found else text


_CODE_LABEL = re.compile(
    rf"^\W*(?:{SKU_WORDS}|{MODEL_WORDS}|code)(?:\s*[:：#]\s*|\s+(?=\S*\d))", re.I
)


def code_of(text: str) -> str | None:
    """Return an article number out of what stands behind its label; None when it is none."""
    text = _CODE_LABEL.sub("", text)
    code = _PART_END.sub("", text, count=1) if len(text) > 40 or "|" in text else text
    code = code.strip(" .:：()（）〈〉<>[]【】")
    if not _CODE.fullmatch(code) or code.count(" ") > 1:
        return None
    return code if _DIGIT.search(code) or (" " not in code and code.isupper()) else None


_BRAND_LABEL = re.compile(rf"^.*\b(?:{BRAND_WORDS})\s*[:：]\s*", re.I | re.S)


def brand_of(text: str) -> str | None:
    """Return a brand out of what stands behind its label; None when it is a sentence or nothing."""
    text = _BRAND_LABEL.sub("", text)
    brand = re.sub(r"\s*[|｜·•;；].*", "", text, flags=re.S).strip(" :：,，")
    known = any(c.isalnum() for c in brand) and not re.fullmatch(
        r"n/?a|none|no ?name|其他|无|無", brand, re.I
    )
    return (
        brand if known and len(brand) <= 80 and not brand.endswith((". ", "。", "!", "?")) else None
    )
