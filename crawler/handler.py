"""Scrapy's HTTP/1.1 handler, with a bound on the head of an answer.

Scrapy bounds bodies (``DOWNLOAD_MAXSIZE``) and not heads: headers without end were measured to take
676 MB in 20 seconds.
"""

from __future__ import annotations

from contextlib import suppress

from scrapy.core.downloader.handlers.http11 import (
    HTTP11DownloadHandler,
    _LenientHTTP11ClientFactory,
    _LenientHTTP11ClientProtocol,
    _LenientHTTPClientParser,
)
from scrapy.crawler import Crawler
from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IAddress
from twisted.python.failure import Failure
from twisted.web._newclient import HEADER, STATUS, HTTP11ClientProtocol
from twisted.web._newclient import Request as TxRequest
from twisted.web.http_headers import InvalidHeaderName
from twisted.web.iweb import IResponse

from crawler.errors import GuardError

HEAD = 256 * 1024
"""Bytes of an answer's head, interim answers (1xx) included; browsers allow about as many."""
TOO_LONG = f"rule: the head of an answer of more than {HEAD // 1024} KB is not read"


class BoundedHandler(HTTP11DownloadHandler):
    """For ``http`` and ``https`` in ``DOWNLOAD_HANDLERS``."""

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        self._pool._factory = _Factory  # noqa: SLF001 (Scrapy sets it in the same way)


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
