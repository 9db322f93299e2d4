"""In which order a sweep takes up its sites: by what they yield, and for how long unseen."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from crawler.sites import site_of

LEAST_YIELD = 0.5
"""Flagged hits expected of a site on which none was found: it is looked at, but seldom first."""
SHORTEST_HOURS = 1.0
"""A site that was looked at just now is not taken for one that was looked at never."""


@dataclass(frozen=True, kw_only=True, slots=True)
class SitePast:
    """What the last sweeps found on a site."""

    looked_at: datetime
    """When the last sweep that asked it began."""
    sweeps: int
    """Sweeps that asked it, 1 or more."""
    flagged: int
    """Flagged hits that these found, all together."""

    def urgency(self, at: datetime) -> float:
        """Return how much is to be expected: flagged hits a sweep, times hours since the last.

        New offers come as time passes, more where there were more; and however little a site
        yields, it grows with the hours, so that no site waits for ever.
        """
        hours = (at - self.looked_at).total_seconds() / 3600
        expected = max(LEAST_YIELD, self.flagged / self.sweeps)
        return expected * max(SHORTEST_HOURS, hours)


def order_seeds(
    seeds: Sequence[str], past: Mapping[str, SitePast], at: datetime
) -> tuple[str, ...]:
    """Return a campaign's seeds, those of the most urgent sites first.

    Sites of which nothing is known go first: what they yield is not known either. Seeds of one site
    stand together, and what is as urgent stays as the campaign has it.

    :param past: site -> what was found there
    :param at: when the sweep begins
    """
    sites = dict.fromkeys(site_of(seed) for seed in seeds)
    known = [site for site in sites if site in past]
    known.sort(key=lambda site: -past[site].urgency(at))
    order = {s: i for i, s in enumerate([*(s for s in sites if s not in past), *known])}
    return tuple(sorted(seeds, key=lambda seed: order[site_of(seed)]))
