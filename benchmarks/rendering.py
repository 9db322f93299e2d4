"""What a rendered page costs, as a multiple of a plain one, and the browser's memory.

    python benchmarks/rendering.py [--pages N] [--plain N]

Four sites on loopback, one page of each at a time: four pages at once. The goods of a page are the
same both ways, in 57 KB of HTML, or as a shell with a script of 120 KB that asks for them as JSON.
Both go the whole way through Scrapy and the project's download handler, to a spider that reads
their links with parsel, in turns. CPU time is that of this process and of the whole browser; the
server has a process of its own. Memory is proportional (PSS).
"""

from __future__ import annotations

import argparse
import asyncio
import json
import multiprocessing
import statistics
import time
from collections.abc import AsyncIterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from multiprocessing.connection import Connection
from typing import Any

from scrapy import Request, Spider
from scrapy.crawler import AsyncCrawlerProcess
from scrapy.http import Response

from crawler.browser.pool import TABS
from crawler.rendering import rendering_of

GOODS = 40
WORDS = "A lantern of brass and glass, made by hand in a small workshop by the sea. " * 15
HOSTS = [f"127.0.0.{1 + number}" for number in range(TABS)]
ROUNDS = 5
SAMPLE_SECONDS = 0.25

_DATA = [{"id": n, "title": f"Lantern {n}", "text": WORDS} for n in range(GOODS)]
_CARD = (
    '<li class="card"><a href="/goods/{id}"><img src="/pictures/{id}.jpg">{title}</a><p>{text}</p>'
)
PLAIN = f"<html><body><h1>Lanterns</h1><ul>{''.join(_CARD.format(**g) for g in _DATA)}</ul>"
SHELL = '<html><body><div id="root"></div><script src="/app.js"></script>'
LIBRARY = "\n".join(
    f"function part{n}(state) {{ return Object.assign({{}}, state, {{part: {n}, name: 'x{n}'}}) }}"
    for n in range(1400)
)
APP = (
    LIBRARY
    + """
fetch('/api').then(answer => answer.json()).then(goods => {
  const list = document.createElement('ul')
  for (const good of goods) {
    const card = list.appendChild(document.createElement('li'))
    card.className = 'card'
    card.innerHTML = `<a href="/goods/${good.id}">
      <img src="/pictures/${good.id}.jpg">${good.title}</a>`
    card.appendChild(document.createElement('p')).textContent = good.text
  }
  document.getElementById('root').append(list)
})
"""
)
BODIES = {
    "/plain": (PLAIN, "text/html"),
    "/shell": (SHELL, "text/html"),
    "/app.js": (APP, "text/javascript"),
    "/api": (json.dumps(_DATA), "application/json"),
}


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    wbufsize = 65536

    def do_GET(self) -> None:
        """Answer with one of the bodies."""
        text, kind = BODIES[self.path.partition("?")[0]]
        body = text.encode()
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.send_header("Cache-Control", "max-age=3600" if kind.endswith("script") else "no-store")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Stay silent."""


def serve(port: Connection) -> None:
    """Serve on all loopback addresses; tell the port."""
    server = ThreadingHTTPServer(("", 0), _Handler)
    port.send(server.server_address[1])
    server.serve_forever()


class MeasureSpider(Spider):
    """Fetches pages in turns and prints what they cost."""

    name = "measure"

    def __init__(self, port: int, pages: int, plain: int, **kwargs: Any) -> None:  # noqa: ANN401 (Scrapy's signature)
        super().__init__(**kwargs)
        self.port, self.pages, self.plain = port, pages, plain
        self.most = self.waiting = 0
        self.cost = self.speed = 0.0
        self.read = asyncio.Event()

    async def start(self) -> AsyncIterator[Request]:
        """Yield the pages of one turn after the other; each waits until the last one is through."""
        for path in ("/shell", "/plain"):
            async for request in self.turn(path, 2 * TABS):
                yield request
        print(
            f"{ROUNDS} rounds of {self.plain} plain and {self.pages} rendered pages, four at once"
        )
        watching, ratios = asyncio.ensure_future(self.watch()), []
        for _ in range(ROUNDS):
            async for request in self.turn("/plain", self.plain):
                yield request
            plain = self.cost
            async for request in self.turn("/shell", self.pages):
                yield request
            ratios.append(self.cost / plain)
            print(
                f"  CPU of a page: plain {plain * 1000:5.2f} ms,"
                f" rendered {self.cost * 1000:6.1f} ms:"
                f" {ratios[-1]:5.1f} times; {self.speed:.1f} rendered pages a second"
            )
        watching.cancel()
        print(f"a rendered page costs {statistics.median(ratios):.1f} times a plain one (goal: 60)")
        print(f"memory of the browser with four pages: {self.most / 1e6:.0f} MB (goal: 750)")

    async def turn(self, path: str, pages: int) -> AsyncIterator[Request]:
        """Yield pages of all sites, wait until they are read, and keep the CPU seconds of one."""
        before, started = self.cpu_seconds(), time.monotonic()
        self.waiting, self.read = pages, asyncio.Event()
        for number in range(pages):
            url = f"http://{HOSTS[number % TABS]}:{self.port}{path}?n={number}"
            yield Request(url, meta={"render": path == "/shell"}, dont_filter=True)
        await self.read.wait()
        self.cost = (self.cpu_seconds() - before) / pages
        self.speed = pages / (time.monotonic() - started)

    def parse(self, response: Response) -> None:
        """Read the links of a page."""
        links = response.css("a::attr(href)").getall()
        assert len(links) == GOODS, (response.url, len(links))
        self.waiting -= 1
        if not self.waiting:
            self.read.set()

    def cpu_seconds(self) -> float:
        """Return what this process and the browser have used so far."""
        pool = rendering_of(self.crawler).pool
        parts = pool.browser.parts() if pool and pool.browser else []
        return time.process_time() + sum(part.cpu_seconds for part in parts)

    async def watch(self) -> None:
        """Keep the most memory that the browser had."""
        while True:
            pool = rendering_of(self.crawler).pool
            if pool and pool.browser:
                parts = await asyncio.to_thread(pool.browser.parts)
                self.most = max(self.most, sum(part.bytes for part in parts))
            await asyncio.sleep(SAMPLE_SECONDS)


def main() -> None:
    """Print the multiple and the memory."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--pages", type=int, default=80, help="rendered pages a round")
    parser.add_argument("--plain", type=int, default=800, help="plain pages a round")
    given = parser.parse_args()
    ours, theirs = multiprocessing.Pipe()
    server = multiprocessing.Process(target=serve, args=(theirs,), daemon=True)
    server.start()
    handler = "crawler.rendering.RenderingHandler"
    process = AsyncCrawlerProcess(
        {
            "ASYNCIO_EVENT_LOOP": "uvloop.Loop",
            "CONCURRENT_REQUESTS": 16,
            "CONCURRENT_REQUESTS_PER_DOMAIN": 1,
            "DOWNLOAD_DELAY": 0,
            "DOWNLOADER": "crawler.downloader.PoliteDownloader",
            "DOWNLOAD_HANDLERS": {"http": handler, "https": handler},
            "EXTENSIONS": {"crawler.rendering.Rendering": 0},
            "LOG_LEVEL": "WARNING",
            "MARKHOUND_ALLOW_PRIVATE": True,
            "MARKHOUND_RENDER": "auto",
            "MARKHOUND_RENDER_MEMORY_MB": 1200,
            "MARKHOUND_RENDER_SECONDS": 20.0,
            "REMOTE_CONTROL_ENABLED": False,
            "TELNETCONSOLE_ENABLED": False,
            "USER_AGENT": "Markhound/0.1 (benchmark)",
        }
    )
    process.crawl(MeasureSpider, port=ours.recv(), pages=given.pages, plain=given.plain)
    process.start()
    server.terminate()


if __name__ == "__main__":
    main()
