"""No way leads from a page in the browser to an address that is not public."""

from __future__ import annotations

import asyncio
import re
import socket
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import unquote, urlsplit

import pytest

from crawler import guard
from crawler.browser.page import Limits, Rendered
from crawler.browser.pool import Pool
from crawler.errors import GuardError
from crawler.render import find_chromium
from tests.servers.browsers import needs_browser
from tests.servers.escapes import REACHED_IF_ALLOWED, escaping_shop
from tests.servers.tiny_shop import Answer, Route, TinyShop

PUBLIC = "127.0.0.3"
"""Stands for an address on the internet."""
SPELLINGS = (
    *("127.0.0.1", "2130706433", "0x7f000001", "127.1", "[::ffff:127.0.0.1]", "localhost"),
    *("inner.example", "[::ffff:7f00:1]", "0177.0.0.1"),
)
pytestmark = needs_browser


class Canary:
    """Listens where nobody may come, and counts who does, also without a word."""

    def __init__(self) -> None:
        self._socket = socket.create_server(("127.0.0.1", 0))
        self._socket.setblocking(False)
        self.port = self._socket.getsockname()[1]
        self._datagrams = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._datagrams.bind(("127.0.0.1", self.port))
        self._datagrams.setblocking(False)
        self.ways: Counter[str] = Counter()
        self.connections = 0

    async def watch(self) -> None:
        server = await asyncio.start_server(self._answer, sock=self._socket)
        async with server:
            await server.serve_forever()

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        line = (await reader.readline()).decode("latin-1")
        if found := re.search(r"/hit\?([\w-]+)", unquote(line)):
            self.ways[found[1]] += 1
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
        writer.close()

    def datagrams(self) -> int:
        count = 0
        while True:
            try:
                self._datagrams.recv(2048)
            except BlockingIOError:
                return count
            count += 1

    def close(self) -> None:
        self._socket.close()
        self._datagrams.close()


@pytest.fixture
def canary() -> Iterator[Canary]:
    canary = Canary()
    yield canary
    canary.close()


class Names:
    """A name server; ``rebind.example`` is public when first asked for, and inner from then on."""

    def __init__(self) -> None:
        self.asked: Counter[str] = Counter()

    async def resolve(self, host: str, port: int) -> list[str]:  # noqa: ARG002 (as the gate calls)
        self.asked[host] += 1
        inner = {"inner.example", "localhost"}
        if host in inner or (host == "rebind.example" and self.asked[host] > 1):
            return ["127.0.0.1"]
        return ["127.0.0.1", PUBLIC] if host == "mixed.example" else [PUBLIC]


@pytest.fixture(autouse=True)
def pretended_public(monkeypatch: pytest.MonkeyPatch) -> None:
    really = guard.is_public
    monkeypatch.setattr(guard, "is_public", lambda address: address == PUBLIC or really(address))


class _Redirecting(dict[str, Route]):
    """Routes that lead ``/to?BASE&WAY`` on to ``BASE/hit?WAY``."""

    def get(self, path: str, default: object = None) -> object:  # type: ignore[override]
        if path.startswith("/to?"):
            base, _, way = path.removeprefix("/to?").partition("&")
            location = {"Location": f"{unquote(base)}/hit?{way}"}
            return Answer(status=302, headers=location)
        return super().get(path, default)


@contextmanager
def open_shop(routes: dict[str, Route]) -> Iterator[TinyShop]:
    shop = TinyShop({}, address=PUBLIC)
    shop.routes = _Redirecting(routes)
    with shop:
        yield shop


def render(
    urls: list[str], canary: Canary, names: Names, *, allow_private: bool = False
) -> list[Rendered | BaseException]:
    """Return what became of each URL, one after the other, in one browser."""
    program = find_chromium()
    assert program is not None

    async def run() -> list[Rendered | BaseException]:
        watching = asyncio.ensure_future(canary.watch())
        pool = Pool(
            program,
            "Markhound/0.1 (test)",
            allow_private=allow_private,
            limits=Limits(load_seconds=1.5),
            resolve=names.resolve,
        )
        try:
            return await asyncio.gather(*map(pool.render, urls), return_exceptions=True)
        finally:
            await pool.close()
            watching.cancel()

    return asyncio.run(run())


def host(shop: TinyShop, name: str) -> str:
    return f"http://{name}:{urlsplit(shop.url).port}"


def test_no_way_leads_to_a_private_address(canary: Canary) -> None:
    names = Names()
    with open_shop({}) as shop:
        bases = [f"http://{spelling}:{canary.port}" for spelling in SPELLINGS]
        shop.routes |= escaping_shop(bases)
        [got] = render([f"{host(shop, 'shop.example')}/"], canary, names)
    assert isinstance(got, Rendered)
    assert b"Made by hand" in got.body
    assert sum(count for path, count in shop.requests.items() if path.startswith("/to?")) > 50
    assert (canary.connections, canary.datagrams()) == (0, 0)


def test_the_same_page_reaches_it_where_that_is_allowed(canary: Canary) -> None:
    names = Names()
    with open_shop({}) as shop:
        shop.routes |= escaping_shop([f"http://127.0.0.1:{canary.port}"])
        render([f"{host(shop, 'shop.example')}/"], canary, names, allow_private=True)
    assert canary.ways.keys() >= REACHED_IF_ALLOWED


def test_no_document_comes_from_a_private_address(canary: Canary) -> None:
    names = Names()
    to = f"http://127.0.0.1:{canary.port}/"
    private = [f"http://{spelling}:{canary.port}/" for spelling in SPELLINGS]
    private += [f"https://{spelling}:{canary.port}/" for spelling in SPELLINGS[:2]]
    routes: dict[str, Route] = {
        "/redirect": Answer(status=302, headers={"Location": to}),
        "/refresh": Answer(f"<meta http-equiv=refresh content='0;url={to}'><p>Lanterns"),
        "/script": Answer(f"<p>Lanterns<script>location = '{to}'</script>"),
        "/form": Answer(f"<form action='{to}'></form><script>document.forms[0].submit()</script>"),
    }
    with open_shop(routes) as shop:
        base = host(shop, "shop.example")
        got = render([*private, *(base + path for path in routes)], canary, names)
    assert [type(outcome) for outcome in got[: len(private)]] == [GuardError] * len(private)
    assert "127.0.0.1 is not a public address" in str(got[0])
    assert "127.0.0.1 (the address of inner.example)" in str(got[SPELLINGS.index("inner.example")])
    redirect, *others = got[len(private) :]
    assert isinstance(redirect, Rendered)
    assert (redirect.status, dict(redirect.headers)["Location"]) == (302, to)
    assert [o.moved_to for o in others if isinstance(o, Rendered)] == [to, to, f"{to}?"]
    assert (canary.connections, canary.datagrams()) == (0, 0)


def test_a_name_that_changes_its_address_gets_nothing(canary: Canary) -> None:
    names = Names()
    ask = "<p>Lanterns<script>for (let i = 0; i < 9; i++) fetch('/data?' + i)</script>"
    routes: dict[str, Route] = {"/": Answer(ask)}
    with open_shop(routes) as shop:
        rebind, mixed = host(shop, "rebind.example"), host(shop, "mixed.example")
        got = render([f"{rebind}/", f"{mixed}/"], canary, names)
        # the name's second address has the same port: nobody but the canary's kin listens there
        assert shop.requests["/"] == 2
    assert all(isinstance(outcome, Rendered) for outcome in got)
    assert names.asked["rebind.example"] > 1
    assert sum(path.startswith("/data") for path in shop.requests) == 9  # those of mixed.example
    assert canary.connections == 0
