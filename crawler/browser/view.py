"""What a page looked like, and everything that was loaded to show it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

WIDTH, HEIGHT = 1280, 1600
"""Of the window, in CSS pixels."""
TALLEST = 16_384
"""CSS pixels of a photograph; the browser itself draws no more in one piece."""
WIDEST = 2000
"""CSS pixels. Even of noise the browser can hand over a photograph of that size."""
LONGEST_TEXT = 2_000_000
"""Characters of the visible text that are kept."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Loaded:
    """One answer that the browser had while it showed the page."""

    url: str
    kind: str
    """As Chromium calls it: ``Document``, ``Image``, ``Font``, ``Script``, ``XHR``, ..."""
    method: str
    at: datetime
    request_headers: tuple[tuple[str, str], ...]
    status: int
    status_text: str
    headers: tuple[tuple[str, str], ...]
    body: bytes | None
    """Unpacked, as scripts see it; None when the browser had it no more."""
    address: str | None
    """The server's IP address."""


@dataclass(frozen=True, kw_only=True, slots=True)
class View:
    """A page as the browser showed it."""

    url: str
    reached: str
    """Where the browser was in the end."""
    status: int | None
    """Of the page's own document; None when none came."""
    begun_at: datetime
    ended_at: datetime
    browser: str
    """Product and version, as the browser says."""
    title: str
    text: str
    """What people can read."""
    dom: str
    """The final DOM as HTML."""
    photograph: bytes
    """The whole page, PNG; empty when it could not be taken."""
    size: tuple[int, int]
    """Width and height of the photograph in CSS pixels."""
    loaded: tuple[Loaded, ...]
    chain: tuple[bytes, ...]
    """Certificates of the page's server, DER, its own first."""
    refused: tuple[str, ...] = ()
    """Hosts that the guard refused."""
    notes: tuple[str, ...] = ()
    """What is incomplete, in words."""
