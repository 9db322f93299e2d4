# mypy: ignore-errors
# Django is not in our environment, so its types are unknown here.
"""Settings of the django-oscar shop; read in the shop's own environment, where Django is."""

import os
from pathlib import Path

from oscar.defaults import *  # noqa: F403

FOLDER = Path(os.environ["SHOP_FOLDER"])

SECRET_KEY = "loopback"
DEBUG = True  # Django then serves the pictures itself
ALLOWED_HOSTS = ["127.0.0.1"]
SITE_ID = 1
ROOT_URLCONF = "shop_urls"
LANGUAGE_CODE = "en-gb"
USE_TZ = True
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# Several threads write (view counters, thumbnails): each waits for its turn.
DATABASES = {
    "default": {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": FOLDER / "shop.sqlite",
        "OPTIONS": {"timeout": 30, "init_command": "PRAGMA journal_mode=WAL"},
    }
}
MEDIA_ROOT = FOLDER / "media"
MEDIA_URL = "/media/"
STATIC_URL = "/static/"
HAYSTACK_CONNECTIONS = {
    "default": {
        "ENGINE": "haystack.backends.whoosh_backend.WhooshEngine",
        "PATH": str(FOLDER / "search"),
    }
}

_DJANGO = "admin auth contenttypes sessions messages staticfiles sites flatpages sitemaps"
_OSCAR = """
    analytics.apps.AnalyticsConfig checkout.apps.CheckoutConfig address.apps.AddressConfig
    shipping.apps.ShippingConfig catalogue.apps.CatalogueConfig
    catalogue.reviews.apps.CatalogueReviewsConfig communication.apps.CommunicationConfig
    partner.apps.PartnerConfig basket.apps.BasketConfig payment.apps.PaymentConfig
    offer.apps.OfferConfig order.apps.OrderConfig customer.apps.CustomerConfig
    search.apps.SearchConfig voucher.apps.VoucherConfig wishlists.apps.WishlistsConfig
    dashboard.apps.DashboardConfig dashboard.reports.apps.ReportsDashboardConfig
    dashboard.users.apps.UsersDashboardConfig dashboard.orders.apps.OrdersDashboardConfig
    dashboard.catalogue.apps.CatalogueDashboardConfig dashboard.offers.apps.OffersDashboardConfig
    dashboard.partners.apps.PartnersDashboardConfig dashboard.pages.apps.PagesDashboardConfig
    dashboard.ranges.apps.RangesDashboardConfig dashboard.reviews.apps.ReviewsDashboardConfig
    dashboard.vouchers.apps.VouchersDashboardConfig
    dashboard.communications.apps.CommunicationsDashboardConfig
    dashboard.shipping.apps.ShippingDashboardConfig
"""
INSTALLED_APPS = [
    *(f"django.contrib.{app}" for app in _DJANGO.split()),
    "oscar.config.Shop",
    *(f"oscar.apps.{app}" for app in _OSCAR.split()),
    "widget_tweaks",
    "haystack",
    "treebeard",
    "sorl.thumbnail",
    "django_tables2",
]
MIDDLEWARE = [
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "oscar.apps.basket.middleware.BasketMiddleware",
]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.contrib.auth.context_processors.auth",
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.messages.context_processors.messages",
                "oscar.apps.search.context_processors.search_form",
                "oscar.apps.checkout.context_processors.checkout",
                "oscar.apps.communication.notifications.context_processors.notifications",
                "oscar.core.context_processors.metadata",
            ]
        },
    }
]
AUTHENTICATION_BACKENDS = [
    "oscar.apps.customer.auth_backends.EmailBackend",
    "django.contrib.auth.backends.ModelBackend",
]

OSCAR_SHOP_NAME = "Corner Depot"
OSCAR_DEFAULT_CURRENCY = "GBP"
OSCAR_INITIAL_ORDER_STATUS = "Pending"
OSCAR_INITIAL_LINE_STATUS = "Pending"
