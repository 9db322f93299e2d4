"""Vendure: GraphQL at ``/shop-api``; its storefronts are often shells that scripts fill."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from crawler.conventions import Conventions
from crawler.errors import ExtractionError
from crawler.extract.values import Locale, clean_text, currency_of
from crawler.model import Listing
from spiders.platforms.catalogue import (
    MOST_STEPS,
    Answer,
    CataloguePage,
    Front,
    Platform,
    State,
    Step,
    minor_units,
    names,
    path_part,
    pictures,
    read_from_api,
    records,
    records_in,
)
from spiders.platforms.graphql import data_of, part

PAGE_SIZE = 100
"""``shopListQueryLimit`` of Vendure: more is refused."""
FOLDER = "/product/"
"""Where Vendure's own storefront has its products; the interface knows only their slugs."""
_PRODUCTS = (
    "query Products($skip:Int,$take:Int){products(options:{skip:$skip,take:$take})"
    "{totalItems items{name slug description featuredAsset{source} assets{source}"
    " variants{sku priceWithTax currencyCode stockLevel}"
    " facetValues{name facet{code}} collections{name}}}}"
)


class Vendure(Platform):
    """One answer lists 100 products and says how many there are."""

    name = "vendure"
    hints: tuple[str, ...] = ("shop-api", "vendure")
    sign = re.compile(r"shop-api|vendure", re.IGNORECASE)
    has_catalogue = True
    conventions = Conventions(
        listing=re.compile(r"/products?/[^/?]+/?(?:\?|$)"),
        lists=re.compile(r"/(?:category|collections?)/[^/?]+"),
        trap=re.compile(r"[?&]facets?="),
    )

    def first_step(self, front: Front) -> Step:
        """Ask for the first page."""
        state = {"origin": front.origin, "language": front.language}
        return _step({**state, "folder": front.find_folder() or FOLDER}, 0)

    def read(self, answer: Answer) -> CataloguePage:
        """Read a page; the first one leads to all others."""
        found = part(data_of(answer.data), "products")
        if not isinstance(found, dict):
            raise ExtractionError("expected products of the interface, got none")
        items = records(found.get("items"), "a list of products")
        total, skipped = found.get("totalItems"), answer.state["skip"]
        warnings, following = [], range(0)
        if skipped == 0 and isinstance(total, int):
            most = MOST_STEPS * PAGE_SIZE
            following = range(PAGE_SIZE, min(total, most), PAGE_SIZE)
            if total > most:
                warnings.append(f"only {most} of {total} products are asked for")
        listings = [_listing(item, answer.state) for item in items]
        return CataloguePage(
            listings=[listing for listing in listings if listing],
            steps=[_step(answer.state, skip) for skip in following],
            warnings=warnings,
        )


def _step(state: State, skip: int) -> Step:
    return Step(
        url=f"{state['origin']}/shop-api",
        state={**state, "skip": skip},
        query={"query": _PRODUCTS, "variables": {"skip": skip, "take": PAGE_SIZE}},
        label=f"products, page {skip // PAGE_SIZE + 1}",
    )


def _listing(item: Mapping[str, Any], state: State) -> Listing | None:
    slug = clean_text(item.get("slug"), limit=500)
    if slug is None:
        return None
    variants = records_in(item.get("variants"))
    first: Mapping[str, Any] = variants[0] if variants else {}
    price = minor_units(first.get("priceWithTax"), 2)
    code = clean_text(first.get("currencyCode"), limit=3)
    assets = [item.get("featuredAsset"), *records_in(item.get("assets"))]
    return read_from_api(
        f"{state['origin']}{state['folder']}{path_part(slug)}",
        item.get("name"),
        description=clean_text(item.get("description")),
        brand=_brand(item),
        category=names(item.get("collections")),
        price=price,
        currency=currency_of(code, Locale()) if price is not None else None,
        availability=_availability(variants),
        sku=clean_text(first.get("sku"), limit=100),
        images=pictures(state["origin"], (a.get("source") for a in records_in(assets))),
        language=state["language"],
    )


def _brand(item: Mapping[str, Any]) -> str | None:
    for value in records_in(item.get("facetValues")):
        if str(part(value, "facet", "code")).lower() in ("brand", "manufacturer", "marke"):
            return clean_text(value.get("name"), limit=200)
    return None


def _availability(variants: list[Mapping[str, Any]]) -> str | None:
    levels = {str(variant.get("stockLevel")) for variant in variants}
    if "IN_STOCK" in levels or any(level.isdigit() and level != "0" for level in levels):
        return "InStock"
    if "LOW_STOCK" in levels:
        return "LimitedAvailability"
    return "OutOfStock" if levels & {"OUT_OF_STOCK", "0"} else None
