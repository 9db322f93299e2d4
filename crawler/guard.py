"""The hostile web: no connection to an address that is not public.

(Sizes are bounded in settings.py and ``crawler.handler``; endless addresses in ``crawler.traps``.)

Checked where the connection is made, on the very addresses that are then connected to, so that
no spelling of an address, no redirect and no name server can get round it. Scrapy is given the
resolver by ``TWISTED_DNS_RESOLVER``; the middleware gives its refusals a reason. With
``MARKHOUND_ALLOW_PRIVATE`` every address is allowed. Answers are not kept: each new connection
is checked again. Proxies from the environment would bypass this (``HTTPPROXY_ENABLED = False``).
"""

from __future__ import annotations

import ipaddress
import re
import socket
from collections.abc import Sequence
from typing import Protocol, Self, cast

from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.exceptions import CannotResolveHostError
from scrapy.utils.datatypes import LocalCache
from scrapy.utils.httpobj import urlparse_cached
from twisted.internet.base import ReactorBase
from twisted.internet.interfaces import IHostnameResolver, IResolutionReceiver
from zope.interface import implementer  # type: ignore[import-untyped]

from crawler.errors import GuardError

_STANDING_FOR_IPV4 = (
    ipaddress.IPv6Network("::ffff:0:0/96"),
    ipaddress.IPv6Network("64:ff9b::/96"),
)
"""IPv6 whose last 32 bits are the IPv4 address that is meant: mapped (RFC 4291) and behind a
NAT64 gateway (RFC 6052)."""

_refused: LocalCache[str, str] = LocalCache(10_000)
"""Host name -> the address for which it was refused. The resolver belongs to the reactor, the
middleware to a crawler, and Scrapy offers nothing that both could hold."""


def parse_address(address: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address:
    """Read an IP address in any spelling that resolvers take: dotted, decimal, hex, short, IPv6.

    :raises ValueError: when it is a name, or nothing
    """
    bare = address.strip("[]")
    try:
        return ipaddress.ip_address(bare)
    except ValueError:
        try:
            return ipaddress.IPv4Address(socket.inet_aton(bare))
        except (OSError, UnicodeEncodeError):
            raise ValueError(f"expected an IP address, got {address!r}") from None


def is_public(address: str) -> bool:
    """Tell whether ``address`` is one on the public internet.

    Private, loopback, link-local, multicast, reserved and unspecified addresses are not. An
    IPv6 address that stands for an IPv4 address (mapped, NAT64) is what that one is; the tunnels
    6to4 and Teredo are refused.

    :raises ValueError: when it is no IP address
    """
    parsed = parse_address(address)
    if isinstance(parsed, ipaddress.IPv6Address):
        if any(parsed in network for network in _STANDING_FOR_IPV4):
            return is_public(str(ipaddress.IPv4Address(int(parsed) & 0xFFFFFFFF)))
        if parsed.sixtofour is not None or parsed.teredo is not None:
            return False
    return parsed.is_global and not parsed.is_multicast and not parsed.is_reserved


LARGE = 64 * 1024
"""Characters from which on a page is looked at for giant tags."""
MOST_ATTRIBUTES = 5_000
"""Of one tag. libxml2 (2.14) takes time by their square: 20,000 take 1.2 s, 100,000 some minutes,
in which nothing else runs. Scripts that look like one tag name up to 1,800 on real pages."""

_LONG = re.compile(r"""<[a-zA-Z](?:[^>"']{1,64}+|"[^"]*+"|'[^']*+'){150}+""")
"""What a giant tag starts like, which hardly any other does: 150 pieces, each of them quoted or of
up to 64 characters. The whole tag is looked at only then."""
_TAG = re.compile(r"""<[a-zA-Z](?:[^>"']++|"[^"]*+"|'[^']*+')*+""")
_VALUE = re.compile(r"""=\s*+(?:"[^"]*+"|'[^']*+'|[^\s>"']++)""")
_NAME = re.compile(r"""[^\s"'>/=]+""")


def has_giant_tag(text: str) -> bool:
    """Tell whether a page holds a tag of so many attributes that no parser should see it."""
    if len(text) < LARGE:
        return False
    end = 0
    while found := _LONG.search(text, end):
        tag = _TAG.match(text, found.start())
        assert tag is not None  # it starts in the same way
        if len(set(_NAME.findall(_VALUE.sub("=", tag[0])))) > MOST_ATTRIBUTES:
            return True
        end = tag.end()
    return False


class _Address(Protocol):
    host: str


class _Receiver(Protocol):
    """Twisted's IResolutionReceiver, as a type (zope's interfaces are none)."""

    def resolutionBegan(self, resolution: object) -> None: ...  # noqa: N802 (Twisted's name)
    def addressResolved(self, address: _Address) -> None: ...  # noqa: N802
    def resolutionComplete(self) -> None: ...  # noqa: N802


class _Resolver(Protocol):
    """Twisted's IHostnameResolver, as a type."""

    def resolveHostName(  # noqa: N802
        self,
        receiver: _Receiver,
        host: str,
        port: int,
        address_types: Sequence[type] | None,
        transport: str,
        /,
    ) -> object: ...


@implementer(IResolutionReceiver)
class _PublicOnly:
    """Hands on the public addresses of a name and notes the others."""

    def __init__(self, receiver: _Receiver, host: str) -> None:
        self._receiver = receiver
        self._host = host

    def resolutionBegan(self, resolution: object) -> None:  # noqa: N802
        self._receiver.resolutionBegan(resolution)

    def addressResolved(self, address: _Address) -> None:  # noqa: N802
        found = address.host
        if is_public(found):
            self._receiver.addressResolved(address)
        else:
            _refused[self._host] = found

    def resolutionComplete(self) -> None:  # noqa: N802
        self._receiver.resolutionComplete()


@implementer(IHostnameResolver)
class GuardResolver:
    """Resolves by the system (IPv4 and IPv6) and refuses what is not public."""

    def __init__(self, reactor: ReactorBase, *, allow_private: bool) -> None:
        self._reactor = reactor
        self._system = cast("_Resolver", reactor.nameResolver)
        self._allow_private = allow_private

    @classmethod
    def from_crawler(cls, crawler: Crawler, reactor: ReactorBase) -> Self:
        """Make one as Scrapy does; ``crawler`` is the process, of which only settings are used."""
        return cls(reactor, allow_private=crawler.settings.getbool("MARKHOUND_ALLOW_PRIVATE"))

    def install_on_reactor(self) -> None:
        """Become the resolver of every connection that is made by host name."""
        self._reactor.installNameResolver(cast("IHostnameResolver", self))

    def resolveHostName(  # noqa: N802 (Twisted's name)
        self,
        resolutionReceiver: _Receiver,  # noqa: N803
        hostName: str,  # noqa: N803
        portNumber: int = 0,  # noqa: N803
        addressTypes: Sequence[type] | None = None,  # noqa: N803
        transportSemantics: str = "TCP",  # noqa: N803
    ) -> object:
        """Resolve ``hostName``; addresses that are not public are left out and noted."""
        receiver = (
            resolutionReceiver if self._allow_private else _PublicOnly(resolutionReceiver, hostName)
        )
        return self._system.resolveHostName(
            receiver, hostName, portNumber, addressTypes, transportSemantics
        )


class GuardMiddleware:
    """Downloader middleware: a failed download is :exc:`GuardError` where the guard refused it.

    It belongs nearer to the downloader than the retry middleware: a refusal is never retried.
    """

    def process_exception(self, request: Request, exception: Exception) -> None:
        """Raise the refusal with its reason.

        :raises GuardError: when the host has no public address, or the answer's head has no end
        """
        for failure in getattr(exception.__cause__, "reasons", ()):
            if isinstance(failure.value, GuardError):
                raise failure.value
        host = urlparse_cached(request).hostname or ""
        if isinstance(exception, CannotResolveHostError) and host in _refused:
            address = _refused[host]
            shown = "" if address == host else f" (the address of {host})"
            raise GuardError(
                f"{address}{shown} is not a public address; --allow-private would allow it"
            )
