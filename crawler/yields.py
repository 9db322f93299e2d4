"""Whether a site yields what it did: a changed layout or a quiet refusal looks like few goods."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from statistics import median

from sqlite_utils import Database

from crawler.store.yields import SiteYield, find_sweeps_before, find_yields

HISTORY = 5
"""Earlier sweeps of a site that it is measured by."""
LOOK_BACK = 50
"""Sweeps of the workspace that are looked through for these."""
ENOUGH = 10
"""Listings from which on shares mean something."""
DROP = 0.5
"""A yield below this share of what is usual is an alarm."""


def find_drops(now: SiteYield, before: Sequence[SiteYield]) -> Iterator[str]:
    """Yield in words what a site yields much less of than it used to.

    :param now: of a site that was swept to its end
    :param before: the same of earlier sweeps, one at least
    """
    usual = median(one.listings for one in before)
    if usual >= ENOUGH and now.listings < DROP * usual:
        yield f"{now.listings} listings, usually {usual:g}"
    if now.read < ENOUGH:
        return
    for name, count in now.filled.items():
        shares = [one.filled[name] / one.read for one in before if one.read >= ENOUGH]
        if shares and count / now.read < DROP * (was := median(shares)) and was >= DROP:
            label = "a picture" if name == "pictures" else f"a {name}"
            yield f"{count / now.read:.0%} of the listings have {label}, usually {was:.0%}"


def find_alarms(db: Database, sweep: str, whole: Mapping[str, bool]) -> Iterator[tuple[str, str]]:
    """Yield (site, words) for each drop of a sweep against the sites' own history.

    :param whole: site -> whether it was swept to its end; of the others few goods say nothing
    """
    now = find_yields(db, sweep)
    history: dict[str, list[SiteYield]] = {site: [] for site, done in whole.items() if done}
    for earlier in find_sweeps_before(db, sweep, LOOK_BACK):
        if all(len(known) >= HISTORY for known in history.values()):
            break
        for site, one in find_yields(db, earlier).items():
            if site in history and len(history[site]) < HISTORY:
                history[site].append(one)
    nothing = SiteYield(listings=0, read=0, filled={})
    for site, before in history.items():
        if before:
            for words in find_drops(now.get(site, nothing), before):
                yield site, words
