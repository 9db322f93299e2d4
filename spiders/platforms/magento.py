"""Magento 2 and its kin (Adobe Commerce, Mage-OS): GraphQL at ``/graphql``."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from crawler.conventions import Conventions
from crawler.errors import ExtractionError
from crawler.extract.values import Locale, clean_text, currency_of, decimal_text
from crawler.model import Listing
from spiders.platforms.catalogue import (
    Answer,
    CataloguePage,
    Front,
    Platform,
    State,
    Step,
    names,
    pages_after_first,
    path_part,
    pictures,
    read_from_api,
    records,
    records_in,
)
from spiders.platforms.graphql import data_of, part

PAGE_SIZE = 100
_PRICE = "price_range{minimum_price{final_price{value currency}}}"
_LEAN = f"name sku url_key stock_status image{{url}} {_PRICE}"
_FULL = (
    f"{_LEAN} url_suffix description{{html}} short_description{{html}}"
    " categories{name} media_gallery{url}"
)
_WAYS = (("get", _FULL), ("post", _FULL), ("get", _LEAN), ("post", _LEAN))
"""How the query is put, in the order in which it is tried: caches and old versions refuse some."""
_CACHED = re.compile(r"/cache/[0-9a-f]{16,64}(?=/)")


class Magento(Platform):
    """One answer lists as many products as are asked for, and says how many pages there are."""

    name = "magento"
    hints: tuple[str, ...] = ("magento", "/static/version", "mage-cache-")
    sign = re.compile(
        r"text/x-magento-init|/static/version\d+/frontend/|\bMagento_\w+/|^x-magento-|mage-cache-",
        re.MULTILINE,
    )
    has_catalogue = True
    conventions = Conventions(
        trap=re.compile(
            r"/catalogsearch/|/catalog/product_compare|/(?:sendfriend|wishlist|review)/"
            r"|[?&](?:product_list_\w+|price|color|size|material|climate|pattern)="
        ),
    )

    def first_step(self, front: Front) -> Step:
        """Ask for the first page."""
        return _step({"origin": front.origin, "way": 0, "language": front.language}, 1)

    def instead(self, state: State) -> Step | None:
        """Put the first query in the next way."""
        way = int(state["way"]) + 1
        return _step({**state, "way": way}, 1) if state["page"] == 1 and way < len(_WAYS) else None

    def read(self, answer: Answer) -> CataloguePage:
        """Read a page; the first one leads to all others."""
        found = part(data_of(answer.data), "products")
        if not isinstance(found, dict):
            raise ExtractionError("expected products of the interface, got none")
        items = records(found.get("items"), "a list of products")
        pages = part(found, "page_info", "total_pages")
        following, warnings = range(0), list[str]()
        if answer.state["page"] == 1 and isinstance(pages, int):
            following, warnings = pages_after_first(pages)
        listings = [_listing(item, answer.state) for item in items]
        return CataloguePage(
            listings=[listing for listing in listings if listing],
            steps=[_step(answer.state, page) for page in following],
            warnings=warnings,
        )


def _step(state: State, page: int) -> Step:
    method, fields = _WAYS[state["way"]]
    query = (
        f'{{products(search:"",pageSize:{PAGE_SIZE},currentPage:{page})'
        f"{{total_count page_info{{total_pages}} items{{{fields}}}}}}}"
    )
    url, state = f"{state['origin']}/graphql", {**state, "page": page}
    if method == "get":
        return Step(url=f"{url}?query={quote(query, safe='')}", state=state)
    size = "" if fields == _FULL else ", fewer fields"
    return Step(url=url, state=state, query={"query": query}, label=f"products, page {page}{size}")


def _listing(item: Mapping[str, Any], state: State) -> Listing | None:
    key = clean_text(item.get("url_key"), limit=500)
    if key is None:
        return None
    suffix = item.get("url_suffix", ".html")
    paid = part(item, "price_range", "minimum_price", "final_price")
    price = decimal_text(part(item, "price_range", "minimum_price", "final_price", "value"))
    code = clean_text(paid.get("currency"), limit=3) if isinstance(paid, dict) else None
    texts = (part(item, "description", "html"), part(item, "short_description", "html"))
    addresses = [entry.get("url") for entry in records_in(item.get("media_gallery"))]
    addresses.append(part(item, "image", "url"))
    status = {"IN_STOCK": "InStock", "OUT_OF_STOCK": "OutOfStock"}
    return read_from_api(
        f"{state['origin']}/{path_part(key)}{suffix or ''}",
        item.get("name"),
        description=next((text for text in map(clean_text, texts) if text), None),
        category=names(item.get("categories")),
        price=price,
        currency=currency_of(code, Locale()) if price is not None else None,
        availability=status.get(str(item.get("stock_status"))),
        sku=clean_text(item.get("sku"), limit=100),
        images=pictures(state["origin"], (_CACHED.sub("", str(a)) for a in addresses if a)),
        language=state["language"],
    )
