"""Addresses that a spider only guesses: asked at once, and no targets when nothing is there."""

from __future__ import annotations

from scrapy import Request, Spider
from scrapy.crawler import Crawler
from scrapy.exceptions import IgnoreRequest
from scrapy.http import Response
from scrapy.http.request import NO_CALLBACK
from scrapy.robotstxt import RobotParser

from crawler.errors import SkipError
from crawler.robots import UNREACHABLE
from crawler.sitemaps import on_host
from crawler.sites import site_of


class Robots:
    """What each origin's robots.txt says; the middleware has read it before a page is had."""

    def __init__(self, agent: str) -> None:
        self._agent = agent
        self._parsers: dict[str, RobotParser] = {}

    def parsed(self, robotparser: RobotParser, request: Request) -> None:
        """Keep the rules (Scrapy's signal ``robots_parsed``)."""
        self._parsers[_origin(request.url)] = robotparser

    def allow(self, url: str) -> bool:
        """Tell whether the URL may be asked, as far as is known."""
        rules = self._parsers.get(_origin(url))
        return rules is None or rules.allowed(url, self._agent)

    def sitemaps(self, url: str) -> tuple[str, ...]:
        """Return the ``Sitemap:`` lines of the URL's origin, on the right host."""
        rules = getattr(self._parsers.get(_origin(url)), "rp", None)  # Protego, when it is that
        lines = getattr(rules, "sitemaps", ())
        found = (on_host(str(line).strip(), _origin(url)) for line in lines)
        return tuple(dict.fromkeys(target for target in found if target))


def _origin(url: str) -> str:
    scheme, _, rest = url.partition("://")
    return f"{scheme}://{rest.partition('/')[0].partition('?')[0]}"


async def find_answer(spider: Spider, request: Request) -> Response | None:
    """Return what stands at a guessed address; None when nothing does, or robots.txt forbids.

    It passes the same downloader as pages: robots.txt, guard and politeness hold for it.
    """
    crawler: Crawler = spider.crawler
    assert crawler.engine is not None
    try:
        response = await crawler.engine.download_async(request.replace(callback=NO_CALLBACK))
    except (SkipError, IgnoreRequest, *UNREACHABLE):
        return None
    same = site_of(response.url) == site_of(request.url)
    return response if response.status == 200 and same else None
