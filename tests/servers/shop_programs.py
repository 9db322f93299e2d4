"""The interfaces of the shop programs that Markhound reads, each over the base of program_shop."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from tests.servers.program_shop import Asked, Good, ProgramShop, as_json
from tests.servers.tiny_shop import Answer


class ShopifyLike(ProgramShop):
    """``/products.json``."""

    folder = "/products/"
    head = (
        '<script src="/cdn/shop/t/1/theme.js"></script>'
        '<script>Shopify.currency = {"active":"EUR","rate":"1.0"};</script>'
    )

    def api(self, asked: Asked) -> Answer | None:
        if asked.path != "/products.json":
            return None
        size, page = int(asked.query["limit"]), int(asked.query["page"])
        part = self.listed[(page - 1) * size : page * size]
        return as_json({"products": [self._product(good) for good in part]})

    def _product(self, good: Good) -> dict[str, Any]:
        variant = {
            "sku": f"K-{good.number}",
            "price": f"{good.cents / 100:.2f}",
            "available": good.number % 10 != 0,
        }
        return {
            "id": good.number,
            "title": good.title,
            "handle": good.slug,
            "body_html": "<p>Made of <b>steel</b>.</p>",
            "vendor": "Harwick",
            "product_type": "Kettles",
            "variants": [variant],
            "images": [{"src": f"{self.url}/cdn/shop/{good.slug}_600x600.jpg?v=1"}],
        }


class WooLike(ProgramShop):
    """The Store API."""

    head = '<link rel="stylesheet" href="/wp-content/plugins/woocommerce/assets/woo.css">'

    def api(self, asked: Asked) -> Answer | None:
        if asked.path != "/wp-json/wc/store/v1/products":
            return None
        return self._paged([self._product(good) for good in self.listed], asked.query)

    def _paged(self, items: list[dict[str, Any]], query: Mapping[str, str]) -> Answer:
        size, page = int(query["per_page"]), int(query["page"])
        pages = str(-(-len(items) // size))
        return as_json(items[(page - 1) * size : page * size], X_WP_TotalPages=pages)

    def _product(self, good: Good) -> dict[str, Any]:
        prices = {"price": str(good.cents), "currency_code": "EUR", "currency_minor_unit": 2}
        return {
            "id": good.number,
            "name": good.title,
            "permalink": f"{self.url}{self.path_of(good)}",
            "sku": f"K-{good.number}",
            "description": "<p>Made of steel.</p>",
            "prices": prices,
            "images": [{"src": f"{self.url}/wp-content/uploads/{good.slug}.jpg"}],
            "categories": [{"name": "Kettles"}],
            "is_in_stock": True,
        }


class DokanLike(WooLike):
    """Vendors 1 and 2 have stores; the goods of vendor 0 are the marketplace's own."""

    head = WooLike.head + '<link rel="stylesheet" href="/wp-content/plugins/dokan-lite/style.css">'

    def api(self, asked: Asked) -> Answer | None:
        if asked.path == "/wp-json/dokan/v1/stores":
            return self._paged([self._store(vendor) for vendor in (1, 2)], asked.query)
        if found := re.fullmatch(r"/wp-json/dokan/v1/stores/(\d)/products", asked.path):
            sold = [good for good in self.listed if good.vendor == int(found[1])]
            return self._paged([self._sold(good) for good in sold], asked.query)
        return super().api(asked)

    def _store(self, vendor: int) -> dict[str, Any]:
        return {
            "id": vendor,
            "store_name": f"Kettle House {vendor}",
            "shop_url": f"{self.url}/store/house-{vendor}/",
            "phone": "+49 30 1234",
            "email": f"house{vendor}@kettles.example",
        }

    def _sold(self, good: Good) -> dict[str, Any]:
        product = self._product(good)
        del product["prices"], product["is_in_stock"]
        price = f"{good.cents / 100:.2f}"
        return {
            **product,
            "in_stock": True,
            "price": price,
            "price_html": f"<bdi>{price}&nbsp;&euro;</bdi>",
        }


class MagentoLike(ProgramShop):
    """GraphQL at ``/graphql``."""

    head = '<script type="text/x-magento-init">{}</script>'
    folder = "/"
    refuses: tuple[str, ...] = ()
    only_post = False

    def path_of(self, good: Good) -> str:
        return f"/{good.slug}.html"

    def api(self, asked: Asked) -> Answer | None:
        if asked.path != "/graphql":
            return None
        if asked.posted is None and self.only_post:
            return Answer("<h1>405</h1>", status=405)
        question = (asked.posted or asked.query)["query"]
        for field in self.refuses:
            if field in question:
                return as_json({"errors": [{"message": f'Cannot query field "{field}"'}]})
        size = int(re.findall(r"pageSize:(\d+)", question)[0])
        page = int(re.findall(r"currentPage:(\d+)", question)[0])
        items = [self._product(g) for g in self.listed[(page - 1) * size : page * size]]
        pages = {"total_pages": -(-len(self.listed) // size)}
        return as_json({"data": {"products": {"page_info": pages, "items": items}}})

    def _product(self, good: Good) -> dict[str, Any]:
        paid = {"value": good.cents / 100, "currency": "EUR"}
        cached = f"{self.url}/media/catalog/product/cache/{'0a' * 16}/k/{good.slug}.jpg"
        return {
            "name": good.title,
            "sku": f"K-{good.number}",
            "url_key": good.slug,
            "url_suffix": ".html",
            "stock_status": "IN_STOCK",
            "description": {"html": "<p>Made of steel.</p>"},
            "categories": [{"name": "Kettles"}],
            "media_gallery": [{"url": cached}],
            "price_range": {"minimum_price": {"final_price": paid}},
        }


class OldMagentoLike(MagentoLike):
    """Takes posts alone, and does not know all fields."""

    refuses = ("media_gallery",)
    only_post = True


class VendureLike(ProgramShop):
    """GraphQL at ``/shop-api``, behind a page that only scripts fill."""

    shell = True
    head = '<script src="/main.8f2c.js"></script>'

    def api(self, asked: Asked) -> Answer | None:
        if asked.path != "/shop-api":
            return None
        skip, take = (asked.posted["variables"][name] for name in ("skip", "take"))
        items = [self._product(good) for good in self.listed[skip : skip + take]]
        return as_json({"data": {"products": {"totalItems": len(self.listed), "items": items}}})

    def _product(self, good: Good) -> dict[str, Any]:
        variant = {
            "sku": f"K-{good.number}",
            "priceWithTax": good.cents,
            "currencyCode": "EUR",
            "stockLevel": "IN_STOCK",
        }
        return {
            "name": good.title,
            "slug": good.slug,
            "description": "Made of steel.",
            "assets": [{"source": f"{self.url}/assets/{good.slug}.jpg"}],
            "variants": [variant],
            "facetValues": [{"name": "Harwick", "facet": {"code": "brand"}}],
            "collections": [{"name": "Kettles"}],
        }
