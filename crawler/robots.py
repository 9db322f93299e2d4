"""robots.txt as RFC 9309 wants it.

Scrapy's own middleware takes an error for permission. Here (RFC 9309, 2.3.1): 2xx is parsed,
4xx except 429 allows everything, and 5xx, 429 and an unreachable server forbid everything. The
rules belong to one scheme, host and port (2.3).
"""

from __future__ import annotations

import asyncio

from scrapy import Request, signals
from scrapy.crawler import Crawler
from scrapy.downloadermiddlewares.robotstxt import RobotsTxtMiddleware
from scrapy.exceptions import (
    CannotResolveHostError,
    DownloadCancelledError,
    DownloadConnectionRefusedError,
    DownloadFailedError,
    DownloadTimeoutError,
    IgnoreRequest,
    ResponseDataLossError,
)
from scrapy.http.request import NO_CALLBACK
from scrapy.robotstxt import RobotParser
from scrapy.utils.httpobj import urlparse_cached
from scrapy.utils.misc import build_from_crawler
from twisted.internet.error import ConnectError, ConnectionClosed

PARSED_BYTES = 512 * 1024
"""How much of a robots.txt is read (RFC 9309, 2.5: at least 500 KiB)."""

UNREACHABLE = (
    CannotResolveHostError,
    DownloadCancelledError,
    DownloadConnectionRefusedError,
    DownloadFailedError,
    DownloadTimeoutError,
    ResponseDataLossError,
    ConnectError,
    ConnectionClosed,
    IgnoreRequest,
    OSError,
)


class RobotsForbidden(IgnoreRequest):
    """robots.txt forbids this URL to us."""


class RobotsUnreachable(IgnoreRequest):
    """robots.txt could not be had, which forbids the whole origin."""


class RobotsMiddleware(RobotsTxtMiddleware):
    """Downloader middleware: a page is fetched when robots.txt was had and allows it.

    It takes the place of Scrapy's (and its settings ``ROBOTSTXT_*``). Any other error of the
    fetch, such as a refusal by the guard, is the error of every page of that origin.
    """

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        self._rules: dict[str, asyncio.Task[RobotParser]] = {}

    async def process_request(self, request: Request) -> None:  # type: ignore[override]
        """Let the request pass, or refuse it.

        :raises RobotsForbidden: robots.txt forbids it
        :raises RobotsUnreachable: robots.txt could not be had
        """
        if request.meta.get("dont_obey_robotstxt"):
            return
        url = urlparse_cached(request)
        origin = f"{url.scheme}://{url.netloc}"
        if origin not in self._rules:
            self._rules[origin] = asyncio.ensure_future(self._load_rules(origin))
        rules = await asyncio.shield(self._rules[origin])
        try:
            self.process_request_2(rules, request)
        except IgnoreRequest as error:
            raise RobotsForbidden("robots.txt forbids") from error

    async def _load_rules(self, origin: str) -> RobotParser:
        request = Request(
            f"{origin}/robots.txt",
            priority=self.DOWNLOAD_PRIORITY,
            meta={"dont_obey_robotstxt": True, "max_retry_times": 1},
            callback=NO_CALLBACK,
        )
        self._stats.inc_value("robotstxt/request_count")
        try:
            response = await self.crawler.engine.download_async(request)
        except UNREACHABLE as error:
            self._stats.inc_value(f"robotstxt/exception_count/{type(error)}")
            reason = str(error) or type(error).__name__
            raise RobotsUnreachable(f"robots.txt unreachable: {reason}") from error
        self._stats.inc_value("robotstxt/response_count")
        self._stats.inc_value(f"robotstxt/response_status_count/{response.status}")
        rules = self._parse_rules(response.status, response.body)
        await self.crawler.signals.send_catch_log_async(
            signal=signals.robots_parsed, robotparser=rules, request=request
        )
        return rules

    def _parse_rules(self, status: int, body: bytes) -> RobotParser:
        if 400 <= status < 500 and status != 429:
            body = b""
        elif not 200 <= status < 300:
            raise RobotsUnreachable(f"robots.txt answered {status}")
        rules: RobotParser = build_from_crawler(self._parserimpl, self.crawler, body[:PARSED_BYTES])
        return rules
