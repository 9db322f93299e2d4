"""Offers and variants of schema.org, one rule at a time."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import orjson
import pytest

from crawler.extract import parse_listing
from crawler.model import Listing

URL = "https://shop.example/p/1"


def listing(*nodes: dict[str, Any], heading: str = "Kettle") -> Listing | None:
    scripts = "".join(
        f'<script type="application/ld+json">{orjson.dumps(node).decode()}</script>'
        for node in nodes
    )
    return parse_listing(URL, f"<html lang=en><h1>{heading}</h1>{scripts}")


def offer(price: object, **more: Any) -> dict[str, Any]:
    return {"@type": "Offer", "price": price, "priceCurrency": "EUR", **more}


def kettle(**more: Any) -> dict[str, Any]:
    return {"@type": "Product", "name": "Kettle", **more}


@pytest.mark.parametrize(
    ("offers", "price"),
    [
        (offer("12.00"), "12.00"),
        ([offer("12.00"), offer("9.00"), offer(0)], "9.00"),
        ({"@type": "AggregateOffer", "lowPrice": 8, "highPrice": 20}, "8"),
        (
            offer(
                None,
                priceSpecification=[
                    {"price": 5, "priceType": "https://schema.org/ListPrice"},
                    {"price": 1, "referenceQuantity": {"value": "100", "unitCode": "GRM"}},
                    {"price": 7},
                ],
            ),
            "7",
        ),
    ],
)
def test_the_lowest_price_that_is_asked(offers: object, price: str) -> None:
    found = listing(kettle(offers=offers))
    assert found is not None
    assert found.price == Decimal(price)


def test_a_group_is_one_listing_with_its_cheapest_variant() -> None:
    group = kettle(
        hasVariant=[
            kettle(sku="K-1", offers=offer(12)),
            kettle(sku="K-2", offers=offer(11, sku="K-2")),
        ]
    )
    found = listing({**group, "@type": "ProductGroup"})
    assert found is not None
    assert (found.price, found.sku) == (Decimal(11), "K-2")


def test_among_several_products_the_one_the_page_is_named_after() -> None:
    found = listing(
        kettle(name="Pan", offers=offer(3)),
        kettle(offers=offer(12)),
        kettle(name="Lid", offers=offer(1)),
    )
    assert found is not None
    assert (found.title, found.price) == ("Kettle", Decimal(12))


def test_several_products_and_none_of_the_page_is_a_list() -> None:
    nodes = [kettle(name=name, offers=offer(3)) for name in ("Pan", "Lid")]
    assert listing(*nodes, heading="Kitchen") is None


def test_a_single_card_of_another_page_is_no_listing() -> None:
    card = kettle(name="Pan", url="https://shop.example/p/9", offers=offer(3))
    assert listing(card, heading="Kitchen") is None


def test_the_seller_is_found_by_its_id() -> None:
    shop = {"@id": "#s", "@type": "Store", "name": "Corner", "email": "a@b.example"}
    found = listing({"@graph": [shop, kettle(offers=offer(3, seller={"@id": "#s"}))]})
    assert found is not None
    assert found.seller is not None
    assert (found.seller.name, found.seller.contacts) == ("Corner", ("mailto:a@b.example",))
