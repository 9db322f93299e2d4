"""Any shop: its catalogue by the interface of its shop program, else its pages."""

from __future__ import annotations

import dataclasses
import json
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime
from functools import partial
from typing import Any, Self
from urllib.parse import urljoin, urlsplit

from parsel import Selector
from scrapy import Request, Spider, signals
from scrapy.crawler import Crawler
from scrapy.http import Response

from crawler.errors import (
    BlockedError,
    ExtractionError,
    GrowsByScriptError,
    NeedsBrowserError,
)
from crawler.extract import (
    PageReading,
    find_page,
    is_plain_text,
    limits_of,
    page_of,
    parse_page,
    text_page,
)
from crawler.extract.growth import grows_by_script
from crawler.feeds import find_feeds
from crawler.link import Link, LinkKind, Links
from crawler.links import MOST_LINKS, find_links
from crawler.menus import Menus
from crawler.model import Listing, PageWarning
from crawler.rendering import rendering_of
from crawler.searching import find_open_search, find_search, parse_open_search, search_url
from crawler.sitemaps import parse_sitemap
from crawler.sites import canonical_url, site_of
from spiders.asking import Robots, find_answer
from spiders.catalogues import answer_of, front_of
from spiders.discovery import Discovery
from spiders.platforms import GUESSED, find_platform
from spiders.platforms.catalogue import Front, Platform, Step

Output = Listing | PageWarning | Request | Links


class StructuredSpider(Discovery, Spider):
    """Follows catalogues, lists and listings within the sites of its seeds.

    Arguments: ``url``, one or several seeds separated by white space; ``search``, a JSON object
    (``words``, ``pages`` of results for each, ``left_out`` words, ``only`` when nothing else is
    followed) when sites are to be searched; ``works``, by what pages that are no listings are
    compared with works: ``text``, or ``pictures`` besides; empty = not at all; ``alone``, which is
    not empty when only the seeds are to be read.
    """

    name = "structured"

    def __init__(
        self,
        url: str = "",
        search: str = "",
        works: str = "",
        alone: str = "",
        **kwargs: Any,  # noqa: ANN401 (Scrapy's signature)
    ) -> None:
        Spider.__init__(self, **kwargs)
        Discovery.__init__(self)
        self.seeds = tuple(url.split())
        self.search: dict[str, Any] = json.loads(search) if search else {}
        self.works = works
        self.alone = bool(alone)
        self.robots = Robots("")
        self._mapped: set[str] = set()
        self._met: set[str] = set()
        self._menus = Menus()

    @classmethod
    def from_crawler(cls, crawler: Crawler, *args: Any, **kwargs: Any) -> Self:  # noqa: ANN401 (Scrapy's signature)
        """Hear what the robots.txt of each site says."""
        spider = super().from_crawler(crawler, *args, **kwargs)
        spider.robots = Robots(crawler.settings["ROBOTSTXT_USER_AGENT"])
        crawler.signals.connect(spider.robots.parsed, signals.robots_parsed)
        return spider

    async def start(self) -> AsyncIterator[Request]:
        """Yield a Request for each seed."""
        parse = self.parse_alone if self.alone else self.parse_seed
        for seed in self.seeds:
            yield Request(canonical_url(seed) or seed, callback=parse, meta={"read_always": True})

    def parse_alone(self, response: Response) -> Iterator[Output]:
        """Yield what a page holds, and nothing that it leads to.

        :raises SkipError: as ``parse`` does; but a list that grows by scripts was read as it is
        """
        return _without_links(self.parse(response))

    async def parse_seed(self, response: Response) -> AsyncIterator[Output]:
        """Yield all ways to the listings of a site that its first page shows, and what it holds.

        :raises SkipError: as ``parse`` does
        """
        if self.works and is_plain_text(response):
            for output in self.parse(response):
                yield output
            return
        page = page_of(response)
        reading = parse_page(response.url, page, source=response.text)
        front = _front(response, page)
        platform = find_platform(front)
        ways = self._searches_alone if self.search.get("only") else self._all_ways
        async for output in ways(response, page, reading, front, platform):
            yield output

    async def _all_ways(
        self,
        response: Response,
        page: Selector,
        reading: PageReading,
        front: Front,
        platform: Platform | None,
    ) -> AsyncIterator[Output]:
        """Yield what ``parse_seed`` does, by all ways."""
        name = platform.name if platform else None
        if reading.blocked_by is None and site_of(response.url) not in self._met:
            async for output in self._sitemaps_of(response.url, name):
                yield output
            asked = False
            async for output in self._catalogue(platform, front, shell=reading.needs_browser):
                asked = asked or isinstance(output, Request)
                yield output
            if not reading.needs_browser or asked:
                self._met.add(site_of(response.url))
                async for output in self._other_ways(page, response.url, platform):
                    yield output
            if asked and reading.needs_browser:  # what scripts would show, the interface tells
                return
        for output in self._outputs_of(response, page, reading, name):
            yield output

    async def _catalogue(
        self, platform: Platform | None, front: Front, *, shell: bool
    ) -> AsyncIterator[Output]:
        """Yield the first question to the site's interface; of a shell, only if it answers."""
        for program in (platform,) if platform else GUESSED if shell else ():
            step = program.first_step(front)
            if step is None:
                self.give_up(front.url)
            elif not self.robots.allow(step.url):
                self.give_up(front.url)
                message = f"robots.txt forbids the {program.name} interface; pages are read"
                yield PageWarning(url=step.url, message=message)
            elif not shell or await self._answers(program, step):
                yield self.request_of(program, step)
                return
            elif platform:
                self.give_up(front.url)
                message = f"the {program.name} interface does not answer; pages are rendered"
                yield PageWarning(url=step.url, message=message)

    async def _answers(self, program: Platform, step: Step) -> bool:
        response = await find_answer(self, self.request_of(program, step))
        if response is None:
            return False
        try:
            return bool(program.read(answer_of(response, step.state)))
        except ExtractionError:
            return False

    async def _sitemaps_of(self, url: str, platform: str | None) -> AsyncIterator[Output]:
        """Yield the sitemaps that robots.txt names; else what stands at the usual address."""
        if site_of(url) in self._mapped:
            return
        self._mapped.add(site_of(url))
        named = self.robots.sitemaps(url)
        for output in self.ask_sitemaps(named, platform, 1):
            yield output
        if named:
            return
        answer = await find_answer(self, Request(urljoin(url, "/sitemap.xml")))
        if answer is None:
            return
        try:
            parse_sitemap(answer.body, answer.url)
        except ExtractionError:
            return  # many sites answer every address with a page
        # Asked once more, as a target: the next sweep looks whether it changed.
        for output in self.ask_sitemaps([answer.url], platform, 1):
            yield output

    async def _other_ways(
        self, page: Selector, url: str, platform: Platform | None
    ) -> AsyncIterator[Output]:
        """Yield the feeds of a site, and the searches, or why it is not searched."""
        for request in self.ask_feeds(find_feeds(page, url), platform.name if platform else None):
            yield request
        if self.search.get("words"):
            async for output in self._searches(page, url, platform):
                yield output

    async def _searches_alone(
        self,
        response: Response,
        page: Selector,
        reading: PageReading,
        front: Front,
        platform: Platform | None,
    ) -> AsyncIterator[Output]:
        """Yield the searches of a site that has no other way, and what its page holds."""
        site = site_of(front.url)
        if not (reading.blocked_by or reading.needs_browser or site in self._met):
            self._met.add(site)
            async for output in self._searches(page, response.url, platform):
                yield output
        name = platform.name if platform else None
        for output in _without_links(self._outputs_of(response, page, reading, name)):
            yield output

    async def _searches(
        self, page: Selector, url: str, platform: Platform | None
    ) -> AsyncIterator[Output]:
        """Yield the searches of a site for each of the words, or why it is not searched."""
        template = find_search(page, url)
        if template is None and (description := find_open_search(page, url)) is not None:
            answer = await find_answer(self, Request(description))
            template = parse_open_search(answer.body, answer.url) if answer else None
        if template is None and platform and platform.search:
            template = urljoin(url, platform.search)
        words, site = self.search["words"], site_of(url)
        if not words:
            message = f"{site} is not searched: there is no right in force to search for"
            yield PageWarning(url=url, message=message)
        elif template is None:
            yield PageWarning(url=url, message=f"{site} is not searched: no search form was found")
        elif not self.robots.allow(search_url(template, words[0])):
            yield PageWarning(url=url, message=f"{site} is not searched: robots.txt forbids it")
        else:
            if left_out := self.search.get("left_out"):
                message = f"{site} is searched for {len(words)} names; {left_out} are left out"
                yield PageWarning(url=url, message=message)
            name = platform.name if platform else None
            for request in self.ask_search(template, words, self.search.get("pages", 1), name):
                yield request

    def parse(self, response: Response, platform: str | None = None) -> Iterator[Output]:
        """Yield the page's listing, what is broken on it, and the links to follow.

        :param platform: the shop program of the site, when it is known
        :raises NotAPageError: the response is no HTML page
        :raises BlockedError: a challenge stands in place of the page
        :raises NeedsBrowserError: only a browser can show the page
        :raises GrowsByScriptError: a list whose rest only a browser can show
        :raises ExtractionError: the page is made so that it cannot be read
        """
        if self.works and is_plain_text(response):
            yield from _as_page(text_page(response.url, response.text))
            return
        page = page_of(response)
        reading = parse_page(response.url, page, source=response.text)
        outputs = self._outputs_of(response, page, reading, platform)
        yield from _without_links(outputs) if self.search.get("only") else outputs

    def _outputs_of(
        self, response: Response, page: Selector, reading: PageReading, platform: str | None
    ) -> Iterator[Output]:
        for message in reading.warnings:
            yield PageWarning(url=response.url, message=message)
        if reading.blocked_by:
            raise BlockedError(reading.blocked_by)
        if reading.listing:
            yield dataclasses.replace(reading.listing, seen_at=_now())
        conventions = self.conventions_of(platform)
        known = self._menus.of(response.url)
        links = find_links(page, response.url, conventions, response.text, known)
        if len(links) >= MOST_LINKS:
            message = f"the page has more than {MOST_LINKS:,} links; the rest is not followed"
            yield PageWarning(url=response.url, message=message)
        learn = partial(known.learn, links)
        yield Links([self.follow(link, platform) for link in links], learn)
        if reading.needs_browser:
            raise NeedsBrowserError("the page is made by its scripts")
        if reading.unread:
            raise ExtractionError(reading.unread)
        listed = reading.listing is not None or self.is_listed(response.url, platform)
        grows = not listed and grows_by_script(page.root, links)
        if self.works and reading.listing is None and (not grows or self._is_last(response)):
            found = find_page(response.url, page.root)
            images = found.images if self.works == "pictures" else ()
            yield from _as_page(dataclasses.replace(found, images=images))
        if grows:
            raise GrowsByScriptError("the rest of its list comes by clicks or scrolling alone")

    def _is_last(self, response: Response) -> bool:
        """Tell whether a page that grows by scripts is not going to be had rendered."""
        return bool(response.meta.get("rendered") or rendering_of(self.crawler).lack)


def _without_links(outputs: Iterator[Output]) -> Iterator[Output]:
    """Yield what a page holds; a list that grows by scripts is taken as it is."""
    try:
        for output in outputs:
            if not isinstance(output, Links):
                yield output
    except GrowsByScriptError:
        return


def _now() -> datetime:
    return datetime.now(UTC)


def _as_page(page: Listing) -> Iterator[Output]:
    """Yield a page that is no listing, and what of it is too much to be compared."""
    yield dataclasses.replace(page, seen_at=_now())
    for message in limits_of(page):
        yield PageWarning(url=page.url, message=message)


def _front(response: Response, page: Selector) -> Front:
    language = page.xpath("/html/@lang").get()
    return front_of(response, language, lambda: _folder(find_links(page, response.url)))


def _folder(links: list[Link]) -> str | None:
    """Return the folder in which most of the listings stand that a page links to."""
    paths = (urlsplit(link.url).path for link in links if link.kind is LinkKind.LISTING)
    folders = Counter(path.rpartition("/")[0] + "/" for path in paths)
    return folders.most_common(1)[0][0] if folders else None
