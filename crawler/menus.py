"""The links that stand on every page of a site: they are decided on once."""

from __future__ import annotations

from collections import OrderedDict

MOST_KNOWN = 2_000
"""Addresses of a site that are kept in mind: its menus, which come first."""


class Menu(set[str]):
    """Addresses as they stand on the pages of one origin, decided on and followed before."""

    def add(self, href: str) -> None:
        """Keep an address that means the same on every page: a path from the root."""
        if href[:1] == "/" and len(self) < MOST_KNOWN:
            super().add(href)


class Menus:
    """The menu of each origin, of those met last."""

    def __init__(self, most: int = 1_000) -> None:
        self._known: OrderedDict[str, Menu] = OrderedDict()
        self._most = most

    def of(self, url: str) -> Menu:
        """Return the known addresses of the URL's origin, to be added to."""
        scheme, _, rest = url.partition("://")
        origin = f"{scheme}://{rest.partition('/')[0]}"
        known = self._known.pop(origin, None)
        self._known[origin] = known = Menu() if known is None else known
        if len(self._known) > self._most:
            self._known.popitem(last=False)
        return known
