from __future__ import annotations

from decimal import Decimal

import pytest
from parsel import Selector

from crawler.errors import ExtractionError
from crawler.feeds import find_feeds, parse_feed

URL = "https://corner.example/feed.xml"
MERCHANT = """<?xml version="1.0"?>
<rss version="2.0" xmlns:g="http://base.google.com/ns/1.0"><channel><title>Corner</title>
<item><g:id>K-7</g:id><g:title>Harwick kettle</g:title><g:link>http://example.com/p/7</g:link>
<g:description>Of &lt;b&gt;steel&lt;/b&gt;</g:description><g:price>19.90 EUR</g:price>
<g:availability>in_stock</g:availability><g:brand>Harwick</g:brand><g:gtin>4006381333931</g:gtin>
<g:product_type>Home &gt; Kettles</g:product_type>
<g:image_link>https://cdn.example/7.jpg</g:image_link>
<g:additional_image_link>https://cdn.example/7b.jpg</g:additional_image_link></item>
<item><title>Our new kettles</title><link>https://corner.example/news/kettles</link></item>
</channel></rss>"""
ATOM = """<feed xmlns="http://www.w3.org/2005/Atom"><entry><title>Kettle</title>
<link rel="self" href="/x"/><link href="https://corner.example/products/kettle"/></entry></feed>"""


def test_goods_of_a_merchant_feed_are_listings() -> None:
    feed = parse_feed(MERCHANT.encode(), URL)
    [listing] = feed.listings
    assert (listing.url, listing.title) == ("https://corner.example/p/7", "Harwick kettle")
    assert (listing.price, listing.currency) == (Decimal("19.90"), "EUR")
    assert (listing.availability, listing.gtin) == ("InStock", "4006381333931")
    assert (listing.brand, listing.category) == ("Harwick", ("Home", "Kettles"))
    assert listing.description == "Of steel"
    assert listing.images == ("https://cdn.example/7.jpg", "https://cdn.example/7b.jpg")
    assert set(listing.layers.values()) == {"feed"}
    assert feed.links == ("https://corner.example/news/kettles",)


def test_an_atom_feed_names_pages() -> None:
    feed = parse_feed(ATOM.encode(), URL)
    assert (feed.listings, feed.links) == ((), ("https://corner.example/products/kettle",))


@pytest.mark.parametrize("body", [b"", b"<html><p>no", b"{}"])
def test_what_is_no_feed(body: bytes) -> None:
    with pytest.raises(ExtractionError, match="expected a feed"):
        parse_feed(body, URL)


def test_feeds_that_a_page_names() -> None:
    html = "".join(
        f'<link rel="alternate" type="application/{kind}+xml" title="{title}" href="{href}">'
        for kind, title, href in (
            ("rss", "Goods", "/feed"),
            ("rss", "Comments", "/comments/feed"),
            ("atom", "Goods", "https://other.example/feed"),
            ("atom", "Goods", "/collections/all.atom"),
        )
    )
    found = find_feeds(
        Selector(text=f"<head>{html}</head>", type="html"), "https://corner.example/"
    )
    assert found == ("https://corner.example/feed", "https://corner.example/collections/all.atom")
