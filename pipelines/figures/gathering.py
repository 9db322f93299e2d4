"""A report gathered: every section of it, from one state of the records."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import timedelta
from statistics import median
from typing import get_args

from sqlite_utils import Database

from crawler.model import JudgementKind, TargetState
from crawler.store.notice_events import NoticeEvent, find_notice_events
from crawler.store.period_records import Records, find_removal_hours
from crawler.store.period_statements import DIMENSIONS
from crawler.store.period_tables import (
    SentListing,
    find_network_names,
    find_sent_listings,
    find_sent_notices,
    opened_period,
    put_noticed,
    put_notices,
    put_relistings,
)
from crawler.workspace import Workspace
from pipelines.figures.counting import Split, counted, listed, parts, share_of, split
from pipelines.figures.numbers import Number, Report, Section, Table
from pipelines.figures.period import ReportPeriod
from pipelines.figures.quality import quality_section, right_labels
from pipelines.figures.tips import lots_section, tips_section
from pipelines.takedown.became import find_outcomes
from pipelines.takedown.outcomes import OutcomeState
from pipelines.takedown.standing import Decision, find_decision

SWEEP_STATES = ("finished", "stopped", "failed", "unfinished")
FATES = (*get_args(Decision), "bounced", "uncertain", "open")
"""What became of a notice: a decision, else that it came back, that it is not known whether it
left, or that nobody answered yet."""


@contextmanager
def gathered(workspace: Workspace, period: ReportPeriod) -> Iterator[tuple[Database, Report]]:
    """Gather a report; while the ``with`` block runs its numbers can be followed to the records."""
    with (
        workspace.store() as db,
        opened_period(db, period.since, period.until, period.known, period.place),
    ):
        _derive(workspace, db, period)
        yield db, Report(period=period, sections=tuple(_sections(db, period)))


@contextmanager
def evaluated(workspace: Workspace, period: ReportPeriod) -> Iterator[tuple[Database, Report]]:
    """Gather what tells how right the hits of a period are, as ``gathered`` does."""
    with (
        workspace.store() as db,
        opened_period(db, period.since, period.until, period.known, period.place),
    ):
        yield db, Report(period=period, sections=(quality_section(db),))


def _derive(workspace: Workspace, db: Database, period: ReportPeriod) -> None:
    """Put in what is derived from steps and looks: what became of notices and of listings."""
    sent = find_sent_notices(db)
    wanted = {notice.id for notice in sent}
    steps: dict[str, list[NoticeEvent]] = defaultdict(list)
    for event in find_notice_events(db):
        if event.notice in wanted and event.at < period.known:
            steps[event.notice].append(event)
    fates = [(notice, _fate(steps[notice.id])) for notice in sent]
    put_notices(db, [(notice, fate, fate == "accepted") for notice, fate in fates])
    apart = timedelta(hours=workspace.config.follow_up.confirm_hours)
    by_case: dict[str, list[SentListing]] = defaultdict(list)
    for one in find_sent_listings(db):
        by_case[one.case].append(one)
    rows: list[tuple[SentListing, str, float | None]] = []
    for case, listings in by_case.items():
        urls = [one.url for one in listings]
        outcomes = find_outcomes(db, case, urls, apart=apart, known=period.known)
        for one in listings:
            outcome, hours = outcomes[one.url], None
            if outcome.state == "removed" and outcome.at is not None:
                hours = (outcome.at - one.sent_at).total_seconds() / 3600
            rows.append((one, outcome.state, hours))
    put_noticed(db, rows)
    put_relistings(db)


def _fate(steps: list[NoticeEvent]) -> str:
    decision = find_decision(steps)
    if decision is not None:
        return decision[0]
    happened = {step.event for step in steps}
    if "bounced" in happened:
        return "bounced"
    return "open" if "sent" in happened else "uncertain"


def _sections(db: Database, period: ReportPeriod) -> Iterator[Section]:
    yield Section(key="sweeps", tables=tuple(_sweeps(db)))
    hits = counted(db, "hits.found", Records(population="hits"))
    flagged = counted(db, "hits.flagged", hits.records.where("flagged", 1), hits)
    judged = counted(db, "judged.hits", Records(population="judged"))
    decisions = parts(db, "judged", judged, "decision", get_args(JudgementKind))
    noticed = counted(db, "noticed.listings", Records(population="noticed"))
    outcomes = parts(db, "noticed", noticed, "outcome", get_args(OutcomeState))
    relisted = counted(db, "relistings.found", Records(population="relistings"))
    yield Section(key="hits", tables=(_hits(db, hits, flagged),))
    yield Section(key="judged", tables=tuple(_judged(db, judged, decisions)))
    yield Section(key="notices", tables=tuple(_notices(db)))
    removed = _named(outcomes, "noticed.removed")
    yield Section(key="noticed", tables=tuple(_noticed(db, noticed, outcomes, removed)))
    yield Section(key="relistings", tables=(listed("relistings", [relisted]),))
    infringing = _named(decisions, "judged.infringing")
    columns = (hits, flagged, judged, infringing, noticed, removed, relisted)
    yield Section(key="parts", tables=tuple(_parts(db, period, columns)))
    yield quality_section(db)
    yield tips_section(db)
    yield lots_section(db)


def _named(numbers: list[Number], name: str) -> Number:
    return next(number for number in numbers if number.id == name)


def _sweeps(db: Database) -> Iterator[Table]:
    sweeps = counted(db, "sweeps.run", Records(population="sweeps"))
    yield listed("sweeps", [sweeps, *parts(db, "sweeps", sweeps, "state", SWEEP_STATES)])
    states = [state.value for state in TargetState]
    sites = counted(db, "sites.asked", Records(population="sites"))
    yield listed("sites", [sites, *parts(db, "sites", sites, "state", states)])
    targets = counted(db, "targets.all", Records(population="targets"))
    yield listed("targets", [targets, *parts(db, "targets", targets, "state", states)], chart=True)
    listings = counted(db, "listings.read", Records(population="listings"))
    new = counted(db, "listings.new", listings.records.where("new", 1), listings)
    yield listed("listings", [listings, new])


def _hits(db: Database, hits: Number, flagged: Number) -> Table:
    judged = hits.records.where("decision", "", out=True)
    flagged_judged = flagged.records.where("decision", "", out=True)
    numbers = (
        counted(db, "hits.judged", judged, hits),
        counted(db, "hits.flagged_judged", flagged_judged, flagged),
    )
    return listed("hits", [hits, flagged, *numbers])


def _judged(db: Database, judged: Number, decisions: list[Number]) -> Iterator[Table]:
    bulk = counted(db, "judged.in_bulk", judged.records.where("in_bulk", 1), judged)
    undone = counted(db, "judged.undone", Records(population="undone"))
    yield listed("judged", [judged, *decisions, bulk, undone], chart=True)
    looks = counted(db, "looks.answered", Records(population="looks"))
    rejected = counted(db, "looks.rejected", looks.records.where("first", "rejected"), looks)
    agreed = counted(db, "looks.agreed", rejected.records.where("agrees", 1), rejected)
    share = share_of("looks.agreed_share", agreed, rejected)
    yield listed("looks", [looks, rejected, agreed, share])


def _notices(db: Database) -> Iterator[Table]:
    drafted = counted(db, "notices.drafted", Records(population="drafts"))
    sent = counted(db, "notices.sent", Records(population="notices"))
    fates = parts(db, "notices", sent, "fate", FATES)
    decided = counted(db, "notices.decided", sent.records.where("fate", *get_args(Decision)), sent)
    accepted = counted(db, "notices.accepted", sent.records.where("accepted", 1), sent)
    share = share_of("notices.accepted_share", accepted, decided)
    yield listed("notices", [drafted, sent, *fates, decided, share])
    columns = (sent, *fates[: len(get_args(Decision))])
    yield split(db, columns, Split(key="by_notice_kind", dimension="notice_kind"))
    yield split(db, columns, Split(key="by_recipient", dimension="recipient"))


def _noticed(
    db: Database, noticed: Number, outcomes: list[Number], removed: Number
) -> Iterator[Table]:
    share = share_of("noticed.removed_share", removed, noticed)
    yield listed("noticed", [noticed, *outcomes, share], chart=True)
    hours = find_removal_hours(db)
    yield listed(
        "hours",
        [
            _hours("noticed.hours_median", removed, median(hours) if hours else None),
            _hours(
                "noticed.hours_ninetieth",
                removed,
                hours[-(-9 * len(hours) // 10) - 1] if hours else None,
            ),
        ],
    )


def _hours(name: str, removed: Number, value: float | None) -> Number:
    return Number(
        id=name,
        unit="hours",
        value=value,
        records=removed.records,
        count=removed.count,
        of=removed.of,
        total=removed.total,
    )


def _parts(db: Database, period: ReportPeriod, columns: tuple[Number, ...]) -> Iterator[Table]:
    places = Split(key="by_place", dimension="place", order=period.places, chart=True)
    yield split(db, columns, places)
    labels = {"right_id": right_labels(db), "network": _network_labels(db)}
    for dimension in DIMENSIONS:
        by = Split(key=f"by_{dimension}", dimension=dimension, labels=labels.get(dimension))
        yield split(db, columns, by)


def _network_labels(db: Database) -> Mapping[str, str]:
    labels = {}
    for network, (name, site, sellers) in find_network_names(db).items():
        more = f" +{sellers - 1}" if sellers > 1 else ""
        shown = name if name == site else f"{name} ({site})"
        labels[network] = f"{shown}{more} · {network}"
    return labels
