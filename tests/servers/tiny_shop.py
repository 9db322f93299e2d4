"""A shop of a few lines for sweeps: pages made on demand, every request counted."""

from __future__ import annotations

import threading
import time
import zlib
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Self


@dataclass(frozen=True)
class Answer:
    """What a path answers."""

    body: bytes | str = ""
    status: int = 200
    """0 = the connection is closed without an answer."""
    headers: Mapping[str, str] = field(default_factory=dict)


GUESS = "/sitemap.xml"

Route = Answer | Callable[[], Answer]


def listing_page(title: str, *, picture: str | None = None, price: str = "19.90") -> Answer:
    """Return a product page with JSON-LD."""
    image = f'"image": "{picture}",' if picture else ""
    data = (
        f'{{"@context": "https://schema.org", "@type": "Product", "name": "{title}", {image}'
        f' "offers": {{"@type": "Offer", "price": "{price}", "priceCurrency": "CNY"}}}}'
    )
    return Answer(
        f'<html><head><title>{title}</title><script type="application/ld+json">{data}</script>'
        f"</head><body><h1>{title}</h1><a href='/'>home</a></body></html>"
    )


def links_page(*paths: str) -> Answer:
    """Return a page that links to the paths."""
    links = "".join(f'<li><a href="{path}">{path}</a></li>' for path in paths)
    return Answer(f"<html><body><h1>All our goods</h1><ul>{links}</ul></body></html>")


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128


class TinyShop:
    """Serves ``routes`` on a free port of ``address`` while the ``with`` block runs."""

    def __init__(
        self,
        routes: Mapping[str, Route],
        *,
        seconds_a_page: float = 0,
        address: str = "127.0.0.1",
    ) -> None:
        self.routes = dict(routes)
        self.requests: Counter[str] = Counter()
        self.guesses: Counter[str] = Counter()
        """Requests for the sitemap that every sweep looks for, of a shop that has none."""
        self.seconds_a_page = seconds_a_page
        self.most_at_once = 0
        """The most requests that were being answered at the same time."""
        self.validators = False
        """Whether answers carry an ETag, and 304 is said to who has it."""
        self.lies = False
        """Whether 304 is said to whoever has any ETag."""
        self.sent = 0
        """Bytes sent, heads included."""
        self._answering = 0
        self._lock = threading.Lock()
        handler = type("Handler", (_Handler,), {"shop": self})
        self._server = _Server((address, 0), handler)
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)
        self.site = f"{address}:{self._server.server_address[1]}"
        self.url = f"http://{self.site}"

    def answer(self, path: str, body: bytes) -> Answer:  # noqa: ARG002 (of those that read it)
        """Return what a path with its query answers; ``body`` is what was posted."""
        route = self.routes.get(path, Answer("not found", status=404))
        return route if isinstance(route, Answer) else route()

    def answer_to(self, path: str, body: bytes, headers: Mapping[str, str]) -> Answer:  # noqa: ARG002 (of those that read them)
        """Return the same for a request with these headers."""
        return self.answer(path, body)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


class _Handler(BaseHTTPRequestHandler):
    shop: TinyShop
    protocol_version = "HTTP/1.1"
    wbufsize = 65536  # head and body in one packet, or each answer waits for an ACK

    def do_GET(self) -> None:
        self._take(b"")

    def do_POST(self) -> None:
        self._take(self.rfile.read(int(self.headers.get("Content-Length") or 0)))

    def _take(self, body: bytes) -> None:
        shop = self.shop
        with shop._lock:
            guessed = self.path == GUESS and GUESS not in shop.routes
            (shop.guesses if guessed else shop.requests)[self.path] += 1
            shop._answering += 1
            shop.most_at_once = max(shop.most_at_once, shop._answering)
        if self.path != "/robots.txt":
            time.sleep(shop.seconds_a_page)
        with shop._lock:  # before the answer: the next request may follow at once
            shop._answering -= 1
        self._answer(shop.answer_to(self.path, body, dict(self.headers.items())))

    def _answer(self, answer: Answer) -> None:
        shop = self.shop
        body = answer.body.encode() if isinstance(answer.body, str) else answer.body
        headers = {"Content-Type": "text/html; charset=utf-8", **answer.headers}
        status = answer.status
        if not status:
            self.close_connection = True
            return
        if shop.validators and status == 200:
            headers["ETag"] = f'"{zlib.crc32(body)}"'
            known = self.headers.get("If-None-Match")
            if known and (shop.lies or known == headers["ETag"]):
                status, body = 304, b""
        try:
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            if status != 304:
                self.send_header("Content-Length", str(len(body)))
            with shop._lock:
                head: list[bytes] = self._headers_buffer  # type: ignore[attr-defined]
                shop.sent += sum(map(len, head)) + len(body)
            self.end_headers()
            self.wfile.write(body)
        except ConnectionError:
            self.close_connection = True  # the crawler was killed, which tests do

    def log_message(self, *_: object) -> None:
        """Stay silent."""
