"""Shopify, and shops that answer like it: ``/products.json``."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from crawler.conventions import Conventions
from crawler.extract.values import clean_text, decimal_text, gtin_of
from crawler.model import Listing
from spiders.platforms.catalogue import (
    Answer,
    CataloguePage,
    Front,
    Platform,
    Step,
    currency_in,
    expected,
    path_part,
    pictures,
    read_from_api,
    records,
    records_in,
)

PAGE_SIZE = 250
"""The most that the interface gives at once."""
LAST_PAGE = 100
"""The interface refuses pages beyond (25,000 products)."""

_CURRENCY = (
    re.compile(r"""Shopify\.currency\s*=\s*\{[^}]*?["']active["']\s*:\s*["']([A-Z]{3})["']"""),
    re.compile(r"""(?:og|product):price:currency["']\s+content=["']([A-Z]{3})["']"""),
    re.compile(r"""["'](?:shop)?[cC]urrency(?:Code|_code)?["']\s*:\s*["']([A-Z]{3})["']"""),
    re.compile(r"""["']priceCurrency["']\s*:\s*["']([A-Z]{3})["']"""),
)
_SIZE = re.compile(r"_(?:\d+x\d*|x\d+|pico|icon|thumb|small|compact|medium|large|grande)(?=\.\w+$)")


class Shopify(Platform):
    """One answer lists up to 250 products; it does not name the currency, the front does."""

    name = "shopify"
    hints: tuple[str, ...] = ("shopi", "/cdn/shop/")
    sign = re.compile(
        r"cdn\.shopify\.com|/cdn/shop/|\bShopify\.(?:shop|theme|routes|currency)\b"
        r"|^x-shopi(?:d|fy)|_shopify_[ysm]\b",
        re.MULTILINE,
    )
    has_catalogue = True
    conventions = Conventions(
        listing=re.compile(r"/products/[^/?]+/?(?:\?|$)"),
        lists=re.compile(r"/collections/[^/?]+/?(?:\?|$)"),
        trap=re.compile(r"/collections/vendors|/collections/types|/collections/[^/]+/[^/]+\+"),
        same=((re.compile(r"/collections/[^/]+(?=/products/)"), ""),),
    )

    def first_step(self, front: Front) -> Step:
        """Ask for the first page."""
        currency = currency_in(front, *_CURRENCY)
        state = {"page": 1, "currency": currency, "language": front.language}
        return _step(front.origin, state)

    def read(self, answer: Answer) -> CataloguePage:
        """Read a page; a full one has a next."""
        data = expected(answer.data, dict, "an object with products")
        products = records(data.get("products"), "a list of products")
        origin = answer.url.partition("/products.json")[0]
        listings = [_listing(origin, product, answer.state) for product in products]
        page = int(answer.state["page"])
        warnings = []
        if page == 1 and products and not answer.state["currency"]:
            warnings.append("neither the interface nor the first page names the currency")
        if page == LAST_PAGE and len(products) == PAGE_SIZE:
            warnings.append(f"the interface ends at {LAST_PAGE * PAGE_SIZE:,} products")
        full = len(products) == PAGE_SIZE and page < LAST_PAGE
        return CataloguePage(
            listings=[listing for listing in listings if listing],
            steps=[_step(origin, {**answer.state, "page": page + 1})] if full else (),
            warnings=warnings,
        )


def _step(origin: str, state: dict[str, Any]) -> Step:
    return Step(url=f"{origin}/products.json?limit={PAGE_SIZE}&page={state['page']}", state=state)


def _listing(origin: str, product: Mapping[str, Any], state: Mapping[str, Any]) -> Listing | None:
    handle = clean_text(product.get("handle"), limit=300)
    if handle is None:
        return None
    variants = records_in(product.get("variants"))
    first: Mapping[str, Any] = variants[0] if variants else {}
    price = decimal_text(first.get("price"))
    kind = clean_text(product.get("product_type"), limit=200)
    images = product.get("images")
    return read_from_api(
        f"{origin}/products/{path_part(handle)}",
        product.get("title"),
        description=clean_text(product.get("body_html")),
        brand=clean_text(product.get("vendor"), limit=200),
        category=(kind,) if kind else (),
        price=price,
        currency=state["currency"] if price is not None else None,
        availability=_availability(variants),
        sku=clean_text(first.get("sku"), limit=100),
        gtin=gtin_of(first.get("barcode")),
        images=pictures(origin, _sources(images)),
        language=state["language"],
    )


def _availability(variants: Sequence[Mapping[str, Any]]) -> str | None:
    told = [v["available"] for v in variants if isinstance(v.get("available"), bool)]
    if not told:
        return None
    return "InStock" if any(told) else "OutOfStock"


def _sources(images: object) -> list[str]:
    """Return the addresses of the pictures as they were uploaded, not scaled down."""
    items = images if isinstance(images, list) else []
    found = (item.get("src") if isinstance(item, dict) else item for item in items)
    return [_SIZE.sub("", path) + mark + query for path, mark, query in map(_split, found)]


def _split(address: object) -> tuple[str, str, str]:
    return str(address or "").partition("?")
