"""OpenGraph: ``og:type`` product, and the ``product:`` properties."""

from __future__ import annotations

from crawler.extract.dom import HtmlElement
from crawler.extract.draft import Fields
from crawler.extract.picture_links import picture_link
from crawler.extract.values import (
    Locale,
    availability_of,
    clean_text,
    currency_of,
    gtin_of,
    parse_price,
)

PRODUCT_TYPES = frozenset(("product", "og:product", "product.item", "og:product.item"))
NO_PRODUCT_TYPES = frozenset(("product.group", "og:product.group", "article", "blog"))


def properties(root: HtmlElement) -> dict[str, list[str]]:
    """Return the values of every ``og:`` and ``product:`` property, in the page's order."""
    found: dict[str, list[str]] = {}
    for meta in root.iter("meta"):
        name = (meta.get("property") or meta.get("name") or "").lower()
        value = clean_text(meta.get("content"))
        if value and name.startswith(("og:", "product:")):
            found.setdefault(name, []).append(value)
    return found


def is_product(found: dict[str, list[str]]) -> bool:
    """Tell whether OpenGraph says that the page is about one product."""
    kind = found.get("og:type", [""])[0].lower()
    priced = "product:price:amount" in found or "og:price:amount" in found
    return kind in PRODUCT_TYPES or (priced and kind not in NO_PRODUCT_TYPES)


def fields_of(found: dict[str, list[str]], url: str, locale: Locale) -> Fields:
    """Return the listing's fields that OpenGraph gives."""

    def first(*names: str) -> str | None:
        return next((found[name][0] for name in names if name in found), None)

    amount, sign = parse_price(
        first("product:sale_price:amount", "product:price:amount", "og:price:amount")
    )
    code = first("product:sale_price:currency", "product:price:currency", "og:price:currency")
    pictures = (
        picture_link(url, value)
        for name in ("og:image:secure_url", "og:image", "og:image:url")
        for value in found.get(name, [])[:12]
    )
    return {
        "title": first("og:title"),
        "description": first("og:description"),
        "price": amount,
        "currency": currency_of(code or sign, locale) if amount is not None else None,
        "brand": first("product:brand", "og:brand"),
        "availability": availability_of(first("product:availability", "og:availability")),
        "sku": first("product:retailer_item_id", "product:retailer_part_no"),
        "gtin": gtin_of(first("product:ean", "product:gtin", "product:upc", "product:isbn")),
        "images": tuple(dict.fromkeys(p for p in pictures if p)),
    }
