"""What a report's numbers, tables and rows are called, and how values are written."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from datetime import timedelta
from functools import cache
from pathlib import Path

from matchers.wording import Language
from pipelines.figures.numbers import Number, Report, Row, Table
from pipelines.figures.period import EARLIEST, LATEST
from pipelines.takedown.layout import make_visible

FOLDER = Path(__file__).parent / "phrases"
_TRANSLATED = ("right_kind", "source", "tip_kind", "state")
"""Dimensions whose values have words."""


@cache
def load_phrases() -> Mapping[str, Mapping[str, str]]:
    """Return all words by key, each with ``en`` and ``zh``; numbers also what they mean."""
    words: dict[str, Mapping[str, str]] = {}
    for file in sorted(FOLDER.glob("*.toml")):
        words.update(tomllib.loads(file.read_text(encoding="utf-8")))
    return words


def say(key: str, language: Language, **values: object) -> str:
    """Return the words of a key, its ``{places}`` filled."""
    text = load_phrases()[key][language]
    return text.format(**values) if values else text


def name_of(number: str, language: Language) -> str:
    """Return what a number is called; of a part, what its column is."""
    return say(number.partition("@")[0], language)


def meaning_of(number: str, language: Language) -> str:
    """Return what a number counts."""
    return load_phrases()[number.partition("@")[0]][f"{language}_means"]


def label_of(table: Table, row: Row, language: Language) -> str:
    """Return what a row is called: the words of a number, or of a part."""
    if not table.dimension:
        return name_of(row.numbers[0].id, language)
    if row.rest:
        return say("rest", language)
    if table.total is row:
        return say("sum", language)
    if not row.key:
        return say(f"unknown.{table.dimension}", language)
    if table.dimension == "band":
        return f"{row.key}–{float(row.key) + 0.1:.1f}"
    if table.dimension in _TRANSLATED:
        known = load_phrases()
        keys = (f"{table.dimension}.{part}" for part in row.key.split(" + "))
        words = " + ".join(known[k][language] if k in known else k.partition(".")[2] for k in keys)
        return words if words == row.key else f"{words} ({row.key})"
    return make_visible(row.label or row.key)


def value_of(number: Number, language: Language) -> str:
    """Return a number's value as people read it."""
    if number.value is None:
        return say("none", language)
    if number.unit == "share":
        return share_text(number.value, language)
    if number.unit == "hours":
        return say("hours", language, value=f"{number.value:,.1f}")
    if number.estimated:
        return say("estimated", language, value=f"{number.value:,.1f}")
    return f"{number.count:,}"


def share_text(share: float, language: Language) -> str:
    """Return a share as percents."""
    return f"{share:.1%}" if language == "zh" else f"{share * 100:.1f} %"


def interval_of(number: Number, language: Language) -> str:
    """Return where the true value lies; empty where it is counted."""
    if number.interval is None:
        return ""
    low, high = number.interval
    if number.unit == "share":
        return say("to", language, low=f"{low * 100:.1f}", high=share_text(high, language))
    return say("to", language, low=f"{low:,.0f}", high=f"{high:,.0f}")


def base_of(number: Number, language: Language) -> str:
    """Return of how many a number is a part, or for how many an estimate speaks."""
    if number.estimated and number.base is not None:
        of = "" if number.total is None else f"{number.total:,} · "
        return of + say("base", language, base=f"{number.base:,}")
    if number.unit == "hours":
        return f"{number.count:,}"
    return "" if number.total is None else f"{number.total:,}"


def title_of(report: Report, language: Language) -> str:
    """Return the title of a report."""
    return say("title", language, first=report.period.first, last=report.period.last)


def notes_of(report: Report, language: Language) -> list[str]:
    """Return what is said of the period, and how numbers are followed."""
    period = report.period
    values = {"first": period.first, "last": period.last, "zone": period.zone.key}
    following = period.last + timedelta(days=1)
    as_of = f" --as-of {period.known_on}" if period.known_on != period.last else ""
    return [
        say("span", language, next=following, days=f"{period.days:,}", **values),
        say("known", language, known=period.known_on),
        say("follow", language, dimension=say("dimension", language), as_of=as_of, **values),
    ]


def evaluated_of(report: Report, language: Language) -> str:
    """Return what is said of the hits that an evaluation is about."""
    period = report.period
    if (period.first, period.last) == (EARLIEST, LATEST):
        return say("evaluation_all", language, zone=period.zone.key)
    values = {"first": period.first, "last": period.last, "zone": period.zone.key}
    return say("evaluation_span", language, **values)


def note_of(table: Table, language: Language) -> str:
    """Return what is to be known of a table: the ids of its cells, and whether rows overlap."""
    if not table.dimension:
        return ""
    parts = [say("by", language, columns=", ".join(table.columns), dimension=table.dimension)]
    if table.dimension == "source":
        parts.insert(0, say("overlap", language))
    if table.key.startswith("precision_by") and len(table.rows) >= 20:
        parts.insert(0, say("first_rows", language))
    return " ".join(parts)
