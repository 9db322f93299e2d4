"""What watches a site: traps, challenges, pages that are all the same."""

from __future__ import annotations

import asyncio
import secrets
from collections import defaultdict
from collections.abc import AsyncIterator
from typing import Any, NoReturn, Self
from urllib.parse import urljoin, urlsplit

from scrapy import Request, signals
from scrapy.crawler import Crawler
from scrapy.exceptions import IgnoreRequest
from scrapy.http import HtmlResponse, Response
from scrapy.http.request import NO_CALLBACK

from crawler.downloader import pace_of
from crawler.errors import BlockedError, ExtractionError, GoneError, SkipError, TrapError
from crawler.extract import page_of
from crawler.model import Listing, TargetState
from crawler.pace import PAGE
from crawler.robots import UNREACHABLE
from crawler.sameness import (
    MOST_SAME,
    SUDDEN,
    VARIED,
    Look,
    SiteLooks,
    look_of,
    says_not_found,
    title_of,
    words_of_gone,
)
from crawler.sites import site_of
from crawler.targets import target_of, targets_of
from crawler.traps import HOME, SAME, Traps

PEEK = 1_000
"""Outputs of a page after which it is judged: the listing comes first."""
MOST_HOME = 3
"""How often a site is asked again for the page that was read first."""
READ = "read"
"""Flag of a response that is given to the spider."""
NOT_FOUND = 'the shop\'s own "not found" page, answered as if it were a page'
HOME_FOR_ALL = "the home page, as for every address that the shop does not know"
SUDDEN_SAMENESS = "sudden sameness: every address of the site now answers the same page"


class TrapWatch:
    """Scrapy extension: has the book of targets leave out what a site makes without end."""

    def __init__(self, crawler: Crawler) -> None:
        self.crawler = crawler
        self._traps = Traps()
        self._told: set[tuple[str, str]] = set()

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Look at each new URL from the moment the spider opens."""
        self = cls(crawler)
        crawler.signals.connect(self.spider_opened, signals.spider_opened)
        return self

    def spider_opened(self) -> None:
        """Have the book ask before it takes a URL on."""
        targets = targets_of(self.crawler)
        for site, url in targets.shown_before:  # a sweep that goes on knows the traps it met
            self._traps.find(site, url)
        targets.find_trap = self.find

    def find(self, site: str, url: str) -> str | None:
        """Return the reason why a new URL is left out; None when it is not."""
        rule = self._traps.find(site, url)
        if rule is None:
            return None
        self.tell(site, rule, url)
        return words_of_rule(rule)

    def tell(self, site: str, rule: str, url: str) -> None:
        """Warn of a trap, once for each site and rule."""
        known = targets_of(self.crawler).traps_told
        if (site, rule) not in self._told and (site, words_of_rule(rule)) not in known:
            self._told.add((site, rule))
            message = f"{site} has a trap: {rule}; such addresses are left out from here on"
            targets_of(self.crawler).warn(url, message)


class WatchMiddleware:
    """Judges each page that was read, and tells the site's pace. Stands nearest to the spider."""

    def __init__(self, crawler: Crawler) -> None:
        self.crawler = crawler
        self._sites: defaultdict[str, SiteLooks] = defaultdict(SiteLooks)
        self._asking: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Make one as Scrapy does."""
        return cls(crawler)

    def process_spider_input(self, response: Response) -> None:
        """Refuse an answer that holds no page.

        :raises ExtractionError: it is empty, or a part
        """
        if response.status == 206:
            raise ExtractionError("the answer is only a part of the page (HTTP 206)")
        # a browser hands over no file, which the spider refuses with better words
        kind = (response.headers.get("Content-Type") or b"text/html").lower()
        is_file = not any(name in kind for name in (b"text", b"html", b"xml", b"json"))
        empty = not is_file and not response.body.strip(b"\0 \t\r\n")
        if empty and 200 <= response.status < 300:
            raise ExtractionError(f"the answer is empty (HTTP {response.status})")
        response.flags.append(READ)

    async def process_spider_output(
        self, response: Response, result: AsyncIterator[Any]
    ) -> AsyncIterator[Any]:
        """Pass on what the spider made of a page.

        :raises SkipError: the page is not what it seems
        """
        if READ not in response.flags:  # an errback's output comes this way too
            async for output in result:
                yield output
            return
        first: list[Any] = []
        broken = await self._take(first, response, result)
        if broken is None and isinstance(response, HtmlResponse):
            await self._judge(response, any(map(_is_listing, first)))
        for output in first:
            yield output
        if broken is not None:
            raise broken
        async for output in result:
            yield output

    async def _take(
        self, first: list[Any], response: Response, result: AsyncIterator[Any]
    ) -> SkipError | None:
        """Take the first outputs, and tell the pace; return what the spider had to say of it."""
        site, pace = site_of(response.url), pace_of(self.crawler)
        try:
            async for output in result:
                first.append(output)
                if len(first) >= PEEK:
                    break
        except SkipError as error:
            if pace is not None and isinstance(error, BlockedError):
                pace.refused(site, PAGE, str(error))
            return error
        if pace is not None:
            pace.read(site)
        return None

    async def _judge(self, response: HtmlResponse, is_listing: bool) -> None:
        """Find out whether the page is one that stands in place of others.

        :raises SkipError: it is
        """
        root = page_of(response).root
        if not hasattr(root, "iter"):
            return
        looks = self._sites[site_of(response.url)]
        title = title_of(root)
        revisits, target = targets_of(self.crawler).revisits, target_of(response)
        lost = not is_listing and revisits is not None and revisits.was_listing(target)
        if lost:
            await self._judge_lost(response, looks, look_of(root), words_of_gone(root))
        elif not looks.home_url and not says_not_found(title):
            looks.home, looks.home_url = look_of(root), response.url
        is_suspect = (looks.is_suspect(title) or lost) and not is_listing
        if not is_suspect or response.url == looks.home_url or _is_root(response.url):
            looks.differs()
            return
        look = look_of(root)
        count = looks.met(look)
        if not lost and (says_not_found(title) or count > 1 or look.resembles(looks.home)):
            await self._compare(response, looks, look)
        if looks.row >= SUDDEN and looks.varied > VARIED:
            await self._check_home(response, looks, look)
            looks.row = 0
        if count > MOST_SAME:
            self._trapped(response, SAME)

    async def _judge_lost(
        self, response: HtmlResponse, looks: SiteLooks, look: Look, words: str | None
    ) -> None:
        """Find out whether what was a listing is gone: by the page's words, or by comparison.

        :param words: by which the page says so
        :raises SkipError: it is, or every address of the site shows one page
        """
        async with self._asking[site_of(response.url)]:
            await self._ask_unknown(response, looks)
            differs = await self._differs(response, looks, look)
        is_unknown = look.resembles(looks.unknown)
        if not (is_unknown or words) or not differs:
            return
        if words and not is_unknown:
            raise GoneError(f'the page says so: "{words}"')
        home = looks.home or await self._look_at(urljoin(response.url, "/"))
        raise GoneError(HOME_FOR_ALL if look.resembles(home) else NOT_FOUND)

    async def _differs(self, response: HtmlResponse, looks: SiteLooks, look: Look) -> bool:
        """Ask for other pages, to see whether the site shows any; False when none could be had.

        :raises BlockedError: all are one
        """
        site, revisits = site_of(response.url), targets_of(self.crawler).revisits
        if look.resembles(looks.instead_of_all):
            self._all_the_same(site, look)
        if looks.others_differ:
            return True
        assert revisits is not None  # else nothing is known to have been a listing
        others = revisits.stored.other_listings(site, target_of(response), MOST_HOME)
        had = False
        for url in (*others, urljoin(response.url, "/")):
            other = await self._look_at(url)
            had = had or other is not None
            if other is not None and not other.resembles(look):
                looks.others_differ = True
                return True
        if had:
            self._all_the_same(site, look)
        return False

    async def _ask_unknown(self, response: HtmlResponse, looks: SiteLooks) -> None:
        if not looks.was_asked:
            looks.was_asked = True
            looks.unknown = await self._look_at(_unknown_url(response.url))

    def _all_the_same(self, site: str, look: Look) -> NoReturn:
        self._sites[site].instead_of_all = look
        if pace := pace_of(self.crawler):
            pace.leave_alone(site, PAGE, TargetState.BLOCKED, SUDDEN_SAMENESS)
        raise BlockedError(SUDDEN_SAMENESS)

    async def _compare(self, response: HtmlResponse, looks: SiteLooks, look: Look) -> None:
        """Compare a suspect page with what a surely unknown address answers.

        :raises SkipError: they are one
        """
        await self._ask_unknown(response, looks)
        if not look.resembles(looks.unknown):
            return
        if look.resembles(looks.home):
            self._trapped(response, HOME)
        if not looks.unknown_is_proved:
            await self._check_home(response, looks, look)
            looks.unknown_is_proved = True
        raise GoneError(NOT_FOUND)

    async def _check_home(self, response: HtmlResponse, looks: SiteLooks, look: Look) -> None:
        """Ask again for the page that was read first; it shows whether all pages are one by now.

        :raises BlockedError: they are, and were not
        """
        if not looks.home_url or looks.home_asked >= MOST_HOME or look.resembles(looks.home):
            return
        looks.home_asked += 1
        again = await self._look_at(looks.home_url)
        if again is not None and again.resembles(look):
            self._all_the_same(site_of(response.url), look)

    async def _look_at(self, url: str) -> Look | None:
        """Return what a URL shows, by way of robots.txt, guard and pace; None = no page."""
        assert self.crawler.engine is not None
        try:
            response = await self.crawler.engine.download_async(Request(url, callback=NO_CALLBACK))
        except (SkipError, IgnoreRequest, *UNREACHABLE):
            return None
        if response.status != 200 or not isinstance(response, HtmlResponse):
            return None
        root = page_of(response).root
        if site_of(response.url) != site_of(url) or not hasattr(root, "iter"):
            return None
        return look_of(root)

    def _trapped(self, response: Response, rule: str) -> None:
        watch = self.crawler.get_extension(TrapWatch)
        if watch is not None:
            watch.tell(site_of(response.url), rule, response.url)
        raise TrapError(words_of_rule(rule))


def words_of_rule(rule: str) -> str:
    """Return the reason of a target that is skipped by a rule on traps."""
    return f"rule: trap, {rule}"


def _unknown_url(url: str) -> str:
    parts = urlsplit(url)
    name = f"markhound-asks-for-what-is-not-here-{secrets.token_hex(6)}"
    return f"{parts.scheme}://{parts.netloc}/{name}"


def _is_listing(output: object) -> bool:
    return isinstance(output, Listing) and output.target == "listing"


def _is_root(url: str) -> bool:
    parts = urlsplit(url)
    return parts.path in ("", "/") and not parts.query
