"""Shop programs, a file each; the spider of any shop chooses one by the first page of a site."""

from __future__ import annotations

from spiders.platforms.catalogue import Front, Platform
from spiders.platforms.dokan import Dokan
from spiders.platforms.evershop import EverShop
from spiders.platforms.magento import Magento
from spiders.platforms.opencart import OpenCart
from spiders.platforms.oscar import Oscar
from spiders.platforms.prestashop import PrestaShop
from spiders.platforms.shopify import Shopify
from spiders.platforms.shopxo import ShopXO
from spiders.platforms.vendure import Vendure
from spiders.platforms.woocommerce import WooCommerce
from spiders.platforms.zencart import ZenCart

PLATFORMS: tuple[Platform, ...] = (
    Shopify(),
    Dokan(),
    WooCommerce(),
    Magento(),
    PrestaShop(),
    OpenCart(),
    ZenCart(),
    EverShop(),
    Oscar(),
    ShopXO(),
    Vendure(),
)
"""In the order in which they are asked: what stands on another program comes before it."""

BY_NAME = {platform.name: platform for platform in PLATFORMS}
GUESSED: tuple[Platform, ...] = (BY_NAME["vendure"],)
"""Asked whether they answer when a page is a shell that tells nothing of its program."""


def find_platform(front: Front) -> Platform | None:
    """Return the shop program that a site runs; None when it shows none that is known."""
    shown = f"{front.headers}\n{front.text}".lower()
    likely = (platform for platform in PLATFORMS if any(hint in shown for hint in platform.hints))
    return next((platform for platform in likely if platform.runs(front)), None)
