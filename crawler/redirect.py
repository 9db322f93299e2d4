"""Redirects of targets: never off the sites that are swept, never to a page fetched before."""

from __future__ import annotations

from typing import Any

from scrapy import Request
from scrapy.downloadermiddlewares.redirect import MetaRefreshMiddleware, RedirectMiddleware
from scrapy.exceptions import IgnoreRequest

from crawler.targets import ledger_of


class _WithinSites:
    """Checks each redirect of a target against the ledger; a picture's goes where it wants."""

    crawler: Any

    def _redirect(self, redirected: Request, request: Request, reason: Any) -> Request:  # noqa: ANN401
        if "target" in request.meta:
            ledger = ledger_of(self.crawler)
            if not ledger.on_site(redirected.url):
                raise IgnoreRequest(f"redirected to another site: {redirected.url}")
            if not ledger.claim(redirected.url):
                raise IgnoreRequest(f"redirected to a page of its own: {redirected.url}")
        followed: Request = super()._redirect(redirected, request, reason)  # type: ignore[misc]
        return followed


class TargetRedirectMiddleware(_WithinSites, RedirectMiddleware):
    """Follows HTTP redirects."""


class TargetRefreshMiddleware(_WithinSites, MetaRefreshMiddleware):
    """Follows ``<meta http-equiv=refresh>``."""
