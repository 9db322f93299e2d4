"""The links that stand on every page of a site: they are decided on once."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable
from itertools import islice

from crawler.link import Link

MOST_KNOWN = 2_000
"""Addresses of a site that are kept in mind: its menus, which come first."""


class Menu(set[str]):
    """Addresses as they stand on the pages of one origin, decided on and followed before."""

    def learn(self, links: Iterable[Link]) -> None:
        """Keep the links of a page that was believed: paths from the root mean the same on all."""
        hrefs = (link.written for link in links if link.written and link.written[0] == "/")
        self.update(islice(hrefs, max(MOST_KNOWN - len(self), 0)))


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
