"""EverShop: pages with OpenGraph and state in ``window.eContext``; pictures come scaled."""

from __future__ import annotations

import re

from crawler.conventions import Conventions
from spiders.platforms.catalogue import Platform


class EverShop(Platform):
    """Its interface gives products by page routes only, so pages are read."""

    name = "evershop"
    hints: tuple[str, ...] = ("econtext", "evershop")
    sign = re.compile(r"\bwindow\.eContext\b|\beContext\s*=\s*\{|\bevershop\b", re.IGNORECASE)
    conventions = Conventions(
        listing=re.compile(r"/products?/[^/?]+/?(?:\?|$)"),
        lists=re.compile(r"/(?:category|categories)/[^/?]+"),
        trap=re.compile(
            r"[?&](?:ob|od|sortBy|sortOrder|limit|price|minPrice|maxPrice)(?:\[|=)|/search"
        ),
    )
