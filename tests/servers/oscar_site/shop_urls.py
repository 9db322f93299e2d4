# mypy: ignore-errors
# Django is not in our environment, so its types are unknown here.
"""Addresses of the django-oscar shop; read in the shop's own environment, where Django is."""

from django.apps import apps
from django.conf import settings
from django.conf.urls.static import static
from django.contrib.sitemaps import Sitemap
from django.contrib.sitemaps.views import sitemap
from django.contrib.staticfiles.urls import staticfiles_urlpatterns
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import include, path
from oscar.core.loading import get_model


class ProductSitemap(Sitemap):
    """Every product page."""

    protocol = "http"

    def items(self) -> QuerySet:
        """Return the products in a fixed order."""
        return get_model("catalogue", "Product").objects.browsable().order_by("id")


def robots(request: HttpRequest) -> HttpResponse:
    """Allow everything except the places that are no catalogue."""
    lines = [
        "User-agent: *",
        "Disallow: /basket/",
        "Disallow: /checkout/",
        "Disallow: /accounts/",
        f"Sitemap: http://{request.get_host()}/sitemap.xml",
    ]
    return HttpResponse("\n".join(lines) + "\n", content_type="text/plain")


urlpatterns = [
    path("i18n/", include("django.conf.urls.i18n")),
    path("robots.txt", robots),
    path(
        "sitemap.xml",
        sitemap,
        {"sitemaps": {"products": ProductSitemap}},
        name="django.contrib.sitemaps.views.sitemap",
    ),
    *static(settings.MEDIA_URL, document_root=settings.MEDIA_ROOT),
    *staticfiles_urlpatterns(),
    path("", include(apps.get_app_config("oscar").urls[0])),
]
