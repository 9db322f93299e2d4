"""django-oscar as a shop to sweep.

Its pages carry no structured data, and its sitemap names another host, as the program has it when
it was just installed.
"""

from __future__ import annotations

import csv
import shutil
import sqlite3
from collections.abc import Mapping, Sequence
from contextlib import closing

from tests.servers.real_shop import RealShop
from tests.servers.shop_goods import Product
from tests.servers.shop_process import run


class OscarShop(RealShop):
    """108 products; browsable by category, 20 a page."""

    name = "oscar"

    @property
    def _env(self) -> Mapping[str, str]:
        return {
            "DJANGO_SETTINGS_MODULE": "shop_settings",
            "PYTHONPATH": str(self._site),
            "SHOP_FOLDER": str(self._folder),
        }

    def _fill(self, products: Sequence[Product]) -> None:
        catalogue = self._folder / "catalogue.csv"
        with catalogue.open("w", encoding="utf-8", newline="") as target:
            csv.writer(target).writerows(_catalogue_row(product) for product in products)
        uploads = self._folder / "uploads"  # the program takes a picture by its name: UPC.jpg
        uploads.mkdir()
        for product in products:
            shutil.copy(product.picture, uploads / f"{product.upc}.jpg")
        for command in (
            ["migrate", "--verbosity", "0"],
            ["oscar_populate_countries", "--initial-only"],
            ["oscar_import_catalogue", str(catalogue)],
            ["oscar_import_catalogue_images", str(uploads)],
            ["update_index", "catalogue", "--verbosity", "0"],
        ):
            run([str(self._python), "-m", "django", *command], env=self._env)

    def _load_paths(self) -> Mapping[str, str]:
        database = f"file:{self._folder / 'shop.sqlite'}?mode=ro"
        with closing(sqlite3.connect(database, uri=True)) as connection:
            rows = connection.execute("SELECT upc, slug, id FROM catalogue_product").fetchall()
        return {upc: f"/catalogue/{slug}_{number}/" for upc, slug, number in rows}


def _catalogue_row(product: Product) -> list[str]:
    """Return the columns that the program's importer wants, in its order."""
    category = " > ".join(product.category).replace("&", "and")
    stock = "100"
    return [
        "General",
        category,
        product.upc,
        product.title,
        product.description,
        product.seller,
        product.sku,
        str(product.price),
        stock,
    ]
