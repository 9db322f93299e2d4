"""One tab: a page from its address to its final DOM, within hard limits.

The main document is stopped twice on its way. Before the browser asks for it, so that no script
leads the tab elsewhere; and when its head has come, so that redirects, errors and files go back
to Scrapy as they came, which follows or refuses them by the rules that hold for plain pages.
"""

from __future__ import annotations

import asyncio
import base64
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any, Self

from crawler.browser.blocking import BLOCKED, GUARDS
from crawler.browser.cdp import BrowserGoneError, CommandError, Connection, Session
from crawler.browser.growing import Growth, grow, install_script
from crawler.browser.page import Limits, Rendered, TabLostError
from crawler.browser.proxy import Gate
from crawler.errors import RenderError
from crawler.sites import canonical_url

_QUIET = 0.25
"""Seconds without any request, after which a page's scripts are at rest."""
_TICK = 0.025
_COMMAND_SECONDS = 10.0
PAGES_PER_CLEARING = 10
"""After so many, what they left in memory is thrown away; the browser itself would keep it."""
_REDIRECTS = frozenset((301, 302, 303, 307, 308))
_BODIES = ("json", "xml", "text/")
"""Parts of the types whose bodies are handed on as they came."""
_NEVER_AT_REST = frozenset(("EventSource", "WebSocket", "Ping", "Media"))


class Tab:
    """A tab in a context of its own: cookies and cache are those of one site."""

    def __init__(self, connection: Connection, session: Session, gate: Gate, names: _Names) -> None:
        self._connection = connection
        self._session = session
        self._names = names
        self.gate = gate
        self.pages = 0
        """Rendered so far."""
        self.is_spent = False
        """Whether it can show no other page, as this one's scripts may still run."""
        self._url = ""
        self._head: asyncio.Future[dict[str, Any]] | None = None
        self._left: asyncio.Future[None] | None = None
        self._moved_to: str | None = None
        self._lost: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        self._asked = self._loaded = False
        self._in_flight: set[str] = set()
        self._stirred = 0.0

    @classmethod
    async def open(cls, connection: Connection, gate: Gate) -> Self:
        """Make one that reaches the network through ``gate`` alone."""
        port = await gate.open()
        made = await connection.send(
            "Target.createBrowserContext",
            disposeOnDetach=True,
            proxyServer=f"http://127.0.0.1:{port}",
            proxyBypassList="<-loopback>",
        )
        context = made["browserContextId"]
        await connection.send(
            "Browser.setDownloadBehavior", behavior="deny", browserContextId=context
        )
        made = await connection.send(
            "Target.createTarget",
            url="about:blank",
            browserContextId=context,
            width=1280,
            height=1600,
        )
        target = made["targetId"]
        made = await connection.send("Target.attachToTarget", targetId=target, flatten=True)
        session = Session(connection, made["sessionId"])
        tab = cls(connection, session, gate, _Names(context=context, frame=target))
        await tab._prepare()
        return tab

    async def _prepare(self) -> None:
        on = self._session.on
        on("Fetch.requestPaused", self._paused)
        on("Network.requestWillBeSent", self._sent)
        on("Network.loadingFinished", self._done)
        on("Network.loadingFailed", self._done)
        on("Page.loadEventFired", self._load_fired)
        on("Page.javascriptDialogOpening", self._dialog)
        on("Inspector.targetCrashed", self._crash)
        documents = {"urlPattern": "*", "resourceType": "Document"}
        stages = [{**documents, "requestStage": stage} for stage in ("Request", "Response")]
        for sent in (
            self._session.send("Page.enable"),
            self._session.send("Inspector.enable"),
            self._session.send("Network.enable", maxTotalBufferSize=0, maxResourceBufferSize=0),
            self._session.send("Network.setBypassServiceWorker", bypass=True),
            self._session.send("Network.setBlockedURLs", urls=BLOCKED),
            self._session.send("Page.addScriptToEvaluateOnNewDocument", source=GUARDS),
            self._session.send("Fetch.enable", patterns=stages),
        ):
            await sent

    async def close(self) -> None:
        """End the tab and its context; never fails, as the browser may have gone."""
        self._connection.forget(self._session.name)
        sent = self._connection.send(
            "Target.disposeBrowserContext", browserContextId=self._names.context
        )
        await asyncio.wait([asyncio.ensure_future(sent)], timeout=_COMMAND_SECONDS)
        await self.gate.close()

    # -- what the browser tells ---------------------------------------------------------

    def _paused(self, event: dict[str, Any]) -> None:
        request = event["requestId"]
        answered = "responseStatusCode" in event or "responseErrorReason" in event
        if event["frameId"] != self._names.frame:
            self._session.send("Fetch.continueRequest", requestId=request)
        elif answered and self._head is not None and not self._head.done():
            self._head.set_result(event)
        elif not answered and not self._asked:
            self._asked = True
            self._session.send("Fetch.continueRequest", requestId=request)
        else:
            wanted = event["request"]["url"]
            is_page = "text/html" in event["request"]["headers"].get("Accept", "")  # no download
            is_other = canonical_url(wanted) != canonical_url(self._url)
            if is_page and is_other and self._moved_to is None:
                self._moved_to = wanted
            self._in_flight.discard(event.get("networkId", ""))
            self._session.send("Fetch.failRequest", requestId=request, errorReason="Aborted")

    def _sent(self, event: dict[str, Any]) -> None:
        if event.get("type") not in _NEVER_AT_REST:
            self._in_flight.add(event["requestId"])
            self._stirred = time.monotonic()

    def _done(self, event: dict[str, Any]) -> None:
        if event["requestId"] in self._in_flight:
            self._in_flight.discard(event["requestId"])
            self._stirred = time.monotonic()

    def _load_fired(self, _: dict[str, Any]) -> None:
        self._loaded = True
        if self._left is not None and not self._left.done():
            self._left.set_result(None)
        self._stirred = time.monotonic()

    def _dialog(self, event: dict[str, Any]) -> None:
        accept = event.get("type") == "beforeunload"
        self._session.send("Page.handleJavaScriptDialog", accept=accept)

    def _crash(self, _: dict[str, Any]) -> None:
        if not self._lost.done():
            self._lost.set_result("its process ended, most likely as it took too much memory")

    # -- one page -----------------------------------------------------------------------

    async def render(
        self, url: str, limits: Limits, delay: float, is_stopping: Callable[[], bool]
    ) -> Rendered:
        """Return what came of the page.

        :param delay: seconds between two clicks at the least
        :raises GuardError: its host has no public address
        :raises RenderError: it could not be had
        :raises TabLostError: the tab is of no use any more
        """
        self._begin(url)
        try:
            event = await self._had_head(url, limits)
            taken = await self._taken_as_it_came(event)
            if taken is None:
                taken = await self._dom(event, limits, delay, is_stopping)
            await self._leave()
        except (CommandError, BrowserGoneError) as error:
            raise TabLostError(str(error)) from error
        finally:
            self._head = None
        return taken

    def _begin(self, url: str) -> None:
        self.gate.begin(url)
        self.pages += 1
        self._url = url
        self._head = asyncio.get_running_loop().create_future()
        self._moved_to = None
        self._asked = self._loaded = False
        self._in_flight.clear()
        self._stirred = time.monotonic()

    async def _had_head(self, url: str, limits: Limits) -> dict[str, Any]:
        assert self._head is not None
        navigated = asyncio.ensure_future(self._session.send("Page.navigate", url=url))
        await _first([navigated, self._head, self._lost], limits.answer_seconds)
        if self._head.done():
            event = self._head.result()
            if "responseErrorReason" in event:
                self._session.send("Fetch.continueRequest", requestId=event["requestId"])
                raise self._failure(event["responseErrorReason"])
            if self.gate.refused or self.gate.unreachable:
                self._check_own_answer(event)
            return event
        self._check_lost()
        if not navigated.done():
            raise RenderError(f"no answer within {limits.answer_seconds:g} s")
        raise self._failure(navigated.result().get("errorText", "no document came"))

    def _failure(self, reason: str) -> Exception:
        """Return why the main document was not had; the gate knows more than the browser."""
        if failure := self.gate.failure():
            return failure
        if self.gate.is_full:
            return RenderError("it is larger than a page may be")
        return RenderError(reason)

    def _check_own_answer(self, event: dict[str, Any]) -> None:
        """Tell an answer of the gate (to plain HTTP) from one of the site."""
        if event["responseStatusCode"] in (403, 502):
            self._session.send(
                "Fetch.failRequest", requestId=event["requestId"], errorReason="Aborted"
            )
            raise self._failure("no connection")

    async def _taken_as_it_came(self, event: dict[str, Any]) -> Rendered | None:
        """Return a redirect, an error or a file as it came; None for a page to render."""
        headers = [(field["name"], field["value"]) for field in event.get("responseHeaders", ())]
        named = {name.lower(): value for name, value in headers}
        status = event["responseStatusCode"]
        kind = named.get("content-type", "text/html").lower()
        attached = named.get("content-disposition", "").lower().startswith("attachment")
        is_page = "html" in kind and not attached
        if 200 <= status < 300 and is_page:
            return None
        body = b""
        if status not in _REDIRECTS and not attached and any(part in kind for part in _BODIES):
            got = await self._ask(
                self._session.send("Fetch.getResponseBody", requestId=event["requestId"])
            )
            text = got["body"]
            body = base64.b64decode(text) if got["base64Encoded"] else text.encode()
        self._session.send("Fetch.failRequest", requestId=event["requestId"], errorReason="Aborted")
        return Rendered(status=status, headers=headers, body=body, is_dom=False)

    async def _dom(
        self,
        event: dict[str, Any],
        limits: Limits,
        delay: float,
        is_stopping: Callable[[], bool],
    ) -> Rendered:
        self._session.send("Fetch.continueRequest", requestId=event["requestId"])
        notes = []
        at_rest = await self._settle(limits.load_seconds, or_moved=True)
        moved_to = self._moved_to  # what a click sets going later is no redirect
        if not at_rest:
            notes.append(f"its scripts were cut after {limits.load_seconds:g} s")
            self.is_spent = True
            self._session.send("Emulation.setScriptExecutionDisabled", value=True)
            self._session.send("Runtime.terminateExecution")
            self._session.send("Page.stopLoading")
        made = await self._ask(
            self._session.send(
                "Page.createIsolatedWorld", frameId=self._names.frame, worldName="markhound"
            )
        )
        world = made["executionContextId"]

        async def evaluate(expression: str) -> Any:  # noqa: ANN401 (JSON)
            return await self._evaluate(expression, world)

        await evaluate(install_script(self._url))
        growth, until = Growth(steps=0, whole=True), time.monotonic() + limits.grow_seconds
        if at_rest and moved_to is None:
            growth = await grow(
                evaluate,
                lambda: self._rest(limits),
                is_over=lambda: is_stopping() or time.monotonic() > until or self.gate.is_full,
                most_steps=limits.most_steps,
                delay=delay,
            )
        if not growth.whole:
            notes.append(f"its list still grew after {growth.steps} clicks, and was cut there")
        final = await evaluate(f"markhound.finish({limits.longest_page})")
        if final["cut"]:
            notes.append(f"it was cut at {limits.longest_page:,} characters")
        if self.gate.is_full:
            notes.append("it asked for more bytes than a page may, and was cut off")
        headers = event.get("responseHeaders", ())
        return Rendered(
            status=event["responseStatusCode"],
            headers=[(field["name"], field["value"]) for field in headers],
            body=final["html"].encode("utf-8", "replace"),
            is_dom=True,
            moved_to=moved_to,
            steps=growth.steps,
            notes=tuple(notes),
        )

    async def _leave(self) -> None:
        """Show nothing, so that the page's scripts end; the tab is spent when they do not let go.

        Asked for the next page before the empty one is there, the browser may never answer.
        """
        if self.is_spent:
            return
        self._left = asyncio.get_running_loop().create_future()
        await self._ask(self._session.send("Page.navigate", url="about:blank"))
        await _first([self._left, self._lost], _COMMAND_SECONDS)
        self.is_spent = not self._left.done()
        self._left = None
        if self.pages % PAGES_PER_CLEARING == 0:
            await self._ask(self._session.send("HeapProfiler.collectGarbage"))

    async def _rest(self, limits: Limits) -> None:
        self._stirred = time.monotonic()
        await self._settle(limits.load_seconds)

    async def _settle(self, seconds: float, *, or_moved: bool = False) -> bool:
        """Wait until the page has loaded and its scripts are at rest; False after ``seconds``.

        :param or_moved: a page that leads elsewhere is waited for no longer
        """
        until = time.monotonic() + seconds
        while (now := time.monotonic()) < until:
            self._check_lost()
            if or_moved and self._moved_to is not None:
                return True
            if self._loaded and not self._in_flight and now - self._stirred >= _QUIET:
                return True
            await asyncio.sleep(_TICK)
        return False

    def _check_lost(self) -> None:
        if self._lost.done():
            raise TabLostError(self._lost.result())
        if self._connection.closed.done():
            raise TabLostError("the browser has gone")

    async def _evaluate(self, expression: str, world: int) -> Any:  # noqa: ANN401 (JSON)
        got = await self._ask(
            self._session.send(
                "Runtime.evaluate",
                expression=expression,
                contextId=world,
                returnByValue=True,
                awaitPromise=True,
                timeout=_COMMAND_SECONDS * 1000,
            )
        )
        if "exceptionDetails" in got:
            details = got["exceptionDetails"]
            said = details.get("exception", {}).get("description") or details.get("text")
            raise TabLostError(f"reading the page failed: {said}")
        return got["result"].get("value")

    async def _ask(self, sent: Awaitable[dict[str, Any]]) -> dict[str, Any]:
        """Await a command of the tab.

        :raises TabLostError: no answer: its scripts never rest, or it crashed
        """
        asked = asyncio.ensure_future(sent)
        await _first([asked, self._lost], _COMMAND_SECONDS)
        if asked.done():
            return asked.result()
        self._check_lost()
        raise TabLostError("its scripts run for ever and cannot be cut")


@dataclass(frozen=True, kw_only=True, slots=True)
class _Names:
    """What the browser calls a tab's parts."""

    context: str
    frame: str


async def _first(futures: Sequence[asyncio.Future[Any]], seconds: float) -> None:
    """Wait until the first of them is done, or the time is over."""
    await asyncio.wait(futures, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
