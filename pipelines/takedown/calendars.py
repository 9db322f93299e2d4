"""Working days: of the United States' federal government, and of China with its made-up Saturdays.

The days come from the package ``holidays``. China publishes each year's exchanged days late in the
year before; a year that the package does not have yet is refused rather than guessed.
"""

from __future__ import annotations

from datetime import date, timedelta
from functools import cache
from typing import Literal

import holidays

from crawler.errors import InputError

Calendar = Literal["US", "CN"]
_SATURDAY = 5


class UnpublishedError(InputError):
    """The working days of a year are not published yet."""


def is_working_day(day: date, calendar: Calendar) -> bool:
    """Tell whether people of that calendar work on the day.

    :raises UnpublishedError: when China has not published that year's days, as far as is known
    """
    known = _year(calendar, day.year)
    if calendar == "CN":
        made_up = set(known.weekend_workdays)
        if not any(other.year == day.year for other in made_up):
            raise UnpublishedError(f"The working days of China in {day.year} are not published yet")
        if day in made_up:
            return True
    return day.weekday() < _SATURDAY and day not in known


@cache
def _year(calendar: Calendar, year: int) -> holidays.HolidayBase:
    return holidays.country_holidays(calendar, years=year)


def add_working_days(start: date, count: int, calendar: Calendar) -> date:
    """Return the ``count``-th working day after ``start``, which itself does not count.

    :raises UnpublishedError: when it is reached only through a year that is not published
    """
    day = start
    while count > 0:
        day += timedelta(days=1)
        count -= is_working_day(day, calendar)
    return day


def next_working_day(day: date, calendar: Calendar) -> date:
    """Return the day itself when it is a working day, else the first one after it.

    :raises UnpublishedError: as ``is_working_day``
    """
    while not is_working_day(day, calendar):
        day += timedelta(days=1)
    return day
