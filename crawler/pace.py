"""How often a site may be asked: plain book-keeping, a site at a time.

A site is asked never faster than the campaign says, more slowly when it asks for it (crawl-delay,
rate limits) or answers slowly, not at all while it asks us to wait, and no more once it refuses
again and again.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from time import monotonic, time

from scrapy.http import Headers

from crawler.model import TargetState
from crawler.waits import find_wish

REFUSED = frozenset({401, 403, 407, 429, 451, 503, 999})
"""Statuses by which a server refuses (RFC 9110, 6585, 7725; 999 is a custom of large sites)."""
OVERLOADED = frozenset({429, 503})
"""Those after which the site is left in peace for a while, also when it names no time."""
FIRST_BACKOFF = 5.0
"""The first of these pauses, in delays of the campaign, and at least a second; each next one in a
row is twice as long."""
SLOWEST = 10.0
"""A site that answers slowly is asked at most so many times more slowly than the campaign says."""
JITTER = 0.5
"""A delay is made longer by up to this share, at random, so that sites are not asked in step."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Manners:
    """What a campaign says of politeness; times in seconds."""

    delay: float = 1.0
    """Between two requests to a site, at the least."""
    longest_delay: float = 60.0
    """What a site may ask for at the most, by crawl-delay or rate limits."""
    longest_wait: float = 600.0
    """A site that wants to be left in peace for longer is not asked again."""
    refusals: int = 10
    """Refusals in a row after which a site is left alone."""


@dataclass(frozen=True, kw_only=True, slots=True)
class LeftAlone:
    """Why a site is asked nothing any more."""

    state: TargetState
    reason: str


@dataclass(slots=True)
class _Site:
    ready_at: float = 0.0
    asked_delay: float = 0.0
    latency: float = 0.0
    backoffs: int = 0
    refused: Counter[str] = field(default_factory=Counter)
    """Kind of request (page, picture) -> refusals in a row."""
    failed: int = 0
    alone: dict[str, LeftAlone] = field(default_factory=dict)


PAGE, PICTURE = "page", "picture"
"""Kinds of requests. A picture that is refused says nothing about pages; a site that refuses pages
is asked for pictures no more either."""


class Pace:
    """The book. Sites are as ``crawler.sites.site_of`` names them."""

    def __init__(
        self,
        manners: Manners,
        warn: Callable[[str], None] = lambda _: None,
        clock: Callable[[], float] = monotonic,
        today: Callable[[], float] = time,
    ) -> None:
        """Start with an empty book.

        :param warn: is told once of each site that is slowed by more than it gets, or left alone
        :param clock: seconds that only grow
        :param today: seconds since 1970
        """
        self._manners = manners
        self._warn = warn
        self._clock = clock
        self._today = today
        self._sites: dict[str, _Site] = {}

    def delay_of(self, site: str) -> float:
        """Return the seconds between two requests to the site, at the least."""
        known, least = self._of(site), self._manners.delay
        slow = min(known.latency, least * SLOWEST)
        return max(least, known.asked_delay, slow)

    def wait_of(self, site: str) -> float:
        """Return the seconds until the site may be asked again; 0 = now."""
        return max(0.0, self._of(site).ready_at - self._clock())

    def find_left_alone(self, site: str, kind: str) -> LeftAlone | None:
        """Return why nothing of that kind is asked of the site any more; None when it is."""
        alone = self._of(site).alone
        return alone.get(PAGE) or alone.get(kind)

    def sent(self, site: str) -> None:
        """Note that a request is sent now."""
        jitter = 1 + random.uniform(0, JITTER)  # noqa: S311 (no secret)
        self._hold(site, self.delay_of(site) * jitter)

    def answered(
        self, site: str, kind: str | None, status: int, headers: Headers, *, again: bool = False
    ) -> None:
        """Note an answer as it comes in, before anything else is sent to the site.

        :param kind: PAGE, PICTURE, or None for what only helps (robots.txt)
        :param again: whether it is another try, which counts no second time
        """
        known = self._of(site)
        known.failed = 0
        wish = find_wish(status, headers, self._today())
        if wish.spacing:
            self.slow_down(site, wish.spacing, "its rate limit")
        if wish.wait is not None:
            self._wait(site, wish.wait, f"it asked to wait {wish.wait:,.0f} s (HTTP {status})")
        elif status in OVERLOADED:
            pause = max(1.0, self._manners.delay * FIRST_BACKOFF) * 2**known.backoffs
            known.backoffs += 1
            self._wait(site, pause, f"{known.backoffs} times in a row it answered HTTP {status}")
        if kind is not None and status in REFUSED:
            if not again:
                self.refused(site, kind, f"HTTP {status}")
        elif kind == PICTURE and status < 400:
            known.refused[PICTURE] = 0
            known.backoffs = 0

    def took(self, site: str, latency: float) -> None:
        """Note how many seconds the site took to answer; the latest count most."""
        known = self._of(site)
        known.latency = latency if not known.latency else (known.latency * 3 + latency) / 4

    def read(self, site: str) -> None:
        """Note that a page was had and read: the site does not refuse."""
        known = self._of(site)
        known.refused[PAGE] = known.backoffs = known.failed = 0

    def refused(self, site: str, kind: str, by: str) -> None:
        """Note a refusal: a status, or a challenge in place of a page."""
        known = self._of(site)
        known.refused[kind] += 1
        if known.refused[kind] >= self._manners.refusals:
            reason = f"left alone after {known.refused[kind]} refusals in a row, the last: {by}"
            self.leave_alone(site, kind, TargetState.BLOCKED, reason)

    def failed(self, site: str, words: str) -> None:
        """Note that a page got no answer at all."""
        known = self._of(site)
        known.failed += 1
        if known.failed >= self._manners.refusals:
            reason = f"left alone after {known.failed} failures in a row, the last: {words}"
            self.leave_alone(site, PAGE, TargetState.FAILED, reason)

    def slow_down(self, site: str, seconds: float, why: str) -> None:
        """Ask the site no more often than every so many seconds, up to the longest delay."""
        known, longest = self._of(site), self._manners.longest_delay
        if seconds > longest >= known.asked_delay and known.asked_delay != longest:
            self._warn(
                f"{site}: {why} wants {seconds:,.0f} s between requests; it is asked every"
                f" {longest:g} s (politeness.longest_delay)"
            )
        known.asked_delay = max(known.asked_delay, min(seconds, longest))

    def leave_alone(self, site: str, kind: str, state: TargetState, reason: str) -> None:
        """Ask nothing of that kind of the site any more; the first reason stays."""
        alone = self._of(site).alone
        if kind not in alone:
            alone[kind] = LeftAlone(state=state, reason=reason)
            what = "" if kind == PAGE else " for pictures"
            self._warn(f"{site} is not asked{what} any more: {reason}")

    def _wait(self, site: str, seconds: float, why: str) -> None:
        if seconds > self._manners.longest_wait:
            longest = self._manners.longest_wait
            reason = f"{why}; it is waited {longest:,.0f} s at the most (politeness.longest_wait)"
            self.leave_alone(site, PAGE, TargetState.BLOCKED, reason)
        self._hold(site, seconds)

    def _hold(self, site: str, seconds: float) -> None:
        known = self._of(site)
        known.ready_at = max(known.ready_at, self._clock() + seconds)

    def _of(self, site: str) -> _Site:
        known = self._sites.get(site)
        if known is None:
            known = self._sites[site] = _Site()
        return known
