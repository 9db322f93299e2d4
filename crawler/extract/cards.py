"""Cards: boxes that show another page's thing with a picture, a link and mostly a price."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice

from crawler.extract.dom import HtmlElement, MainPart, holds, lineage, marked, text_within
from crawler.extract.values import MONEY, link_url
from crawler.sites import site_of

GRID = 3
"""So many cards make a grid."""
MAX_LINKS = 400
"""More links than this are not looked at for cards."""

BRAND_PATH = re.compile(
    r"/(?:brands?|manufacturers?|marken?|hersteller|marcas?|marques?|marchi|merk(?:en)?|znack[ay]"
    r"|vyrobc[ei]|producent|brend|pinpai)/|\bbrand(?:\.php\?id|_?id)=",
    re.I,
)
"""Of a link that leads to all things of a brand."""
_OF_BRAND = re.compile(r"(?:^|[-_])(?:brand|manufacturer)(?:[-_]+(?:link|logo|name|image))?$", re.I)
_PICTURE_FILE = re.compile(r"\.(?:jpe?g|png|webp|gif|avif)$")
_ASIDE = re.compile(
    r"related|similar|recommend|you (?:may|might)|also (?:like|bought|viewed)|customers|recently"
    r"|accessor|goes well|complete the|more from|ähnlich|auch (?:gekauft|interess)|zubehör|aussi"
    r"|similaires|también|relacionad|potrebbe|simili|anche|похожие|с этим"
    r"|相关|相似|推荐|猜你喜欢|看了又看"
    r"|还买了|搭配|配件|推薦|相關|おすすめ|関連|こちらも|함께|추천",
    re.IGNORECASE,
)


class Cards:
    """Tells what stands in a card: a box beside the heading that leads to another page."""

    def __init__(self, heading: HtmlElement | None, url: str) -> None:
        self._heading = heading
        self._url = url
        self._own = url.partition("?")[0].partition("#")[0].lower()

    def __contains__(self, element: HtmlElement) -> bool:
        for step in islice(lineage(element), 8):
            if self._heading is None or holds(step, self._heading):
                return False
            if step.tag in ("a", "button", "form", "input", "table", "tr", "td"):
                if step.tag == "a" and step is not element and self._leads_away(step):
                    return not _is_of_brand(step)
                continue
            links = (a for a in islice(step.iter("a"), 40) if self._leads_away(a) and _shows(a))
            if not all(map(_is_of_brand, links)):
                return True
        return False

    def is_grid(self, main: MainPart) -> bool:
        """Tell whether the page shows a grid of goods that is no side matter of it.

        A card counts when it links with a picture within the site, shows a price, and stands
        under no words like "you may also like".
        """
        shown: set[str] = set()
        for link in islice(main.tagged("a"), MAX_LINKS):
            if link.find(".//img") is None or not self._leads_away(link):
                continue
            target = link_url(self._url, link.get("href"))
            if target is None or target in shown or site_of(target) != site_of(self._url):
                continue
            if self._is_priced(link) and not self._is_aside(link):
                shown.add(target)
                if len(shown) >= GRID:
                    return True
        return False

    def _is_priced(self, link: HtmlElement) -> bool:
        for step in islice(lineage(link), 5):
            if self._heading is not None and holds(step, self._heading):
                return False
            others = {a.get("href") for a in islice(step.iter("a"), 40) if _shows(a)}
            if len({href for href in others if href}) > 1:
                return False
            if MONEY.search(text_within(step, 400)):
                return True
        return False

    def _is_aside(self, link: HtmlElement) -> bool:
        words = (text_within(before, 80) for before in _headings_above(link))
        return any(len(text) <= 60 and _ASIDE.search(text) for text in words)

    def _leads_away(self, link: HtmlElement) -> bool:
        href = link.get("href", "").strip()
        if not href or href.startswith(("#", "javascript:", "mailto:", "tel:", "data:")):
            return False
        path = href.partition("?")[0].partition("#")[0].lower()
        if _PICTURE_FILE.search(path):
            return False
        return not self._own.endswith(path) if path else False


def _is_of_brand(link: HtmlElement) -> bool:
    """Tell whether a link leads to all things of a brand, not to one of them."""
    return marked(link, _OF_BRAND) or bool(
        BRAND_PATH.search(link.get("href", "")) and link.find(".//img") is None
    )


def _headings_above(link: HtmlElement) -> Iterator[HtmlElement]:
    """Yield the words that stand right before the boxes that a link stands in."""
    for step in islice(lineage(link), 7):
        if step.tag in ("body", "main", "html"):
            return
        for before in islice(step.itersiblings(preceding=True), 3):
            if before.tag in ("h2", "h3", "h4", "h5", "p", "div", "strong", "span", "header"):
                yield before


def _shows(link: HtmlElement) -> bool:
    """Tell whether a link is what a card links by: a picture or a heading."""
    return any(
        e.tag in ("img", "h2", "h3", "h4", "h5")
        for e in [*link.iter(), *link.iterancestors("h2", "h3", "h4", "h5")]
    )
