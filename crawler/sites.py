"""Which site a URL belongs to, and the one form under which a URL is fetched."""

from __future__ import annotations

import ipaddress
import re
import socket
from collections.abc import Callable
from functools import cache, lru_cache
from importlib import import_module
from urllib.parse import SplitResult, urlsplit

from crawler.suffixes import find_registrable

DEFAULT_PORTS = {"http": 80, "https": 443}

_NOISE = re.compile(
    r"""
      (?: utm | mtm | matomo | pk | hsa )_ .*                          # campaigns
    | [gd]clid | gclsrc | [gw]braid | fbclid | msclkid | yclid | ttclid | twclid | igshid
    | srsltid | mc_[ce]id | _g[al] | _hsenc | _hsmi | mkt_tok | vero_id | oly_\w+_id
    | spm | scm | bd_vid | share_token                                 # Chinese platforms
    | phpsessid | jsessionid | aspsessionid\w* | sess?(?:ion)?_?id | sid | cfid | cftoken
    | zenid | oscsid                                                   # sessions
    """,
    re.IGNORECASE | re.VERBOSE,
)
"""Query parameters that do not choose the page."""

_SESSION_IN_PATH = re.compile(r";(?:jsessionid|phpsessid|sid)=[^/?#;]*", re.IGNORECASE)
_ESCAPED = re.compile(r"%([0-9A-Fa-f]{2})")
_UNRESERVED = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")
_HOST = re.compile(r"[a-z0-9_-]+(?:\.[a-z0-9_-]+)*\Z")
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")


@lru_cache(maxsize=8192)
def _site_of_host(host: str) -> str | None:
    """Return the registrable domain of ``host``; None when it is an address or a local name."""
    if is_address(host) or host == "localhost" or host.endswith(".localhost"):
        return None
    return find_registrable(host)


def is_address(host: str) -> bool:
    """Tell whether ``host`` is an IP address in any spelling that a resolver takes."""
    try:
        ipaddress.ip_address(host.strip("[]"))
    except ValueError:
        try:
            socket.inet_aton(host)  # 2130706433, 0x7f.1, 127.1
        except (OSError, UnicodeEncodeError):
            return False
        return " " not in host
    return True


@cache
def _load_canonicalizer() -> Callable[[str], str]:
    """Return w3lib's: loaded when first needed, as HTTP and TLS come with it."""
    found: Callable[[str], str] = import_module("w3lib.url").canonicalize_url
    return found


@lru_cache(maxsize=8192)  # a URL is asked for a dozen times while it is fetched
def site_of(url: str) -> str:
    """Return the site of an http(s) URL.

    A site is a registrable domain (``shop.example``, ``shop.co.uk``, ``me.github.io``), or
    ``address:port`` for an address, ``localhost`` and a name without a domain, with the port
    always written. International names are in their ASCII form.
    Anything without a host has the site ``""``, which is the site of no seed.
    """
    try:
        parts = urlsplit(url.strip())
        host, port = _ascii_host(parts.hostname or ""), parts.port
    except ValueError:
        return ""
    if not host or parts.scheme not in DEFAULT_PORTS:
        return ""
    return _site_of_host(host) or f"{host}:{port or DEFAULT_PORTS[parts.scheme]}"


def words_of_shared_site(url: str) -> str | None:
    """Return in words that a seed in a user's area (``/~name/``) has its site with all users.

    None for any other URL: nothing tells which of the folders of a host are people's own.
    """
    area = _USER_AREA.match(url)
    if area is None:
        return None
    return (
        f"{site_of(url)} is one site with all its users: pages outside {area[0]} are swept too, and"
        " count for the same budgets"
    )


_USER_AREA = re.compile(r"https?://[^/?#]+/(?:~|%7[eE])[^/?#]+")


@lru_cache(maxsize=8192)
def parse_site(text: str) -> str:
    """Return the site that people mean by a site, a host or a URL; ``""`` when they mean none.

    ``shop.example``, ``www.shop.example`` and ``https://www.shop.example/bags`` are one site.
    """
    text = text.strip()
    return site_of(text if "://" in text else f"http://{text}")


@lru_cache(maxsize=32768)
def canonical_url(url: str) -> str | None:
    """Return the form under which ``url`` is fetched at most once; None when it cannot be.

    Lower-case ASCII host, no default port, no user name, no fragment, dot segments resolved,
    percent-encoding normalised, query sorted, tracking and session parameters dropped. None for
    every scheme but http and https, and for what is no URL at all. Idempotent.
    """
    return url if _is_canonical(url) else _make_canonical(url)


def _make_canonical(url: str) -> str | None:
    try:
        parts = urlsplit(url.strip())
        host = _ascii_host(parts.hostname or "")
        port = parts.port
    except ValueError:
        return None
    if parts.scheme not in DEFAULT_PORTS or not host or _CONTROL.search(url.strip()):
        return None
    netloc = host if port in (None, DEFAULT_PORTS[parts.scheme]) else f"{host}:{port}"
    path = _SESSION_IN_PATH.sub("", parts.path)
    bare = SplitResult(parts.scheme, netloc, path, _kept_query(parts.query), "")
    try:
        return _ESCAPED.sub(_plain_escape, _load_canonicalizer()(bare.geturl()))
    except ValueError:
        return None


_PLAIN_URL = re.compile(
    r"https?://[a-z0-9][a-z0-9-]*(?:\.[a-z0-9][a-z0-9-]*)+"
    r"(?::(?!80/|443/)[1-9][0-9]{1,3}|:[1-5][0-9]{4})?(?:/[A-Za-z0-9_~.-]+)+/?"
)


def _is_canonical(url: str) -> bool:
    """Tell at a glance that a URL is in canonical form, as most are; False when in doubt."""
    return _PLAIN_URL.fullmatch(url) is not None and "/." not in url


def _ascii_host(host: str) -> str | None:
    host = host.rstrip(".")
    if ":" in host:
        return f"[{ipaddress.IPv6Address(host).compressed}]"
    ascii_host = host if host.isascii() else host.encode("idna").decode("ascii").lower()
    return ascii_host if _HOST.match(ascii_host) else None


def _kept_query(query: str) -> str:
    """Drop what does not choose the page; a query without such parts is kept as it is."""
    pieces = [piece for piece in query.split("&") if piece]
    return "&".join(piece for piece in pieces if not _NOISE.fullmatch(piece.partition("=")[0]))


def _plain_escape(match: re.Match[str]) -> str:
    """Undo the escape of a character that needs none (RFC 3986, 6.2.2.2); upper-case the rest."""
    byte = int(match[1], 16)
    return chr(byte) if byte in _UNRESERVED else match[0].upper()
