"""Marks that suddenly rise: more new hits in a sweep than their own history lets expect.

The new hits of a right in a sweep are taken as a Poisson count with an unknown mean. What the last
sweeps of the same campaign saw, with Jeffreys' prior, makes of it a negative binomial forecast
(Gelman et al., Bayesian Data Analysis, 3rd ed., sections 2.6 and 2.8), which is the wider the less
is known. A right rises when so many hits, or more, have a chance below ``CHANCE``, divided by the
rights that are looked at (Bonferroni), so that of a hundred sweeps in which nothing rises one tells
of a rise. Comparing a count with the same source's own past is how outbreaks are found (Farrington
et al., J. R. Statist. Soc. A 159, 1996). Copies come in batches, which a Poisson count does not
know: so there must be more than in any of these sweeps, twice the mean, and no small count.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from scipy.special import betainc

CHANCE = 0.01
"""Of a false alarm in a sweep, for all rights together."""
HISTORY = 14
"""Sweeps before it that a sweep is measured by."""
LEAST_HISTORY = 4
"""With fewer, nothing is said to rise."""
LEAST = 5
"""Fewer new hits are no rise."""
TIMES = 2.0
"""A rise has at least so many times the mean."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Rise:
    """A right that rises."""

    right: str
    count: int
    """New hits of the sweep."""
    mean: float
    """Of the sweeps before."""
    sweeps: int
    """How many these are."""


def forecast_chance(count: int, before: Sequence[int]) -> float:
    """Return the chance of ``count`` new hits or more, after what the sweeps before had.

    The chance that a negative binomial with shape K + 1/2 and success n / (n + 1) is ``count`` or
    more, where K is the sum of the n counts before: the regularised incomplete beta function (NIST
    Digital Library of Mathematical Functions, 8.17.24).

    :param before: one count at least
    """
    shape, n = sum(before) + 0.5, len(before)
    mean = shape / n
    if count <= mean:
        return 1.0  # no rise, whatever the chance
    return float(betainc(count, shape, 1 / (n + 1)))


def find_rises(now: Mapping[str, int], before: Sequence[Mapping[str, int]]) -> list[Rise]:
    """Return the rights that rise in a sweep, the steepest first.

    :param now: right -> new hits of the sweep; the others have none
    :param before: the same of the sweeps before
    """
    if len(before) < LEAST_HISTORY:
        return []
    looked_at = len({*now, *(right for one in before for right in one)})
    found = []
    for right, count in now.items():
        history = [one.get(right, 0) for one in before]
        mean = sum(history) / len(history)
        if count < LEAST or count <= max(history) or count < TIMES * mean:
            continue
        if (chance := forecast_chance(count, history)) * looked_at <= CHANCE:
            found.append((chance, Rise(right=right, count=count, mean=mean, sweeps=len(history))))
    return [rise for _, rise in sorted(found, key=lambda one: (one[0], one[1].right))]
