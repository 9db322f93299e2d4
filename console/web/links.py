"""Where the page of a thing is, told by its id."""

from __future__ import annotations

from urllib.parse import quote

_PAGES = {
    "h": "/hits/",
    "c": "/cases/",
    "N": "/notices/",
    "w": "/sweeps/",
    "sw": "/sweeps/",
    "cap": "/captures/",
    "se": "/sellers/",
    "g": "/queue/",
    "a": "/people/",
    "tip": "/tips/",
    "dr": "/draws/",
}
_OF_RIGHTS = frozenset({"lesson", "lesson-undone"})
"""Kinds of entries whose subject is a right, whose id can be anything."""


def path_of(subject: str, *, kind: str = "") -> str | None:
    """Return the address of the page of what an entry of the ledger is about; None without one.

    :param kind: of the entry
    """
    if kind in _OF_RIGHTS:
        return f"/registry/{quote(subject, safe='')}"
    prefix, dash, rest = subject.partition("-")
    if not (dash and rest and subject.isascii() and subject.isprintable()):
        return None
    page = _PAGES.get(prefix)
    return page and f"{page}{quote(subject, safe='')}"
