# mypy: ignore-errors
# Django is not in our environment, so its types are unknown here.
"""Settings of the Cartridge shop, over those that the program made for itself.

The program reads a ``local_settings.py`` too, but only up to Python 3.11.
"""

import os
from pathlib import Path

from harbour.settings import *  # noqa: F403

FOLDER = Path(os.environ["SHOP_FOLDER"])

SECRET_KEY = "loopback"
NEVERCACHE_KEY = "loopback"
DEBUG = True  # its robots.txt then forbids everything
ALLOWED_HOSTS = ["127.0.0.1"]
SHOP_CURRENCY_LOCALE = "en_US.UTF-8"
SHOP_PER_PAGE_CATEGORY = 12
MEDIA_ROOT = str(FOLDER / "media")
DATABASES = {
    "default": {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": FOLDER / "shop.sqlite",
        "OPTIONS": {"timeout": 30},
    }
}
