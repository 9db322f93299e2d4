"""Dokan: a marketplace on WooCommerce, whose own interface knows the vendor of each product."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from crawler.conventions import Conventions
from crawler.extract.contacts import contact_uri
from crawler.extract.values import (
    Locale,
    clean_text,
    currency_of,
    decimal_text,
    link_url,
    parse_price,
)
from crawler.model import Listing, Seller
from spiders.platforms.catalogue import (
    MOST_STEPS,
    Answer,
    CataloguePage,
    Front,
    State,
    Step,
    read_from_api,
    records,
)
from spiders.platforms.woocommerce import (
    PAGE_SIZE,
    WooCommerce,
    api_root,
    api_url,
    common_fields,
)


class Dokan(WooCommerce):
    """First the stores, then what each of them sells, then the products of no store.

    One request after the other: a listing keeps the seller with which it was first read. When a
    store's products could not be had, products without a known store are left to their pages,
    which name the vendor.
    """

    name = "dokan"
    hints: tuple[str, ...] = ("dokan",)
    sign = re.compile(
        r"/plugins/dokan|\bdokan-(?:lite|pro|store|theme|style)\b|wp-json/dokan", re.I
    )
    conventions = Conventions(
        lists=re.compile(
            r"/product-(?:category|tag|brand)/|/shop/(?:page/\d+/?)?$|/store/[^/]+/?$"
        ),
        trap=re.compile(r"[?&](?:add-to-cart|filter_\w+|orderby)=|/store/[^/]+/(?:reviews|toc)\b"),
    )

    def first_step(self, front: Front) -> Step:
        """Ask for the first stores."""
        locale = front.locale
        state = {
            "root": api_root(front),
            "language": front.language,
            "host": locale.host,
            "chinese": locale.chinese,
            "complete": True,
        }
        return _stores(state, 1)

    def read(self, answer: Answer) -> CataloguePage:
        """Read stores, one store's products, or all products."""
        if "stores_page" in answer.state:
            return self._read_stores(answer)
        if "waiting" in answer.state:
            return self._read_store(answer)
        return super().read(answer)

    def listing_of(self, product: Mapping[str, Any], state: State) -> Listing | None:
        """Return a product of the Store API, unless it may be of a vendor who was not read."""
        return super().listing_of(product, state) if state["complete"] else None

    def instead(self, state: State) -> Step | None:
        """Go on with the next store when one could not be read."""
        if "waiting" in state:
            return _next({**state, "complete": False}, state["waiting"][1:])
        return None

    def _read_stores(self, answer: Answer) -> CataloguePage:
        stores = records(answer.data, "a list of stores")
        sellers = [_seller(store) for store in stores if _is_id(store.get("id"))]
        state = dict(answer.state)
        page = state.pop("stores_page")
        state["next_stores"] = page + 1 if _goes_on(answer, page, len(stores)) else None
        return CataloguePage(steps=[_next(state, sellers)])

    def _read_store(self, answer: Answer) -> CataloguePage:
        state, waiting = answer.state, answer.state["waiting"]
        seller = waiting[0]
        products = records(answer.data, f"a list of the products of store {seller['id']}")
        page = int(state["page"])
        step = (
            _store(state, waiting, page + 1)
            if _goes_on(answer, page, len(products))
            else _next(state, waiting[1:])
        )
        sold_by = Seller(**{**seller, "contacts": tuple(seller["contacts"])})
        found = (_listing(product, sold_by, state) for product in products)
        return CataloguePage(listings=[listing for listing in found if listing], steps=[step])


def _is_id(value: object) -> bool:
    return str(value).isascii() and str(value).isdigit()


def _goes_on(answer: Answer, page: int, got: int) -> bool:
    pages = answer.number("x-wp-totalpages")
    return got == PAGE_SIZE if pages is None else page < min(pages, MOST_STEPS)


def _stores(state: State, page: int) -> Step:
    url = api_url(state["root"], "dokan/v1/stores", per_page=PAGE_SIZE, page=page)
    return Step(url=url, state={**state, "stores_page": page})


def _store(state: State, waiting: Sequence[State], page: int) -> Step:
    path = f"dokan/v1/stores/{waiting[0]['id']}/products"
    url = api_url(state["root"], path, per_page=PAGE_SIZE, page=page)
    return Step(url=url, state={**state, "waiting": list(waiting), "page": page})


def _next(state: State, waiting: Sequence[State]) -> Step:
    """Return the step to the next store, else to the next stores, else to all products."""
    if waiting:
        return _store(state, waiting, 1)
    kept = {name: value for name, value in state.items() if name not in ("waiting", "page")}
    following = kept.pop("next_stores", None)
    if following is not None:
        return _stores(kept, following)
    url = api_url(kept["root"], "wc/store/v1/products", per_page=PAGE_SIZE, page=1)
    return Step(url=url, state={**kept, "page": 1})


def _seller(store: Mapping[str, Any]) -> State:
    """Return a Seller's fields as JSON; a mail address or phone is there when it is public."""
    mail = clean_text(store.get("email"), limit=200)
    phone = clean_text(store.get("phone"), limit=60)
    contacts = [
        contact_uri(f"mailto:{mail}" if mail else None),
        contact_uri(f"tel:{phone}" if phone else None),
    ]
    return {
        "id": str(store["id"]),
        "name": clean_text(store.get("store_name") or store.get("shop_name"), limit=200),
        "url": link_url("", store.get("shop_url")),
        "contacts": [contact for contact in contacts if contact],
    }


def _listing(product: Mapping[str, Any], seller: Seller, state: State) -> Listing | None:
    url = str(product.get("permalink") or "")
    locale = Locale(language=state["language"], host=state["host"], chinese=state["chinese"])
    shown, sign = parse_price(product.get("price_html"))
    price = decimal_text(product.get("price")) if product.get("price") else shown
    code = clean_text(product.get("currency"), limit=3) or sign
    return read_from_api(
        url,
        product.get("name"),
        price=price,
        currency=currency_of(code, locale) if price is not None else None,
        availability=_availability(product),
        seller=seller,
        language=state["language"],
        **common_fields(url, product),
    )


def _availability(product: Mapping[str, Any]) -> str | None:
    status = str(product.get("stock_status") or "")
    if status in _STATUS:
        return _STATUS[status]
    told = product.get("in_stock")
    return ("InStock" if told else "OutOfStock") if isinstance(told, bool) else None


_STATUS = {"instock": "InStock", "outofstock": "OutOfStock", "onbackorder": "BackOrder"}
