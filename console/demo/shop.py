"""The sample shop: a small web shop on the loopback address, to be swept by the demo and tests."""

from __future__ import annotations

import errno
import sys
from collections import Counter
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Lock, Thread
from types import TracebackType
from typing import Self
from urllib.parse import parse_qsl, urlencode, urlsplit

from console.demo.catalogue import Catalogue, Offer, expected_hits, load_catalogue, not_expected
from console.demo.pages import CATEGORIES, ROBOTS, Pages
from console.demo.pictures import encode_jpeg

__all__ = ["DemoShop", "expected_hits", "not_expected"]

_HTML = "text/html; charset=utf-8"
_CSS = Path(__file__).with_name("templates") / "shop.css"


@dataclass(frozen=True, kw_only=True, slots=True)
class _Reply:
    status: int
    kind: str
    body: bytes
    location: str | None = None


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    shop: DemoShop

    def handle_error(self, request: object, client_address: object) -> None:
        """Pass over a client that went away; anything else is a defect and is told."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)  # type: ignore[arg-type]


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Server

    def do_GET(self) -> None:
        self._send(self.server.shop.reply(self.path))

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length", "0")))
        self._send(_Reply(status=303, kind=_HTML, body=b"", location="/cart"))

    def _send(self, reply: _Reply) -> None:
        self.send_response(reply.status)
        self.send_header("Content-Type", reply.kind)
        self.send_header("Content-Length", str(len(reply.body)))
        if reply.location:
            self.send_header("Location", reply.location)
        self.end_headers()
        self.wfile.write(reply.body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        """Log nothing: the shop only counts."""


class DemoShop:
    """Serve the sample shop while the context lasts.

    ``requests`` counts how often each address was asked for: path and query, without the
    tracking parameters that some links carry (``/p/x?utm_source=home`` is ``/p/x``).
    """

    def __init__(self, port: int = 0) -> None:
        self.port = port
        """The port tried first (0 or taken = any free one); once serving, the one in use."""
        self.requests: Counter[str] = Counter()
        self._lock = Lock()
        self._catalogue: Catalogue = load_catalogue()
        self._offers = {o.path: o for o in self._catalogue.listing}
        self._offers |= {o.also: o for o in self._catalogue.listing if o.also}

    @property
    def url(self) -> str:
        """The shop's front page, without a slash at the end."""
        return f"http://127.0.0.1:{self.port}"

    def __enter__(self) -> Self:
        try:
            self._server = _Server(("127.0.0.1", self.port), _Handler)
        except OSError as error:
            if error.errno != errno.EADDRINUSE:
                raise
            self._server = _Server(("127.0.0.1", 0), _Handler)
        self._server.shop = self
        self.port = self._server.server_address[1]
        self._pages = Pages(self._catalogue, self.url)
        self._thread = Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05})
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def reply(self, target: str) -> _Reply:
        """Answer a request for ``target`` (path and query), and count it."""
        parts = urlsplit(target)
        query = {k: v for k, v in parse_qsl(parts.query) if not k.startswith("utm_")}
        with self._lock:
            self.requests[parts.path + (f"?{urlencode(query)}" if query else "")] += 1
        if parts.path.startswith("/img/"):
            return self._picture(parts.path.removeprefix("/img/").removesuffix(".jpg"))
        if offer := self._offers.get(parts.path):
            return self._product(offer)
        if parts.path == "/robots.txt":
            return _Reply(status=200, kind="text/plain; charset=utf-8", body=ROBOTS.encode())
        if parts.path == "/shop.css":
            return _Reply(status=200, kind="text/css; charset=utf-8", body=_CSS.read_bytes())
        return self._page(self._text(parts.path, query))

    def _text(self, path: str, query: dict[str, str]) -> str | None:
        pages = self._pages
        if path == "/":
            return pages.home()
        if path in ("/cart", "/login", "/admin", "/about"):
            return pages.render("note.html", name=path.removeprefix("/"))
        if path == "/private/clearance":
            return pages.private()
        kind, _, slug = path.removeprefix("/").partition("/")
        vendors = {vendor.id: vendor for vendor in self._catalogue.seller}
        if path == "/all":
            offers, names = pages.offers_of(), ("All goods", "全部商品")
        elif kind == "c" and slug in CATEGORIES:
            offers, names = pages.offers_of(category=slug), CATEGORIES[slug]
        elif kind == "seller" and slug in vendors:
            offers, names = pages.offers_of(seller=slug), (vendors[slug].name, vendors[slug].about)
        else:
            return None
        number = query.get("page", "1")
        page = int(number) if number.isdecimal() else 0
        return pages.shelf(offers, names, path, page, query.get("sort"))

    def _page(self, text: str | None) -> _Reply:
        if text is None:
            body = self._pages.render("note.html", name="gone")
            return _Reply(status=404, kind=_HTML, body=body.encode())
        return _Reply(status=200, kind=_HTML, body=text.encode())

    def _product(self, offer: Offer) -> _Reply:
        if offer.fault == "gone":
            return self._page(None)
        if offer.fault == "challenge":
            body = self._pages.render("challenge.html")
            return _Reply(status=403, kind=_HTML, body=body.encode())
        return self._page(self._pages.product(offer))

    def _picture(self, slug: str) -> _Reply:
        offer = next((o for o in self._catalogue.listing if o.id == slug), None)
        if offer is None:
            return self._page(None)
        data = encode_jpeg(offer.picture, offer.alteration)
        if offer.fault == "broken_picture":
            data = data[:16] + bytes(400)
        return _Reply(status=200, kind="image/jpeg", body=data)
