"""What the sites of a campaign are searched for."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from crawler.campaign import Campaign
from crawler.model import Right

SHORTEST = 2
"""Characters of a name that is searched for; one letter finds everything."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Queries:
    """The searches that each site is asked."""

    words: tuple[str, ...]
    left_out: int
    """How many more there would be."""


def queries_of(campaign: Campaign, rights: Iterable[Right], on: date) -> Queries:
    """Return the campaign's own words, then the names of its rights, then their variants.

    :param rights: the registry; of it count those that the campaign covers and that are in force
    :param on: the day of the sweep
    """
    covered = [r for r in rights if campaign.covers(r) and r.lapse(on) is None]
    names = [name for right in covered for name in right.names[:1]]
    variants = [name for right in covered for name in right.names[1:]]
    found: dict[str, str] = {}
    for word in (*campaign.search.words, *names, *variants):
        text = " ".join(word.split())
        if len(text) >= SHORTEST:
            found.setdefault(text.casefold(), text)
    words = tuple(found.values())
    most = campaign.search.max_queries_per_site
    return Queries(words=words[:most], left_out=max(0, len(words) - most))
