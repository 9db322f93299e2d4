"""One page before the camera: loaded, scrolled through, photographed and read.

Unlike in a sweep the browser follows redirects itself, each through the gate, as what a person
would be shown is what counts.
"""

from __future__ import annotations

import asyncio
import base64
import time
from collections.abc import Awaitable
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

from crawler.browser.blocking import BLOCKED_IN_PHOTOGRAPHS, GUARDS
from crawler.browser.cdp import CommandError, Connection, Session
from crawler.browser.page import Limits, TabLostError
from crawler.browser.proxy import Gate
from crawler.browser.traffic import Traffic
from crawler.browser.view import HEIGHT, LONGEST_TEXT, TALLEST, WIDEST, WIDTH, View
from crawler.errors import RenderError

_QUIET = 0.5
"""Seconds without any request, after which a page is taken to be shown."""
_TICK = 0.05
_COMMAND_SECONDS = 20.0
_SCROLL = """(async (most) => {
  const pause = (ms) => new Promise((done) => setTimeout(done, ms))
  const step = Math.max(400, innerHeight * 0.9)
  for (let y = 0; y < Math.min(document.documentElement.scrollHeight, most); y += step) {
    scrollTo(0, y)
    await pause(60)
  }
  scrollTo(0, 0)
  await pause(60)
})(%d)"""
"""Pictures that are loaded when they come into sight are loaded."""
_READ = """(() => {
  const whole = (text) => text.toWellFormed ? text.toWellFormed() : text
  const type = document.doctype ? new XMLSerializer().serializeToString(document.doctype) : ''
  const root = document.documentElement
  return {
    dom: whole((type + (root ? root.outerHTML : '')).slice(0, %d)),
    text: whole((document.body ? document.body.innerText : '').slice(0, %d)),
    title: whole(document.title), reached: location.href,
  }
})()"""
"""Half surrogate pairs, which no message to us can hold, become U+FFFD."""


class Shot:
    """A context and a tab of its own, for one page."""

    def __init__(self, connection: Connection, gate: Gate, limits: Limits) -> None:
        self._connection = connection
        self._gate = gate
        self._limits = limits
        self._context = ""
        self._frame = ""
        self._session: Session
        self._traffic: Traffic
        self._loaded = False
        self._lost: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        self._notes: list[str] = []
        self._dialogs = 0

    async def open(self) -> None:
        """Make the tab; it reaches the network through the gate alone."""
        send = self._connection.send
        port = await self._gate.open()
        made = await send(
            "Target.createBrowserContext",
            disposeOnDetach=True,
            proxyServer=f"http://127.0.0.1:{port}",
            proxyBypassList="<-loopback>",
        )
        self._context = made["browserContextId"]
        await send("Browser.setDownloadBehavior", behavior="deny", browserContextId=self._context)
        made = await send(
            "Target.createTarget",
            url="about:blank",
            browserContextId=self._context,
            width=WIDTH,
            height=HEIGHT,
        )
        self._frame = made["targetId"]
        made = await send("Target.attachToTarget", targetId=self._frame, flatten=True)
        self._session = session = Session(self._connection, made["sessionId"])
        self._traffic = Traffic(session, self._gate, most_bytes=self._limits.most_bytes)
        session.on("Page.loadEventFired", self._load_fired)
        session.on("Page.javascriptDialogOpening", self._dialog)
        session.on("Inspector.targetCrashed", self._crash)
        for sent in (
            session.send("Page.enable"),
            session.send("Inspector.enable"),
            *self._traffic.begin(),
            session.send("Network.setBypassServiceWorker", bypass=True),
            session.send("Network.setBlockedURLs", urls=BLOCKED_IN_PHOTOGRAPHS),
            session.send("Page.addScriptToEvaluateOnNewDocument", source=GUARDS),
        ):
            await sent

    async def close(self) -> None:
        """End the tab; never fails, as the browser may have gone."""
        if self._context:
            sent = self._connection.send(
                "Target.disposeBrowserContext", browserContextId=self._context
            )
            await asyncio.wait([asyncio.ensure_future(sent)], timeout=_COMMAND_SECONDS)
            self._connection.forget(self._session.name)
        await self._gate.close()

    def _load_fired(self, _: dict[str, Any]) -> None:
        self._loaded = True

    def _dialog(self, event: dict[str, Any]) -> None:
        self._dialogs += 1
        accept = event.get("type") == "beforeunload"
        self._session.send("Page.handleJavaScriptDialog", accept=accept)

    def _crash(self, _: dict[str, Any]) -> None:
        if not self._lost.done():
            self._lost.set_result("its process ended, most likely as it took too much memory")

    async def take(self, url: str, browser: str) -> View:
        """Return the page as it is shown.

        :param browser: what goes into the view as its browser
        :raises GuardError: the page's host has no public address
        :raises RenderError: no document came
        :raises TabLostError: the tab, or the browser, is lost
        """
        begun_at = datetime.now(UTC)
        self._gate.begin(url)
        await self._navigate(url)
        if not await self._settle(self._limits.load_seconds):
            self._notes.append(f"it was still loading after {self._limits.load_seconds:g} s")
            await self._stop_loading()
        else:
            with suppress(TabLostError):  # a page that cannot be scrolled is shown as it is
                await self._evaluate(_SCROLL % TALLEST)
            await self._settle(self._limits.load_seconds / 4)
        await self._traffic.complete()
        read = await self._read()
        photograph, size = await self._photograph()
        chain = await self._chain(read["reached"])
        if self._gate.is_full:
            self._notes.append("it asked for more bytes than a page may, and was cut off")
        if self._dialogs:
            self._notes.append(f"{self._dialogs} dialogs of its scripts were dismissed")
        main = self._traffic.document
        return View(
            url=url,
            reached=read["reached"],
            status=None if main is None else main["status"],
            begun_at=begun_at,
            ended_at=datetime.now(UTC),
            browser=browser,
            title=read["title"],
            text=read["text"],
            dom=read["dom"],
            photograph=photograph,
            size=size,
            loaded=self._traffic.loaded(),
            chain=chain,
            refused=tuple(sorted(self._gate.refused)),
            notes=(*self._notes, *self._traffic.notes),
        )

    async def _navigate(self, url: str) -> None:
        sent = asyncio.ensure_future(self._session.send("Page.navigate", url=url))
        await self._first(sent, self._limits.answer_seconds)
        self._check_lost()
        if not sent.done():
            raise self._failure(f"no answer within {self._limits.answer_seconds:g} s")
        told = sent.result()
        if told.get("isDownload"):
            raise RenderError("it is a file to download, which is not shown")
        if error := told.get("errorText"):
            raise self._failure(error)
        if self._traffic.refused_document is not None:
            raise self._failure("no connection")

    def _failure(self, reason: str) -> Exception:
        """Return why no document came; the gate knows more than the browser."""
        return self._gate.failure() or RenderError(reason)

    async def _stop_loading(self) -> None:
        """Cut off what does not end, so that the page can be read at all."""
        self._session.send("Emulation.setScriptExecutionDisabled", value=True)
        self._session.send("Runtime.terminateExecution")
        await self._ask(self._session.send("Page.stopLoading"))

    async def _read(self) -> dict[str, Any]:
        made = await self._evaluate(_READ % (self._limits.longest_page, LONGEST_TEXT))
        if len(made["dom"]) >= self._limits.longest_page:
            self._notes.append(f"its DOM was cut at {self._limits.longest_page:,} characters")
        if len(made["text"]) >= LONGEST_TEXT:
            self._notes.append(f"its text was cut at {LONGEST_TEXT:,} characters")
        found: dict[str, Any] = made
        return found

    async def _photograph(self) -> tuple[bytes, tuple[int, int]]:
        try:
            told = await self._ask(self._session.send("Page.getLayoutMetrics"))
            whole = told["cssContentSize"]
            width = max(1, min(int(whole["width"]), WIDEST))
            height = max(1, min(int(whole["height"]), TALLEST))
            made = await self._ask(
                self._session.send(
                    "Page.captureScreenshot",
                    format="png",
                    captureBeyondViewport=True,
                    clip={"x": 0, "y": 0, "width": width, "height": height, "scale": 1},
                )
            )
        except (CommandError, TabLostError) as error:
            self._notes.append(f"no photograph: {error}")
            return b"", (0, 0)
        if whole["height"] > TALLEST or whole["width"] > WIDEST:
            self._notes.append(
                f"the photograph shows {width} x {height} pixels of"
                f" {whole['width']:.0f} x {whole['height']:.0f}"
            )
        return base64.b64decode(made["data"]), (width, height)

    async def _chain(self, reached: str) -> tuple[bytes, ...]:
        if not reached.startswith("https:"):
            return ()
        with suppress(CommandError, TabLostError):
            told = await self._ask(self._session.send("Network.getCertificate", origin=reached))
            return tuple(base64.b64decode(der) for der in told["tableNames"])
        return ()

    async def _settle(self, seconds: float) -> bool:
        """Wait until the page has loaded and nothing is asked for; False after ``seconds``."""
        until = time.monotonic() + seconds
        while (now := time.monotonic()) < until:
            self._check_lost()
            if self._loaded and self._traffic.is_quiet(now - _QUIET):
                return True
            if self._gate.is_full and now - self._traffic.stirred > _QUIET:
                return True
            await asyncio.sleep(_TICK)
        return False

    def _check_lost(self) -> None:
        if self._lost.done():
            raise TabLostError(self._lost.result())
        if self._connection.closed.done():
            raise TabLostError("the browser has gone")

    async def _evaluate(self, expression: str) -> Any:  # noqa: ANN401 (JSON)
        """Return what an expression is, in a world that the page's scripts cannot see."""
        made = await self._ask(
            self._session.send(
                "Page.createIsolatedWorld", frameId=self._frame, worldName="markhound"
            )
        )
        got = await self._ask(
            self._session.send(
                "Runtime.evaluate",
                expression=expression,
                contextId=made["executionContextId"],
                returnByValue=True,
                awaitPromise=True,
                timeout=_COMMAND_SECONDS * 1000,
            )
        )
        if "exceptionDetails" in got:
            raise TabLostError(f"reading the page failed: {got['exceptionDetails'].get('text')}")
        return got["result"].get("value")

    async def _ask(self, sent: Awaitable[dict[str, Any]]) -> dict[str, Any]:
        asked = asyncio.ensure_future(sent)
        await self._first(asked, _COMMAND_SECONDS)
        if asked.done():
            return asked.result()
        self._check_lost()
        raise TabLostError("the page does not answer")

    async def _first(self, asked: asyncio.Future[dict[str, Any]], seconds: float) -> None:
        """Wait until there is an answer, or the tab is lost, or the time is over."""
        either: list[asyncio.Future[Any]] = [asked, self._lost]
        await asyncio.wait(either, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
