"""How right the hits are that people were shown, and what was put aside wrongly: pure estimates.

Judgements are no random sample of the hits. What is likely is judged first, so hits are taken by
tenths of their score, each for as many as were flagged in it (post-stratification: D. Holt and
T. M. F. Smith, Journal of the Royal Statistical Society A 142, 1979). Of a bulk only its sample was
looked at, so the sample stands for the bulk. What people put aside is looked at again by lot, and
what these second looks find is put back.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from crawler.model import JudgementKind
from crawler.store.period_samples import DrawnLook, DrawSize, First, ReviewedHit
from pipelines.figures.estimating import (
    Estimate,
    Stratum,
    corrected,
    estimate_share,
    merge_thin,
)
from pipelines.intervals import Interval

DECIDED: tuple[JudgementKind, ...] = ("infringing", "licensed", "unrelated")
"""Decisions that say what a hit is; ``unsure`` is none."""
LEAST = 5
"""Hits looked at in a tenth of the score, below which it is joined to the next."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Precision:
    """Share of the flagged hits that infringe."""

    share: float | None
    interval: Interval | None
    flagged: int
    looked: int
    """Of these, looked at by themselves and decided."""
    rechecked: int
    """Of those that were put aside, looked at a second time; 0 = first looks are taken as right."""


def estimate_precision(
    hits: Iterable[ReviewedHit],
    looks: Collection[DrawnLook] = (),
    sizes: Mapping[str, DrawSize] | None = None,
) -> Precision:
    """Return the share of flagged hits that infringe.

    :param hits: flagged ones, judged or not; others are left out
    :param looks: second looks; those at other hits are left out
    :param sizes: draw -> from how many it was
    """
    flagged = [hit for hit in hits if hit.flagged]
    first = estimate_share(_by_band(flagged), finite=False)
    ids = {hit.id for hit in flagged}
    weights = weigh_looks(looks, sizes or {})
    strata = [
        Stratum(
            total=said.total() * weights.get(drawn, 1.0),
            looked=said.total(),
            found=said["infringing"],
        )
        for drawn, said in _by_draw(looks, ids).items()
        if drawn[1] == "rejected"
    ]
    missed = estimate_share(strata, finite=False)
    share, interval = corrected(first, missed)
    return Precision(
        share=share,
        interval=interval,
        flagged=len(flagged),
        looked=first.looked,
        rechecked=missed.looked,
    )


def _by_band(hits: Sequence[ReviewedHit]) -> list[Stratum]:
    """Return the strata: tenths of the score of what was judged by itself, and bulks."""
    totals: dict[tuple[str, int], Counter[str]] = defaultdict(Counter)
    for hit in hits:
        mode = f"bulk {hit.decision}" if hit.bulk and hit.decision in DECIDED else "alone"
        counts = totals[mode, hit.band]
        counts["total"] += 1
        if hit.decision in DECIDED and (mode == "alone" or hit.sampled):
            counts["looked"] += 1
            counts["found"] += hit.decision == "infringing"
    strata = []
    for mode in sorted({mode for mode, _ in totals}):
        own = [
            Stratum(total=counts["total"], looked=counts["looked"], found=counts["found"])
            for (of, _), counts in sorted(totals.items())
            if of == mode
        ]
        if mode != "alone":
            own = [_of_bulks(own, infringing=mode.endswith("infringing"))]
        strata += merge_thin(own, LEAST)
    return strata


def _of_bulks(own: Sequence[Stratum], *, infringing: bool) -> Stratum:
    """Return all that was decided alike in bulks; their samples stand for them."""
    looked = max(1, sum(one.looked for one in own))  # of a part of a bulk none may be in the sample
    total = sum(one.total for one in own)
    return Stratum(total=total, looked=looked, found=looked if infringing else 0)


def _by_draw(
    looks: Iterable[DrawnLook], ids: Collection[str] | None
) -> dict[tuple[str, First], Counter[str]]:
    """Return draw and kind -> decision -> looks that came to it."""
    found: dict[tuple[str, First], Counter[str]] = defaultdict(Counter)
    for look in looks:
        if look.said in DECIDED and (ids is None or look.hit in ids):
            found[look.draw, look.first][look.said] += 1
    return found


def weigh_looks(
    looks: Iterable[DrawnLook], sizes: Mapping[str, DrawSize]
) -> dict[tuple[str, First], float]:
    """Return draw and kind -> for how many a look stands that came to something."""
    answered = _by_draw(looks, None)
    return {
        (draw, kind): max(1.0, getattr(sizes[draw], kind) / said.total())
        for (draw, kind), said in answered.items()
        if draw in sizes
    }


def estimate_missed(
    looks: Collection[DrawnLook], sizes: Mapping[str, DrawSize], kind: First
) -> Estimate:
    """Return how many of those put aside infringe, from the draws of the period.

    :param kind: put aside by people, or by the threshold
    """
    own = [look for look in looks if look.in_period]
    said = _by_draw(own, None)
    strata = []
    for draw, size in sizes.items():
        if size.in_period:
            counts = said.get((draw, kind), Counter())
            strata.append(
                Stratum(
                    total=size.rejected if kind == "rejected" else size.dismissed,
                    looked=counts.total(),
                    found=counts["infringing"],
                )
            )
    return estimate_share(strata, finite=True)


@dataclass(frozen=True, kw_only=True, slots=True)
class Missed:
    """How many infringe of all that was put aside."""

    count: float | None
    """None where something was put aside of which nothing was looked at."""
    interval: tuple[float, float] | None
    total: int
    """Of how many."""


def add_missed(parts: Sequence[Estimate]) -> Missed:
    """Return what several samples say together, each of another part.

    The ends of the intervals are put together as variances are (Zou and Donner, as ``corrected``).
    """
    parts = [part for part in parts if part.total]
    total = round(sum(part.total for part in parts))
    if any(part.count is None for part in parts):
        return Missed(count=None, interval=None, total=total)
    count = sum(part.count or 0 for part in parts)
    reaches = [0.0, 0.0]
    for part in parts:
        for end, limit in enumerate(part.counts or (0, 0)):
            reaches[end] += ((part.count or 0) - limit) ** 2
    low, high = max(0.0, count - reaches[0] ** 0.5), min(total, count + reaches[1] ** 0.5)
    found = sum(part.found for part in parts)
    return Missed(count=count, interval=(max(found, low), high), total=total)


def share_found(infringing: int, missed: Missed) -> tuple[float | None, Interval | None]:
    """Return the share of all that infringe, among the hits, that people found.

    :param infringing: hits judged so
    """
    if missed.count is None or missed.interval is None or infringing + missed.count <= 0:
        return None, None
    low, high = missed.interval
    return infringing / (infringing + missed.count), (
        infringing / (infringing + high) if infringing + high else 0.0,
        infringing / (infringing + low) if infringing + low else 1.0,
    )


def estimate_bands(
    hits: Iterable[ReviewedHit],
    looks: Collection[DrawnLook],
    sizes: Mapping[str, DrawSize],
    bands: Mapping[str, int],
) -> dict[int, Estimate]:
    """Return tenth of the score -> share that infringes, of what is known of it.

    :param bands: hit -> tenth of its score, of the hits below the threshold that were looked at
    """
    strata: dict[int, list[Stratum]] = defaultdict(list)
    alone: dict[int, Counter[bool]] = defaultdict(Counter)
    for hit in hits:
        if hit.decision in DECIDED and (not hit.bulk or hit.sampled):
            alone[hit.band][hit.decision == "infringing"] += 1
    for band, counts in alone.items():
        total = counts.total()
        strata[band].append(Stratum(total=total, looked=total, found=counts[True]))
    weights = weigh_looks(looks, sizes)
    for look in looks:
        if look.first == "dismissed" and look.said in DECIDED and look.hit in bands:
            weight = weights.get((look.draw, "dismissed"), 1.0)
            strata[bands[look.hit]].append(
                Stratum(total=weight, looked=1, found=int(look.said == "infringing"))
            )
    return {band: estimate_share(strata[band], finite=False) for band in sorted(strata)}
