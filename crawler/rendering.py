"""Where rendering enters Scrapy: which requests a browser answers, and how its answers come back.

A request with ``meta["render"] = True`` is answered by the pool of ``crawler/browser/``, any other
by Scrapy's own handler; everything around it (robots.txt, delay, budgets, redirects, the book of
targets) is the same for both. A page is fetched plainly first. When the spider says that only a
browser can show it, or the rest of it, the same target is asked for once more, rendered. A site
whose pages turned out so is rendered at once from then on. ``meta["render"] = False`` is a spider's
word that its request is no page to render (the API of a platform).
"""

from __future__ import annotations

import html
import math
import time
from collections import Counter
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any, Self
from urllib.parse import urlsplit

from scrapy import Request
from scrapy.core.downloader.handlers.base import BaseDownloadHandler
from scrapy.crawler import Crawler
from scrapy.http import Headers, HtmlResponse, Response
from scrapy.responsetypes import responsetypes
from scrapy.utils.misc import build_from_crawler

from crawler.browser.page import Limits, Rendered
from crawler.browser.pool import Pool
from crawler.errors import GrowsByScriptError, NeedsBrowserError
from crawler.handler import BoundedHandler
from crawler.model import PageWarning, RenderMode
from crawler.render import HOW_TO_GET, find_chromium
from crawler.sites import site_of

RENDERED_EARLY = 100
"""Added to the priority of a page that is asked for once more, as its site is learned from it."""
_NO_PAGE = (".xml", ".json", ".txt", ".gz", ".rss", ".atom", ".csv")
_OF_ONE_FETCH = ("download_latency", "download_slot", "download_timeout", "retry_times")
_CHANGED_HEADERS = ("Content-Encoding", "Content-Length", "Transfer-Encoding", "Content-Type")


class Rendering:
    """Extension: what the running sweep knows of rendering; its other parts here share it."""

    def __init__(self, crawler: Crawler) -> None:
        settings = crawler.settings
        self._crawler = crawler
        self._mode: RenderMode = settings.get("MARKHOUND_RENDER")
        self._program: Path | None = None if self._mode == "never" else find_chromium()
        self._pool: Pool | None = None
        self._shells: Counter[str] = Counter()
        self._plain: Counter[str] = Counter()
        seconds = settings.getfloat("CLOSESPIDER_TIMEOUT")
        self._until = time.monotonic() + seconds if seconds else math.inf

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Make one as Scrapy does."""
        return cls(crawler)

    @property
    def lack(self) -> str | None:
        """Why nothing is rendered; None when pages are."""
        if self._mode == "never":
            return "--render never forbids one"
        return HOW_TO_GET if self._program is None else None

    def is_rendered_at_once(self, url: str) -> bool:
        """Tell whether a page is rendered without a plain fetch before."""
        if self.lack is not None or urlsplit(url).path.lower().endswith(_NO_PAGE):
            return False
        site = site_of(url)
        return self._mode == "always" or self._shells[site] > self._plain[site]

    def note_plain(self, response: Response) -> None:
        """Remember that a page of this site was read without a browser."""
        self._plain[site_of(response.url)] += 1

    def note_rendered(self, response: Response) -> None:
        """Remember that a page of this site could be read when rendered, if not before."""
        self._shells[site_of(response.url)] += response.meta.get("was_shell", False)

    @property
    def pool(self) -> Pool | None:
        """The pool, from the first page that was rendered on."""
        return self._pool

    async def render(self, url: str) -> Rendered:
        """Return what came of the page; see :meth:`Pool.render`."""
        settings = self._crawler.settings
        if self._pool is None:
            assert self._program is not None
            self._pool = Pool(
                self._program,
                settings["USER_AGENT"],
                allow_private=settings.getbool("MARKHOUND_ALLOW_PRIVATE"),
                limits=Limits(
                    load_seconds=settings.getfloat("MARKHOUND_RENDER_SECONDS"),
                    memory_mb=settings.getint("MARKHOUND_RENDER_MEMORY_MB"),
                ),
                is_stopping=self._is_stopping,
            )
        return await self._pool.render(url, delay=settings.getfloat("DOWNLOAD_DELAY"))

    def _is_stopping(self) -> bool:
        return not self._crawler.crawling or time.monotonic() > self._until

    async def close(self) -> None:
        """End the browser, if there is one."""
        pool, self._pool = self._pool, None
        if pool is not None:
            await pool.close()


def rendering_of(crawler: Crawler) -> Rendering:
    """Return the one of the running sweep.

    :raises RuntimeError: when settings.py was changed so that there is none
    """
    rendering = crawler.get_extension(Rendering)
    if rendering is None:
        raise RuntimeError("EXTENSIONS must hold crawler.rendering.Rendering")
    return rendering


class RenderingHandler(BaseDownloadHandler):
    """Download handler for http and https: a page by the browser, all else by Scrapy's own."""

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        self._plain: BoundedHandler = build_from_crawler(BoundedHandler, crawler)
        self._rendering = rendering_of(crawler)

    async def download_request(self, request: Request) -> Response:
        """Return the answer to a request.

        :raises RenderError: the browser could not show the page
        :raises GuardError: the page's host has no public address
        """
        if request.meta.get("render") is not True or self._rendering.lack is not None:
            return await self._plain.download_request(request)
        rendered = await self._rendering.render(request.url)
        if rendered.notes:
            request.meta["render_notes"] = list(rendered.notes)
        return response_of(rendered, request)

    async def close(self) -> None:
        """End the browser and Scrapy's connections."""
        await self._rendering.close()
        await self._plain.close()


def response_of(rendered: Rendered, request: Request) -> Response:
    """Return what the browser had as Scrapy's response.

    Where the page's scripts led elsewhere it is a page that refreshes to there, so that the rules
    for redirects decide about it.
    """
    headers = Headers()
    for name, value in rendered.headers:
        headers.appendlist(name, value)
    kind = headers.get("Content-Type")
    for name in _CHANGED_HEADERS:
        headers.pop(name, None)
    if not rendered.is_dom:
        if kind is not None:
            headers["Content-Type"] = kind
        found = responsetypes.from_args(headers=headers, url=request.url, body=rendered.body)
        return found(request.url, status=rendered.status, headers=headers, body=rendered.body)
    body = rendered.body
    if rendered.moved_to is not None:
        to = html.escape(rendered.moved_to)
        body = f'<html><meta http-equiv="refresh" content="0; url={to}"></html>'.encode()
    request.meta["rendered"] = True
    headers["Content-Type"] = "text/html; charset=utf-8"
    return HtmlResponse(
        request.url, status=rendered.status, headers=headers, body=body, encoding="utf-8"
    )


class RenderAtOnceMiddleware:
    """Downloader middleware: marks the targets that are rendered without a plain fetch before."""

    def __init__(self, crawler: Crawler) -> None:
        self._rendering = rendering_of(crawler)

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Make one as Scrapy does."""
        return cls(crawler)

    def process_request(self, request: Request) -> None:
        """Mark the request if its site is one of those; a spider's own word stands."""
        if "target" not in request.meta or "render" in request.meta:
            return
        if self._rendering.is_rendered_at_once(request.url):
            request.meta["render"] = True


class RenderAgainMiddleware:
    """Spider middleware: a page that needs a browser is asked for once more, rendered.

    It stands between the spider and the book of targets, which takes the second request for what
    it is: the same target.
    """

    def __init__(self, crawler: Crawler) -> None:
        self._rendering = rendering_of(crawler)

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Make one as Scrapy does."""
        return cls(crawler)

    async def process_spider_output(
        self, response: Response, result: AsyncIterator[Any]
    ) -> AsyncIterator[Any]:
        """Pass everything on; in place of the error comes the request.

        :raises NeedsBrowserError: there is no browser, or it shows no more
        """
        for note in response.meta.get("render_notes", ()):
            yield PageWarning(url=response.url, message=f"rendered in part: {note}")
        rendered, outputs = response.meta.get("rendered"), 0
        try:
            async for output in result:
                outputs += 1
                if outputs == 1 and rendered:  # before the first link of the page is followed
                    self._rendering.note_rendered(response)
                yield output
        except GrowsByScriptError as error:
            if not rendered:
                yield self._grown(response, error)
        except NeedsBrowserError as error:
            if reason := self._why_not(response):
                raise NeedsBrowserError(f"{error}; {reason}") from error
            yield _once_more(response, was_shell=True)
        else:
            if not rendered:
                self._rendering.note_plain(response)

    def _grown(self, response: Response, error: GrowsByScriptError) -> Request | PageWarning:
        """Return the request that makes the list whole, or else what people must know."""
        reason = self._why_not(response)
        if reason is None:
            return _once_more(response)
        return PageWarning(url=response.url, message=f"{error}; {reason}")

    def _why_not(self, response: Response) -> str | None:
        """Say why the page is not asked for once more; None when it is."""
        if response.meta.get("rendered"):
            return "a browser shows no more"
        lack = self._rendering.lack
        return None if lack is None else f"that needs a browser: {lack}"


def _once_more(response: Response, **words: bool) -> Request:
    """Return the request of a response, for the same target, to be rendered."""
    request = response.request
    assert request is not None
    meta = {name: value for name, value in request.meta.items() if name not in _OF_ONE_FETCH}
    return request.replace(
        meta={**meta, **words, "render": True},
        priority=request.priority + RENDERED_EARLY,
        dont_filter=True,
    )
