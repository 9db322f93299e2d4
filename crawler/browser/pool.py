"""At most four tabs of one browser, each for one site at a time; what hangs is replaced.

A tab is used again for the next page of its site (scripts are in its cache already, which halves
the cost), and thrown away for another site. The page in work when a tab or the browser is lost is
tried once more, in a new tab.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from crawler.browser.cdp import BrowserGoneError
from crawler.browser.page import Limits, Rendered, TabLostError
from crawler.browser.process import Browser
from crawler.browser.proxy import Gate, Resolve, resolve_by_system
from crawler.browser.tab import Tab
from crawler.errors import MarkhoundError, RenderError
from crawler.sites import site_of

logger = logging.getLogger(__name__)

TABS = 4
PAGES_PER_TAB = 100
"""Then it is made anew, as what scripts leave behind adds up."""
ATTEMPTS = 2
WATCH_SECONDS = 1.0
ANSWER_SECONDS = 15.0
"""A browser that answers nothing for so long is killed."""
TAB_SECONDS = 30.0
"""Within which a tab opens."""


@dataclass(slots=True)
class _Place:
    """Where a tab is, or may be."""

    tab: Tab | None = None
    browser: Browser | None = None
    site: str = ""
    used_at: int = 0
    busy: bool = False


class Pool:
    """Renders pages. One for each sweep; :meth:`close` ends its browser."""

    def __init__(
        self,
        program: Path,
        user_agent: str,
        *,
        allow_private: bool,
        limits: Limits | None = None,
        resolve: Resolve = resolve_by_system,
        is_stopping: Callable[[], bool] = lambda: False,
    ) -> None:
        """Make one; its browser is started for the first page.

        :param is_stopping: asked while a list grows, which is cut when it says so
        """
        self._program = program
        self._user_agent = user_agent
        self._allow_private = allow_private
        self._limits = limits or Limits()
        self._resolve = resolve
        self._is_stopping = is_stopping
        self._places = [_Place() for _ in range(TABS)]
        self._freed = asyncio.Condition()
        self._starting = asyncio.Lock()
        self._browser: Browser | None = None
        self._watcher: asyncio.Task[None] | None = None
        self._turn = 0
        self._closed = False
        self._why = "the browser ended by itself"
        """Why the last browser is gone."""
        self.replaced = 0
        """Browsers that had to be replaced so far."""

    @property
    def browser(self) -> Browser | None:
        """The browser that runs now, if any."""
        return self._browser

    async def render(self, url: str, *, delay: float = 0.0) -> Rendered:
        """Return what came of the page; waits while all tabs are busy.

        :param delay: seconds between two clicks at the least
        :raises GuardError: its host has no public address
        :raises RenderError: it could not be had; with the reason
        """
        reason = ""
        for _ in range(ATTEMPTS):
            place = await self._take(site_of(url))
            try:
                tab = await self._tab(place)
                rendered = await tab.render(url, self._limits, delay, self._is_stopping)
            except TabLostError as error:
                reason = str(error)
                logger.info("rendering %s: %s", url, reason)
                await self._discard(place)
                if self._browser is None or self._browser.is_gone:
                    reason = self._why
            except BaseException:  # cancelled, too: a tab in an unknown state is not used again
                await self._discard(place)
                raise
            else:
                if tab.is_spent:
                    await self._discard(place)
                return rendered
            finally:
                await self._give_back(place)
        raise RenderError(f"the browser could not show it: {reason}")

    async def close(self) -> None:
        """End everything; a page in work fails."""
        self._closed = True
        if self._watcher is not None:
            self._watcher.cancel()
            await asyncio.gather(self._watcher, return_exceptions=True)
        if self._browser is not None:
            self._why = "the sweep ended"
            await self._browser.kill()
        for place in self._places:
            if place.tab is not None:
                await place.tab.gate.close()

    # -- places -------------------------------------------------------------------------

    async def _take(self, site: str) -> _Place:
        async with self._freed:
            await self._freed.wait_for(lambda: any(not place.busy for place in self._places))
            idle = [place for place in self._places if not place.busy]
            place = min(idle, key=lambda p: (p.site != site, p.tab is not None, p.used_at))
            place.busy = True
        if place.site != site:
            await self._discard(place)
            place.site = site
        return place

    async def _give_back(self, place: _Place) -> None:
        self._turn += 1
        place.used_at = self._turn
        async with self._freed:
            place.busy = False
            self._freed.notify()

    async def _discard(self, place: _Place) -> None:
        tab, place.tab, place.browser = place.tab, None, None
        if tab is not None:
            await tab.close()

    async def _tab(self, place: _Place) -> Tab:
        """Return the tab of a place, made anew where there is none of use.

        :raises TabLostError: the browser was lost while the tab was opened
        """
        browser = await self._running()
        worn = place.tab is not None and place.tab.pages >= PAGES_PER_TAB
        if place.browser is not browser or worn:
            await self._discard(place)
        if place.tab is None:
            gate = Gate(
                allow_private=self._allow_private,
                most_bytes=self._limits.most_bytes,
                resolve=self._resolve,
            )
            try:
                async with asyncio.timeout(TAB_SECONDS):
                    place.tab = await Tab.open(browser.connection, gate)
            except (TimeoutError, MarkhoundError) as error:
                await gate.close()
                raise TabLostError(f"no new tab: {error}") from error
            place.browser = browser
        return place.tab

    # -- the browser --------------------------------------------------------------------

    async def _running(self) -> Browser:
        async with self._starting:
            if self._closed:
                raise RenderError("the sweep ended")
            if self._browser is not None and not self._browser.is_gone:
                return self._browser
            if self._browser is not None:
                self.replaced += 1
                logger.warning("the browser is replaced: %s", self._why)
                await self._browser.kill()
            self._browser = await Browser.start(self._program, self._user_agent)
            self._why = "the browser ended by itself"
            if self._watcher is None:
                self._watcher = asyncio.ensure_future(self._watch())
            return self._browser

    async def _watch(self) -> None:
        """Look after the browser while a page is in work."""
        while True:
            await asyncio.sleep(WATCH_SECONDS)
            browser = self._browser
            if browser is None or browser.is_gone or not any(p.busy for p in self._places):
                continue
            if await self._is_too_large(browser):
                continue
            try:
                answers = await browser.answers(ANSWER_SECONDS)
            except BrowserGoneError:
                continue
            if not answers:
                self._why = f"the browser did not answer for {ANSWER_SECONDS:g} s"
                await browser.kill()

    async def _is_too_large(self, browser: Browser) -> bool:
        """End what takes too much memory: the largest page; without one, the whole browser."""
        most = self._limits.memory_mb * 1_000_000
        parts = await asyncio.to_thread(browser.parts)
        if sum(part.bytes for part in parts) <= most:
            return False
        logger.warning("the browser takes over %d MB; its largest page is ended", most // 1_000_000)
        if not browser.kill_largest():
            self._why = f"the browser took over {self._limits.memory_mb} MB"
            await browser.kill()
        return True
