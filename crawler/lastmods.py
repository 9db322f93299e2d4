"""What the dates of a sitemap are worth (sitemaps.org: ``lastmod``, a W3C Datetime)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, timedelta

SPREAD = timedelta(hours=1)
"""Dates that lie closer together were all made when the sitemap was."""
SLACK = timedelta(hours=26)
"""A date later than now by more lies in the future, whatever its zone."""
_ZONES = timedelta(days=1, hours=12)
"""From the start of a day in UTC to its end at the last place on earth."""


def latest_of(lastmod: str) -> datetime | None:
    """Return the latest moment that a date may mean; None when it is none.

    A date without a time means all of its day, one without a zone any zone.
    """
    text = lastmod.strip()
    try:
        if len(text) <= len("2026-11-30"):
            day = date.fromisoformat(text)
            return datetime(day.year, day.month, day.day, tzinfo=UTC) + _ZONES
        moment = datetime.fromisoformat(text)
        if moment.tzinfo is None:
            return moment.replace(tzinfo=UTC) + timedelta(hours=12)
        return moment.astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def is_newer(lastmod: str, read_at: str | None) -> bool:
    """Tell whether a page may have changed since it was read; one never read is not newer.

    :param read_at: as the store has it
    """
    moment = latest_of(lastmod)
    return bool(moment and read_at and moment >= datetime.fromisoformat(read_at))


def believed_dates(lastmods: Mapping[str, str], at: datetime) -> dict[str, str]:
    """Return URL -> lastmod of those that say something; none when one shows what all are worth.

    Dates that are the same for all pages, or lie in the future, are made by a program that does not
    know when a page changed.
    """
    moments = dict(_moments(lastmods))
    if not moments or max(moments.values()) - min(moments.values()) < SPREAD:
        return {}
    if any(moment - _ZONES > at + SLACK for moment in moments.values()):
        return {}
    return {url: lastmods[url] for url in moments}


def _moments(lastmods: Mapping[str, str]) -> Iterator[tuple[str, datetime]]:
    for url, lastmod in lastmods.items():
        if (moment := latest_of(lastmod)) is not None:
            yield url, moment
