"""Parts of a page as people see it: pictures, properties, trail, seller, description."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice

from lxml.etree import XPath  # type: ignore[import-untyped]

from crawler.extract.cards import Cards
from crawler.extract.dom import HtmlElement, MainPart, lineage, marked, text_within
from crawler.extract.labels import KNOWN_KEY
from crawler.extract.picture_links import largest_of, picture_link
from crawler.extract.trail import trim_breadcrumbs
from crawler.extract.values import clean_text

_DECOR = re.compile(
    r"(?:^|[_-])(?:logo|avatar|flag|payment|badge|banner|ratings?|stars?|qr-?code|social|captcha)"
    r"(?:$|[_-])",
    re.I,
)
_DECOR_FILE = re.compile(r"(?:^|[_-])(?:logo|avatar|qr-?code|captcha)(?:$|[_.-])", re.I)
_SKIN = re.compile(r"(?:^|/)(?:themes?|templates?|skins?)/.*\.(?:gif|png)$", re.I)
"""A drawing of the page's own make: a button, a sign."""
_GALLERY = re.compile(
    r"gallery|carousel|slider|swiper|product-?(?:image|media|photo|img)|main-?(?:image|img|pic)"
    r"|zoom|preview|spec-?img",
    re.I,
)


def images(heading: HtmlElement | None, main: MainPart, url: str, cards: Cards) -> tuple[str, ...]:
    """Return the pictures that stand with the heading, largest form of each, at most 12.

    :param url: where relative links start
    """
    if heading is None:
        return ()
    for region in list(lineage(heading))[1:]:
        found = [
            (_in_gallery(img, region), link)
            for img in region.iter("img")
            if img in main
            and not is_decor(img)
            and img not in cards
            and (link := largest_of(img, url))
        ]
        if found:
            in_gallery = [link for gallery, link in found if gallery]
            return tuple(dict.fromkeys(in_gallery or [link for _, link in found]))[:12]
    named = (e.get("content") or e.get("href") for e in main.tagged("meta", "link") if _named(e))
    return tuple(dict.fromkeys(p for link in named if (p := picture_link(url, link))))[:12]


def _named(element: HtmlElement) -> bool:
    return bool(element.get("itemprop") == "image")


def _in_gallery(img: HtmlElement, region: HtmlElement) -> bool:
    for step in lineage(img):
        if step is region:
            return False
        if marked(step, _GALLERY):
            return True
    return False


def is_decor(img: HtmlElement) -> bool:
    """Tell whether a picture is an icon, a badge or the like, by its names and its size."""
    path = img.get("src", "").partition("?")[0][:500]
    if marked(img, _DECOR) or _DECOR_FILE.search(path.rpartition("/")[2]) or _SKIN.search(path):
        return True
    sizes = [img.get(side, "").removesuffix("px") for side in ("width", "height")]
    return any(size.isdigit() and int(size) < 50 for size in sizes)


def attributes(main: MainPart) -> dict[str, str]:
    """Return the rows of tables, definition lists and ``name: value`` lists, at most 60."""
    found: dict[str, str] = {}
    for name, value in [*_pairs(main), *_said_lists(main)]:
        key = name.rstrip(" :：").strip()
        if key and value and len(key) <= 60 and len(value) <= 500 and len(found) < 60:
            found.setdefault(key, value)
    return found


_FORM = XPath("boolean(.//input|.//button|.//textarea|.//select)")


def _pairs(main: MainPart) -> Iterator[tuple[str, str]]:
    for row in main.tagged("tr"):
        cells = [cell for cell in row if cell.tag in ("th", "td")]
        if not _is_pairs(cells) or _FORM(row):
            continue
        for name, value in zip(cells[::2], cells[1::2], strict=True):
            yield text_within(name, 100), text_within(value, 600)
    for term in main.tagged("dt"):
        value = term.getnext()
        if value is not None and value.tag == "dd":
            yield text_within(term, 100), text_within(value, 600)


def _said_lists(main: MainPart) -> Iterator[tuple[str, str]]:
    """Yield the ``name: value`` items of lists that are, or stand in, a place of properties."""
    for group in main.tagged("ul", "ol"):
        if not any(marked(step, _PROPERTIES) for step in islice(lineage(group), 3)):
            continue
        for item in group.iterchildren("li"):
            name, colon, value = text_within(item, 600).replace("：", ":").partition(":")
            if colon:
                yield name.strip(), value.strip()


def _is_pairs(cells: list[HtmlElement]) -> bool:
    """Tell whether a row is a name and a value, or several such pairs side by side."""
    if len(cells) == 2:
        return True
    tags = "".join(cell.tag for cell in cells)
    return tags in ("thtd" * 2, "thtd" * 3) or (
        tags in ("td" * 4, "td" * 6) and all(_is_name(cell) for cell in cells[::2])
    )


def _is_name(cell: HtmlElement) -> bool:
    text = text_within(cell, 40)
    return text.endswith((":", "：")) or KNOWN_KEY.fullmatch(text) is not None


_PROPERTIES = re.compile(r"spec|attr|param|propert|feature|detail|shuxing|canshu|meta", re.I)


_CRUMBS = re.compile(r"bread-?crumb|crumbs?\b|mianbao|position-nav|^ur_here$", re.I)


def breadcrumbs(root: HtmlElement, title: str) -> tuple[str, ...]:
    """Return the trail that leads to the page, without the way home and the page itself."""
    for element in root.iter("nav", "ol", "ul", "div", "section", "p"):
        if marked(element, _CRUMBS) or _CRUMBS.search(element.get("aria-label", "")):
            parts = list(element.iter("li")) or list(element.iter("a"))
            texts = [re.sub(r"^[\s>»›/]+|[\s>»›/]+$", "", text_within(p, 120)) for p in parts[:20]]
            trail = trim_breadcrumbs([text for text in texts if text], title)
            if trail:
                return tuple(trail[:8])
    return ()


_DESCRIPTION = re.compile(
    r"descri(?:ption|zione)|beschreibung|tab-?desc|product-?detail|goods-?desc|xiangqing", re.I
)


_TEXTS = frozenset(("div", "section", "p", "article", "span"))


def description(root: HtmlElement, main: MainPart) -> str | None:
    """Return the longest text called a description, else the page's own summary."""
    best = ""
    for element in main.named(_DESCRIPTION):
        if element.tag not in _TEXTS:
            continue
        text = text_within(element, 5000)
        if len(text) < 40:
            following = element.getnext()
            text = text_within(following, 5000) if following is not None else ""
        best = max(best, text, key=len)
    meta = root.xpath('string(//meta[@name="description"]/@content)')
    return best or clean_text(meta)
