"""The yardstick of ``sweeping.py``: a spider that parses links with parsel and does nothing else.

python benchmarks/bare_spider.py URL PAGES
"""

from __future__ import annotations

import sys
from collections.abc import AsyncIterator, Iterator

from scrapy import Request, Spider
from scrapy.crawler import AsyncCrawlerProcess
from scrapy.http import Response
from scrapy.http.response.html import HtmlResponse


class BareSpider(Spider):
    """Follows every link of the site, each once."""

    name = "bare"

    def __init__(self, url: str, **kwargs: str) -> None:
        super().__init__(**kwargs)
        self.url = url
        self.known: set[str] = set()

    async def start(self) -> AsyncIterator[Request]:
        """Yield the seed."""
        yield Request(self.url, dont_filter=True)

    def parse(self, response: Response) -> Iterator[Request]:
        """Yield a Request for each new link that robots.txt would allow."""
        assert isinstance(response, HtmlResponse)
        for href in response.css("a::attr(href)").getall():
            url = response.urljoin(href)
            if url not in self.known and "/list/" not in url:
                self.known.add(url)
                yield Request(url, dont_filter=True)


def main() -> None:
    """Crawl until so many pages were fetched."""
    process = AsyncCrawlerProcess(
        {
            "ASYNCIO_EVENT_LOOP": "uvloop.Loop",
            "CLOSESPIDER_PAGECOUNT": int(sys.argv[2]),
            "CONCURRENT_REQUESTS": 16,
            "CONCURRENT_REQUESTS_PER_DOMAIN": 8,
            "COOKIES_ENABLED": False,
            "LOG_LEVEL": "ERROR",
            "REMOTE_CONTROL_ENABLED": False,
            "TELNETCONSOLE_ENABLED": False,
        }
    )
    process.crawl(BareSpider, url=sys.argv[1])
    process.start()


if __name__ == "__main__":
    main()
