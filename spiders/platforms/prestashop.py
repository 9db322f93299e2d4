"""PrestaShop: its URLs begin with the id; its API asks for a key, so pages are read."""

from __future__ import annotations

import re

from crawler.conventions import Conventions
from spiders.platforms.catalogue import Platform


class PrestaShop(Platform):
    """``/12-kettles`` is a category, ``/kettles/7-steel-kettle.html`` a product."""

    name = "prestashop"
    hints: tuple[str, ...] = ("prestashop", "/modules/ps_")
    sign = re.compile(
        r"content=.PrestaShop|\bvar prestashop\s*=|/modules/ps_\w+/|^set-cookie: prestashop-",
        re.IGNORECASE | re.MULTILINE,
    )
    conventions = Conventions(
        listing=re.compile(r"/\d+-[^/?]+\.html(?:\?|$)|[?&]id_product=\d+.*controller=product"),
        lists=re.compile(r"/\d+-[^/?.]+/?(?:\?page=\d+)?$|[?&]controller=category"),
        trap=re.compile(r"[?&](?:order|q|resultsPerPage|add|token|back|from-xhr)=|/content/\d+-"),
        keeps=frozenset(("controller", "id_product", "id_lang", "id_product_attribute")),
    )
