"""Days of a page that tells of a time: which, in whose zone, and in what steps they are shown."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

PRESETS = (7, 30, 90, 365)
USUAL = 30
LONGEST = 3 * 366
"""Days."""
EARLIEST, LATEST = date(1970, 1, 2), date(9000, 1, 1)
"""Beyond them a day has no moment in every zone."""
DAILY = 45
"""Days up to which each is shown; of longer times, weeks are."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Period:
    """Whole days, the first and the last one included."""

    first: date
    last: date
    zone: ZoneInfo
    wrong: bool = False
    """Whether the address asked for days that are none."""

    @property
    def days(self) -> int:
        """How many days it has."""
        return (self.last - self.first).days + 1

    @property
    def since(self) -> datetime:
        """When it begins."""
        return datetime.combine(self.first, time(), self.zone)

    @property
    def until(self) -> datetime:
        """When it has ended."""
        return datetime.combine(self.last + timedelta(days=1), time(), self.zone)

    @property
    def step(self) -> int:
        """Days of one place in a chart: 1 or 7."""
        return 1 if self.days <= DAILY else 7

    @property
    def starts(self) -> Sequence[date]:
        """The first day of each place; weeks begin with the first day of the time."""
        return [self.first + timedelta(days=n) for n in range(0, self.days, self.step)]

    def place(self, moment: datetime) -> int:
        """Return in which place a moment lies."""
        return (moment.astimezone(self.zone).date() - self.first).days // self.step


def parse_period(query: Mapping[str, str], today: date, zone: ZoneInfo) -> Period:
    """Return the days that an address asks for: ``days=30``, or ``from=...&to=...``.

    What is no day is told, and the usual days are shown.
    """
    days = query.get("days", "")
    first, last = query.get("from", ""), query.get("to", "")
    try:
        if first or last:
            end = date.fromisoformat(last) if last else today
            begin = date.fromisoformat(first) if first else end - timedelta(days=USUAL - 1)
        else:
            count = int(days or USUAL) if (days or "1").isdecimal() else 0
            end, begin = today, today - timedelta(days=count - 1)
        wrong = not timedelta() <= end - begin < timedelta(days=LONGEST)
        wrong = wrong or begin < EARLIEST or end > LATEST
    except (ValueError, OverflowError):
        wrong = True
    if wrong:
        end, begin = today, today - timedelta(days=USUAL - 1)
    return Period(first=begin, last=end, zone=zone, wrong=wrong)
