# mypy: ignore-errors
# Django is not in our environment, so its types are unknown here.
"""Put the products of a JSON file into Cartridge; runs in the shop's own environment."""

import json
import sys
from decimal import Decimal
from pathlib import Path
from typing import Any

import django

django.setup()

from cartridge.shop.models import Category, Product, ProductImage  # noqa: E402
from mezzanine.core.models import CONTENT_STATUS_PUBLISHED  # noqa: E402

categories = {}


def find_category(path: list[str]) -> Category | None:
    """Return the category at the end of the path, making what is missing on the way."""
    parent = None
    for depth in range(1, len(path) + 1):
        key = tuple(path[:depth])
        if key not in categories:
            categories[key] = Category.objects.create(
                title=key[-1], parent=parent and parent.page_ptr
            )
        parent = categories[key]
    return parent


def add_product(data: dict[str, Any]) -> None:
    """Add one product with one variation and one picture."""
    price = Decimal(data["price"])
    picture = f"product/{data['upc']}.jpg"
    product = Product.objects.create(
        title=data["title"],
        content=f"<p>{data['description']}</p>",
        status=CONTENT_STATUS_PUBLISHED,
        available=True,
        unit_price=price,
        sku=data["upc"],
        num_in_stock=50,
        image=picture,
    )
    product.categories.add(find_category(data["category"]))
    image = ProductImage.objects.create(product=product, file=picture, description=data["title"])
    product.variations.create(
        sku=data["upc"], unit_price=price, num_in_stock=50, default=True, image=image
    )


for entry in json.loads(Path(sys.argv[1]).read_text(encoding="utf-8")):
    add_product(entry)
