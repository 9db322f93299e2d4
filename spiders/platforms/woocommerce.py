"""WooCommerce: the Store API."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import urljoin

from crawler.conventions import Conventions
from crawler.extract.values import Locale, clean_text, currency_of, gtin_of
from crawler.model import Listing
from crawler.sites import site_of
from spiders.platforms.catalogue import (
    Answer,
    CataloguePage,
    Front,
    Platform,
    State,
    Step,
    minor_units,
    names,
    pages_after_first,
    pictures,
    read_from_api,
    records,
    records_in,
)

PAGE_SIZE = 100
"""The most that the interface gives at once."""
_ROOT = re.compile(
    r"""<link[^>]+rel=["']https://api\.w\.org/["'][^>]+href=["']([^"']+)["']""", re.IGNORECASE
)
_OTHER_MARKETPLACE = re.compile(
    r"/plugins/(?:wc-multivendor-marketplace|wc-frontend-manager|wc-vendors|"
    r"dc-woocommerce-multi-vendor|multivendorx)/",
    re.IGNORECASE,
)
"""Marketplaces whose vendors only the pages name."""


class WooCommerce(Platform):
    """One answer lists up to 100 products; its headers say how many pages there are."""

    name = "woocommerce"
    hints: tuple[str, ...] = ("woocommerce", "wc_add_to_cart", "wp-json/wc")
    sign = re.compile(
        r"/plugins/woocommerce[/-]|\bwoocommerce-(?:page|no-js|js)\b|content=.WooCommerce \d"
        r"|\bwc_add_to_cart_params\b|wp-json/wc/store",
        re.IGNORECASE,
    )
    has_catalogue = True
    conventions = Conventions(
        lists=re.compile(r"/product-(?:category|tag|brand)/|/shop/(?:page/\d+/?)?$"),
        trap=re.compile(r"[?&](?:add-to-cart|filter_\w+|query_type_\w+|rating_filter|orderby)="),
    )

    def first_step(self, front: Front) -> Step | None:
        """Ask for the first page; not on a marketplace, where it would hide who sells."""
        if _OTHER_MARKETPLACE.search(front.text):
            return None
        return _products({"root": api_root(front), "language": front.language}, 1)

    def read(self, answer: Answer) -> CataloguePage:
        """Read a page; the first one leads to all others."""
        products = records(answer.data, "a list of products")
        listings = [self.listing_of(product, answer.state) for product in products]
        pages = answer.number("x-wp-totalpages")
        page = int(answer.state["page"])
        following, warnings = range(0), list[str]()
        if pages is None:  # a proxy took the header away: go on while pages are full
            following = range(page + 1, page + 1 + (len(products) == PAGE_SIZE))
        elif page == 1:
            following, warnings = pages_after_first(pages)
        return CataloguePage(
            listings=[listing for listing in listings if listing],
            steps=[_products(answer.state, number) for number in following],
            warnings=warnings,
        )

    def listing_of(self, product: Mapping[str, Any], state: State) -> Listing | None:
        """Return what the Store API says of a product."""
        return _listing(product, state)


def api_root(front: Front) -> str:
    """Return where the site's interfaces stand; it ends so that a path can follow."""
    found = _ROOT.search(front.text)
    root = urljoin(front.url, found[1]) if found else f"{front.origin}/wp-json/"
    return root if site_of(root) == site_of(front.url) else f"{front.origin}/wp-json/"


def api_url(root: str, path: str, **parameters: object) -> str:
    """Return the address of an interface; ``?rest_route=/`` as a root is written on."""
    query = "&".join(f"{name}={value}" for name, value in parameters.items())
    return f"{root}{path}{'&' if '?' in root else '?'}{query}"


def _products(state: State, page: int) -> Step:
    url = api_url(state["root"], "wc/store/v1/products", per_page=PAGE_SIZE, page=page)
    return Step(url=url, state={**state, "page": page})


def _listing(product: Mapping[str, Any], state: State) -> Listing | None:
    given = product.get("prices")
    prices: Mapping[str, Any] = given if isinstance(given, dict) else {}
    digits = prices.get("currency_minor_unit")
    price = minor_units(prices.get("price"), digits if isinstance(digits, int) else 2)
    code = clean_text(prices.get("currency_code"), limit=3)
    url = str(product.get("permalink") or "")
    return read_from_api(
        url,
        product.get("name"),
        price=price,
        currency=currency_of(code, Locale()) if price is not None else None,
        availability=_availability(product),
        language=state["language"],
        **common_fields(url, product),
    )


def common_fields(url: str, product: Mapping[str, Any]) -> dict[str, Any]:
    """Return the fields that all interfaces of WooCommerce name alike."""
    images = product.get("images")
    sources = [item.get("src") for item in records_in(images)]
    texts = (product.get("description"), product.get("short_description"))
    return {
        "description": next((text for text in map(clean_text, texts) if text), None),
        "brand": next(iter(names(product.get("brands"))), None),
        "category": names(product.get("categories")),
        "sku": clean_text(product.get("sku"), limit=100),
        "gtin": gtin_of(product.get("global_unique_id")),
        "images": pictures(url, sources),
        "attributes": _attributes(product.get("attributes")),
    }


def _attributes(items: object) -> dict[str, str]:
    found = {}
    for item in records_in(items):
        name, terms = clean_text(item.get("name"), limit=100), names(item.get("terms"))
        if name and terms:
            found[name] = ", ".join(terms)
    return found


def _availability(product: Mapping[str, Any]) -> str | None:
    if product.get("is_on_backorder") is True:
        return "BackOrder"
    told = product.get("is_in_stock")
    return {True: "InStock", False: "OutOfStock"}.get(told) if isinstance(told, bool) else None
