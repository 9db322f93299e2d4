"""The days that a report is about, and up to when what is known of them is taken in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from crawler.errors import InputError

LONGEST = 10 * 366
"""Days."""
EARLIEST, LATEST = date(1970, 1, 2), date(9000, 1, 1)
"""Beyond them a day has no moment in every zone."""
DAILY = 45
"""Days up to which each is shown; of longer periods weeks are, of years months."""
WEEKLY = 400


@dataclass(frozen=True, kw_only=True, slots=True)
class ReportPeriod:
    """Whole days of a zone, the first and the last one included."""

    first: date
    last: date
    known_on: date
    """The last day of which what people said and sweeps saw is taken in."""
    zone: ZoneInfo

    @property
    def since(self) -> datetime:
        """When it begins."""
        return self._begin(self.first)

    @property
    def until(self) -> datetime:
        """The first moment after it."""
        return self._begin(self.last + timedelta(days=1))

    @property
    def known(self) -> datetime:
        """The first moment of which nothing is taken in any more."""
        return self._begin(self.known_on + timedelta(days=1))

    def _begin(self, day: date) -> datetime:
        return datetime.combine(day, time(), self.zone)

    @property
    def days(self) -> int:
        """How many days it has."""
        return (self.last - self.first).days + 1

    def place(self, moment: datetime) -> str:
        """Return the day, week or month in which a moment lies: its first day in the period."""
        return self._place(moment.astimezone(self.zone).date()).isoformat()

    def _place(self, day: date) -> date:
        if self.days <= DAILY:
            return day
        if self.days <= WEEKLY:
            return self.first + timedelta(days=(day - self.first).days // 7 * 7)
        return max(self.first, day.replace(day=1))

    @property
    def places(self) -> Sequence[str]:
        """The first day of each day, week or month that is shown, in order."""
        days = (self.first + timedelta(days=n) for n in range(self.days))
        return list(dict.fromkeys(self._place(day).isoformat() for day in days))


def parse_period(first: str, last: str, zone: str, known: str | None = None) -> ReportPeriod:
    """Return the period from its days as written.

    :param first: its first day, 2026-11-01
    :param last: its last day, which is of it
    :param zone: IANA name of the zone whose days are meant
    :param known: the last day of which what is known is taken in; the last of the period unless
        given
    :raises InputError: when these are no days, or in the wrong order, or there is no such zone
    """
    begin, end = parse_day(first, "--from"), parse_day(last, "--to")
    known_on = end if known is None else parse_day(known, "--as-of")
    if end < begin:
        raise InputError(f"expected --to on or after --from, got {begin} and {end}")
    if known_on < end:
        raise InputError(f"expected --as-of on or after --to, got {end} and {known_on}")
    if (end - begin).days >= LONGEST:
        raise InputError(f"expected ten years at the most, got {begin} to {end}")
    return ReportPeriod(first=begin, last=end, known_on=known_on, zone=load_zone(zone))


def all_time(zone: str) -> ReportPeriod:
    """Return the period that everything lies in.

    :raises InputError: when there is no such zone
    """
    return ReportPeriod(first=EARLIEST, last=LATEST, known_on=LATEST, zone=load_zone(zone))


def parse_day(text: str, option: str) -> date:
    """Return a day.

    :raises InputError: when it is none
    """
    try:
        day = date.fromisoformat(text)
    except ValueError as error:
        raise InputError(f"expected a day as in 2026-11-01 for {option}, got {text!r}") from error
    if not EARLIEST <= day <= LATEST:
        raise InputError(f"expected a day from {EARLIEST} to {LATEST} for {option}, got {day}")
    return day


def load_zone(name: str) -> ZoneInfo:
    """Return the zone of that IANA name.

    :raises InputError: when there is none
    """
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise InputError(f"expected an IANA time zone as in Asia/Shanghai, got {name!r}") from error
