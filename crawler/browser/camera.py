"""Photographs pages for evidence: a browser that draws everything, one page at a time."""

from __future__ import annotations

import asyncio
import logging
from pathlib import Path

from crawler.browser.cdp import BrowserGoneError, CommandError
from crawler.browser.page import Limits, TabLostError
from crawler.browser.process import Browser
from crawler.browser.proxy import Gate, Resolve, resolve_by_system
from crawler.browser.shot import Shot
from crawler.browser.view import View
from crawler.errors import RenderError

logger = logging.getLogger(__name__)

WATCH_SECONDS = 1.0
SHOT_SECONDS = 120.0
"""Within which a page is photographed, whatever it does."""


class Camera:
    """Shows pages and takes them; :meth:`close` ends its browser."""

    def __init__(
        self,
        program: Path,
        user_agent: str,
        *,
        allow_private: bool,
        limits: Limits | None = None,
        resolve: Resolve = resolve_by_system,
    ) -> None:
        """Make one; its browser is started for the first page."""
        self._program = program
        self._user_agent = user_agent
        self._allow_private = allow_private
        self._limits = limits or Limits()
        self._resolve = resolve
        self._browser: Browser | None = None
        self._version = ""
        self._turn = asyncio.Lock()

    async def photograph(self, url: str) -> View:
        """Return the page as a person would be shown it; one page at a time.

        :raises GuardError: its host has no public address
        :raises RenderError: it could not be shown; with the reason
        """
        async with self._turn:
            browser = await self._running()
            watch = asyncio.ensure_future(self._watch(browser))
            try:
                async with asyncio.timeout(SHOT_SECONDS):
                    return await self._taken(browser, url)
            except TimeoutError as error:
                await self._end()
                raise RenderError(f"it was not shown within {SHOT_SECONDS:g} s") from error
            except (TabLostError, CommandError, BrowserGoneError) as error:
                await self._end()
                raise RenderError(f"the browser could not show it: {error}") from error
            finally:
                watch.cancel()
                await asyncio.gather(watch, return_exceptions=True)

    async def close(self) -> None:
        """End the browser."""
        async with self._turn:
            await self._end()

    async def _taken(self, browser: Browser, url: str) -> View:
        gate = Gate(
            allow_private=self._allow_private,
            most_bytes=self._limits.most_bytes,
            resolve=self._resolve,
        )
        shot = Shot(browser.connection, gate, self._limits)
        try:
            await shot.open()
            return await shot.take(url, self._version)
        finally:
            await shot.close()

    async def _running(self) -> Browser:
        if self._browser is not None and not self._browser.is_gone:
            return self._browser
        await self._end()
        self._browser = await Browser.start(self._program, self._user_agent, draws=True)
        told = await self._browser.connection.send("Browser.getVersion")
        self._version = told["product"]
        return self._browser

    async def _watch(self, browser: Browser) -> None:
        """End the browser when it takes too much memory."""
        while not browser.is_gone:
            await asyncio.sleep(WATCH_SECONDS)
            parts = await asyncio.to_thread(browser.parts)
            if sum(part.bytes for part in parts) > self._limits.memory_mb * 1_000_000:
                logger.warning("a page that is photographed takes too much memory")
                if not browser.kill_largest():
                    await browser.kill()

    async def _end(self) -> None:
        browser, self._browser = self._browser, None
        if browser is not None:
            await browser.kill()
