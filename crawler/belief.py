"""How far a site is believed that nothing has changed: its 304, and the dates of its sitemaps.

Either word is put to the proof by full looks: at each page after some days, and at a sample in each
sweep. A word that was wrong is not believed any more, and people are told.
"""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta

from crawler.lastmods import latest_of
from crawler.recrawl import is_full_look_due
from crawler.store.database import now, timestamp
from crawler.store.visits import StoredVisits, Visit

BY_304, BY_LASTMOD = "304", "lastmod"
"""What may be doubted: that of a site, and that of a sitemap."""
MOST_ASKED = 3
"""Times in a sweep that a sitemap is asked once more since a page contradicts it."""


class Belief:
    """What is believed in one sweep."""

    def __init__(self, stored: StoredVisits, sweep: str, *, days: float, share: float) -> None:
        """Begin with what former sweeps found wrong.

        :param days: after which each page is read in full; so long a word is doubted
        :param share: of the pages that are read in full besides
        """
        self._stored = stored
        self._sweep = sweep
        self._days = days
        self._share = share
        since = timestamp(now() - timedelta(days=days))
        self._lying = {site for site, at in stored.doubts(BY_304).items() if at >= since}
        self._wrong = {name for name, at in stored.doubts(BY_LASTMOD).items() if at >= since}
        self._asked: Counter[str] = Counter()
        self.unwritten: list[tuple[str, str, str]] = []
        """What is doubted since it was last written: (what, name, since)."""

    def is_full_look_due(self, visit: Visit) -> bool:
        """Tell whether a page is to be read in full, whatever its site says of it."""
        return is_full_look_due(visit, now(), self._sweep, self._days, self._share)

    def believes_304(self, site: str) -> bool:
        """Tell whether a site may say that its pages are as they were."""
        return site not in self._lying

    def believes_dates(self, sitemap: str) -> bool:
        """Tell whether a sitemap may say when its pages changed."""
        return sitemap not in self._wrong

    def may_ask_again(self, sitemap: str) -> bool:
        """Count that a sitemap is asked once more; False when it was often enough."""
        self._asked[sitemap] += 1
        return self._asked[sitemap] <= MOST_ASKED

    def unchanged_by(self, visit: Visit) -> tuple[str, datetime] | None:
        """Return the sitemap that says that a page is as it was when read last, and the date."""
        found = self._stored.find_lastmod(visit.url, self._sweep)
        if found is None or not self.believes_dates(found[0]):
            return None
        changed = _before(visit, found[1])
        return None if changed is None else (found[0], changed)

    def changed_after_304(self, visit: Visit) -> str | None:
        """Note that a page was not as its site said; return what people are told, once a site."""
        if not self.believes_304(visit.site):
            return None
        self._lying.add(visit.site)
        self.unwritten.append((BY_304, visit.site, timestamp(now())))
        return (
            f"{visit.site} says of pages that changed that they did not (HTTP 304), as of"
            f" {visit.url}: what it says so of is read in full for the rest of the sweep and for"
            f" {self._days:g} days; what it said so of before in this sweep may have changed"
        )

    def changed_against_dates(self, visit: Visit, sitemap: str, lastmod: str) -> str | None:
        """Note that a page changed; return what people are told when its sitemap says otherwise.

        :param lastmod: what the sitemap says now, asked after the page
        """
        changed = _before(visit, lastmod)
        if changed is None or not self.believes_dates(sitemap):
            return None
        self._wrong.add(sitemap)
        self.unwritten.append((BY_LASTMOD, sitemap, timestamp(now())))
        return (
            f"the dates of {sitemap} are not believed any more: {visit.url} changed after"
            f" {visit.read_at[:10]}, and not before {changed:%Y-%m-%d} as it says; what was left"
            f" out on its word is asked for in the next sweep, and in those of {self._days:g} days"
        )


def _before(visit: Visit, lastmod: str) -> datetime | None:
    """Return when a page last changed, by its date, if that was before it was last read."""
    changed = latest_of(lastmod)
    if changed is None or not visit.read_at or changed >= datetime.fromisoformat(visit.read_at):
        return None
    return changed
