"""Sites that are made to hurt, each on a port of its own, and the honest end of each.

A case is one site. Its home page links to ``/good`` (an innocent listing) and to ``/hostile``,
which the case answers with raw bytes. The cases stand in ``hostile_answers`` and
``hostile_redirects`` (HTTP), ``hostile_pages`` (what is in a page) and ``hostile_sites`` (whole
sites: traps, politeness).
"""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from types import TracebackType
from typing import Self

from tests.servers.tiny_shop import links_page, listing_page

HTML = "text/html; charset=utf-8"


class Talk:
    """One request that a case answers."""

    def __init__(self, path: str, site: Site, writer: asyncio.StreamWriter) -> None:
        self.path = path
        self.site = site
        self.writer = writer

    async def send(self, data: bytes) -> None:
        self.writer.write(data)
        await self.writer.drain()

    async def page(
        self, html: str | bytes, status: int = 200, kind: str = HTML, **headers: str
    ) -> None:
        """Answer as an honest server would."""
        body = html.encode() if isinstance(html, str) else html
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        await self.send(head(status, {"Content-Type": kind, "Content-Length": len(body), **named}))
        await self.send(body)

    def reset(self) -> None:
        """Break the connection off, as a cable that is cut."""
        self.writer.transport.abort()


Answer = Callable[[Talk], Awaitable[None]]


def head(status: int | str, headers: Mapping[str, object]) -> bytes:
    lines = [f"HTTP/1.1 {status} x", *(f"{name}: {value}" for name, value in headers.items())]
    return "\r\n".join([*lines, "Connection: close", "", ""]).encode("latin-1")


def shop_page(title: str = "Kettle") -> str:
    """Return an innocent listing."""
    body = listing_page(title).body
    assert isinstance(body, str)
    return body


@dataclass(frozen=True, kw_only=True)
class Case:
    """A site, and how it must end."""

    name: str
    answer: Answer
    """Of ``/hostile`` and every path that is neither in ``routes`` nor innocent."""
    state: str | None = "seen"
    """Of ``/hostile``; None = the case is not about that page."""
    reason: str = ""
    """Is a part of the reason."""
    routes: Mapping[str, Answer] = field(default_factory=dict)
    good: str = "seen"
    """How ``/good`` ends: as seen, unless the case is about the whole site."""
    home: str = "seen"
    warning: str = ""
    """Is a part of a warning of the sweep that names the site."""
    listing: bool = False
    """Whether ``/hostile`` is a listing, which must be found."""
    picture: str = ""
    """Is a part of what became of the picture of ``/hostile``; ``had`` = it was kept."""
    links: Sequence[str] = ("/hostile",)
    is_long: bool = False
    """Takes seconds or megabytes."""


class Site:
    """A case that is being served."""

    def __init__(self, case: Case) -> None:
        self.case = case
        self.url = ""
        self.requests: list[tuple[float, str]] = []
        """When each path was asked for, in seconds."""

    def times(self, *paths: str) -> list[float]:
        return [moment for moment, path in self.requests if not paths or path in paths]

    async def meet(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        # What the crawler cuts off ends here.
        with suppress(ConnectionError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
            request = await reader.readuntil(b"\r\n\r\n")
            path = request.split(b" ")[1].decode("latin-1")
            self.requests.append((time.monotonic(), path))
            await self._route(path)(Talk(path, self, writer))
            await writer.drain()
        with suppress(ConnectionError):
            writer.close()
            await writer.wait_closed()

    def _route(self, path: str) -> Answer:
        if path in self.case.routes:
            return self.case.routes[path]
        innocent = {
            "/": self._home,
            "/good": _good,
            "/robots.txt": _not_found,
            "/sitemap.xml": _not_found,
        }
        return innocent.get(path, self.case.answer)

    async def _home(self, talk: Talk) -> None:
        page = links_page("/good", *self.case.links).body
        assert isinstance(page, str)
        await talk.page(page.replace("<body>", "<head><title>Home</title></head><body>"))


async def _good(talk: Talk) -> None:
    await talk.page(shop_page("Good kettle"))


async def _not_found(talk: Talk) -> None:
    await talk.page("none", status=404)


class HostileWeb:
    """Serves the cases on free ports of 127.0.0.1 while the ``with`` block runs."""

    def __init__(self, cases: Sequence[Case]) -> None:
        self.sites = {case.name: Site(case) for case in cases}
        assert len(self.sites) == len(cases), "two cases of one name"
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever)
        self._servers: list[asyncio.Server] = []

    def __enter__(self) -> Self:
        self._thread.start()
        asyncio.run_coroutine_threadsafe(self._serve(), self._loop).result(30)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        asyncio.run_coroutine_threadsafe(self._close(), self._loop).result(30)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    async def _serve(self) -> None:
        for site in self.sites.values():
            server = await asyncio.start_server(site.meet, "127.0.0.1", 0)
            site.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
            self._servers.append(server)

    async def _close(self) -> None:
        for server in self._servers:
            server.close()
        talks = [t for t in asyncio.all_tasks() if t is not asyncio.current_task()]
        for talk in talks:
            talk.cancel()
        await asyncio.gather(*talks, return_exceptions=True)
