"""Pages fetched by themselves, as a sweep would: guard, robots.txt, user agent, limits."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from functools import partial
from typing import Any

from scrapy import Request, Spider
from scrapy.crawler import AsyncCrawlerProcess
from scrapy.http import Response
from scrapy.settings import Settings
from twisted.python.failure import Failure

from crawler.errors import InputError
from crawler.exchange import EXCHANGES
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


Came = dict[str, Response | BaseException]
"""URL -> its answer, or why there is none."""
LOGS = "exchange_logs"
"""Attribute of such a reason: what was exchanged before it."""


def fetch_page(url: str, *, contact: str | None, allow_private: bool) -> Response:
    """Fetch one page and return the answer, whatever its status; once in a process.

    Redirects are followed, each asked of the guard and of robots.txt.

    :param contact: goes into the user agent, as a workspace's ``crawl.contact`` does in a sweep
    :raises InputError: nothing was had; says why
    """
    had = fetch_pages([url], contact=contact, allow_private=allow_private).get(url)
    if had is None:
        raise InputError(f"{url}: stopped before there was an answer")
    if isinstance(had, BaseException):
        raise InputError(f"{url}: {outcome_of_failure(had)[1]}") from had
    return had


def fetch_pages(urls: Sequence[str], *, contact: str | None, allow_private: bool) -> Came:
    """Fetch pages and return what came of each, as :func:`fetch_page` does; once in a process.

    :raises InputError: nothing was had of any, as the crawl itself failed
    """
    settings = Settings()
    settings.setmodule("settings", priority="project")
    chosen = COMPONENTS | {
        "DOWNLOAD_DELAY": 0,
        "HTTPERROR_ALLOW_ALL": True,
        "LOG_ENABLED": False,
        "MARKHOUND_ALLOW_PRIVATE": allow_private,
        "MARKHOUND_KEEP_EXCHANGES": True,
        "USER_AGENT": user_agent(settings["USER_AGENT"], contact),
    }
    settings.setdict(chosen, priority="cmdline")
    process = AsyncCrawlerProcess(settings)
    had: Came = {}
    crawl = process.crawl(_Pages, urls=urls, had=had)
    process.start()
    if crawl.done() and not crawl.cancelled() and (error := crawl.exception()) is not None:
        raise InputError(f"{', '.join(urls)}: {outcome_of_failure(error)[1]}") from error
    return had


def user_agent(bare: str, contact: str | None) -> str:
    """Return the user agent with the contact in it.

    :raises InputError: the contact cannot stand in a header
    """
    if not contact:
        return bare
    if not contact.isprintable():
        raise InputError(f"crawl.contact: expected one line of text, got {contact!r}")
    return f"{bare[:-1]}; +{contact})"


class _Pages(Spider):
    """Asks for URLs and hands on what comes of each."""

    name = "pages"

    def __init__(self, urls: Sequence[str], had: Came, **kwargs: Any) -> None:  # noqa: ANN401 (Scrapy's signature)
        super().__init__(**kwargs)
        self._urls = urls
        self._had = had

    async def start(self) -> AsyncIterator[Request]:
        """Yield the requests."""
        for url in self._urls:
            yield Request(
                url,
                callback=partial(self.keep, url),
                errback=partial(self.fail, url),
                dont_filter=True,
            )

    def keep(self, url: str, response: Response) -> None:
        """Keep the answer."""
        self._had[url] = response

    def fail(self, url: str, failure: Failure) -> None:
        """Keep the reason why there is none, with what was exchanged before it."""
        error = failure.value or RuntimeError("no reason given")
        request: Request = failure.request  # type: ignore[attr-defined] # set in every errback
        setattr(error, LOGS, request.meta.get(EXCHANGES, ()))
        self._had[url] = error
