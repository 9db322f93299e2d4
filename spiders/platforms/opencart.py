"""OpenCart: one product stands at an address for each category that shows it."""

from __future__ import annotations

import re

from crawler.conventions import Conventions
from spiders.platforms.catalogue import Platform


class OpenCart(Platform):
    """``index.php?route=product/product&product_id=7``; the path of categories is dropped."""

    name = "opencart"
    hints: tuple[str, ...] = ("catalog/view/", "index.php?route=", "ocsessid")
    sign = re.compile(
        r"catalog/view/(?:theme|javascript)/|index\.php\?route=(?:common/home|product/)"
        r"|^set-cookie: ocsessid=",
        re.IGNORECASE | re.MULTILINE,
    )
    search = "/index.php?route=product/search&search={search_term_string}"
    conventions = Conventions(
        listing=re.compile(
            r"[?&]route=product/product(?:&|$)|[?&]product_id=\d+.*route=product/pr"
        ),
        lists=re.compile(
            r"[?&]route=product/(?:category|manufacturer/info|special|manufacturer)(?:&|$)"
        ),
        trap=re.compile(
            r"[?&](?:sort|order|filter|limit|tracking)=|route=(?:product/(?:search|compare)|account"
            r"|checkout|affiliate|product/product/(?:review|getRecurring))"
        ),
        keeps=frozenset(("route", "product_id", "language")),
    )
