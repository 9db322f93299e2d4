"""Redirects of targets: never off the sites that are swept, never to a page fetched before."""

from __future__ import annotations

from typing import Any

from scrapy import Request
from scrapy.downloadermiddlewares.redirect import MetaRefreshMiddleware, RedirectMiddleware
from scrapy.exceptions import IgnoreRequest

from crawler.sites import canonical_url
from crawler.targets import targets_of


class _WithinSites:
    """Checks each redirect of a target against the targets; a picture's goes where it wants."""

    crawler: Any

    def _redirect(self, redirected: Request, request: Request, reason: Any) -> Request:  # noqa: ANN401
        if "target" in request.meta:
            targets = targets_of(self.crawler)
            if not targets.on_site(redirected.url):
                raise IgnoreRequest(f"redirected to another site: {redirected.url}")
            # a form of its own URL that the server prefers: another order of the query, a session
            same = canonical_url(redirected.url) == request.meta["target"]
            if not same and not targets.claim(redirected.url):
                raise IgnoreRequest(f"redirected to a page of its own: {redirected.url}")
        followed: Request = super()._redirect(redirected, request, reason)  # type: ignore[misc]
        return followed


class TargetRedirectMiddleware(_WithinSites, RedirectMiddleware):
    """Follows HTTP redirects."""


class TargetRefreshMiddleware(_WithinSites, MetaRefreshMiddleware):
    """Follows ``<meta http-equiv=refresh>``."""
