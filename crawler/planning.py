"""The parts of a campaign that say when it is swept, what is captured, and who is told."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from itertools import islice
from math import isfinite
from typing import Any, ClassVar, Literal
from zoneinfo import ZoneInfo

from cronsim import CronSim, CronSimError

from crawler.config import CaptureMode, CaptureRender

_STRICT: dict[str, Any] = {"extra": "forbid", "str_strip_whitespace": True}
WhenMissed = Literal["catch-up", "skip"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Window:
    """``[window]``: the days between which a campaign is swept, such as those of a fair."""

    __pydantic_config__: ClassVar[dict[str, Any]] = _STRICT

    first_day: date | None = None
    """The first day, from its first moment on; None = from ever."""
    last_day: date | None = None
    """The last day, to its last moment; None = for ever."""
    zone: str = "UTC"
    """IANA name of the time zone whose days these are."""

    def opens_at(self) -> datetime | None:
        """Return the first moment (UTC)."""
        return None if self.first_day is None else _midnight(self.first_day, self.zone)

    def closes_at(self) -> datetime | None:
        """Return the first moment after it (UTC)."""
        if self.last_day is None or self.last_day == date.max:
            return None
        return _midnight(self.last_day + timedelta(days=1), self.zone)

    def find_outside(self, moment: datetime) -> str | None:
        """Say why a moment lies outside; None when it lies in the window."""
        opens, closes = self.opens_at(), self.closes_at()
        if opens is not None and moment < opens:
            return f"its window opens on {self.first_day} ({self.zone})"
        if closes is not None and moment >= closes:
            return f"its window closed after {self.last_day} ({self.zone})"
        return None


@dataclass(frozen=True, kw_only=True, slots=True)
class Schedule:
    """``[schedule]``: when ``markhound schedule run`` sweeps it."""

    __pydantic_config__: ClassVar[dict[str, Any]] = _STRICT

    cron: str | None = None
    """Five fields: minute, hour, day of the month, month, day of the week; None = not by itself."""
    zone: str = "UTC"
    """IANA name of the time zone that ``cron`` is read in."""
    when_missed: WhenMissed = "catch-up"
    """What becomes of the newest time at which nothing ran: it is made good at once, or not."""
    minutes: float | None = None
    """After so long a night's sweep ends cleanly, and the next goes on; None = no limit."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Tell:
    """``[tell]``: who hears of what was found."""

    __pydantic_config__: ClassVar[dict[str, Any]] = _STRICT

    to: tuple[str, ...] = ()
    """``mailto:`` addresses, and names of channels of ``markhound.toml``."""
    risk: float = 0.5
    """Hits that score at least this are told, 0 to 1."""
    language: Literal["en", "zh"] = "en"


@dataclass(frozen=True, kw_only=True, slots=True)
class OwnCapture:
    """``[capture]``: what is kept as evidence, in place of what the workspace says."""

    __pydantic_config__: ClassVar[dict[str, Any]] = _STRICT

    mode: CaptureMode | None = None
    """Whether what is flagged is captured; None = as the workspace says."""
    most: int | None = None
    """Pages of one sweep that are captured at the most; None = as the workspace says."""
    render: CaptureRender | None = None
    """Whether captures hold what a browser shows; None = as the workspace says."""


def _midnight(day: date, zone: str) -> datetime:
    """Return the first moment of a day (UTC); where midnight is skipped, when the clock goes on."""
    return datetime.combine(day, time(), tzinfo=ZoneInfo(zone)).astimezone(UTC)


def due_times(schedule: Schedule, after: datetime) -> Iterator[datetime]:
    """Yield the times (UTC, rising) after a moment at which a campaign is due.

    As Debian's cron has it: a time of day that a clock change skips is due when the clock has
    jumped, one that comes twice is due the first time; what runs every hour, or every few minutes,
    goes by the time that really passes.
    """
    if schedule.cron is None:
        return
    last = after.astimezone(UTC)
    # it takes the time of day alone, so that one that comes twice could be met again from behind
    for due in CronSim(schedule.cron, after.astimezone(ZoneInfo(schedule.zone))):
        moment = due.astimezone(UTC)
        if moment > last:
            last = moment
            yield moment


def zone_problem(zone: str) -> str | None:
    """Say why this is no time zone; None when it is one."""
    try:
        _zone(zone)
    except (KeyError, ValueError, OSError):
        return f"expected a time zone of the tz database (Europe/Rome, UTC), got {zone!r}"
    return None


@lru_cache
def _zone(name: str) -> ZoneInfo:
    return ZoneInfo(name)


def window_problems(window: Window) -> Iterator[tuple[str, str]]:
    """Yield (key, what is wrong) of a window."""
    if message := zone_problem(window.zone):
        yield "window.zone", message
    first, last = window.first_day, window.last_day
    if first is not None and last is not None and last < first:
        yield "window.last_day", f"expected a day not before {first}, got {last}"


def schedule_problems(schedule: Schedule) -> Iterator[tuple[str, str]]:
    """Yield (key, what is wrong) of a schedule."""
    zone = zone_problem(schedule.zone)
    if zone:
        yield "schedule.zone", zone
    if schedule.minutes is not None and not (isfinite(schedule.minutes) and schedule.minutes > 0):
        yield "schedule.minutes", f"expected more than 0, got {schedule.minutes}"
    if schedule.cron is not None and not zone and (message := _cron_problem(schedule)):
        yield "schedule.cron", message


def _cron_problem(schedule: Schedule) -> str | None:
    assert schedule.cron is not None
    if len(schedule.cron.split()) != 5:
        return (
            "expected five fields (minute, hour, day of the month, month, day of the week), such"
            f' as "30 2 * * *", got {schedule.cron!r}'
        )
    try:
        if not list(islice(due_times(schedule, datetime(2024, 1, 1, tzinfo=UTC)), 1)):
            return f"expected a time that comes, got {schedule.cron!r}"
    except CronSimError as error:
        return f"expected a cron expression, got {schedule.cron!r} ({error})"
    return None


def tell_problems(tell: Tell) -> Iterator[tuple[str, str]]:
    """Yield (key, what is wrong) of who is told."""
    for index, name in enumerate(tell.to):
        at = name.removeprefix("mailto:")
        if not name or (at != name and not _is_address(at)):
            message = f"expected mailto:ADDRESS or the name of a channel, got {name!r}"
            yield f"tell.to.{index}", message
    if not 0 <= tell.risk <= 1:
        yield "tell.risk", f"expected 0 to 1, got {tell.risk}"


def _is_address(text: str) -> bool:
    name, at, host = text.rpartition("@")
    return (
        bool(name and at and "." in host) and text.isprintable() and not set(text) & set(' ,;<>"')
    )
