"""Cartridge, the shop of the Mezzanine CMS: its robots.txt forbids everything.

The program writes that file itself while it is in debug mode, and many shops are left so.
"""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
import subprocess
from collections.abc import Mapping, Sequence
from contextlib import closing

from tests.servers.real_shop import RealShop
from tests.servers.shop_goods import Product
from tests.servers.shop_process import run

LOCALE = "en_US.UTF-8"
"""The program prints no price without a national locale."""


class CartridgeShop(RealShop):
    """108 products behind a robots.txt that forbids all of them."""

    name = "cartridge"

    @property
    def _env(self) -> Mapping[str, str]:
        return {
            "DJANGO_SETTINGS_MODULE": "shop_settings",
            "PYTHONPATH": os.pathsep.join([str(self._site), str(self._folder)]),
            "SHOP_FOLDER": str(self._folder),
        }

    def _fill(self, products: Sequence[Product]) -> None:
        _require_locale()
        python = str(self._python)
        project = str(self._python.with_name("mezzanine-project"))
        run([python, project, "--alternate", "cartridge", "harbour"], cwd=self._folder)
        # The program makes a project folder around the package; only the package is wanted.
        (self._folder / "harbour").rename(self._folder / "project")
        (self._folder / "project" / "harbour").rename(self._folder / "harbour")
        (self._folder / "harbour" / "local_settings.py").unlink()  # ours stand in the site's folder
        media = self._folder / "media" / "product"
        media.mkdir(parents=True)
        for product in products:
            shutil.copy(product.picture, media / f"{product.upc}.jpg")
        goods = self._folder / "products.json"
        goods.write_text(json.dumps([_product_data(p) for p in products]), encoding="utf-8")
        for command in (
            ["-m", "django", "migrate", "--verbosity", "0"],
            ["-m", "django", "loaddata", "--verbosity", "0", "cartridge_required"],
            [str(self._site / "load_products.py"), str(goods)],
        ):
            run([python, *command], env=self._env)

    def _load_paths(self) -> Mapping[str, str]:
        database = f"file:{self._folder / 'shop.sqlite'}?mode=ro"
        with closing(sqlite3.connect(database, uri=True)) as connection:
            rows = connection.execute("SELECT sku, slug FROM shop_product").fetchall()
        return {sku: f"/shop/product/{slug}/" for sku, slug in rows}


def _require_locale() -> None:
    known = subprocess.run(["locale", "-a"], capture_output=True, text=True, check=True).stdout
    if not {"en_us.utf8", "en_us.utf-8"} & {line.lower() for line in known.split()}:
        raise RuntimeError(f"no locale {LOCALE}; `make test` makes it as root on Debian")


def _product_data(product: Product) -> dict[str, object]:
    return {
        "upc": product.upc,
        "title": product.title,
        "description": product.description,
        "category": product.category,
        "price": str(product.price),
    }
