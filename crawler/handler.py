"""Scrapy's HTTP/1.1 handler, with a bound on the head of an answer, and a note of each exchange.

Scrapy bounds bodies (``DOWNLOAD_MAXSIZE``) and not heads: headers without end were measured to take
676 MB in 20 seconds. Where there may be captures, what went over the wire for a page is kept beside
its answer (``crawler/exchange.py``): evidence is made of that and not of what Scrapy makes of it.
"""

from __future__ import annotations

from contextlib import suppress
from functools import partial
from typing import Any

from scrapy import Request
from scrapy.core.downloader.handlers.http11 import (
    HTTP11DownloadHandler,
    _LenientHTTP11ClientFactory,
    _LenientHTTP11ClientProtocol,
    _LenientHTTPClientParser,
    _ScrapyAgent,
)
from scrapy.crawler import Crawler
from scrapy.http import Response
from scrapy.utils._download_handlers import wrap_twisted_exceptions
from scrapy.utils.defer import maybe_deferred_to_future
from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IAddress
from twisted.python.failure import Failure
from twisted.web._newclient import HEADER, STATUS, HTTP11ClientProtocol
from twisted.web._newclient import Request as TxRequest
from twisted.web.http_headers import InvalidHeaderName
from twisted.web.iweb import IResponse

from crawler.errors import GuardError
from crawler.exchange import EXCHANGES, MOST_EXCHANGES, Log, Server

HEAD = 256 * 1024
"""Bytes of an answer's head, interim answers (1xx) included; browsers allow about as many."""
TOO_LONG = f"rule: the head of an answer of more than {HEAD // 1024} KB is not read"


class BoundedHandler(HTTP11DownloadHandler):
    """For ``http`` and ``https`` in ``DOWNLOAD_HANDLERS``."""

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        self._keeps = crawler.settings.getbool("MARKHOUND_KEEP_EXCHANGES")
        factory = _NotingFactory if self._keeps else _Factory
        self._pool._factory = factory  # noqa: SLF001 (Scrapy sets it in the same way)

    async def download_request(self, request: Request) -> Response:
        """Return the answer as Scrapy does; where wanted, by an agent that notes the exchange."""
        if not self._keeps:
            return await super().download_request(request)
        agent = _Agent(
            contextFactory=self._contextFactory,
            bindAddress=self._bind_address,
            pool=self._pool,
            maxsize=self._default_maxsize,
            warnsize=self._default_warnsize,
            fail_on_dataloss=self._fail_on_dataloss,
            crawler=self._crawler,
            tls_verbose_logging=self._tls_verbose_logging,
        )
        with wrap_twisted_exceptions():
            return await maybe_deferred_to_future(agent.download_request(request))


class _Agent(_ScrapyAgent):
    def _cb_bodyready(self, txresponse: Any, request: Request) -> Any:  # noqa: ANN401 (Twisted's, untyped)
        log: Log | None = getattr(txresponse, "exchange", None)
        if log is None:
            pass  # no answer of HTTP/1.1
        elif request.meta.get("picture"):
            log.received = None  # before most of it has come
        else:
            log.url = request.url
            kept = (*request.meta.get(EXCHANGES, ()), log)
            request.meta[EXCHANGES] = kept[-MOST_EXCHANGES:]
        return super()._cb_bodyready(txresponse, request)


class _Parser(_LenientHTTPClientParser):
    """Leaves out headers of names that are none, as browsers do; Twisted fails on them."""

    def headerReceived(self, name: bytes, value: bytes) -> None:  # noqa: N802 (Twisted's name)
        with suppress(InvalidHeaderName):
            super().headerReceived(name, value)  # type: ignore[no-untyped-call]


class _Protocol(_LenientHTTP11ClientProtocol):
    _head = 0

    def request(self, request: TxRequest) -> Deferred[IResponse]:
        answer = super().request(request)
        self._head = 0
        if self._parser is not None:
            self._parser.__class__ = _Parser  # as Scrapy does it: Twisted has no other way
            self._parser.MAX_LENGTH = HEAD  # of one line; the bound of the whole comes first
        return answer

    def dataReceived(self, data: bytes) -> None:  # noqa: N802 (Twisted's name)
        parser = self._parser
        if parser is not None and parser.state in (STATUS, HEADER):
            self._head += len(data)
            if self._head > HEAD:
                self._giveUp(Failure(GuardError(TOO_LONG)))  # type: ignore[no-untyped-call]
                return
        super().dataReceived(data)  # type: ignore[no-untyped-call]


class _Factory(_LenientHTTP11ClientFactory):
    def buildProtocol(self, addr: IAddress | None) -> HTTP11ClientProtocol:  # noqa: ARG002, N802
        return _Protocol(self._quiescentCallback)  # type: ignore[no-untyped-call]


class _NotingProtocol(_Protocol):
    """Notes what goes over the wire for each request."""

    _server: Server | None = None
    _exchange: Log | None = None  # of the request under way

    def request(self, request: TxRequest) -> Deferred[IResponse]:
        log = self._exchange = Log()
        answer = super().request(_Written(request, log))  # type: ignore[arg-type] # it is one, but for its class
        answer.addCallback(partial(_attached, log))
        return answer

    def dataReceived(self, data: bytes) -> None:  # noqa: N802 (Twisted's name)
        log = self._exchange
        if log is not None and self._parser is not None:
            if self._server is None:  # one connection, one server; before data came, no handshake
                self._server = _server_of(self.transport)
            log.server = self._server
            log.receive(data)
        super().dataReceived(data)


class _NotingFactory(_LenientHTTP11ClientFactory):
    def buildProtocol(self, addr: IAddress | None) -> HTTP11ClientProtocol:  # noqa: ARG002, N802 (Twisted's)
        return _NotingProtocol(self._quiescentCallback)  # type: ignore[no-untyped-call] # Twisted has no types


class _Written:
    """A request that notes what is written of it; all else is the request's own."""

    def __init__(self, request: TxRequest, log: Log) -> None:
        self._request = request
        self._log = log

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 (whatever the request has)
        return getattr(self._request, name)

    def writeTo(self, transport: Any) -> Any:  # noqa: ANN401, N802 (Twisted's)
        return self._request.writeTo(_Tee(transport, self._log))  # type: ignore[no-untyped-call] # Twisted has none


class _Tee:
    """A transport that notes what is written to it."""

    def __init__(self, transport: Any, log: Log) -> None:  # noqa: ANN401 (Twisted's, untyped)
        self._transport = transport
        self._log = log

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 (whatever the transport has)
        return getattr(self._transport, name)

    def write(self, data: bytes) -> None:
        self._log.sent.append(data)
        self._transport.write(data)

    def writeSequence(self, lines: list[bytes]) -> None:  # noqa: N802 (Twisted's name)
        self._log.sent.extend(lines)
        self._transport.writeSequence(lines)


def _attached(log: Log, answer: IResponse) -> IResponse:
    answer.exchange = log  # as Scrapy attaches the certificate
    return answer


def _server_of(transport: Any) -> Server:  # noqa: ANN401 (Twisted's, untyped)
    """Return who is at the other end, and how the connection is encrypted."""
    address = None
    with suppress(AttributeError):  # a transport of tests, or one that has just closed
        address = transport.getPeer().host
    handle: Any = getattr(transport, "getHandle", lambda: None)()
    if not hasattr(handle, "get_protocol_version_name"):
        return Server(address=address)  # plain HTTP
    return Server(
        address=address,
        protocol=handle.get_protocol_version_name(),
        cipher=handle.get_cipher_name(),
        chain=tuple(handle.get_peer_cert_chain() or ()),
    )
