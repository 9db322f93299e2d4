"""Feeds of goods: RSS and Atom, and the ``g:`` fields that shops write for Google Merchant."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Any
from urllib.parse import urlsplit

from lxml import etree  # type: ignore[import-untyped]  # no stubs in the lock
from parsel import Selector

from crawler.errors import ExtractionError
from crawler.extract.draft import Draft
from crawler.extract.values import (
    Locale,
    availability_of,
    clean_text,
    currency_of,
    gtin_of,
    link_url,
    parse_price,
    picture_url,
)
from crawler.model import Listing
from crawler.sitemaps import on_host
from crawler.sites import site_of

MOST_ITEMS = 50_000
"""Of one feed."""
MOST_FEEDS = 3
"""Of one site."""
_TYPES = ("application/rss+xml", "application/atom+xml")


@dataclass(frozen=True, kw_only=True, slots=True)
class Feed:
    """What a feed names."""

    listings: tuple[Listing, ...]
    """Items that say what is sold and for how much; of the layer ``feed``, without ``seen_at``."""
    links: tuple[str, ...]
    """Canonical URLs of the items that only lead to a page."""


def find_feeds(page: Selector, url: str) -> tuple[str, ...]:
    """Return the feeds that a page names by ``<link rel=alternate>``; none of comments."""
    found = []
    for link in page.xpath("//link[@href and @type and contains(@rel, 'alternate')]"):
        kind = (link.attrib["type"] or "").split(";")[0].strip().lower()
        target = link_url(url, link.attrib["href"])
        words = f"{target} {link.attrib.get('title', '')}".lower()
        if (
            kind in _TYPES
            and target is not None
            and site_of(target) == site_of(url)
            and "comment" not in words
        ):
            found.append(target)
    return tuple(dict.fromkeys(found))[:MOST_FEEDS]


def parse_feed(body: bytes, url: str) -> Feed:
    """Read a feed.

    :param url: where it was had from
    :raises ExtractionError: it is no feed
    """
    parser = etree.XMLParser(recover=True, resolve_entities=False, no_network=True)
    try:
        root = etree.fromstring(body, parser)
    except etree.XMLSyntaxError as error:
        raise ExtractionError(f"expected a feed, got broken XML: {error}") from error
    if root is None or etree.QName(root).localname not in ("rss", "feed", "RDF"):
        got = "nothing" if root is None else f"<{root.tag}>"
        raise ExtractionError(f"expected a feed, got {got}")
    listings, links = [], []
    for item in _items(root):
        fields = _fields(item)
        target = _target(fields, url)
        if target is None:
            continue
        listing = _listing(fields, target)
        if listing is None:
            links.append(target)
        else:
            listings.append(listing)
    return Feed(listings=tuple(listings), links=tuple(dict.fromkeys(links)))


def _items(root: Any) -> Iterator[Any]:  # noqa: ANN401 (an element of lxml, which has no types)
    yield from islice(root.iter("{*}item", "{*}entry"), MOST_ITEMS)


def _fields(item: Any) -> Mapping[str, list[str]]:  # noqa: ANN401 (an element of lxml)
    """Return the texts of an item by local name; Atom's links by their address."""
    found: dict[str, list[str]] = {}
    for part in item:
        if isinstance(part.tag, str):
            name = etree.QName(part).localname
            if name == "link" and part.get("rel", "alternate") != "alternate":
                continue
            text = part.text if part.text and part.text.strip() else part.get("href")
            if text:
                found.setdefault(name, []).append(text.strip())
    return found


def _target(fields: Mapping[str, list[str]], url: str) -> str | None:
    parts = urlsplit(url)
    for address in fields.get("link", ()):
        target = on_host(address, f"{parts.scheme}://{parts.netloc}")
        if target is not None:
            return target
    return None


def _listing(fields: Mapping[str, list[str]], url: str) -> Listing | None:
    """Return the listing that an item is when it names title and price (the fields of ``g:``)."""

    def first(*names: str) -> str | None:
        return next((fields[name][0] for name in names if name in fields), None)

    price, sign = parse_price(first("sale_price", "price"))
    title = clean_text(first("title"), limit=1000)
    if price is None or title is None or not {"id", "availability", "image_link"} & fields.keys():
        return None
    images = [*fields.get("image_link", ()), *fields.get("additional_image_link", ())]
    urls = (picture_url(url, image) for image in images)
    trail = (clean_text(step, limit=200) for step in (first("product_type") or "").split(">"))
    locale = Locale(host=urlsplit(url).hostname or "")
    draft = Draft()
    draft.add(
        "feed",
        {
            "url": url,
            "title": title,
            "description": clean_text(first("description", "summary", "content")),
            "brand": clean_text(first("brand"), limit=200),
            "category": tuple(step for step in trail if step),
            "price": price,
            "currency": currency_of(sign, locale),
            "availability": availability_of(first("availability")),
            "sku": clean_text(first("mpn"), limit=100),
            "gtin": gtin_of(first("gtin")),
            "images": tuple(dict.fromkeys(found for found in urls if found)),
        },
    )
    draft.add(None, {"site": site_of(url)})
    return draft.listing()
