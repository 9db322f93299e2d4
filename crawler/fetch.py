"""One page fetched by itself, as a sweep would: guard, robots.txt, user agent, limits."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

from scrapy import Request, Spider
from scrapy.crawler import AsyncCrawlerProcess
from scrapy.http import Response
from scrapy.settings import Settings
from twisted.python.failure import Failure

from crawler.errors import InputError
from crawler.failures import outcome_of_failure

COMPONENTS: dict[str, Any] = {
    "SCHEDULER": "scrapy.core.scheduler.Scheduler",
    "EXTENSIONS": {},
    "SPIDER_MIDDLEWARES": {},
    "DOWNLOADER_MIDDLEWARES": {
        "scrapy.downloadermiddlewares.robotstxt.RobotsTxtMiddleware": None,
        "crawler.robots.RobotsMiddleware": 100,
        "crawler.charsets.CharsetMiddleware": 585,
        "scrapy.downloadermiddlewares.httpcompression.HttpCompressionMiddleware": None,
        "crawler.unpack.UnpackMiddleware": 590,
        "crawler.guard.GuardMiddleware": 950,
    },
    "DOWNLOAD_HANDLERS": {
        "http": "crawler.handler.BoundedHandler",
        "https": "crawler.handler.BoundedHandler",
        "data": None,
        "file": None,
        "ftp": None,
        "s3": None,
    },
    "ITEM_PIPELINES": {},
}
"""In place of those of settings.py that keep a sweep's books. Redirects are Scrapy's own, as there
is no site to stay on."""


def fetch_page(url: str, *, contact: str | None, allow_private: bool) -> Response:
    """Fetch one page and return the answer, whatever its status; once in a process.

    Redirects are followed, each asked of the guard and of robots.txt.

    :param contact: goes into the user agent, as a workspace's ``crawl.contact`` does in a sweep
    :raises InputError: nothing was had; says why
    """
    settings = Settings()
    settings.setmodule("settings", priority="project")
    chosen = COMPONENTS | {
        "DOWNLOAD_DELAY": 0,
        "HTTPERROR_ALLOW_ALL": True,
        "LOG_ENABLED": False,
        "MARKHOUND_ALLOW_PRIVATE": allow_private,
        "USER_AGENT": user_agent(settings["USER_AGENT"], contact),
    }
    settings.setdict(chosen, priority="cmdline")
    process = AsyncCrawlerProcess(settings)
    had: list[Response | BaseException] = []
    crawl = process.crawl(_OnePage, url=url, had=had)
    process.start()
    if crawl.done() and not crawl.cancelled() and (error := crawl.exception()) is not None:
        had.append(error)
    if not had:
        raise InputError(f"{url}: stopped before there was an answer")
    if isinstance(had[0], BaseException):
        raise InputError(f"{url}: {outcome_of_failure(had[0])[1]}") from had[0]
    return had[0]


def user_agent(bare: str, contact: str | None) -> str:
    """Return the user agent with the contact in it.

    :raises InputError: the contact cannot stand in a header
    """
    if not contact:
        return bare
    if not contact.isprintable():
        raise InputError(f"crawl.contact: expected one line of text, got {contact!r}")
    return f"{bare[:-1]}; +{contact})"


class _OnePage(Spider):
    """Asks for one URL and hands on what comes of it."""

    name = "one_page"

    def __init__(self, url: str, had: list[Response | BaseException], **kwargs: Any) -> None:  # noqa: ANN401 (Scrapy's signature)
        super().__init__(**kwargs)
        self._url = url
        self._had = had

    async def start(self) -> AsyncIterator[Request]:
        """Yield the one request."""
        yield Request(self._url, callback=self.parse, errback=self.fail)

    def parse(self, response: Response) -> None:
        """Keep the answer."""
        self._had.append(response)

    def fail(self, failure: Failure) -> None:
        """Keep the reason why there is none."""
        self._had.append(failure.value)  # type: ignore[arg-type] # set in every errback
