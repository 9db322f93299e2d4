"""Scrapy's downloader, with the limit of requests to one host kept at all times."""

from __future__ import annotations

from collections.abc import Coroutine
from typing import Any

from scrapy import Request
from scrapy.core.downloader import Downloader, Slot
from scrapy.http import Response
from twisted.internet.defer import Deferred


class PoliteDownloader(Downloader):
    """Counts a request as under way when it is started.

    Scrapy 2.19 counts it only when its task gets to run. Until then its queue goes on starting
    requests: with a delay of 0, or a busy event loop, far more than CONCURRENT_REQUESTS_PER_DOMAIN.
    """

    def _wait_for_download(
        self, slot: Slot, request: Request, queue_dfd: Deferred[Response]
    ) -> Coroutine[Any, Any, None]:
        slot.transferring.add(request)  # Scrapy takes it out again when the download ends
        return super()._wait_for_download(slot, request, queue_dfd)
