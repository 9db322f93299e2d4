"""django-oscar: everything stands under ``/catalogue/``."""

from __future__ import annotations

import re

from crawler.conventions import Conventions
from spiders.platforms.catalogue import Platform


class Oscar(Platform):
    """``/catalogue/kettle_7/`` is a product, ``/catalogue/category/kitchen_2/`` a category."""

    name = "oscar"
    hints: tuple[str, ...] = ("oscar",)
    sign = re.compile(r"/static/oscar/|\boscar\.(?:init|getCsrfToken|messages)\b|django-oscar")
    conventions = Conventions(
        listing=re.compile(r"/catalogue/[^/?]+_\d+/?(?:\?|$)"),
        lists=re.compile(r"/catalogue/(?:category/[^?]+)?(?:\?page=\d+)?$|/offers/[^/?]*/?$"),
        trap=re.compile(r"[?&](?:sort_by|selected_facets)=|/(?:reviews|basket|dashboard)/"),
    )
