"""Zen Cart, and osCommerce from which it comes: pages by ``main_page=``."""

from __future__ import annotations

import re

from crawler.conventions import Conventions
from spiders.platforms.catalogue import Platform


class ZenCart(Platform):
    """``main_page=product_info`` is a product; the category in its URL is dropped."""

    name = "zencart"
    hints: tuple[str, ...] = ("zen cart", "main_page=", "zenid", "oscsid")
    sign = re.compile(
        r"content=.(?:shopping cart program by )?Zen Cart|index\.php\?main_page="
        r"|^set-cookie: (?:zenid|oscsid)=",
        re.IGNORECASE | re.MULTILINE,
    )
    conventions = Conventions(
        listing=re.compile(r"main_page=(?:product|document|product_\w+)_info\b"),
        lists=re.compile(
            r"main_page=(?:index&|products_(?:new|all)|specials|featured_products)|cPath="
        ),
        trap=re.compile(
            r"[?&](?:sort|disp_order|alpha_filter_id|filter_id|action|notify|pid|goto)="
            r"|main_page=(?:advanced_search|login|shopping_cart|product_reviews|ask_a_question"
            r"|popup_|tell_a_friend|contact_us|password|create_account|redirect)"
        ),
        keeps=frozenset(("main_page", "products_id", "language")),
    )
