"""In what surroundings a capture was made: the log that shows that nothing stood in between.

Chinese courts ask for it as cleanliness: which programs, which way to the network, which names
were resolved by whom, and how right the clock was. What cannot be known is said to be not known.
"""

from __future__ import annotations

import hashlib
import ipaddress
import locale
import os
import platform
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from functools import cache
from importlib.metadata import distributions, version
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import dns.exception
import dns.resolver

from crawler.exchange import Exchange, split_head

NOT_KNOWN = "not known"
PROXIES = ("http_proxy", "https_proxy", "all_proxy", "no_proxy", "ftp_proxy")
_HOSTS, _RESOLVER = Path("/etc/hosts"), Path("/etc/resolv.conf")
_CLOCK_SECONDS = 3.0
_DNS_PORT, _DNS_SECONDS = 53, 2.0


def describe_environment(urls: Iterable[str], exchanges: Iterable[Exchange]) -> dict[str, Any]:
    """Return what there is to say of this machine now, as JSON can hold it.

    :param urls: their hosts are looked up
    """
    return {
        **_programs(),
        "machine": {"system": platform.platform(), "locale": _locale(), "zone": time.tzname[0]},
        "network": {
            "proxies": _proxies(),
            "proxies_used": False,
            "hosts_file": _digest_of(_HOSTS),
            "hosts_entries": _entries(_HOSTS),
            "resolver": _name_servers(),
            "names": {host: _resolved(host) for host in sorted(_hosts(urls))},
        },
        "clock": describe_clock(exchanges),
    }


def describe_clock(exchanges: Iterable[Exchange]) -> dict[str, Any]:
    """Return how far our clock is from others, in seconds; positive = ours is ahead.

    :param exchanges: whose servers' own ``Date`` is compared (RFC 9110, 6.6.1: whole seconds)
    """
    return {
        "now": datetime.now(UTC).isoformat(),
        "ntp": _ntp(),
        "servers": [
            {"url": exchange.url, "ahead": round(ahead, 3)}
            for exchange in exchanges
            if (ahead := _ahead_of(exchange)) is not None
        ],
    }


@cache
def _programs() -> dict[str, Any]:
    names = sorted({f"{d.name}=={d.version}" for d in distributions() if d.name})
    return {
        "tool": {"name": "markhound", "version": version("markhound"), "commit": _commit()},
        "python": sys.version,
        "packages": {
            "count": len(names),
            "sha256": hashlib.sha256("\n".join(names).encode()).hexdigest(),
            "list": names,
        },
    }


def _commit() -> str:
    """Return which commit of Markhound runs, where it runs from a repository."""
    git, root = shutil.which("git"), Path(__file__).resolve().parents[2]
    if git is None or not (root / ".git").exists():
        return NOT_KNOWN
    told = _said([git, "-C", str(root), "rev-parse", "HEAD"])
    return (told or NOT_KNOWN).strip()


def _locale() -> str:
    return ".".join(part for part in locale.getlocale() if part) or "C"


def _proxies() -> dict[str, str]:
    """Return the proxies of the environment, which we do not use, without what is secret."""
    found = {}
    for name in PROXIES:
        for key in (name, name.upper()):
            if value := os.environ.get(key):
                found[key] = _without_secrets(value)
    return found


def _without_secrets(value: str) -> str:
    before, at, after = value.rpartition("@")
    if not at:
        return value
    scheme, separator, _ = before.partition("://")
    return f"{scheme}://***@{after}" if separator else f"***@{after}"


def _digest_of(path: Path) -> str:
    try:
        return f"sha256:{hashlib.sha256(path.read_bytes()).hexdigest()}"
    except OSError:
        return NOT_KNOWN


def _entries(path: Path) -> int | str:
    """Return how many lines of a file say something."""
    try:
        lines = path.read_text(errors="replace").splitlines()
    except OSError:
        return NOT_KNOWN
    return sum(bool(line.partition("#")[0].strip()) for line in lines)


def _name_servers() -> list[str] | str:
    try:
        lines = _RESOLVER.read_text(errors="replace").splitlines()
    except OSError:
        return NOT_KNOWN
    return [
        words[1] for line in lines if (words := line.split())[:1] == ["nameserver"] and words[1:]
    ]


def _hosts(urls: Iterable[str]) -> set[str]:
    return {host for url in urls if (host := urlsplit(url).hostname)}


def _resolved(host: str) -> dict[str, Any]:
    """Return what the system answers for a name, and what its name server says of it."""
    asked_at = datetime.now(UTC).isoformat()
    try:
        answers = sorted({str(a[0]) for *_, a in socket.getaddrinfo(host, None)})
    except (OSError, UnicodeError) as error:
        return {"asked_at": asked_at, "answers": [], "error": str(error), "ttl": NOT_KNOWN}
    told = _name_server_says(host)
    ttl = told.pop("ttl", NOT_KNOWN)
    return {
        "asked_at": asked_at,
        "answers": answers,
        "ttl": ttl,
        "name_server": told or NOT_KNOWN,
    }


def _name_server_says(host: str) -> dict[str, Any]:
    """Return what the name server of the system answers: addresses, and for how many seconds.

    The system's own look-up does not tell how long an answer holds, so the server is asked once
    more; where it has the answer from a cache, the seconds are those that are left. Nothing where
    it has none: the hosts file alone may know a name.
    """
    if _is_address(host):
        return {}
    found: dict[str, Any] = {"answers": []}
    try:
        resolver = dns.resolver.Resolver(filename=str(_RESOLVER))
        resolver.port, resolver.lifetime = _DNS_PORT, _DNS_SECONDS
        for kind in ("A", "AAAA"):
            answer = resolver.resolve(host, kind, raise_on_no_answer=False, search=False)
            found["server"] = answer.nameserver
            if answer.rrset is not None:
                found["answers"] += sorted(one.to_text() for one in answer.rrset)
                found["ttl"] = min(answer.rrset.ttl, found.get("ttl", answer.rrset.ttl))
    except (dns.exception.DNSException, OSError, ValueError):  # no answer, no such name, no server
        pass
    return found if found["answers"] else {}


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def _ntp() -> dict[str, str] | str:
    """Return what the machine's own clock keeper says; "not known" without one."""
    if (chrony := shutil.which("chronyc")) and (told := _said([chrony, "-c", "tracking"])):
        fields = told.strip().split(",")
        if len(fields) > 5:
            return {"by": "chronyc", "source": fields[1], "ahead": _negated(fields[4])}
    if (control := shutil.which("timedatectl")) and (
        told := _said([control, "show", "-p", "NTPSynchronized", "--value"])
    ):
        return {"by": "timedatectl", "synchronized": told.strip()}
    return NOT_KNOWN


def _negated(offset: str) -> str:
    # chrony's is how far the clock is behind true time
    return offset[1:] if offset.startswith("-") else f"-{offset}"


def _said(command: list[str]) -> str | None:
    try:
        done = subprocess.run(  # noqa: S603 (programs of the system, found on PATH)
            command, capture_output=True, text=True, timeout=_CLOCK_SECONDS, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    return done.stdout if done.returncode == 0 and done.stdout.strip() else None


def _ahead_of(exchange: Exchange) -> float | None:
    for name, value in _fields(exchange.response):
        if name == "date":
            try:
                theirs = parsedate_to_datetime(value)
                if theirs.tzinfo is None:
                    theirs = theirs.replace(tzinfo=UTC)
                return (exchange.begun_at - theirs).total_seconds()
            except (ValueError, OverflowError):  # no date, or one of no calendar
                return None
    return None


def _fields(response: bytes) -> Iterator[tuple[str, str]]:
    head, _ = split_head(response)
    for line in head.decode("latin-1").splitlines()[1:]:
        name, colon, value = line.partition(":")
        if colon:
            yield name.strip().lower(), value.strip()
