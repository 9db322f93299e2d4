"""What the URLs of a shop program mean, where they are not like everybody's."""

from __future__ import annotations

import re
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from urllib.parse import parse_qsl, unquote, urlencode, urlsplit

from crawler.sites import canonical_url


@dataclass(frozen=True, kw_only=True, slots=True)
class Conventions:
    """Patterns are searched in path and query, unescaped (``/index.php?route=product/product``).

    They count before what is true of any shop: a trap is never followed, and what is named a
    listing or a list is one, though it looks like a search or a filter.
    """

    listing: re.Pattern[str] | None = None
    lists: re.Pattern[str] | None = None
    trap: re.Pattern[str] | None = None
    keeps: AbstractSet[str] = field(default_factory=frozenset)
    """Parameters that choose a listing; the others only say by which way people came to it. Empty
    = all are kept."""
    same: tuple[tuple[re.Pattern[str], str], ...] = ()
    """What is replaced in a listing's path, by what: one product at several addresses."""

    def is_trap(self, target: str) -> bool:
        """Tell whether path and query lead to pages without end or use."""
        return self.trap is not None and self.trap.search(target) is not None

    def is_listing(self, target: str) -> bool:
        """Tell whether path and query are a listing's."""
        return self.listing is not None and self.listing.search(target) is not None

    def is_list(self, target: str) -> bool:
        """Tell whether path and query are a list's."""
        return self.lists is not None and self.lists.search(target) is not None

    def tidy(self, url: str) -> str:
        """Return the one address of a listing."""
        parts = urlsplit(url)
        path = parts.path
        for pattern, plain in self.same:
            path = pattern.sub(plain, path)
        query = parts.query
        if self.keeps and query:
            pairs = parse_qsl(query, keep_blank_values=True)
            query = urlencode([pair for pair in pairs if pair[0] in self.keeps])
        tidied = parts._replace(path=path, query=query).geturl()
        return tidied if tidied == url else canonical_url(tidied) or url


ANY_SHOP = Conventions()
"""Nothing is known of the program."""


def target_in(url: str) -> str:
    """Return path and query of a URL, unescaped: what the patterns are searched in."""
    parts = urlsplit(url)
    return unquote(f"{parts.path}?{parts.query}" if parts.query else parts.path)
