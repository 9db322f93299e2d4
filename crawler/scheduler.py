"""Scrapy's scheduler over the durable frontier."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any, Self

from scrapy import Request, Spider, signals
from scrapy.core.scheduler import BaseScheduler
from scrapy.crawler import Crawler
from twisted.python.failure import Failure

from crawler.book import Targets
from crawler.exchange import EXCHANGES
from crawler.frontier import Frontier
from crawler.targets import targets_of

_OWN_META = (
    "depth",
    "download_latency",
    "download_slot",
    "download_timeout",
    EXCHANGES,
    "is_start_request",
    "target",
)
"""What Scrapy and the sweep put into a request's meta anew, or do not need again."""


class FrontierScheduler(BaseScheduler):
    """Hands out targets, site by site; a request that continues a target goes first."""

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler
        self._again: list[Request] = []
        self._spider: Spider
        self._targets: Targets
        self._frontier: Frontier

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Make one as Scrapy does, and listen to what leaves the downloader."""
        self = cls(crawler)
        crawler.signals.connect(self.reached_downloader, signals.request_reached_downloader)
        crawler.signals.connect(self.left_downloader, signals.request_left_downloader)
        return self

    def open(self, spider: Spider) -> None:
        """Take the frontier of the sweep's book."""
        self._spider = spider
        self._targets = targets_of(self._crawler)
        self._frontier = self._targets.frontier

    def has_pending_requests(self) -> bool:
        """Whether anything is still to be fetched."""
        return bool(self._again) or self._frontier.has_next

    def enqueue_request(self, request: Request) -> bool:
        """Keep a new target on disk, or a request that continues one in memory."""
        target = request.meta["target"]
        if self._frontier.is_out(target):
            self._again.append(request)
        else:
            self._targets.wait(target, request.priority, request_text(request))
        return True

    def next_request(self) -> Request | None:
        """Return the request that is to be sent next; None when every site is busy."""
        if self._again:
            request = self._again.pop(0)
            self._frontier.fetching(request.meta["target"])
            return request
        row = self._frontier.pop()
        if row is None:
            return None
        errback = self._targets.errback(row.target)
        return request_of(row.target, row.request, self._spider, errback)

    def reached_downloader(self, request: Request) -> None:
        """Count what is asked of a site; a listing's pictures are no way to find listings."""
        if not request.meta.get("picture"):
            self._targets.count_request(request.url)

    def left_downloader(self, request: Request) -> None:
        """Let the request's site have another one."""
        if target := request.meta.get("target"):
            self._frontier.fetched(target)


def request_text(request: Request) -> str | None:
    """Return as JSON what tells a request from a plain GET to ``parse``; None when nothing does.

    :raises TypeError: when its meta or arguments are no JSON, or its callback is not named
    """
    callback = getattr(request.callback, "__name__", None)
    if callback is None:
        raise TypeError(
            f"expected a request with a method of the spider as callback, got {request}"
        )
    meta = {key: value for key, value in request.meta.items() if key not in _OWN_META}
    told: dict[str, Any] = {
        "url": request.url if request.url != request.meta["target"] else None,
        "callback": callback if callback != "parse" else None,
        "depth": request.meta.get("depth"),
        "meta": meta,
        "cb_kwargs": request.cb_kwargs,
        "method": request.method if request.method != "GET" else None,
        "body": request.body.decode(),
        "headers": {
            name.decode("latin-1"): values[-1].decode("latin-1")
            for name, values in request.headers.items()
            if values
        },
    }
    kept = {key: value for key, value in told.items() if value}
    return json.dumps(kept, ensure_ascii=False, separators=(",", ":")) if kept else None


def request_of(
    target: str,
    text: str | None,
    spider: Spider,
    errback: Callable[[Failure], None] | None = None,
) -> Request:
    """Return the request of a target, from what :func:`request_text` kept of it."""
    told: dict[str, Any] = json.loads(text) if text else {}
    return Request(
        told.get("url", target),
        callback=getattr(spider, told.get("callback", "parse")),
        method=told.get("method", "GET"),
        headers=told.get("headers"),
        body=told.get("body"),
        meta={**told.get("meta", {}), "target": target, "depth": told.get("depth", 0)},
        cb_kwargs=told.get("cb_kwargs"),
        errback=errback,
        dont_filter=True,
    )
