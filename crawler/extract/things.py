"""Fields of a thing as the state of shops' pages names them: prices, stock, pictures, sellers."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal
from functools import lru_cache
from operator import itemgetter
from typing import Any

from crawler.extract.codes import brand_of
from crawler.extract.draft import Fields
from crawler.extract.picture_links import picture_link
from crawler.extract.values import (
    Locale,
    availability_of,
    clean_text,
    currency_of,
    gtin_of,
    link_url,
    parse_price,
)
from crawler.model import Seller

Thing = dict[str, Any]

NAMES = (
    *("name", "title", "productName", "product_name", "displayName", "productTitle"),
    *("product_title", "goodsName", "goods_name", "itemName", "item_name", "itemTitle"),
    *("item_title", "offerTitle", "subject", "content_name"),
)
PRICES = (
    *("price", "prices", "pricing", "priceInfo", "priceRange", "priceInCents", "price_in_cents"),
    *("priceCents", "price_cents", "offer", "offers"),
)
"""Behind those that say more: see `price_keys`."""
OLD_PRICES = (
    *("origin", "originPrice", "origin_price", "originalPrice", "original_price", "marketPrice"),
    *("market_price", "listPrice", "list_price", "oldPrice", "old_price", "compareAtPrice"),
    *("compare_at_price", "regularPrice", "regular_price"),
)
SKUS = (
    *("sku", "productCode", "articleNumber", "itemNumber", "partNumber", "skuId", "productSku"),
    *("goods_sn", "goodsSn", "skuCode", "sku_code", "product_code"),
)
GTINS = ("gtin", "gtin13", "ean", "ean13", "upc", "barcode")
VARIANTS = (
    *("selectedVariant", "selectedOrFirstAvailableVariant", "defaultVariant", "selectedSku"),
    *("currentSku", "variants", "skus"),
)
_NOW_PRICE = re.compile(
    r"(?:sales?|special|promo\w*|discount(?:ed)?\w*|activity|group|final|current|now|deal|offer"
    r"|selling|coupon)_?price$",
    re.I,
)
_ANY_PRICE = re.compile(r"(?:^|[a-z_])(?:P|_?p)rice(?:Amount|_amount|Text)?$")
_OTHER_PRICE = re.compile(
    r"orig|market|list|old|compare|regular|retail|normal|was|msrp|rrp|max|high|unit|ship|freight"
    r"|install|tax|total|sub|per_|cost|deposit|save|filter|show|has|is_",
    re.I,
)
_CENTS_KEY = re.compile(r"cents?$|_in_cents$", re.I)
_SHOPIFY = frozenset(("price_min", "compare_at_price", "price_varies"))
"""Keys of Shopify's product, whose prices are whole numbers of cents."""
_CURRENCIES = (
    *("currency", "currencyCode", "priceCurrency", "currency_code", "currencyIso"),
    "currencyISO",
)
_BRANDS = ("brand", "brandName", "brand_name", "item_brand", "manufacturer", "vendor")
_STOCK = (
    *("availability", "stockStatus", "stock_status", "inStock", "in_stock", "isInStock"),
    *("available", "isAvailable", "availableForSale", "soldOut", "sold_out", "isSoldOut"),
    *("is_sold_out", "outOfStock", "isOutOfStock"),
)
_GONE = frozenset(("soldOut", "sold_out", "isSoldOut", "is_sold_out", "outOfStock", "isOutOfStock"))
_COUNTS = (
    *("stockQuantity", "stock_quantity", "stockNum", "stock_num", "stock", "availableQuantity"),
    *("quantityAvailable", "totalAvailQuantity", "canBookedAmount", "inventoryQuantity"),
    "inventory_quantity",
)
"""How many there are; ``quantity`` alone is as often how many one buys."""
PICTURES = (
    *("images", "media", "gallery", "image", "imageUrl", "image_url", "featured_image"),
    *("pictures", "picture", "imagePathList", "imageList", "image_list", "pics", "thumbnail"),
)
_PICTURE_KEY = re.compile(
    r"^(?!.*(?:logo|avatar|icon|brand|flag|review|seller|shop|store|video|count|width|height))"
    r".*(?:image|img|pic|photo|gallery|thumb)",
    re.I,
)
_ADDRESS_OF_PICTURE = ("url", "src", "originalSrc", "original", "fullPathImageURI", "large")
_SELLER_NAMES = (
    *("sellerName", "seller_name", "storeName", "store_name", "shopName", "shop_name"),
    *("companyName", "company_name", "team_name", "merchantName", "sellerNick"),
    *("mallName", "channelName", "vendorName", "nickName"),
)
_SELLER_NODES = ("seller", "store", "shop", "merchant", "mall")
_SELLER_IDS = (
    "sellerId",
    "seller_id",
    "sellerUserId",
    "storeId",
    "store_id",
    "shopId",
    "shop_id",
    "mallID",
)
_SELLER_URLS = ("sellerUrl", "storeURL", "storeUrl", "store_url", "shopUrl", "shop_url")
_MONEY = (
    *("sale", "discounted", "special", "final", "current", "now", "amount", "value", "price"),
    *("gross", "start", "raw", "min", "minVariantPrice", "minActivityAmount", "minAmount"),
    "calculated_amount",
)
_MANY = 12
"""More nodes than this are no one price."""

_OF_SELLER = (*_SELLER_NAMES, *_SELLER_NODES, *_SELLER_IDS, *_SELLER_URLS)
IN_ITSELF = frozenset((*PRICES, *OLD_PRICES, *SKUS, *GTINS, *_BRANDS, *_STOCK, *_COUNTS))
"""Keys that are not looked for elsewhere where a thing has a price or a number by itself."""
BELONGS = IN_ITSELF | frozenset((*_CURRENCIES, *PICTURES, *_OF_SELLER))
"""Keys by which nodes beside a name tell of the named thing."""


@lru_cache(maxsize=8192)
def _rank_of_key(key: str) -> int | None:
    """Return how early a price is looked for under a key; None when it never is."""
    if key in PRICES:
        return 2 + PRICES.index(key)
    if _OTHER_PRICE.search(key) or len(key) > 40:
        return None
    if _NOW_PRICE.search(key):
        return 0 if "discounted" in key.lower() else 1
    return 100 if _ANY_PRICE.search(key) else None


def price_keys(node: Thing) -> list[str]:
    """Return the keys of a node under which its price may stand, what is asked now first."""
    ranked = [(rank, key) for key in node if (rank := _rank_of_key(key)) is not None and node[key]]
    ranked.sort(key=itemgetter(0))
    return [key for _, key in ranked]


def title_of(thing: Thing) -> str | None:
    """Return the name of a thing."""
    found = next((t for k in NAMES if k in thing and (t := clean_text(thing[k], 500))), None)
    return found or (clean_text(thing[SOLD_NAME], 500) if _is_named_as_sold(thing) else None)


SOLD_NAME = "store_name"
"""The name of a thing where it stands with a price and no other name; elsewhere of a seller."""


def _is_named_as_sold(thing: Thing) -> bool:
    return SOLD_NAME in thing and bool(price_keys(thing))


def price_of(thing: Thing, shown: Decimal | None = None) -> tuple[Decimal | None, str | None]:
    """Return the price of a thing, and its currency as it stands there.

    :param shown: the price that people read on the page, of which a hundredfold is one in cents
    """
    own = _price_in(thing, thing, shown)
    if own[0] is not None:
        return own
    priced = (_price_in(node, thing, shown) for node in variants_of(thing))
    paid = [(amount, sign) for amount, sign in priced if amount is not None]
    return min(paid, key=itemgetter(0)) if paid else (None, None)


def _price_in(
    node: Thing, thing: Thing, shown: Decimal | None
) -> tuple[Decimal | None, str | None]:
    for key in price_keys(node):
        amount, sign = _money(node[key], set())
        if amount is not None and amount > 0:
            whole = amount == amount.to_integral_value() and not _is_pointed(node[key])
            cents = whole and _counts_cents(node, thing, key, amount, shown)
            return (amount / 100 if cents else amount), sign
    return None, None


def variants_of(thing: Thing) -> list[Thing]:
    """Return the one variant of a thing that is chosen on its page, else all of them."""
    for key in VARIANTS:
        value = thing.get(key)
        nodes = value[:100] if isinstance(value, list) else [value]
        if found := [node for node in nodes if isinstance(node, dict)]:
            return found
    return []


def _is_pointed(value: object) -> bool:
    return isinstance(value, str) and not value.isdecimal()


def _counts_cents(
    node: Thing, thing: Thing, key: str, amount: Decimal, shown: Decimal | None
) -> bool:
    """Tell whether it is proven that a whole number is one of cents.

    By its key; by the page that shows a hundredth of it; or by an old price with a point that is
    lower than it and not lower than its hundredth.
    """
    if isinstance(node.get(key), int) and not _SHOPIFY.isdisjoint(node):
        return True
    if _CENTS_KEY.search(key) or (shown is not None and shown * 100 == amount):
        return True
    olds = (thing.get(old) for old in OLD_PRICES)
    pointed = (parse_price(o)[0] for o in olds if isinstance(o, str) and "." in o)
    return any(old is not None and amount / 100 <= old < amount for old in pointed)


def _money(value: object, seen: set[int]) -> tuple[Decimal | None, str | None]:
    """Read a price out of a value and the nodes in it, each of which is ``seen`` once."""
    if isinstance(value, list) and len(value) == 1:
        value = value[0]
    if isinstance(value, dict):
        if id(value) in seen or len(seen) >= _MANY:
            return None, None
        seen.add(id(value))
        cents, digits = value.get("centAmount"), value.get("fractionDigits", 2)
        currency = next((c for key in _CURRENCIES if (c := clean_text(value.get(key), 5))), None)
        if isinstance(cents, int) and isinstance(digits, int) and 0 <= digits < 5:
            return Decimal(cents).scaleb(-digits), currency
        for key in (*(key for key in _MONEY if key in value), *price_keys(value)):
            amount, sign = _money(value[key], seen)
            if amount is not None:
                return amount, currency or sign
        return None, None
    if isinstance(value, str | int | float | Decimal) and not isinstance(value, bool):
        return parse_price(value)
    return None, None


def fields_of_thing(thing: Thing, url: str, locale: Locale, shown: Decimal | None = None) -> Fields:
    """Return the listing's fields that a thing of the state gives; ``shown`` as in `price_of`."""
    amount, sign = price_of(thing, shown)
    variants = variants_of(thing)
    nodes = (thing, *variants)
    alone = nodes if len(variants) == 1 else nodes[:1]
    code = _first(nodes, _CURRENCIES, lambda v: clean_text(v, 5)) or _currency_within(nodes)
    pictures = dict.fromkeys(
        p for node in alone for key in _picture_keys(node) for p in _pictures(node.get(key), url)
    )
    sign = code or sign or locale.home_sign
    return {
        "title": title_of(thing),
        "description": clean_text(thing.get("description")),
        "price": amount,
        "currency": currency_of(sign, locale) if amount is not None else None,
        "brand": _first(nodes[:1], _BRANDS, _named),
        "availability": _stock(thing) or _stock_of_any(variants),
        "sku": _first(alone, SKUS, lambda v: clean_text(v, 60)),
        "gtin": _first(alone, GTINS, gtin_of),
        "images": tuple(pictures)[:12],
        "seller": _seller(thing, url),
    }


def _first(nodes: tuple[Thing, ...], keys: tuple[str, ...], read: Any) -> Any:  # noqa: ANN401 (readers differ)
    return next((v for node in nodes for key in keys if (v := read(node.get(key)))), None)


def _currency_within(nodes: tuple[Thing, ...]) -> str | None:
    """Return the currency that stands deeper in what is given as a price."""
    waiting = [
        node[key] for node in nodes for key in price_keys(node) if isinstance(node[key], dict)
    ]
    for node in waiting:
        if code := _first((node,), _CURRENCIES, lambda v: clean_text(v, 5)):
            return str(code)
        if len(waiting) < 40:
            waiting += [v for v in node.values() if isinstance(v, dict)]
    return None


def _named(value: object) -> str | None:
    name = clean_text(value.get("name") if isinstance(value, dict) else value, 100)
    return brand_of(name) if name else None


def _stock(thing: Thing) -> str | None:
    for key in _STOCK:
        value = thing.get(key)
        if isinstance(value, bool):
            return "InStock" if value != (key in _GONE) else "OutOfStock"
        if isinstance(value, str) and (said := availability_of(value)):
            return said
    for key in _COUNTS:
        value = thing.get(key)
        if isinstance(value, int) and not isinstance(value, bool):
            return "InStock" if value > 0 else "OutOfStock"
    return None


def _stock_of_any(variants: list[Thing]) -> str | None:
    said = [stock for node in variants if (stock := _stock(node))]
    return "InStock" if "InStock" in said else next(iter(said), None)


def _picture_keys(node: Thing) -> list[str]:
    """Return the keys of a node under which its pictures may stand."""
    known = [key for key in PICTURES if key in node]
    return known or [key for key in node if _PICTURE_KEY.search(key) and len(key) < 40]


def _pictures(value: object, url: str, depth: int = 0) -> Iterator[str]:
    if isinstance(value, str):
        if found := picture_link(url, value):
            yield found
    elif isinstance(value, list) and depth < 3:
        for one in value[:30]:
            yield from _pictures(one, url, depth + 1)
    elif isinstance(value, dict):
        named = (value[key] for key in _ADDRESS_OF_PICTURE if key in value)
        yield from _pictures(next(named, None), url, 3)


def _seller(thing: Thing, url: str) -> Seller | None:
    nodes = [node for key in _SELLER_NODES if isinstance(node := thing.get(key), dict)]
    inner = next((node for node in nodes if title_of(node)), None)
    name = _first((thing,), _SELLER_NAMES, lambda v: clean_text(v, 80))
    if inner is not None and name is None:
        number, address = clean_text(inner.get("id"), 60), inner.get("url")
        return Seller(name=title_of(inner), id=number, url=link_url(url, address))
    if name is None or (SOLD_NAME in thing and name == title_of(thing)):
        return None
    number = _first((thing,), _SELLER_IDS, lambda v: clean_text(v, 60))
    return Seller(
        name=name, id=number, url=_first((thing,), _SELLER_URLS, lambda v: link_url(url, v))
    )
