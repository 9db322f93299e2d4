"""Redirects of targets: never off the sites that are swept, never to a page fetched before.

Nor in a circle, nor to what is no page of the web (``file:``, ``javascript:``).
"""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from scrapy import Request
from scrapy.downloadermiddlewares.redirect import MetaRefreshMiddleware, RedirectMiddleware
from scrapy.exceptions import IgnoreRequest
from scrapy.http import Response

from crawler.failures import RedirectError
from crawler.sites import canonical_url
from crawler.targets import targets_of

STATUSES = frozenset({301, 302, 303, 307, 308})
SHOWN = 200
"""Characters of an address that are shown in a reason."""


class CircleError(RedirectError):
    """Redirects that come back to where they were."""


class _WithinSites:
    """Checks each redirect of a target against the targets; a picture's goes where it wants."""

    crawler: Any
    max_redirect_times: int

    def _redirect(self, redirected: Request, request: Request, reason: Any) -> Request:  # noqa: ANN401
        redirected = _without_credentials(redirected)
        earlier = [*request.meta.get("redirect_urls", ()), request.url]
        if _bare(redirected.url) in map(_bare, earlier):
            raise CircleError(f"redirected in a circle: {redirected.url[:SHOWN]}")
        if len(earlier) > self.max_redirect_times:
            raise RedirectError(f"redirected more than {self.max_redirect_times} times")
        if "target" in request.meta:
            targets = targets_of(self.crawler)
            if not targets.on_site(redirected.url):
                raise IgnoreRequest(f"redirected to another site: {redirected.url[:SHOWN]}")
            # a form of its own URL that the server prefers: another order of the query, a session
            same = canonical_url(redirected.url) == request.meta["target"]
            if not same and not targets.claim(redirected.url):
                raise IgnoreRequest(f"redirected to a page of its own: {redirected.url[:SHOWN]}")
            for condition in ("If-None-Match", "If-Modified-Since"):  # they were of another page
                redirected.headers.pop(condition, None)
        followed: Request = super()._redirect(redirected, request, reason)  # type: ignore[misc]
        return followed


class TargetRedirectMiddleware(_WithinSites, RedirectMiddleware):
    """Follows HTTP redirects."""

    def process_response(
        self,
        request: Request,
        response: Response,
        spider: Any = None,  # noqa: ANN401, ARG002 (Scrapy's signature)
    ) -> Request | Response:
        """Return the request to follow, or the response when it is no redirect.

        :raises IgnoreRequest: when it leads elsewhere, or to nothing on the web
        """
        try:
            followed: Request | Response = super().process_response(request, response)
        except ValueError:
            followed = response
            if _location(response).lower().startswith("http"):
                raise RedirectError(f"redirected to no URL: {_location(response)}") from None
        if followed is response and response.status in STATUSES and "Location" in response.headers:
            raise IgnoreRequest(f"redirected to no http address: {_location(response)}")
        return followed


class TargetRefreshMiddleware(_WithinSites, MetaRefreshMiddleware):
    """Follows ``<meta http-equiv=refresh>``."""

    def process_response(
        self,
        request: Request,
        response: Response,
        spider: Any = None,  # noqa: ANN401, ARG002 (Scrapy's signature)
    ) -> Request | Response:
        """Return the request to follow, or the page: one that only asks for itself again is read.

        :raises IgnoreRequest: when it leads elsewhere
        """
        try:
            followed: Request | Response = super().process_response(request, response)
        except (CircleError, ValueError):
            return response
        return followed


def _without_credentials(request: Request) -> Request:
    parts = urlsplit(request.url)
    if "@" not in parts.netloc:
        return request
    bare = parts._replace(netloc=parts.netloc.rpartition("@")[2]).geturl()
    changed: Request = request.replace(url=bare)
    return changed


def _bare(url: str) -> str:
    return url.partition("#")[0]


def _location(response: Response) -> str:
    found = response.headers.get("Location") or b""
    return ascii(found.decode("latin-1"))[1:-1][:SHOWN]
