"""What a sweep spends on one site at the most: pages, bytes, minutes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from time import monotonic
from typing import Self

from scrapy import Request, signals
from scrapy.crawler import Crawler

from crawler.book import OVER_BUDGET
from crawler.failures import OverBudgetError
from crawler.sites import site_of
from crawler.targets import targets_of

OVER_BYTES = "byte budget of the site is used up"
OVER_MINUTES = "time budget of the site is used up"
BUDGETS = (OVER_BUDGET, OVER_BYTES, OVER_MINUTES)
"""The reasons for which something of a site is left out."""


class Budgets:
    """Bytes and minutes by site: plain book-keeping. Pages are counted by ``Targets``."""

    def __init__(
        self, *, most_bytes: float, seconds: float, clock: Callable[[], float] = monotonic
    ) -> None:
        """Start with nothing spent.

        :param most_bytes: what may come from one site, as sent (compressed); 0 = no limit
        :param seconds: how long after its first request a site may be asked; 0 = no limit
        """
        self._most_bytes = most_bytes
        self._seconds = seconds
        self._clock = clock
        self._bytes: Counter[str] = Counter()
        self._since: dict[str, float] = {}
        self._used: dict[str, float] = {}

    def restore(self, spent: Mapping[str, tuple[int, float]]) -> None:
        """Take over what a former run of the sweep spent: site -> bytes and seconds."""
        for site, (size, seconds) in spent.items():
            self._bytes[site] += size
            self._used[site] = seconds

    def spent(self, site: str) -> tuple[int, float]:
        """Return the bytes and seconds that a site has cost, those of former runs too."""
        return self._bytes[site], self._clock() - self._began(site)

    def begin(self, site: str) -> None:
        """Let a site's time run."""
        self._since.setdefault(site, self._clock() - self._used.get(site, 0.0))

    def _began(self, site: str) -> float:
        return self._since.get(site, self._clock() - self._used.get(site, 0.0))

    def received(self, site: str, size: int) -> None:
        """Count bytes that came from the site."""
        self._bytes[site] += size

    def find_over(self, site: str) -> str | None:
        """Return which budget of the site is used up; its time runs from the first question."""
        if self._most_bytes and self._bytes[site] >= self._most_bytes:
            return OVER_BYTES
        self.begin(site)
        if self._seconds and self._clock() - self._began(site) >= self._seconds:
            return OVER_MINUTES
        return None


class BudgetMiddleware:
    """Lets a site's budgets be spent, and no more; stands behind robots.txt.

    Counted when a page is about to be fetched, not when a link to it is found, so that the
    spider's priorities decide what a small budget is spent on. Pictures count for the bytes of the
    site that they lie on.
    """

    def __init__(self, crawler: Crawler) -> None:
        self.crawler = crawler
        settings = crawler.settings
        self.budgets = Budgets(
            most_bytes=settings.getfloat("MARKHOUND_MEGABYTES_PER_SITE") * 1e6,
            seconds=settings.getfloat("MARKHOUND_MINUTES_PER_SITE") * 60,
        )
        self._page_bytes = int(settings.getfloat("MARKHOUND_PAGE_MEGABYTES") * 1e6)

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Count every piece that is received."""
        self = cls(crawler)
        crawler.signals.connect(self.spider_opened, signals.spider_opened)
        crawler.signals.connect(self.bytes_received, signals.bytes_received)
        return self

    def spider_opened(self) -> None:
        """Go on with what former runs of the sweep spent; the empty name is the whole sweep."""
        targets = targets_of(self.crawler)
        self.budgets.restore(targets.spent_before)
        self.budgets.begin("")
        targets.find_spent = self.budgets.spent

    def bytes_received(self, data: bytes, request: Request) -> None:
        """Count a piece of an answer, also of one that is cut later."""
        site = site_of(request.url)
        self.budgets.received(site, len(data))
        targets_of(self.crawler).count_cost(site)

    def process_request(self, request: Request) -> None:
        """Let the request pass, or refuse it.

        :raises OverBudgetError: a budget of the site is used up
        """
        site = site_of(request.url)
        reason = self.budgets.find_over(site)
        target = request.meta.get("target")
        if target is not None:
            request.meta.setdefault("download_maxsize", self._page_bytes)
            if reason is None and not request.meta.get("counted"):
                if targets_of(self.crawler).spend(target):
                    request.meta["counted"] = True
                else:
                    reason = OVER_BUDGET
        if reason is not None:
            raise OverBudgetError(reason)
