"""Abuse contacts from RDAP: of the name's registrar, and of the network that its host stands in.

Servers are found by the bootstrap files of IANA (RFC 9224); answers are read as in RFC 9083.
"""

from __future__ import annotations

import ipaddress
import json
import socket
import urllib.request
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from http.client import HTTPMessage
from typing import IO, Any
from urllib.error import HTTPError
from urllib.parse import quote, urlsplit

from crawler.delivery import address_problem, is_loopback, is_secret_way
from crawler.errors import InputError
from crawler.takedown import Scope

BOOTSTRAP = "https://data.iana.org/rdap"
"""Folder of ``dns.json``, ``ipv4.json`` and ``ipv6.json``."""
MOST_ANSWER = 5_000_000
"""Bytes."""
TIMEOUT = 20.0
"""Seconds."""
DEEPEST = 5
"""Entities within entities that are read."""
MOST_ENTITIES = 500


@dataclass(frozen=True, kw_only=True, slots=True)
class AbuseContact:
    """Who takes reports of abuse, by RDAP."""

    email: str
    name: str
    scope: Scope
    source: str
    """URL of the answer."""


def find_domain_contacts(domain: str, bootstrap: str) -> list[AbuseContact]:
    """Return the abuse contacts of a name's registrar; empty where its registry has no RDAP.

    :param domain: in ASCII
    :raises InputError: when a server cannot be asked
    """
    server = _server_of_domain(_ask(f"{bootstrap.rstrip('/')}/dns.json"), domain)
    return [] if server is None else _contacts(f"{server}domain/{quote(domain)}", "registrar")


def find_network_contacts(host: str, bootstrap: str) -> list[AbuseContact]:
    """Return the abuse contacts of the networks in which a host's addresses stand.

    :param host: name or address
    :raises InputError: when the name does not resolve, or a server cannot be asked
    """
    found: dict[str, AbuseContact] = {}
    for address in _addresses(host):
        kind = f"ipv{address.version}.json"
        server = _server_of_address(_ask(f"{bootstrap.rstrip('/')}/{kind}"), address)
        if server is not None:
            for contact in _contacts(f"{server}ip/{address}", "network"):
                found.setdefault(contact.email, contact)
    return list(found.values())


Address = ipaddress.IPv4Address | ipaddress.IPv6Address


def _addresses(host: str) -> list[Address]:
    try:
        found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
    except OSError as error:
        raise InputError(f"the host {host} does not resolve: {error.strerror}") from error
    return [ipaddress.ip_address(a) for a in dict.fromkeys(str(one[4][0]) for one in found)][:4]


def _contacts(url: str, scope: Scope) -> list[AbuseContact]:
    answer = _ask(url, missing_is_empty=True)
    found: dict[str, AbuseContact] = {}
    for email, name in parse_abuse_contacts(answer):
        found.setdefault(email, AbuseContact(email=email, name=name, scope=scope, source=url))
    return list(found.values())


def parse_abuse_contacts(answer: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield (e-mail, name) of every entity with the role ``abuse``, at whatever depth.

    A registrar's abuse contact stands inside the entity of the registrar (RFC 9083, 5.1 and 5.3).
    """
    waiting = [(entity, 1) for entity in _list(answer.get("entities"))]
    count = 0
    while waiting and count < MOST_ENTITIES:
        entity, depth = waiting.pop(0)
        count += 1
        if not isinstance(entity, Mapping):
            continue
        if depth < DEEPEST:
            waiting += [(inner, depth + 1) for inner in _list(entity.get("entities"))]
        roles = {role.lower() for role in _list(entity.get("roles")) if isinstance(role, str)}
        if "abuse" in roles:
            card = dict(_card(entity))
            for email in card.get("email", []):
                if address_problem(email) is None:
                    yield email, next(iter(card.get("fn", [])), "") or "abuse desk"


def _card(entity: Mapping[str, Any]) -> dict[str, list[str]]:
    """Return property -> values of a jCard (RFC 7095): ``["vcard", [[name, {}, type, value]]]``."""
    found: dict[str, list[str]] = {}
    for item in _list([*_list(entity.get("vcardArray")), None, None][1]):
        if isinstance(item, list) and len(item) >= 4 and isinstance(item[0], str):
            values = [value.strip() for value in item[3:] if isinstance(value, str)]
            found.setdefault(item[0].lower(), []).extend(v for v in values if v)
    return found


def _list(value: object) -> list[Any]:
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
    for service in _list(bootstrap.get("services")):
        parts = _list(service)
        if len(parts) < 2:
            continue
        urls = [url for url in _list(parts[1]) if isinstance(url, str) and is_secret_way(url)]
        if urls:
            url = min(urls, key=lambda one: not one.startswith("https:"))
            entries = [entry for entry in _list(parts[0]) if isinstance(entry, str)]
            found.update((entry.lower(), url.rstrip("/") + "/") for entry in entries)
    return found


def _ask(url: str, *, missing_is_empty: bool = False) -> Mapping[str, Any]:
    """Return a JSON object.

    :param missing_is_empty: 404 is an answer: nothing is known of it
    :raises InputError: when there is none
    """
    if not is_secret_way(url):
        raise InputError(f"RDAP: expected https (http is for loopback only), got {url!r}")
    request = urllib.request.Request(url, headers={"Accept": "application/rdap+json"})  # noqa: S310 (checked above)
    opener = urllib.request.build_opener(_SecretRedirects)
    try:
        with opener.open(request, timeout=TIMEOUT) as response:
            body = response.read(MOST_ANSWER + 1)
    except HTTPError as error:
        error.close()
        if error.code == 404 and missing_is_empty:
            return {}
        raise InputError(f"{url}: HTTP {error.code}") from error
    except OSError as error:
        raise InputError(f"{url}: {getattr(error, 'reason', None) or error}") from error
    if len(body) > MOST_ANSWER:
        raise InputError(f"{url}: the answer has more than {MOST_ANSWER} bytes")
    try:
        answer = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise InputError(f"{url}: expected JSON, got {body[:60]!r}") from error
    if not isinstance(answer, dict):
        raise InputError(f"{url}: expected a JSON object, got {type(answer).__name__}")
    return answer


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
