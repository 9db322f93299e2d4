"""What a link is: where it leads, and how soon it is followed."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from functools import lru_cache
from typing import Any, NamedTuple


class LinkKind(StrEnum):
    """What a link seems to lead to; a hint, not a promise."""

    LISTING = "listing"
    NEXT = "next"
    LIST = "list"
    OTHER = "other"


PRIORITY = {LinkKind.LISTING: 30, LinkKind.NEXT: 20, LinkKind.LIST: 10, LinkKind.OTHER: 0}
"""Listings first: a budget is spent on what is matched, and the queue stays short, since a list
is opened only when the listings known so far are done. Then the rest of a list that is begun,
then other lists. Lists do not starve: listings are finite between two lists."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Link:
    """A link on the same site."""

    url: str
    """Canonical."""
    kind: LinkKind
    rank: int | None = None
    """Priority in place of that of its kind."""
    platform: str | None = None
    """Shop program of its site, when that is known; ``parse`` is told."""
    lastmod: str | None = None
    """When it changed, as its sitemap says; kept in the request's ``meta``."""
    written: str | None = field(default=None, compare=False)
    """As it stands on the page, of a link that may stand in a menu: by that it is known again."""

    @property
    def priority(self) -> int:
        """A Request's priority; higher is earlier."""
        return PRIORITY[self.kind] if self.rank is None else self.rank

    def request_text(self, depth: int) -> str:
        """Return how it is asked for, as a frontier's row has it."""
        return _request_text(depth, self.platform, self.lastmod)


class Links(NamedTuple):
    """All links of a page as one output of a spider: pages have hundreds, known ones mostly."""

    links: Sequence[Link]
    learn: Callable[[], None] = lambda: None
    """Called when the page was believed, and its links taken."""
    lastmods: Mapping[str, str] | None = None
    """Of a sitemap: URL -> when it changed, as written or empty; None = it is none."""


@lru_cache(maxsize=4096)
def _request_text(depth: int, platform: str | None, lastmod: str | None) -> str:
    told: dict[str, Any] = {"depth": depth}
    if platform:
        told["cb_kwargs"] = {"platform": platform}
    if lastmod:
        told["meta"] = {"lastmod": lastmod}
    return json.dumps(told, separators=(",", ":"))
