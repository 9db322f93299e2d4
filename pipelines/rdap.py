"""RDAP: what registries say of a name or an address (RFC 7480, 9083), asked for as data.

Servers are found by the bootstrap files of IANA (RFC 9224).
"""

from __future__ import annotations

import ipaddress
import json
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass
from http.client import HTTPException, HTTPMessage, HTTPResponse
from time import monotonic
from typing import IO, Any
from urllib.error import HTTPError
from urllib.parse import quote, urlsplit

from crawler.delivery import is_loopback, is_secret_way
from crawler.errors import InputError

BOOTSTRAP = "https://data.iana.org/rdap"
"""Folder of ``dns.json``, ``ipv4.json`` and ``ipv6.json``."""
MOST_ANSWER = 5_000_000
"""Bytes."""
TIMEOUT = 20.0
"""Seconds."""

Address = ipaddress.IPv4Address | ipaddress.IPv6Address


@dataclass(frozen=True, kw_only=True, slots=True)
class RdapAnswer:
    """What a server answered."""

    url: str
    """That was asked."""
    body: bytes
    """As it came; empty where the server knows nothing of it (404)."""
    told: Mapping[str, Any]
    """The same, read."""


def ask_of_domain(domain: str, bootstrap: str) -> RdapAnswer | None:
    """Return what the registry of a name says of it; None where the registry has no RDAP.

    :param domain: in ASCII
    :raises InputError: when a server cannot be asked
    """
    server = _server_of_domain(_ask(f"{bootstrap.rstrip('/')}/dns.json").told, domain)
    if server is None:
        return None
    return _ask(f"{server}domain/{quote(domain)}", missing_is_empty=True)


def ask_of_address(address: Address, bootstrap: str) -> RdapAnswer | None:
    """Return what is said of the network of an address; None where no server is known for it.

    :raises InputError: when a server cannot be asked
    """
    listed = _ask(f"{bootstrap.rstrip('/')}/ipv{address.version}.json").told
    server = _server_of_address(listed, address)
    return None if server is None else _ask(f"{server}ip/{address}", missing_is_empty=True)


def list_of(value: object) -> list[Any]:
    """Return a list of an answer; empty where it is none."""
    return value if isinstance(value, list) else []


def _server_of_domain(bootstrap: Mapping[str, Any], domain: str) -> str | None:
    """Return the base URL for the longest ending of a name that is listed (RFC 9224, 4)."""
    labels = domain.lower().rstrip(".").split(".")
    endings = [".".join(labels[number:]) for number in range(len(labels))]
    services = _services(bootstrap)
    return next((services[ending] for ending in endings if ending in services), None)


def _server_of_address(bootstrap: Mapping[str, Any], address: Address) -> str | None:
    """Return the base URL for the smallest network that holds an address (RFC 9224, 5)."""
    best: tuple[int, str] | None = None
    for text, url in _services(bootstrap).items():
        try:
            network = ipaddress.ip_network(text)
        except ValueError:
            continue
        holds = network.version == address.version and address in network
        if holds and (best is None or network.prefixlen > best[0]):
            best = (network.prefixlen, url)
    return None if best is None else best[1]


def _services(bootstrap: Mapping[str, Any]) -> dict[str, str]:
    """Return entry -> base URL with a slash at its end; https goes before http."""
    found: dict[str, str] = {}
    for service in list_of(bootstrap.get("services")):
        parts = list_of(service)
        if len(parts) < 2:
            continue
        urls = [url for url in list_of(parts[1]) if isinstance(url, str) and is_secret_way(url)]
        if urls:
            url = min(urls, key=lambda one: not one.startswith("https:"))
            entries = [entry for entry in list_of(parts[0]) if isinstance(entry, str)]
            found.update((entry.lower(), url.rstrip("/") + "/") for entry in entries)
    return found


def _ask(url: str, *, missing_is_empty: bool = False) -> RdapAnswer:
    """Return an answer that is a JSON object.

    :param missing_is_empty: 404 is an answer: nothing is known of it
    :raises InputError: when there is none
    """
    if not is_secret_way(url):
        raise InputError(f"RDAP: expected https (http is for loopback only), got {url!r}")
    request = urllib.request.Request(url, headers={"Accept": "application/rdap+json"})  # noqa: S310 (checked above)
    opener = urllib.request.build_opener(_SecretRedirects)
    try:
        with opener.open(request, timeout=TIMEOUT) as response:
            body = _read(response, url)
    except HTTPError as error:
        error.close()
        if error.code == 404 and missing_is_empty:
            return RdapAnswer(url=url, body=b"", told={})
        raise InputError(f"{url}: HTTP {error.code}") from error
    except (OSError, HTTPException, UnicodeError) as error:
        raise InputError(f"{url}: {getattr(error, 'reason', None) or repr(error)}") from error
    if len(body) > MOST_ANSWER:
        raise InputError(f"{url}: the answer has more than {MOST_ANSWER} bytes")
    try:
        told = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise InputError(f"{url}: expected JSON, got {body[:60]!r}") from error
    if not isinstance(told, dict):
        raise InputError(f"{url}: expected a JSON object, got {type(told).__name__}")
    return RdapAnswer(url=url, body=body, told=told)


def _read(response: HTTPResponse, url: str) -> bytes:
    """Return the body, or a little more than is allowed of it.

    :raises InputError: when it does not come in time: who drips is not waited for
    """
    begun, pieces, size = monotonic(), [], 0
    while size <= MOST_ANSWER and (piece := response.read1(1 << 16)):
        pieces.append(piece)
        size += len(piece)
        if monotonic() - begun > TIMEOUT:
            raise InputError(f"{url}: the answer took more than {TIMEOUT:g} seconds")
    return b"".join(pieces)


def _is_here(url: str) -> bool:
    return is_loopback(urlsplit(url).hostname or "")


class _SecretRedirects(urllib.request.HTTPRedirectHandler):
    """Follows redirects, which RDAP servers use (RFC 7480, 5.2), but never into the clear."""

    def redirect_request(
        self,
        req: urllib.request.Request,
        fp: IO[bytes],
        code: int,
        msg: str,
        headers: HTTPMessage,
        newurl: str,
    ) -> urllib.request.Request | None:
        """Return the next request.

        :raises InputError: when it would be neither https nor on loopback, or lead from elsewhere
            to this machine
        """
        if not is_secret_way(newurl):
            raise InputError(f"{req.full_url}: redirected to {newurl}, which is not https")
        if _is_here(newurl) and not _is_here(req.full_url):
            raise InputError(f"{req.full_url}: redirected to this machine itself ({newurl})")
        return super().redirect_request(req, fp, code, msg, headers, newurl)
