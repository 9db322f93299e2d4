"""How far figures can be trusted: precision, what was missed, and the scores held to account."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

from sqlite_utils import Database

from crawler.store.period_records import Records, count_records
from crawler.store.period_samples import (
    DrawnLook,
    DrawSize,
    ReviewedHit,
    find_band_scores,
    find_draw_sizes,
    find_drawn_looks,
    find_looked_bands,
    find_reviewed_hits,
)
from crawler.store.period_statements import SOURCES
from crawler.store.period_tables import find_right_names
from pipelines.figures.counting import MOST_ROWS, counted, listed
from pipelines.figures.judging import (
    DECIDED,
    Missed,
    Precision,
    add_missed,
    estimate_bands,
    estimate_missed,
    estimate_precision,
    share_found,
)
from pipelines.figures.numbers import Number, Row, Section, Table, part_of
from pipelines.intervals import Interval

OTHER_THAN_INFRINGING = ("licensed", "unrelated")
FLAGGED = Records(population="hits").where("flagged", 1)
DECIDED_HITS = FLAGGED.where("decision", *DECIDED)
INFRINGING_HITS = FLAGGED.where("decision", "infringing")


@dataclass(frozen=True, kw_only=True, slots=True)
class Reviewed:
    """What the estimates are made from."""

    hits: Sequence[ReviewedHit]
    looks: Collection[DrawnLook]
    sizes: Mapping[str, DrawSize]


def quality_section(db: Database) -> Section:
    """Return the section, from the tables of a period."""
    reviewed = Reviewed(
        hits=list(find_reviewed_hits(db)),
        looks=find_drawn_looks(db),
        sizes=find_draw_sizes(db),
    )
    overall = estimate_precision(reviewed.hits, reviewed.looks, reviewed.sizes)
    tables = [
        listed("quality", [*_flagged(db), _precision(db, "quality.precision", overall)]),
        listed("missed", _missed(db, reviewed)),
        *(_precision_by(db, reviewed, name) for name in ("right_kind", "right_id", "site")),
        _precision_by_source(db, reviewed),
        _calibration(db, reviewed),
    ]
    return Section(key="quality", tables=tuple(tables))


def right_labels(db: Database) -> Mapping[str, str]:
    """Return right -> its id and name."""
    return {right: f"{right} {name}" for right, name in find_right_names(db).items()}


def _flagged(db: Database) -> tuple[Number, Number]:
    flagged = counted(db, "quality.flagged", FLAGGED)
    return flagged, counted(db, "quality.decided", DECIDED_HITS, flagged)


def _precision(
    db: Database, name: str, precision: Precision, column: str = "", value: str | int = ""
) -> Number:
    """Return the number; its records are the judged hits, those that infringe first."""
    some, whole = INFRINGING_HITS, DECIDED_HITS
    if column:
        some, whole = some.where(column, value), whole.where(column, value)
    return Number(
        id=name,
        unit="share",
        value=precision.share,
        records=some,
        count=count_records(db, some),
        of=whole,
        total=count_records(db, whole),
        interval=precision.interval,
        estimated=True,
        base=precision.flagged,
    )


NOTHING_DRAWN = Missed(count=None, interval=None, total=0)
"""Where there was no draw, nothing is known of what was missed: not that it was nothing."""


def _missed(db: Database, reviewed: Reviewed) -> list[Number]:
    drawn = counted(db, "missed.drawn", Records(population="drawn"))
    looked = counted(db, "missed.looked", drawn.records.where("said", *DECIDED), drawn)
    infringing = counted(db, "missed.found", drawn.records.where("said", "infringing"), looked)
    numbers = [drawn, looked, infringing]
    estimates = []
    some = any(size.in_period for size in reviewed.sizes.values())
    for kind in ("dismissed", "rejected"):
        estimate = estimate_missed(reviewed.looks, reviewed.sizes, kind)
        estimates.append(estimate)
        alone = add_missed([estimate]) if some else NOTHING_DRAWN
        numbers.append(_estimate(db, f"missed.{kind}", alone, looked.records.where("first", kind)))
    both = add_missed(estimates) if some else NOTHING_DRAWN
    numbers.append(_estimate(db, "missed.all", both, looked.records))
    judged = count_records(db, Records(population="judged").where("decision", "infringing"))
    share, interval = share_found(judged, both)
    found = _estimate(db, "missed.found_share", both, looked.records)
    return [*numbers, _as_share(found, share, interval)]


def _estimate(db: Database, name: str, missed: Missed, whole: Records) -> Number:
    some = whole.where("said", "infringing")
    return Number(
        id=name,
        unit="count",
        value=missed.count,
        records=some,
        count=count_records(db, some),
        of=whole,
        total=count_records(db, whole),
        interval=missed.interval,
        estimated=True,
        base=missed.total or None,
    )


def _as_share(number: Number, share: float | None, interval: Interval | None) -> Number:
    return Number(
        id=number.id,
        unit="share",
        value=share,
        records=number.records,
        count=number.count,
        of=number.of,
        total=number.total,
        interval=interval,
        estimated=True,
        base=number.base,
    )


def _precision_by(db: Database, reviewed: Reviewed, dimension: str) -> Table:
    """Return precision by what hits are told apart by; those with most flagged hits come first."""
    groups: dict[str, list[ReviewedHit]] = defaultdict(list)
    for hit in reviewed.hits:
        for part in hit.parts:
            column, _, value = part.partition("=")
            if column == dimension:
                groups[value].append(hit)
    sizes = Counter({key: sum(hit.flagged for hit in hits) for key, hits in groups.items()})
    keys = sorted((key for key in sizes if sizes[key]), key=lambda key: (-sizes[key], key))
    labels = right_labels(db) if dimension == "right_id" else {}
    rows = [
        replace(
            _precision_row(db, reviewed, groups[key], dimension, key, key),
            label=labels.get(key, ""),
        )
        for key in keys[:MOST_ROWS]
    ]
    return _precision_table(f"precision_by_{dimension}", dimension, rows)


def _precision_by_source(db: Database, reviewed: Reviewed) -> Table:
    rows = []
    for source in SOURCES:
        hits = [hit for hit in reviewed.hits if f"by_{source}=1" in hit.parts]
        if hits:
            rows.append(_precision_row(db, reviewed, hits, f"by_{source}", source, 1))
    return _precision_table("precision_by_source", "source", rows)


def _precision_row(
    db: Database,
    reviewed: Reviewed,
    hits: Sequence[ReviewedHit],
    column: str,
    key: str,
    value: str | int,
) -> Row:
    dimension = "source" if column.startswith("by_") else column
    precision = estimate_precision(hits, reviewed.looks, reviewed.sizes)
    flagged = counted(db, part_of("quality.flagged", dimension, key), FLAGGED.where(column, value))
    decided = counted(
        db,
        part_of("quality.decided", dimension, key),
        DECIDED_HITS.where(column, value),
        flagged,
    )
    name = part_of("quality.precision", dimension, key)
    return Row(key=key, numbers=(flagged, decided, _precision(db, name, precision, column, value)))


def _precision_table(key: str, dimension: str, rows: Sequence[Row]) -> Table:
    columns = ("quality.flagged", "quality.decided", "quality.precision")
    return Table(key=key, dimension=dimension, columns=columns, rows=tuple(rows))


def _calibration(db: Database, reviewed: Reviewed) -> Table:
    bands = find_looked_bands(db)
    estimates = estimate_bands(reviewed.hits, reviewed.looks, reviewed.sizes, bands)
    means = find_band_scores(db)
    known = Records(population="hits").where("said", *DECIDED)
    rows = []
    for band, mean in means.items():
        estimate = estimates.get(band)
        whole, key = known.where("band", band), f"{band / 10:.1f}"
        some = whole.where("said", "infringing")
        seen = counted(db, part_of("calibration.known", "band", key), whole)
        score = Number(
            id=part_of("calibration.score", "band", key),
            unit="share",
            value=mean,
            records=whole,
            count=seen.count,
        )
        share = Number(
            id=part_of("calibration.share", "band", key),
            unit="share",
            value=None if estimate is None else estimate.share,
            records=some,
            count=count_records(db, some),
            of=whole,
            total=seen.count,
            interval=None if estimate is None else estimate.interval,
            estimated=True,
        )
        rows.append(Row(key=key, numbers=(seen, score, share)))
    columns = ("calibration.known", "calibration.score", "calibration.share")
    return Table(key="calibration", dimension="band", columns=columns, rows=tuple(rows), chart=True)
