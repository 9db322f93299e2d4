"""State that a page hands to its scripts: JSON in script elements, read without running anything.

``__NEXT_DATA__``, ``__NUXT_DATA__``, ``application/json`` scripts, and what is assigned to names
like ``window.__INITIAL_STATE__``, ``__APOLLO_STATE__`` or ``eContext``, or pushed to ``dataLayer``,
as far as it is JSON. What a function builds (the older ``__NUXT__``) is not read.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from decimal import Decimal
from typing import Any
from urllib.parse import unquote, urlsplit

from crawler.extract.codes import brand_of
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

MAX_STATE = 3_000_000
"""Characters of a page's state that are read."""
MAX_NODES = 60_000
MAX_FOUND = 300
"""Things with a name and a price or a number, of which one may be the page's."""
MIN_NAME = 6
"""A shorter name stands in the title of a page by chance."""

_ASSIGNED = re.compile(
    r"(?:__[A-Z][A-Za-z_]{2,40}|[Ii]nitial_?[Ss]tate|eContext|roduct_?(?:[Dd]ata|[Jj]son|[Ii]nfo)"
    r"|dataLayer)[\"'\]]{0,3}\s{0,9}(?:=|\.push\()\s{0,9}(JSON\.parse\(\s{0,9})?(?=[\[{\"])"
)
_DECODER = json.JSONDecoder(strict=False, parse_float=Decimal)

_NAMES = ("name", "title", "productName", "product_name", "displayName", "productTitle")
_PRICES = (
    *("salePrice", "sale_price", "specialPrice", "special_price", "currentPrice", "finalPrice"),
    *("final_price", "offerPrice", "sellingPrice", "price", "priceRange"),
)
_IN_CENTS = frozenset(("price_min", "compare_at_price", "price_varies"))
"""Keys of Shopify's product, whose prices are whole numbers of cents."""
_CURRENCIES = ("currency", "currencyCode", "priceCurrency", "currency_code", "currencyIso")
_BRANDS = ("brand", "brandName", "brand_name", "manufacturer", "vendor")
_SKUS = ("sku", "productCode", "articleNumber", "itemNumber", "partNumber", "skuId", "productSku")
_GTINS = ("gtin", "gtin13", "ean", "ean13", "upc", "barcode")
_STOCK = (
    *("availability", "stockStatus", "stock_status", "inStock", "in_stock", "isInStock"),
    *("available", "isAvailable", "availableForSale"),
)
_PICTURES = ("images", "media", "gallery", "image", "imageUrl", "image_url", "featured_image")
_ADDRESSES = ("url", "slug", "handle", "urlKey", "url_key", "canonicalUrl", "link", "pdpUrl")
_IDS = ("id", "productId", "product_id", "itemId", "dealNo", *_SKUS)
_MONEY = ("amount", "value", "current", "price", "raw", "min", "minVariantPrice")

Thing = dict[str, Any]


def parse_state(root: HtmlElement) -> list[Thing]:
    """Return the things in a page's state that have a name and a price or a number of their own."""
    found: list[Thing] = []
    nodes = MAX_NODES
    for tree in _trees(root):
        waiting: list[Any] = [tree]
        while waiting and nodes > 0 and len(found) < MAX_FOUND:
            nodes -= 1
            node = waiting.pop()
            if isinstance(node, dict):
                if _is_thing(node):
                    found.append(node)
                waiting += [v for v in node.values() if isinstance(v, dict | list)]
            elif isinstance(node, list):
                waiting += [v for v in node[:2000] if isinstance(v, dict | list)]
    return found


def _is_thing(node: Thing) -> bool:
    return any(isinstance(node.get(key), str) and node[key] for key in _NAMES) and any(
        node.get(key) for key in (*_PRICES, *_SKUS, *_GTINS)
    )


def _trees(root: HtmlElement) -> Iterator[Any]:
    left = MAX_STATE
    for script in root.iter("script"):
        text = script.text
        if not text or left <= 0 or script.get("src"):
            continue
        kind = (script.get("type") or "").lower()
        if "ld+json" in kind:
            continue
        text = text[:left]
        left -= len(text)
        if "json" in kind:
            tree = _value_at(text, 0)
            is_flat = script.get("id") == "__NUXT_DATA__"
            yield _unflattened(tree) if is_flat and isinstance(tree, list) else tree
            continue
        for place in _ASSIGNED.finditer(text):
            value = _value_at(text, place.end())
            if place[1] and isinstance(value, str):
                value = _value_at(value, 0)
            yield value


def _value_at(text: str, place: int) -> Any:  # noqa: ANN401 (JSON of others)
    """Return the JSON value that begins there; None when none does."""
    while place < len(text) and text[place].isspace():
        place += 1
    try:
        return _DECODER.raw_decode(text, place)[0]
    except (ValueError, RecursionError):
        return None


def _unflattened(flat: list[Any]) -> list[Thing]:
    """Return the objects of a flat list, in which numbers in objects and lists are places of it."""

    def at(place: object, depth: int) -> Any:  # noqa: ANN401
        if not isinstance(place, int) or not 0 <= place < len(flat) or depth > 3:
            return None
        value = flat[place]
        if isinstance(value, dict):
            return {key: at(inner, depth + 1) for key, inner in value.items()}
        if isinstance(value, list):
            is_marked = len(value) == 2 and isinstance(value[0], str)
            return at(value[1], depth) if is_marked else [at(v, depth + 1) for v in value[:50]]
        return value

    places = (place for place, value in enumerate(flat) if isinstance(value, dict))
    return [at(place, 0) for place, _ in zip(places, range(2000), strict=False)]


def choose_thing(things: list[Thing], names: set[str], url: str) -> Thing | None:
    """Return the one thing that the page is about; None when that is not sure.

    It has the page's name, or its address ends as the page's; things of one name at two prices are
    two things, of which none is chosen.

    :param names: what the page calls itself, case-folded
    """
    last = unquote(urlsplit(url).path).rstrip("/").rpartition("/")[2].lower()
    stem = last.partition(".")[0]
    chosen = [t for t in things if _ends_as(t, last, stem)] or [
        t for t in things if _is_called(t, names)
    ]
    prices = {p for t in chosen if (p := _price(t)[0]) is not None}
    titles = {(_title(t) or "").casefold() for t in chosen}
    if not chosen or len(prices) > 1 or len(titles) > 1:
        return None
    return {key: value for thing in sorted(chosen, key=len) for key, value in thing.items()}


def _ends_as(thing: Thing, last: str, stem: str) -> bool:
    for key in _ADDRESSES:
        value = thing.get(key)
        if isinstance(value, str) and len(last) > 2:
            end = value.partition("?")[0].rstrip("/").rpartition("/")[2].lower()
            if end and end in (last, stem):
                return True
    numbers = re.findall(r"\d{5,}", last)
    return bool(numbers) and any(str(thing.get(key)) in numbers for key in _IDS if key in thing)


def _is_called(thing: Thing, names: set[str]) -> bool:
    title = (_title(thing) or "").casefold()
    return title in names or (len(title) >= MIN_NAME and any(title in name for name in names))


def _title(thing: Thing) -> str | None:
    return next((t for key in _NAMES if (t := clean_text(thing.get(key), 500))), None)


def _price(thing: Thing) -> tuple[Decimal | None, str | None]:
    for key in _PRICES:
        amount, sign = _money(thing.get(key), 0)
        if amount is not None and amount > 0:
            whole = isinstance(thing.get(key), int) and not _IN_CENTS.isdisjoint(thing)
            return (amount / 100 if whole else amount), sign
    return None, None


def _money(value: object, depth: int) -> tuple[Decimal | None, str | None]:
    if isinstance(value, dict) and depth < 3:
        cents, digits = value.get("centAmount"), value.get("fractionDigits", 2)
        currency = next((c for key in _CURRENCIES if (c := clean_text(value.get(key), 5))), None)
        if isinstance(cents, int) and isinstance(digits, int) and 0 <= digits < 5:
            return Decimal(cents).scaleb(-digits), currency
        for key in _MONEY:
            amount, sign = _money(value.get(key), depth + 1)
            if amount is not None:
                return amount, currency or sign
        return None, None
    if isinstance(value, str | int | float | Decimal) and not isinstance(value, bool):
        return parse_price(value)
    return None, None


def fields_of_thing(thing: Thing, url: str, locale: Locale) -> Fields:
    """Return the listing's fields that a thing of the state gives."""
    amount, sign = _price(thing)
    code = next((c for key in _CURRENCIES if (c := clean_text(thing.get(key), 5))), None)
    variants = thing.get("variants")
    alone = variants[0] if isinstance(variants, list) and len(variants) == 1 else None
    coded = (thing, alone) if isinstance(alone, dict) else (thing,)
    pictures = dict.fromkeys(p for key in _PICTURES for p in _pictures(thing.get(key), url))
    return {
        "title": _title(thing),
        "description": clean_text(thing.get("description")),
        "price": amount,
        "currency": currency_of(code or sign, locale) if amount is not None else None,
        "brand": next((b for key in _BRANDS if (b := _named(thing.get(key)))), None),
        "availability": _stock(thing),
        "sku": next((s for t in coded for k in _SKUS if (s := clean_text(t.get(k), 60))), None),
        "gtin": next((g for t in coded for k in _GTINS if (g := gtin_of(t.get(k)))), None),
        "images": tuple(pictures)[:12],
    }


def _named(value: object) -> str | None:
    name = clean_text(value.get("name") if isinstance(value, dict) else value, 100)
    return brand_of(name) if name else None


def _stock(thing: Thing) -> str | None:
    for key in _STOCK:
        value = thing.get(key)
        if isinstance(value, bool):
            return "InStock" if value else "OutOfStock"
        if isinstance(value, str) and (said := availability_of(value)):
            return said
    return None


def _pictures(value: object, url: str, depth: int = 0) -> Iterator[str]:
    if isinstance(value, str):
        if found := picture_link(url, value):
            yield found
    elif isinstance(value, list) and depth < 3:
        for one in value[:30]:
            yield from _pictures(one, url, depth + 1)
    elif isinstance(value, dict):
        named = (value[key] for key in ("url", "src", "originalSrc", "large") if key in value)
        yield from _pictures(next(named, None), url, 3)
