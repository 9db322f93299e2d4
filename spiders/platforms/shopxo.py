"""ShopXO and its like, Chinese mall programs: lists are searches, and searches have no end."""

from __future__ import annotations

import re

from crawler.conventions import Conventions
from spiders.platforms.catalogue import Platform


class ShopXO(Platform):
    """A search by one category is a list; every other search only shows its goods again.

    Followed all, brands, prices and orders of one small shop make tens of thousands of URLs.
    """

    name = "shopxo"
    hints: tuple[str, ...] = ("shopxo", "__my_url__", "index.php?s=")
    sign = re.compile(
        r"\bshopxo\b|__my_url__|index\.php\?s=/?index/(?:goods|search)/", re.IGNORECASE
    )
    conventions = Conventions(
        listing=re.compile(
            r"/goods(?:/index/id/|[-/])\d+(?:\.html)?(?:\?|$)|/goods/index\?id=\d+$"
        ),
        lists=re.compile(
            r"/(?:search(?:/index)?|category)(?:/(?:category_id|cid)/|[-/]c?)\d+"
            r"(?:/page/\d+|-\d+)?(?:\.html)?(?:[?&]page=\d+)?$"
            r"|/search(?:/index)?(?:\.html)?\?(?:category_id|cid)=\d+(?:&page=\d+)?$"
        ),
        trap=re.compile(
            r"/search(?!(?:/index)?(?:/(?:category_id|cid)/|[-/]c?)\d+"
            r"(?:/page/\d+|-\d+)?(?:\.html)?(?:[?&]page=\d+)?$"
            r"|(?:/index)?(?:\.html)?\?(?:category_id|cid)=\d+(?:&page=\d+)?$)"
            r"|/(?:user|cart|buy|answer|message|order|qrcode|captcha)(?:/|\.html|$)"
        ),
    )
