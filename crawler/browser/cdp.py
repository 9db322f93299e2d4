"""The DevTools protocol: messages in JSON, each ended by a zero byte, over a socket pair.

The browser is started with ``--remote-debugging-pipe``: no port that others could connect to, and
the browser ends by itself when our process is gone.
"""

from __future__ import annotations

import asyncio
import logging
import socket
from collections.abc import Awaitable, Callable
from typing import Any, Self, cast

import orjson

from crawler.errors import MarkhoundError

logger = logging.getLogger(__name__)

Handler = Callable[[dict[str, Any]], None]

LARGEST_MESSAGE = 150_000_000
"""Bytes; a browser that sends more is cut off."""


class CommandError(MarkhoundError):
    """The browser refused a command; says which, and its words."""


class BrowserGoneError(MarkhoundError):
    """The browser ended, or was killed, while something was asked of it."""


class Connection(asyncio.Protocol):
    """All messages to and from one browser."""

    def __init__(self) -> None:
        self._transport: asyncio.Transport | None = None
        self._buffer = bytearray()
        self._searched = 0
        self._next = 0
        self._waiting: dict[int, tuple[str, asyncio.Future[dict[str, Any]]]] = {}
        self._handlers: dict[tuple[str | None, str], Handler] = {}
        self.closed = asyncio.get_running_loop().create_future()
        """Done when the browser has gone."""

    @classmethod
    async def open(cls, ours: socket.socket) -> Self:
        """Talk over our end of the socket pair."""
        ours.setblocking(False)
        loop = asyncio.get_running_loop()
        _, connection = await loop.create_connection(cls, sock=ours)
        return connection

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the transport (asyncio's call)."""
        self._transport = cast("asyncio.Transport", transport)  # uvloop's is no subclass

    def data_received(self, data: bytes) -> None:
        """Cut what arrives into messages (asyncio's call)."""
        self._buffer += data
        while (end := self._buffer.find(b"\0", self._searched)) >= 0:
            message = orjson.loads(self._buffer[:end])
            del self._buffer[: end + 1]
            self._searched = 0
            self._take(message)
        self._searched = len(self._buffer)
        if self._searched > LARGEST_MESSAGE:
            logger.warning("the browser sent over %d bytes in one message", LARGEST_MESSAGE)
            self.close()

    def _take(self, message: dict[str, Any]) -> None:
        if "id" in message:
            method, future = self._waiting.pop(message["id"], ("", None))
            if future is None or future.done():
                return
            if "error" in message:
                said = message["error"].get("message", "unknown error")
                future.set_exception(CommandError(f"{method}: {said}"))
            else:
                future.set_result(message.get("result", {}))
            return
        handler = self._handlers.get((message.get("sessionId"), message["method"]))
        if handler is not None:
            handler(message.get("params", {}))

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 (asyncio's signature)
        """Fail everything that still waits (asyncio's call)."""
        if not self.closed.done():
            self.closed.set_result(None)
        waiting, self._waiting = self._waiting, {}
        for method, future in waiting.values():
            if not future.done():
                future.set_exception(BrowserGoneError(f"{method}: the browser has gone"))

    def close(self) -> None:
        """End the connection, upon which the browser ends too."""
        if self._transport is not None:
            self._transport.abort()

    def send(
        self,
        method: str,
        session: str | None = None,
        **params: Any,  # noqa: ANN401 (JSON)
    ) -> Awaitable[dict[str, Any]]:
        """Send a command at once; await what is returned for its result.

        :raises BrowserGoneError: when awaited, as the browser has gone
        :raises CommandError: when awaited, as the browser refused it
        """
        future: asyncio.Future[dict[str, Any]] = asyncio.get_running_loop().create_future()
        future.add_done_callback(_seen)
        if self.closed.done() or self._transport is None:
            future.set_exception(BrowserGoneError(f"{method}: the browser has gone"))
            return future
        self._next += 1
        message: dict[str, Any] = {"id": self._next, "method": method, "params": params}
        if session is not None:
            message["sessionId"] = session
        self._waiting[self._next] = (method, future)
        self._transport.write(orjson.dumps(message) + b"\0")
        return future

    def on(self, method: str, handler: Handler, session: str | None = None) -> None:
        """Call ``handler`` with the parameters of each such event; the last one set counts."""
        self._handlers[session, method] = handler

    def forget(self, session: str) -> None:
        """Drop the handlers of a session that has ended."""
        for key in [key for key in self._handlers if key[0] == session]:
            del self._handlers[key]


class Session:
    """The messages to and from one target (a tab)."""

    def __init__(self, connection: Connection, name: str) -> None:
        self._connection = connection
        self.name = name

    def send(self, method: str, **params: Any) -> Awaitable[dict[str, Any]]:  # noqa: ANN401 (JSON)
        """Send a command of this target; see :meth:`Connection.send`."""
        return self._connection.send(method, self.name, **params)

    def on(self, method: str, handler: Handler) -> None:
        """Call ``handler`` with the parameters of each such event of this target."""
        self._connection.on(method, handler, self.name)


def _seen(future: asyncio.Future[dict[str, Any]]) -> None:
    """Mark the failure of a command as seen, as not every command is waited for."""
    if not future.cancelled():
        future.exception()
