"""The links that stand on every page of a site: they are decided on once."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable, Sequence
from itertools import islice

MOST_KNOWN = 2_000
"""Addresses of a site that are kept in mind: its menus, which come first."""


class Menu(set[str]):
    """Addresses as they stand on the pages of one origin, decided on and followed before."""

    found: Sequence[str] = ()
    """Those of the page that was read last; they are learned once that page was believed."""

    def learn(self, hrefs: Iterable[str]) -> None:
        """Keep the addresses that mean the same on every page: paths from the root."""
        room = max(MOST_KNOWN - len(self), 0)
        self.update(islice((href for href in hrefs if href[:1] == "/"), room))


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
