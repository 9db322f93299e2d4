"""Asking on condition: a page that is as it was last time is not sent, or at least not read, again.

RFC 9110, 13.1: ETag and Last-Modified; where the server answers in full, the same content says the
same. See ``crawler/revisits.py`` for what is remembered.
"""

from __future__ import annotations

import hashlib
from typing import Self

from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.http import Response

from crawler.failures import UnchangedError
from crawler.store.visits import Visit
from crawler.targets import DIGEST, SAME_CONTENT, targets_of


class RevisitMiddleware:
    """Downloader middleware: asks on condition, and ends what is unchanged."""

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Make one as Scrapy does."""
        return cls(crawler)

    def process_request(self, request: Request) -> None:
        """Say what is known of the page, so that the server need not send it again."""
        visit = self._visit(request)
        if visit is None or visit.body is None or request.method != "GET":
            return
        if request.meta.get("read_always"):  # a seed: what it leads to depends on more than itself
            return
        if visit.etag:
            request.headers["If-None-Match"] = visit.etag
        if visit.last_modified:
            request.headers["If-Modified-Since"] = visit.last_modified

    def process_response(self, request: Request, response: Response) -> Response:
        """Return the response, with its content's digest.

        :raises UnchangedError: the page is as it was
        """
        if "target" not in request.meta or request.meta.get("render"):
            return response
        visit = self._visit(request)
        # another page's word, to which this one leads by now, says nothing of it
        if response.status == 304 and visit is not None and "redirect_urls" not in request.meta:
            raise UnchangedError("HTTP 304")
        if response.status == 200:
            digest = hashlib.sha256(response.body).hexdigest()
            request.meta[DIGEST] = digest
            if visit is not None and visit.body == digest and not request.meta.get("read_always"):
                raise UnchangedError(SAME_CONTENT)
        return response

    def _visit(self, request: Request) -> Visit | None:
        target = request.meta.get("target")
        revisits = targets_of(self._crawler).revisits
        return None if target is None or revisits is None else revisits.find(target)
