"""Quiet hours: the times of the day in which sites are not asked."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from functools import lru_cache
from typing import Self
from zoneinfo import ZoneInfo

from scrapy import signals
from scrapy.crawler import Crawler
from scrapy.utils.asyncio import AsyncioLoopingCall, create_looping_call
from twisted.internet.task import LoopingCall

QUIET = "quiet hours have begun"
"""What the reason of a sweep that they ended starts with."""
LOOK = 10.0
"""Seconds between two looks at the clock: it may be set, and a machine may sleep."""

_FORM = re.compile(r"(\d{2}:\d{2})-(\d{2}:\d{2})\s+(\S+)")


@dataclass(frozen=True, kw_only=True, slots=True)
class QuietHours:
    """A span of every day, ``08:00-22:00 Asia/Shanghai``; it may go over midnight."""

    begin: time
    end: time
    zone: ZoneInfo

    def hold(self, moment: datetime) -> bool:
        """Tell whether ``moment`` lies in the span; its end does not."""
        local = moment.astimezone(self.zone).time()
        if self.begin <= self.end:
            return self.begin <= local < self.end
        return local >= self.begin or local < self.end


@lru_cache
def parse_quiet_hours(text: str) -> QuietHours:
    """Read quiet hours.

    :raises ValueError: with what was expected, and what was got
    """
    parts = _FORM.fullmatch(text.strip())
    expected = 'expected "HH:MM-HH:MM Area/City", such as "08:00-22:00 Asia/Shanghai"'
    if parts is None:
        raise ValueError(f"{expected}, got {text!r}")
    try:
        begin, end = time.fromisoformat(parts[1]), time.fromisoformat(parts[2])
    except ValueError as error:
        raise ValueError(f"{expected}, got {text!r} ({error})") from None
    try:
        zone = ZoneInfo(parts[3])
    except (KeyError, ValueError, OSError):
        raise ValueError(
            f"expected a time zone of the tz database (Europe/Rome, UTC), got {parts[3]!r}"
        ) from None
    if begin == end:
        raise ValueError(
            f"expected two different times, got {text!r}, which would be the whole day"
        )
    return QuietHours(begin=begin, end=end, zone=zone)


def find_quiet(hours: Sequence[str], moment: datetime | None = None) -> str | None:
    """Return the quiet hours that hold at a moment (None = now); None when none do."""
    moment = moment or datetime.now(UTC)
    return next((text for text in hours if parse_quiet_hours(text).hold(moment)), None)


def is_never(hours: Sequence[str]) -> bool:
    """Tell whether the quiet hours leave no minute of the coming day."""
    now = datetime.now(UTC)
    return bool(hours) and all(
        find_quiet(hours, now + timedelta(minutes=minute)) for minute in range(24 * 60)
    )


def words_of_quiet(hours: str) -> str:
    """Return the reason with which a sweep ends when these quiet hours begin."""
    return f"{QUIET}: {hours}"


class QuietHoursExtension:
    """Scrapy extension: ends the sweep when quiet hours begin; what was asked for is kept."""

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler
        self._hours: list[str] = crawler.settings.getlist("MARKHOUND_QUIET_HOURS")
        self._clock: AsyncioLoopingCall | LoopingCall | None = None
        self._closing: asyncio.Future[None] | None = None

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Look at the clock while the spider is open."""
        self = cls(crawler)
        crawler.signals.connect(self.spider_opened, signals.spider_opened)
        crawler.signals.connect(self.spider_closed, signals.spider_closed)
        return self

    def spider_opened(self) -> None:
        """Begin to look."""
        if self._hours:
            self._clock = create_looping_call(self._look)
            self._clock.start(LOOK)

    def spider_closed(self) -> None:
        """Look no more."""
        if self._clock is not None and self._clock.running:
            self._clock.stop()

    def _look(self) -> None:
        quiet = find_quiet(self._hours)
        if quiet is not None and self._closing is None:
            assert self._crawler.engine is not None
            close = self._crawler.engine.close_spider_async(reason=words_of_quiet(quiet))
            self._closing = asyncio.ensure_future(close)
