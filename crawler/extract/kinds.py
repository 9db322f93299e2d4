"""What a page is that is no listing, in one word for people."""

from __future__ import annotations

from parsel import Selector

from crawler.extract.graph import Graph
from crawler.extract.nodes import parse_json_ld
from crawler.extract.page import PageView
from crawler.extract.reading import PageReading, locale_of


def describe_page(reading: PageReading, url: str, page: Selector) -> str:
    """Return what a page was read as: a listing, a list of goods, a challenge, a shell, a page.

    To be asked of a page that is shown to people; a sweep does without.
    """
    if reading.listing is not None:
        return "a listing"
    if reading.blocked_by is not None:
        return f"a challenge ({reading.blocked_by}) in place of the page"
    if reading.needs_browser:
        return "a shell that its scripts fill; only a browser can show it"
    if reading.unread is not None:
        return f"not read: {reading.unread}"
    if not hasattr(page.root, "iter"):
        return "an empty page"
    view = PageView(url, page.root, locale_of(page.root, url), "")
    nodes, _ = parse_json_ld(page)
    if Graph("json-ld", nodes).lists_products() or view.cards.is_grid(view.main):
        return "a list of goods"
    return "a page that is about no one thing for sale"
