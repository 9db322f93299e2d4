"""What a page may take in the browser, and what came of it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True, slots=True)
class Limits:
    """What one page may take; the defaults are those of a sweep."""

    answer_seconds: float = 30.0
    """Until the head of the main document has come."""
    load_seconds: float = 20.0
    """From then on, until its scripts are at rest; what they have made by then is read."""
    grow_seconds: float = 300.0
    """While a list grows."""
    most_steps: int = 400
    """Clicks and scrolls while a list grows."""
    most_bytes: int = 50_000_000
    """Over the network, with everything that its scripts ask for."""
    longest_page: int = 20_000_000
    """Characters of the final DOM that are kept."""
    memory_mb: int = 1200
    """Of the whole browser; beyond, the page that takes most is ended."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Rendered:
    """What came of a page."""

    status: int
    headers: list[tuple[str, str]]
    body: bytes
    """The final DOM in UTF-8; or the body as it came, where the answer was no page to render."""
    is_dom: bool
    moved_to: str | None = None
    """Where the page's scripts wanted to lead the tab."""
    steps: int = 0
    """Clicks and scrolls by which a list was made whole."""
    notes: tuple[str, ...] = ()
    """What is incomplete, in words."""


class TabLostError(Exception):
    """The tab crashed, hangs, or went with its browser; it cannot be used again."""
