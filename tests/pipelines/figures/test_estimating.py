"""Intervals hold: simulated months, small ones and such with nothing found among them."""

from __future__ import annotations

import math
import random
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.model import JudgementKind
from crawler.store.period_samples import DrawnLook, DrawSize, ReviewedHit
from pipelines.figures.estimating import (
    Stratum,
    clopper_pearson,
    estimate_share,
    merge_thin,
)
from pipelines.figures.judging import (
    add_missed,
    estimate_bands,
    estimate_missed,
    estimate_precision,
    share_found,
)

MONTHS = 200
HELD = 0.93


# -- simulated months ------------------------------------------------------------------


@dataclass(frozen=True)
class SimulatedMonth:
    """What people saw of a month, and what only the simulation knows."""

    hits: list[ReviewedHit]
    looks: list[DrawnLook]
    sizes: dict[str, DrawSize]
    precision: float
    """Share of the flagged hits that infringe."""
    dismissed: int
    """Infringing ones among those below the threshold that were drawn from."""
    rejected: int
    """Infringing ones among those that people put aside."""
    infringing: int
    """Hits judged infringing."""


def simulate(seed: int) -> SimulatedMonth:
    """Live one month: how large, how good and how careful differs from month to month."""
    chance = random.Random(seed)
    count = round(10 ** chance.uniform(1.2, 3))
    skill = chance.uniform(0.3, 1.1)
    slips = chance.choice((0.0, 0.01, 0.05))
    share = chance.choice((0.05, 0.1, 0.3, 1.0))
    answered = chance.choice((0.7, 1.0))
    diligence = chance.uniform(0.4, 1.0)
    truths: dict[str, bool] = {}
    hits: list[ReviewedHit] = []
    below: list[ReviewedHit] = []
    for number in range(count):
        score = chance.betavariate(0.6, 0.6)
        truth = chance.random() < score**2 * skill
        hit = a_hit(f"h-{number}", score)
        truths[hit.id] = truth
        if not hit.flagged:
            below.append(hit)
            continue
        decision: JudgementKind | None = None
        if chance.random() < diligence * (0.5 + score / 2):  # what is likely is judged first
            decision = "infringing" if truth and chance.random() >= slips * 4 else "unrelated"
            decision = "unsure" if chance.random() < 0.05 else decision
        hits.append(a_hit(hit.id, score, decision))
    looks, sizes = draws(chance, hits, below, truths, share, answered)
    rejected = [hit for hit in hits if hit.decision == "unrelated"]
    flagged = [hit for hit in hits if hit.flagged]
    return SimulatedMonth(
        hits=hits,
        looks=looks,
        sizes=sizes,
        precision=sum(truths[hit.id] for hit in flagged) / max(len(flagged), 1),
        dismissed=sum(truths[hit.id] for hit in below),
        rejected=sum(truths[hit.id] for hit in rejected),
        infringing=sum(hit.decision == "infringing" for hit in hits),
    )


def a_hit(name: str, score: float, decision: JudgementKind | None = None) -> ReviewedHit:
    return ReviewedHit(
        id=name,
        band=min(int(score * 10), 9),
        score=score,
        flagged=score >= 0.5,
        decision=decision,
        bulk=None,
        sampled=False,
        parts=(),
    )


def draws(
    chance: random.Random,
    hits: list[ReviewedHit],
    below: list[ReviewedHit],
    truths: dict[str, bool],
    share: float,
    answered: float,
) -> tuple[list[DrawnLook], dict[str, DrawSize]]:
    """Draw four times in the month, as the store does, and look at most of what was drawn."""
    looks: list[DrawnLook] = []
    sizes: dict[str, DrawSize] = {}
    rejected = [hit for hit in hits if hit.decision == "unrelated"]
    for week in range(4):
        name = f"sd-{week}"
        parts = {"rejected": rejected[week::4], "dismissed": below[week::4]}
        sizes[name] = DrawSize(
            rejected=len(parts["rejected"]), dismissed=len(parts["dismissed"]), in_period=True
        )
        for kind, population in parts.items():
            for hit in chance.sample(population, math.ceil(round(share * len(population), 9))):
                said: JudgementKind | None = "infringing" if truths[hit.id] else "unrelated"
                said = said if chance.random() < answered else None
                looks.append(
                    DrawnLook(
                        hit=hit.id,
                        draw=name,
                        first=kind,  # type: ignore[arg-type] # one of both
                        said=said,
                        in_period=True,
                    )
                )
    return looks, sizes


@pytest.fixture(scope="module")
def months() -> list[SimulatedMonth]:
    return [simulate(seed) for seed in range(MONTHS)]


def test_months_are_small_and_large_and_some_find_nothing(months: list[SimulatedMonth]) -> None:
    sizes = [len(month.hits) for month in months]
    assert min(sizes) < 15
    assert max(sizes) > 400
    found = [sum(look.said == "infringing" for look in month.looks) for month in months]
    assert sum(count == 0 for count in found) > MONTHS / 10


def test_intervals_of_precision_hold(months: list[SimulatedMonth]) -> None:
    results = list(_precision_held(months))
    assert len(results) > MONTHS * 0.95
    assert sum(results) / len(results) >= HELD


def _precision_held(months: list[SimulatedMonth]) -> Iterator[bool]:
    for month in months:
        precision = estimate_precision(month.hits, month.looks, month.sizes)
        if precision.interval is not None:
            low, high = precision.interval
            yield low - 1e-9 <= month.precision <= high + 1e-9


def test_intervals_of_what_was_missed_hold(months: list[SimulatedMonth]) -> None:
    held = Counter[str]()
    told = Counter[str]()
    for month in months:
        parts = {
            kind: estimate_missed(month.looks, month.sizes, kind)
            for kind in ("dismissed", "rejected")
        }
        both = add_missed([*parts.values()])
        truths = {"dismissed": month.dismissed, "rejected": month.rejected}
        for kind, estimate in parts.items():
            if estimate.counts is not None:
                told[kind] += 1
                held[kind] += estimate.counts[0] <= truths[kind] <= estimate.counts[1]
        if both.interval is not None:
            told["both"] += 1
            truth = month.dismissed + month.rejected
            held["both"] += both.interval[0] - 1e-9 <= truth <= both.interval[1] + 1e-9
            share, interval = share_found(month.infringing, both)
            if share is not None and interval is not None:
                told["share"] += 1
                true = month.infringing / max(month.infringing + truth, 1)
                held["share"] += interval[0] - 1e-9 <= true <= interval[1] + 1e-9
    assert {*told} == {"dismissed", "rejected", "both", "share"}
    for kind in told:
        assert told[kind] > MONTHS * 0.8, kind
        assert held[kind] / told[kind] >= HELD, kind


def test_estimates_are_right_on_the_average(months: list[SimulatedMonth]) -> None:
    """Of all months together what was missed is estimated within a twentieth."""
    estimated = truth = 0.0
    for month in months:
        estimate = estimate_missed(month.looks, month.sizes, "dismissed")
        estimated += estimate.count or 0
        truth += month.dismissed
    assert estimated == pytest.approx(truth, rel=0.05)


def test_judged_first_is_not_judged_better() -> None:
    """Without tenths of the score precision would be that of what was judged: far too high."""
    hits = [a_hit(f"a{n}", 0.95, "infringing" if n % 10 else "unrelated") for n in range(90)]
    hits += [a_hit(f"b{n}", 0.55, "infringing" if n % 10 == 0 else "unrelated") for n in range(10)]
    hits += [a_hit(f"c{n}", 0.55) for n in range(80)]
    precision = estimate_precision(hits)
    assert precision.share == pytest.approx((81 + 9) / 180)
    assert (precision.flagged, precision.looked) == (180, 100)


# -- the parts -------------------------------------------------------------------------


def test_a_bulk_counts_as_its_sample() -> None:
    """Two hundred decided at once are no two hundred looks."""
    alone = [a_hit(f"a{n}", 0.9, "unrelated" if n % 2 else "infringing") for n in range(20)]
    bulk = [
        ReviewedHit(
            id=f"b{n}",
            band=9,
            score=0.9,
            flagged=True,
            decision="infringing",
            bulk="b-1",
            sampled=n < 8,
            parts=(),
        )
        for n in range(60)
    ]
    precision = estimate_precision([*alone, *bulk])
    assert precision.share == pytest.approx((10 + 60) / 80)
    assert precision.looked == 28
    assert precision.interval is not None
    low, high = precision.interval
    assert high - low > 0.25  # eighty looks would be 0.15


def test_second_looks_put_back_what_was_put_aside_wrongly() -> None:
    hits = [a_hit(f"h{n}", 0.9, "infringing" if n < 50 else "unrelated") for n in range(100)]
    looks = [
        DrawnLook(hit=f"h{50 + n}", draw="sd", first="rejected", in_period=True,
                  said="infringing" if n < 2 else "unrelated")
        for n in range(10)
    ]  # fmt: skip
    sizes = {"sd": DrawSize(rejected=50, dismissed=0, in_period=True)}
    precision = estimate_precision(hits, looks, sizes)
    assert precision.share == pytest.approx(0.6)
    assert precision.rechecked == 10


def test_what_nobody_looked_at_is_not_known() -> None:
    sizes = {"sd": DrawSize(rejected=5, dismissed=7, in_period=True)}
    estimate = estimate_missed([], sizes, "rejected")
    assert (estimate.share, estimate.counts) == (None, None)
    assert add_missed([estimate]).count is None
    assert estimate_precision([a_hit("h", 0.9)]).share is None
    assert estimate_precision([]).share is None
    assert share_found(3, add_missed([estimate])) == (None, None)


def test_nothing_put_aside_is_nothing_missed() -> None:
    both = add_missed([])
    assert (both.count, both.interval, both.total) == (0, (0, 0), 0)
    assert share_found(3, both) == (1.0, (1.0, 1.0))


def test_all_looked_at_leaves_no_doubt() -> None:
    estimate = estimate_share([Stratum(total=9, looked=9, found=2)], finite=True)
    assert estimate.counts == (2, 2)


def test_bands_weigh_second_looks_by_their_chance() -> None:
    hits = [a_hit("h1", 0.45, "infringing")]
    looks = [DrawnLook(hit="h2", draw="sd", first="dismissed", said="unrelated", in_period=True)]
    sizes = {"sd": DrawSize(rejected=0, dismissed=9, in_period=True)}
    [(band, estimate)] = estimate_bands(hits, looks, sizes, {"h2": 4}).items()
    assert band == 4
    assert estimate.share == pytest.approx(0.1)


@given(st.integers(1, 60), st.data())
def test_an_exact_interval_holds_what_was_found(looked: int, data: st.DataObject) -> None:
    """Against the binomial distribution itself: each end leaves 2.5 % beyond it."""
    found = data.draw(st.integers(0, looked))
    low, high = clopper_pearson(found, looked)
    assert 0 <= low <= found / looked <= high <= 1
    if found:
        above = sum(_binomial(looked, n, low) for n in range(found, looked + 1))
        assert above == pytest.approx(0.025, abs=1e-6)
    if found < looked:
        below = sum(_binomial(looked, n, high) for n in range(found + 1))
        assert below == pytest.approx(0.025, abs=1e-6)


def _binomial(looked: int, found: int, share: float) -> float:
    return math.comb(looked, found) * share**found * (1 - share) ** (looked - found)


def test_thin_strata_are_joined() -> None:
    strata = [Stratum(total=10, looked=n, found=0) for n in (1, 2, 9, 3)]
    assert [one.looked for one in merge_thin(strata, 5)] == [15]
    strata = [Stratum(total=10, looked=n, found=0) for n in (5, 2, 9, 3)]
    assert [(one.total, one.looked) for one in merge_thin(strata, 5)] == [(10, 5), (30, 14)]
    assert merge_thin([], 5) == []
