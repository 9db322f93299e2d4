"""What registries say of a page's name and of its server's address, where the workspace wants it.

It tells in a capture whom the name was registered by, and whose network the server stood in. Every
subject is told as what it was: not asked, answered, nothing known of it, no server for it, failed.
"""

from __future__ import annotations

import hashlib
import ipaddress
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import Any, Literal

from crawler.errors import InputError
from crawler.exchange import Exchange
from crawler.sites import is_address, site_of
from pipelines.rdap import RdapAnswer, ask_of_address, ask_of_domain

KEPT_SECONDS = 600.0
"""How long an answer, or that there was none, holds for the captures that follow: registries limit
how often they are asked."""
MOST_KEPT = 1000
MOST_ADDRESSES = 2
"""Of the servers of one page."""
NOT_WANTED = "the workspace asks none (evidence.rdap)"

State = Literal["answered", "nothing known", "no server", "failed"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Registration:
    """What became of asking for one name or address."""

    about: str
    """``shop.example``, ``192.0.2.7``."""
    asked_at: datetime
    """A little before the capture, where an earlier one asked the same."""
    state: State
    url: str | None = None
    """Who answered."""
    body: bytes = b""
    """As it came."""
    problem: str | None = None
    """Why it failed."""

    def told(self) -> dict[str, Any]:
        """Return it as ``capture.json`` has it; the body is a record of the archive."""
        return {
            "about": self.about,
            "asked_at": self.asked_at.isoformat(),
            "state": self.state,
            "url": self.url,
            "sha256": hashlib.sha256(self.body).hexdigest() if self.body else None,
            "problem": self.problem,
        }


_kept: dict[tuple[str, str], tuple[float, Registration]] = {}


def find_registrations(
    url: str, exchanges: Iterable[Exchange], bootstrap: str
) -> list[Registration]:
    """Return what registries say of the site of a page, and of the addresses that answered for it.

    Nothing here fails: a registry that cannot be asked keeps no page from being captured.

    :param exchanges: of the page; the addresses are those that were really reached
    :param bootstrap: the folder of RDAP's bootstrap files; empty = nobody is asked
    """
    if not bootstrap:
        return []
    return [_registration(about, bootstrap, ask) for about, ask in _subjects(url, exchanges)]


def describe_registrations(bootstrap: str, registrations: Iterable[Registration]) -> dict[str, Any]:
    """Return what the environment log tells: whether registries were asked, and what came."""
    if not bootstrap:
        return {"asked": False, "why_not": NOT_WANTED}
    told = [one.told() for one in registrations]
    return {"asked": True, "bootstrap": bootstrap, "answers": told}


_Ask = Callable[[str], RdapAnswer | None]


def _subjects(url: str, exchanges: Iterable[Exchange]) -> Iterator[tuple[str, _Ask]]:
    """Yield what is asked for, and how: the name, unless it is an address or known here alone."""
    site = site_of(url)
    if site and ":" not in site and not is_address(site):
        yield site, partial(ask_of_domain, site)
    reached = (one.address for one in exchanges if site_of(one.url) == site)
    for text in list(dict.fromkeys(one for one in reached if one))[:MOST_ADDRESSES]:
        try:
            address = ipaddress.ip_address(text.partition("%")[0])
        except ValueError:  # a socket of another kind
            continue
        yield str(address), partial(ask_of_address, address)


def _registration(about: str, bootstrap: str, ask: _Ask) -> Registration:
    key, now = (bootstrap, about), time.monotonic()
    if (known := _kept.get(key)) and now - known[0] < KEPT_SECONDS:
        return known[1]
    asked_at = datetime.now(UTC)
    try:
        found = _of_answer(about, asked_at, ask(bootstrap))
    except InputError as error:
        found = Registration(about=about, asked_at=asked_at, state="failed", problem=str(error))
    if len(_kept) >= MOST_KEPT:
        _kept.clear()
    _kept[key] = (now, found)
    return found


def _of_answer(about: str, asked_at: datetime, answer: RdapAnswer | None) -> Registration:
    if answer is None:
        return Registration(about=about, asked_at=asked_at, state="no server")
    state: State = "answered" if answer.body else "nothing known"
    return Registration(
        about=about, asked_at=asked_at, state=state, url=answer.url, body=answer.body
    )
