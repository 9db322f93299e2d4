"""Shares and totals from samples, with intervals that hold for few cases and for none found.

A sample of strata that were drawn with known chances: what was found in each counts for as many as
it was drawn from (D. G. Horvitz and D. J. Thompson, A generalization of sampling without
replacement from a finite universe, Journal of the American Statistical Association 47, 1952, in
J. Hájek's form as a ratio). The interval is that of C. J. Clopper and E. S. Pearson (The use of
confidence or fiducial limits illustrated in the case of the binomial, Biometrika 26, 1934) for the
effective size of the sample, as E. L. Korn and B. I. Graubard give it (Confidence intervals for
proportions with small expected number of positive counts estimated from survey data, Survey
Methodology 24, 1998). Unlike theirs, the effective size is never more than what unequal weights
leave of it (L. Kish, Survey Sampling, 1965): a variance from few cases is not to be relied on.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from scipy.special import betaincinv

from pipelines.intervals import Interval

CONFIDENCE = 0.95
_TAIL = (1 - CONFIDENCE) / 2


@dataclass(frozen=True, kw_only=True, slots=True)
class Stratum:
    """A part of what is asked about, of which some were looked at by lot."""

    total: float
    """How many it has; estimated where only the chance of being drawn is known."""
    looked: int
    found: int
    """Of those looked at."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Estimate:
    """A share, and where the true one lies in 95 of 100 cases."""

    share: float | None
    """None where nothing was looked at."""
    interval: Interval | None
    total: float
    """Of what."""
    looked: int
    found: int

    @property
    def count(self) -> float | None:
        """How many that are in all."""
        return None if self.share is None else self.share * self.total

    @property
    def counts(self) -> tuple[int, int] | None:
        """Between how many and how many: whole ones, and no fewer than were found."""
        if self.interval is None:
            return None
        low, high = (end * self.total for end in self.interval)
        most = math.ceil(self.total)
        low = max(self.found, math.floor(low + 1e-9))
        return min(low, most), min(max(math.ceil(high - 1e-9), self.found), most)


def clopper_pearson(found: float, looked: float) -> Interval:
    """Return the 95 % interval of a share; the numbers need not be whole.

    :param looked: over 0
    """
    low = 0.0 if found <= 0 else betaincinv(found, looked - found + 1, _TAIL)
    high = 1.0 if found >= looked else betaincinv(found + 1, looked - found, 1 - _TAIL)
    return float(low), float(high)


def estimate_share(strata: Iterable[Stratum], *, finite: bool) -> Estimate:
    """Return the share over all strata.

    A stratum of which nothing was looked at is taken to be as the others together.

    :param finite: whether the share of these very ones is asked for, of which those looked at are
        known; else the share among all that come this way
    """
    strata = [one for one in strata if one.total > 0]
    seen = [one for one in strata if one.looked]
    known = sum(one.total for one in seen)
    found, looked = sum(one.found for one in seen), sum(one.looked for one in seen)
    total = sum(one.total for one in strata)
    if not seen:
        return Estimate(share=None, interval=None, total=total, looked=0, found=0)
    share = sum(one.total / known * one.found / one.looked for one in seen)
    share = min(share, 1.0)
    size = _effective_size(seen, known, share, finite=finite and known == total)
    interval = (share, share) if math.isinf(size) else clopper_pearson(share * size, size)
    return Estimate(share=share, interval=interval, total=total, looked=looked, found=found)


def _effective_size(
    strata: Sequence[Stratum], total: float, share: float, *, finite: bool
) -> float:
    """Return how many drawn with equal chances would tell as much; infinite when all were seen."""
    by_weights = by_variance = 0.0
    for one in strata:
        left = 1.0
        if finite:
            left = max(0.0, one.total - one.looked) / max(one.total - 1, 1)
        part = (one.total / total) ** 2 / one.looked * left
        by_weights += part
        own = one.found / one.looked
        by_variance += part * own * (1 - own)
    if by_weights == 0:
        return math.inf
    size = 1 / by_weights
    if by_variance > 0:
        size = min(size, share * (1 - share) / by_variance)
    return size


def merge_thin(strata: Iterable[Stratum], least: int) -> list[Stratum]:
    """Return strata in their order, those with too few looked at joined to what comes next.

    What is left over at the end goes to the last one.
    """
    merged: list[Stratum] = []
    open_one: Stratum | None = None
    for one in strata:
        open_one = one if open_one is None else _joined(open_one, one)
        if open_one.looked >= least:
            merged.append(open_one)
            open_one = None
    if open_one is not None:
        merged.append(_joined(merged.pop(), open_one) if merged else open_one)
    return merged


def _joined(one: Stratum, other: Stratum) -> Stratum:
    return Stratum(
        total=one.total + other.total,
        looked=one.looked + other.looked,
        found=one.found + other.found,
    )


def corrected(first: Estimate, missed: Estimate) -> tuple[float | None, Interval | None]:
    """Return the share that is right, from what first looks say and what they put aside wrongly.

    ``first + (1 - first) * missed``. The ends of both intervals are put together as variances are
    (G. Y. Zou and A. Donner, Construction of confidence limits about effect measures, Statistics
    in Medicine 27, 2008), each weighed by how far it moves the result.

    :param first: share that first looks call infringing
    :param missed: share, of those that first looks put aside, that are infringing all the same
    """
    if first.share is None or first.interval is None:
        return None, None
    if missed.share is None or missed.interval is None:
        return first.share, first.interval
    share = first.share + (1 - first.share) * missed.share
    reaches = [
        math.hypot(
            (1 - missed.share) * (first.share - first.interval[end]),
            (1 - first.share) * (missed.share - missed.interval[end]),
        )
        for end in (0, 1)
    ]
    return share, (max(0.0, share - reaches[0]), min(1.0, share + reaches[1]))
