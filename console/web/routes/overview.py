"""The overview: what came in, what waits, what was decided and taken down, how sure it was."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median
from zoneinfo import ZoneInfo

from starlette.responses import Response

from console.web.charts import Chart, Series, bars, lines
from console.web.drops import say_drop
from console.web.pages import page
from console.web.periods import PRESETS, Period, parse_period
from console.web.routes.registry import Precision, precision_of, today_of
from console.web.visits import Visit
from crawler.store.database import now
from crawler.store.figures import (
    DECISIONS,
    Removal,
    count_relistings,
    find_came,
    find_decided,
    find_decisions_by_right,
    find_decisions_by_sources,
    find_names,
    find_removals,
    find_waiting,
)
from crawler.store.second_looks import find_answers
from crawler.store.sweep_figures import find_kept_reports
from crawler.store.sweeps import StoredSweep, find_some_sweeps
from pipelines.second_looks import measure_agreement

MOST_RIGHTS = 20
MOST_ALARMS = 20
LAST_SWEEPS = 10
TONES = {"infringing": "three", "licensed": "five", "unrelated": "four", "unsure": "two"}
BECAME = ("gone", "gone once", "changed", "up", "back", "unknown", "not looked")


@dataclass(frozen=True, kw_only=True, slots=True)
class PrecisionLine:
    """Precision of one right, or of one way to find."""

    key: str
    name: str
    precision: Precision
    unsure: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Removals:
    """What became of the listings of the notices that were sent."""

    notices: int
    listings: int
    became: Mapping[str, int]
    gone: Precision
    """Proven gone, of all of them."""
    median_hours: float | None
    """From sending to the first look that found it gone; of those that are proven gone."""
    ninetieth_hours: float | None
    """Within which nine of ten of these were gone."""
    relisted: int


def show_overview(visit: Visit) -> Response:
    """Show the figures of a time."""
    zone = ZoneInfo(visit.workspace.config.console.time_zone)
    period = parse_period(visit.query, today_of(visit), zone)
    came = find_came(visit.db, period.since, period.until)
    decided = find_decided(visit.db, period.since, period.until)
    waiting = find_waiting(visit.db)
    values = _by_place(period, decided)
    kinds = Counter[str]({kind: sum(values[kind]) for kind in DECISIONS})
    by_right = find_decisions_by_right(visit.db, period.since, period.until)
    return visit.render(
        "overview.html",
        period=period,
        presets=PRESETS,
        chosen=period.days if not (visit.query.get("from") or visit.query.get("to")) else 0,
        hits=sum(hits for _, hits, _ in came),
        flagged=sum(flagged for _, _, flagged in came),
        waiting=waiting,
        waited=_days(now() - waiting.oldest) if waiting.oldest else None,
        kinds=[(kind, kinds[kind]) for kind in DECISIONS],
        decided=kinds.total(),
        came_chart=_came_chart(visit, period, came),
        decided_chart=_decided_chart(visit, period, values),
        precision_chart=_precision_chart(visit, period, values),
        overall=precision_of(
            kinds["infringing"], kinds["infringing"] + kinds["licensed"] + kinds["unrelated"]
        ),
        rights=_by_right(visit, by_right),
        rights_left=max(0, len(by_right) - MOST_RIGHTS),
        sources=_by_source(visit, period),
        removals=_removals(visit, period),
        became=BECAME,
        alarms=_alarms(visit),
        second=_second_looks(visit, period),
    )


def _days(length: timedelta) -> int:
    return int(length.total_seconds() // 86400)


def _labels(period: Period) -> list[str]:
    return [f"{day:%m-%d}" for day in period.starts]


def _came_chart(visit: Visit, period: Period, came: Sequence[tuple[datetime, int, int]]) -> Chart:
    count = len(period.starts)
    flagged, below = [0] * count, [0] * count
    for moment, hits, of_them in came:
        place = period.place(moment)
        flagged[place] += of_them
        below[place] += hits - of_them
    series = (
        Series(name=visit.say("overview.flagged"), tone="one", values=tuple(flagged)),
        Series(name=visit.say("overview.below"), tone="two", values=tuple(below)),
    )
    return bars(visit.say("overview.came_title"), _labels(period), series)


def _by_place(period: Period, decided: Sequence[tuple[datetime, str, int]]) -> dict[str, list[int]]:
    """Return decision -> how many in each place of the charts."""
    values: dict[str, list[int]] = {kind: [0] * len(period.starts) for kind in DECISIONS}
    places: dict[datetime, int] = {}
    for moment, decision, count in decided:
        if moment not in places:
            places[moment] = period.place(moment)
        values[decision][places[moment]] += count
    return values


def _decided_chart(visit: Visit, period: Period, values: Mapping[str, Sequence[int]]) -> Chart:
    series = [
        Series(name=visit.say(f"decision.{kind}"), tone=TONES[kind], values=tuple(values[kind]))
        for kind in DECISIONS
    ]
    return bars(visit.say("overview.decided_title"), _labels(period), series)


def _precision_chart(visit: Visit, period: Period, values: Mapping[str, Sequence[int]]) -> Chart:
    right, licensed, unrelated = (values[k] for k in ("infringing", "licensed", "unrelated"))
    judged = [sum(three) for three in zip(right, licensed, unrelated, strict=True)]
    shares = [round(100 * r / j, 1) if j else None for r, j in zip(right, judged, strict=True)]
    one = Series(name=visit.say("overview.precision"), tone="one", values=tuple(shares))
    title = visit.say("overview.precision_title")
    return lines(title, _labels(period), [one], most=100, suffix="%")


def _line(key: str, name: str, counts: Mapping[str, int]) -> PrecisionLine:
    right = counts.get("infringing", 0)
    judged = right + counts.get("licensed", 0) + counts.get("unrelated", 0)
    return PrecisionLine(
        key=key, name=name, precision=precision_of(right, judged), unsure=counts.get("unsure", 0)
    )


def _by_right(visit: Visit, found: Mapping[str, Mapping[str, int]]) -> list[PrecisionLine]:
    """Return the rights on which most was decided."""
    most = sorted(found, key=lambda right: (-sum(found[right].values()), right))[:MOST_RIGHTS]
    names = find_names(visit.db, most)
    return [_line(right, names.get(right, right), found[right]) for right in most]


def _by_source(visit: Visit, period: Period) -> list[PrecisionLine]:
    """Return each way to find; a hit that was found in several ways counts for each."""
    counts: dict[str, Counter[str]] = {}
    found = find_decisions_by_sources(visit.db, period.since, period.until)
    for sources, decisions in found.items():
        for source in sources.split() or ["other"]:
            counts.setdefault(source, Counter()).update(decisions)
    return [
        _line(source, visit.say(f"overview.source_{source}"), counts[source])
        for source in sorted(counts, key=lambda source: (-counts[source].total(), source))
    ]


def _removals(visit: Visit, period: Period) -> Removals:
    found = find_removals(visit.db, period.since, period.until)
    became = Counter[str](one.became for one in found)
    hours = sorted(_hours(found))
    return Removals(
        notices=len({one.notice for one in found}),
        listings=len(found),
        became=became,
        gone=precision_of(became["gone"], len(found)),
        median_hours=median(hours) if hours else None,
        ninetieth_hours=hours[-(-9 * len(hours) // 10) - 1] if hours else None,
        relisted=count_relistings(visit.db, period.since, period.until),
    )


def _hours(found: Sequence[Removal]) -> list[float]:
    return [
        (one.gone_at - one.sent_at).total_seconds() / 3600
        for one in found
        if one.gone_at is not None
    ]


def _alarms(visit: Visit) -> list[tuple[str, str, str]]:
    """Return (sweep, site, words) of the alarms of the last sweeps; of each campaign the newest."""
    sweeps: dict[str, StoredSweep] = {}
    for stored in find_some_sweeps(visit.db, limit=LAST_SWEEPS):
        if stored.ended_at is not None:
            sweeps.setdefault(stored.campaign.name, stored)
    kept = find_kept_reports(visit.db, list(sweeps.values()))
    found = [
        (sweep, site, say_drop(words, visit.language))
        for sweep, report in kept.items()
        for site, words in report.alarms
    ]
    return found[:MOST_ALARMS]


@dataclass(frozen=True, kw_only=True, slots=True)
class SecondLooks:
    """How far second looks agreed, and what they found among what was not flagged."""

    agreed: Precision
    """Looks that said the same as the first one, of all."""
    kappa: float | None
    missed: Precision
    """Infringing, of looks at hits that were not flagged and nobody had judged."""


def _second_looks(visit: Visit, period: Period) -> SecondLooks:
    answers = find_answers(visit.db)
    report = measure_agreement(one for one in answers if period.since <= one.at < period.until)
    overall, missed = report.overall, report.missed
    return SecondLooks(
        agreed=precision_of(overall.agreed, overall.looks),
        kappa=overall.kappa,
        missed=precision_of(missed.infringing, missed.looks),
    )


ROUTES = (page("/overview", show_overview),)
