"""Settings of the Cartridge shop, over those that the program made for itself."""

import os

DEBUG = True
SECRET_KEY = "loopback"
NEVERCACHE_KEY = "loopback"
ALLOWED_HOSTS = ["127.0.0.1"]
SHOP_CURRENCY_LOCALE = "en_US.UTF-8"
SHOP_PER_PAGE_CATEGORY = 12
MEDIA_ROOT = os.path.join(os.environ["SHOP_FOLDER"], "media")  # noqa: PTH118
DATABASES = {
    "default": {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": os.path.join(os.environ["SHOP_FOLDER"], "shop.sqlite"),  # noqa: PTH118
        "OPTIONS": {"timeout": 30},
    }
}
