"""One request and its answer as they went over the wire, kept for evidence.

The handler (``crawler/handler.py``) notes every exchange of a page in the request's meta, where it
lives as long as the answer does; nobody else looks at it unless the page is captured. It does so
only where ``MARKHOUND_KEEP_EXCHANGES`` says that there may be captures.
"""

from __future__ import annotations

import base64
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Protocol

from cryptography.hazmat.primitives.serialization import Encoding
from scrapy.http import Response

EXCHANGES = "exchanges"
"""Key of a request's meta: what was exchanged for it, redirects and attempts first."""
MOST_EXCHANGES = 12
"""Of one page that are kept, the newest."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Tls:
    """How a connection was encrypted, and what the server showed of itself."""

    protocol: str
    """``TLSv1.3``, ..."""
    cipher: str
    chain: tuple[bytes, ...]
    """Certificates in DER, the server's own first, as it sent them; nobody has checked them."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Exchange:
    """A request and its answer, byte for byte."""

    url: str
    begun_at: datetime
    ended_at: datetime
    """When the last byte so far had come."""
    request: bytes
    response: bytes
    """Status line, headers and body with the server's own packing and chunks; interim answers
    (RFC 9110, 15.2) are left out."""
    address: str | None
    """The server's IP address; None where the system did not say."""
    tls: Tls | None
    """None for plain HTTP."""


class _Certificate(Protocol):
    def to_cryptography(self) -> Any: ...  # noqa: ANN401 (a certificate of the library cryptography)


@dataclass(frozen=True, kw_only=True, slots=True)
class Server:
    """Who is at the other end of a connection, and how it is encrypted."""

    address: str | None = None
    protocol: str | None = None
    cipher: str | None = None
    chain: tuple[_Certificate, ...] = ()

    def tls(self) -> Tls | None:
        """Return how it is encrypted; None for plain HTTP."""
        if self.protocol is None:
            return None
        chain = tuple(_der(certificate) for certificate in self.chain)
        return Tls(protocol=self.protocol, cipher=self.cipher or "not known", chain=chain)


@dataclass(slots=True)
class Log:
    """What an exchange is made of while it is under way."""

    url: str = ""
    server: Server = Server()
    sent: list[bytes] = field(default_factory=list)
    received: list[bytes] | None = field(default_factory=list)
    """None when nobody will want it."""
    begun_at: datetime = field(default_factory=lambda: datetime.now(UTC))
    ended_at: datetime | None = None
    """None before anything came."""

    def receive(self, data: bytes) -> None:
        """Note what came."""
        if self.received is not None:
            self.received.append(data)
            self.ended_at = datetime.now(UTC)

    def exchange(self) -> Exchange:
        """Return what is there by now."""
        return Exchange(
            url=self.url,
            begun_at=self.begun_at,
            ended_at=self.ended_at or self.begun_at,
            request=b"".join(self.sent),
            response=_without_interim(b"".join(self.received or ())),
            address=self.server.address,
            tls=self.server.tls(),
        )


def exchanges_of(response: Response) -> tuple[Exchange, ...]:
    """Return what was exchanged for an answer, oldest first; none where a browser asked."""
    return tuple(log.exchange() for log in response.meta.get(EXCHANGES, ()))


def split_head(response: bytes) -> tuple[bytes, bytes]:
    """Return the head of an answer, with the empty line that ends it, and what follows."""
    ends = [(response.find(end), len(end)) for end in (b"\r\n\r\n", b"\n\n")]
    found = [(at, length) for at, length in ends if at >= 0]
    if not found:
        return response, b""
    at, length = min(found)
    return response[: at + length], response[at + length :]


def _without_interim(response: bytes) -> bytes:
    while response[:7] == b"HTTP/1." and response[9:10] == b"1":
        _, rest = split_head(response)
        if not rest:
            break
        response = rest
    return response


def _der(certificate: _Certificate) -> bytes:
    der: bytes = certificate.to_cryptography().public_bytes(Encoding.DER)
    return der


def dump_exchange(exchange: Exchange) -> dict[str, Any]:
    """Return the exchange as JSON can hold it."""
    tls = exchange.tls
    return {
        "url": exchange.url,
        "begun_at": exchange.begun_at.isoformat(),
        "ended_at": exchange.ended_at.isoformat(),
        "request": _text(exchange.request),
        "response": _text(exchange.response),
        "address": exchange.address,
        "tls": tls and [tls.protocol, tls.cipher, [_text(der) for der in tls.chain]],
    }


def parse_exchange(told: Mapping[str, Any]) -> Exchange:
    """Return what :func:`dump_exchange` made."""
    tls = told["tls"]
    return Exchange(
        url=told["url"],
        begun_at=datetime.fromisoformat(told["begun_at"]),
        ended_at=datetime.fromisoformat(told["ended_at"]),
        request=base64.b64decode(told["request"]),
        response=base64.b64decode(told["response"]),
        address=told["address"],
        tls=tls
        and Tls(
            protocol=tls[0], cipher=tls[1], chain=tuple(base64.b64decode(der) for der in tls[2])
        ),
    )


def _text(data: bytes) -> str:
    return base64.b64encode(data).decode()
