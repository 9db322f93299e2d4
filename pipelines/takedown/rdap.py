"""Abuse contacts from RDAP: of the name's registrar, and of the network that its host stands in.

Answers are read as in RFC 9083.
"""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from crawler.delivery import address_problem
from crawler.errors import InputError
from crawler.takedown import Scope
from pipelines.rdap import Address, RdapAnswer, ask_of_address, ask_of_domain, list_of

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
    answer = ask_of_domain(domain, bootstrap)
    return [] if answer is None else _contacts(answer, "registrar")


def find_network_contacts(host: str, bootstrap: str) -> list[AbuseContact]:
    """Return the abuse contacts of the networks in which a host's addresses stand.

    :param host: name or address
    :raises InputError: when the name does not resolve, or a server cannot be asked
    """
    found: dict[str, AbuseContact] = {}
    for address in _addresses(host):
        if (answer := ask_of_address(address, bootstrap)) is not None:
            for contact in _contacts(answer, "network"):
                found.setdefault(contact.email, contact)
    return list(found.values())


def _addresses(host: str) -> list[Address]:
    try:
        found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
    except OSError as error:
        raise InputError(f"the host {host} does not resolve: {error.strerror}") from error
    return [ipaddress.ip_address(a) for a in dict.fromkeys(str(one[4][0]) for one in found)][:4]


def _contacts(answer: RdapAnswer, scope: Scope) -> list[AbuseContact]:
    found: dict[str, AbuseContact] = {}
    for email, name in parse_abuse_contacts(answer.told):
        contact = AbuseContact(email=email, name=name, scope=scope, source=answer.url)
        found.setdefault(email, contact)
    return list(found.values())


def parse_abuse_contacts(answer: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield (e-mail, name) of every entity with the role ``abuse``, at whatever depth.

    A registrar's abuse contact stands inside the entity of the registrar (RFC 9083, 5.1 and 5.3).
    """
    waiting = [(entity, 1) for entity in list_of(answer.get("entities"))]
    count = 0
    while waiting and count < MOST_ENTITIES:
        entity, depth = waiting.pop(0)
        count += 1
        if not isinstance(entity, Mapping):
            continue
        if depth < DEEPEST:
            waiting += [(inner, depth + 1) for inner in list_of(entity.get("entities"))]
        roles = {role.lower() for role in list_of(entity.get("roles")) if isinstance(role, str)}
        if "abuse" in roles:
            card = dict(_card(entity))
            for email in card.get("email", []):
                if address_problem(email) is None:
                    yield email, next(iter(card.get("fn", [])), "") or "abuse desk"


def _card(entity: Mapping[str, Any]) -> dict[str, list[str]]:
    """Return property -> values of a jCard (RFC 7095): ``["vcard", [[name, {}, type, value]]]``."""
    found: dict[str, list[str]] = {}
    for item in list_of([*list_of(entity.get("vcardArray")), None, None][1]):
        if isinstance(item, list) and len(item) >= 4 and isinstance(item[0], str):
            values = [value.strip() for value in item[3:] if isinstance(value, str)]
            found.setdefault(item[0].lower(), []).extend(v for v in values if v)
    return found
