"""The only way from the browser to the network: a filtering proxy on loopback, one for each tab.

The browser is told to use it for everything and to resolve no name. Here names are resolved,
addresses that :func:`crawler.guard.is_public` refuses are left out, and the connection goes to
the very address that was checked, so neither a spelling, nor a redirect, nor a name server that
answers differently the second time gets round it. Plain HTTP and CONNECT (RFC 9110, 9.3.6) are
spoken; WebSockets come as CONNECT. One request a connection, so that each is checked.
"""

from __future__ import annotations

import asyncio
import logging
import secrets
import socket
from collections.abc import Awaitable, Callable
from urllib.parse import urlsplit

from crawler import guard
from crawler.browser.blocking import is_needless
from crawler.errors import GuardError, RenderError
from crawler.sites import parse_site

logger = logging.getLogger(__name__)

Resolve = Callable[[str, int], Awaitable[list[str]]]
"""Host name and port -> its IP addresses; raises OSError when it has none."""

CONNECT_SECONDS = 10.0
IDLE_SECONDS = 60.0
"""A connection on which nothing comes for so long is closed."""
LONGEST_HEAD = 65_536
CHUNK = 65_536
MOST_CONNECTIONS = 64
"""At the same time, of one tab."""
REFUSED, UNREACHABLE = "403 Refused", "502 Unreachable"
"""What the gate itself answers, with a header that no site can know."""
MARK = "X-Markhound-Gate"
_HOP_BY_HOP = (b"connection:", b"proxy-connection:", b"keep-alive:", b"proxy-authorization:")


async def resolve_by_system(host: str, port: int) -> list[str]:
    """Return the addresses that the system knows, IPv4 and IPv6.

    :raises OSError: when the name does not resolve
    """
    found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(address[0]) for *_, address in found))


class _NoAddressError(Exception):
    """The host may not be connected to, or has no address."""


class Gate:
    """The proxy of one tab; knows which page is in work, counts its bytes and cuts it off."""

    def __init__(
        self, *, allow_private: bool, most_bytes: int, resolve: Resolve = resolve_by_system
    ) -> None:
        self._allow_private = allow_private
        self._most_bytes = most_bytes
        self._resolve = resolve
        self._server: asyncio.Server | None = None
        self._open: set[asyncio.Task[None]] = set()
        self._site = ""
        self.mark = secrets.token_hex(8)
        """Value of the header :data:`MARK` of the gate's own answers."""
        self.refused: dict[str, str] = {}
        """Host -> the address for which it was refused, since :meth:`begin`."""
        self.unreachable: dict[str, str] = {}
        """Host -> why no connection to it was had, since :meth:`begin`."""
        self.connected: dict[str, str] = {}
        """Host -> the address that was connected to last, since :meth:`begin`."""
        self.bytes = 0
        """Bytes in both directions since :meth:`begin`."""

    async def open(self) -> int:
        """Start to listen; return the port."""
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", 0, limit=LONGEST_HEAD)
        port: int = self._server.sockets[0].getsockname()[1]
        return port

    async def close(self) -> None:
        """Stop, and end all connections."""
        if self._server is not None:
            self._server.close()
        for task in self._open:
            task.cancel()
        await asyncio.gather(*self._open, return_exceptions=True)

    def failure(self) -> GuardError | RenderError | None:
        """Return why a connection was not made since :meth:`begin`; None when all were."""
        for host, address in self.refused.items():
            shown = "" if address == host else f" (the address of {host})"
            return GuardError(
                f"{address}{shown} is not a public address; --allow-private would allow it"
            )
        for words in self.unreachable.values():
            return RenderError(words)
        return None

    def begin(self, url: str) -> None:
        """Count anew, for the page at ``url``."""
        self._site = parse_site(url)
        self.bytes = 0
        self.refused.clear()
        self.unreachable.clear()
        self.connected.clear()

    @property
    def is_full(self) -> bool:
        """Whether the page has moved more bytes than it may."""
        return self.bytes > self._most_bytes

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        if len(self._open) >= MOST_CONNECTIONS:
            writer.transport.abort()
            return
        self._open.add(task)
        try:
            await self._serve(reader, writer)
        except (OSError, EOFError, ValueError, TimeoutError, asyncio.LimitOverrunError) as error:
            logger.debug("connection of the browser ended: %r", error)
        except asyncio.CancelledError:
            pass  # the gate closes; nobody waits for this task but close()
        finally:
            self._open.discard(task)
            writer.transport.abort() if self.is_full else writer.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), IDLE_SECONDS)
        line, _, fields = head.partition(b"\r\n")
        method, asked, _ = line.decode("latin-1").split(" ", 2)
        tunnel = method == "CONNECT"
        parts = urlsplit(f"//{asked}" if tunnel else asked)
        host, port = parts.hostname, parts.port or 80
        if not host or (parts.scheme != "http" and not tunnel) or self.is_full:
            writer.write(self._own(REFUSED))
            return
        try:
            there, onward = await self._connect(host, port)
        except _NoAddressError:
            writer.write(self._own(REFUSED))
            return
        except (OSError, TimeoutError) as error:
            self.unreachable[host] = _words(error)
            writer.write(self._own(UNREACHABLE))
            return
        try:
            if tunnel:
                writer.write(b"HTTP/1.1 200 Connected\r\n\r\n")
            else:
                path = parts._replace(scheme="", netloc="").geturl() or "/"
                onward.write(f"{method} {path} HTTP/1.1\r\n".encode("latin-1") + _closing(fields))
            await self._relay(reader, writer, there, onward, tunnel=tunnel)
        finally:
            onward.transport.abort()

    def _own(self, status: str) -> bytes:
        fields = f"{MARK}: {self.mark}\r\nContent-Length: 0\r\nConnection: close"
        return f"HTTP/1.1 {status}\r\n{fields}\r\n\r\n".encode()

    async def _connect(
        self, host: str, port: int
    ) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        """Connect to the first address of the host that may be connected to, and answers."""
        if is_needless(host) and parse_site(host) != self._site:
            raise _NoAddressError(host)
        async with asyncio.timeout(CONNECT_SECONDS):
            addresses = await self._addresses(host, port)
        failure: OSError | TimeoutError = OSError("no address")
        for address in addresses:
            try:
                async with asyncio.timeout(CONNECT_SECONDS):
                    opened = await asyncio.open_connection(address, port, limit=LONGEST_HEAD)
                self.connected[host] = address
                return opened
            except (OSError, TimeoutError) as error:
                failure = error
        raise failure

    async def _addresses(self, host: str, port: int) -> list[str]:
        try:
            found = [str(guard.parse_address(host))]
        except ValueError:
            found = await self._resolve(host, port)
        if self._allow_private:
            return found
        allowed = [address for address in found if guard.is_public(address)]
        if not allowed:
            self.refused[host] = next(iter(found), host)
            raise _NoAddressError(host)
        return allowed

    async def _relay(
        self,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        there: asyncio.StreamReader,
        onward: asyncio.StreamWriter,
        *,
        tunnel: bool,
    ) -> None:
        up = asyncio.ensure_future(self._pump(reader, onward))
        try:
            if not tunnel:
                await self._pass_head(there, writer)
            await self._pump(there, writer)
        finally:
            up.cancel()
            await asyncio.gather(up, return_exceptions=True)

    async def _pass_head(self, there: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Pass the head of the answer, so that the browser sends no second request this way."""
        while True:
            head = await asyncio.wait_for(there.readuntil(b"\r\n\r\n"), IDLE_SECONDS)
            self.bytes += len(head)
            line, _, fields = head.partition(b"\r\n")
            if line[9:10] != b"1":
                writer.write(line + b"\r\n" + _closing(fields))
                return
            writer.write(head)  # an interim answer (RFC 9110, 15.2); the real one follows

    async def _pump(self, source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
        while not self.is_full:
            data = await asyncio.wait_for(source.read(CHUNK), IDLE_SECONDS)
            if not data:
                return
            self.bytes += len(data)
            sink.write(data)
            await sink.drain()


def _closing(fields: bytes) -> bytes:
    """Return the fields of a head, ended by an empty line, that close the connection after it."""
    kept = [f for f in fields.split(b"\r\n") if f and not f.lower().startswith(_HOP_BY_HOP)]
    return b"\r\n".join([*kept, b"Connection: close", b"", b""])


def _words(error: BaseException) -> str:
    if isinstance(error, TimeoutError):
        return "no answer in time"
    if isinstance(error, socket.gaierror):
        return "the host's name does not resolve"
    if isinstance(error, ConnectionRefusedError):
        return "connection refused"
    return str(error) or type(error).__name__
