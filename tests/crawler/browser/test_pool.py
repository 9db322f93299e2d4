"""Pages that are made to hurt a browser, and browsers that die: each ends, and the next is read."""

from __future__ import annotations

import asyncio
import os
import signal
import threading
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from crawler.browser import pool as pool_module
from crawler.browser.memory import find_parts
from crawler.browser.page import Limits, Rendered
from crawler.browser.pool import TABS, Pool
from crawler.errors import RenderError
from crawler.render import find_chromium
from tests.servers.browsers import needs_browser
from tests.servers.script_shop import script_shop
from tests.servers.tiny_shop import Answer, Route, TinyShop

pytestmark = needs_browser
LIMITS = Limits(load_seconds=1.5, answer_seconds=5, memory_mb=500)


def page(script: str) -> Answer:
    return Answer(f"<html><body><p>Made by hand.</p><script>{script}</script></body></html>")


async def to_loopback(host: str, port: int) -> list[str]:  # noqa: ARG001 (as the gate calls)
    return ["127.0.0.1"]


def with_pool(
    routes: dict[str, Route], work: Callable[[Pool, str], Awaitable[Any]], limits: Limits = LIMITS
) -> Any:
    """Return what ``work`` returns, given a pool and the URL of a shop with those routes."""
    program = find_chromium()
    assert program is not None

    async def run(url: str) -> Any:
        pool = Pool(
            program,
            "Markhound/0.1 (test)",
            allow_private=True,
            limits=limits,
            resolve=to_loopback,
        )
        try:
            return await work(pool, url)
        finally:
            await pool.close()

    with TinyShop(routes) as shop:
        return asyncio.run(run(shop.url))


async def reads_on(pool: Pool, url: str) -> None:
    """Check that the pool is of use after all."""
    got = await pool.render(f"{url}/good")
    assert b"all is well" in got.body


GOOD = page("document.body.append('all ' + 'is well')")
EATERS = {
    "its scripts' heap": "const a = []; for (;;) a.push({x: [1, 2, 3, Math.random()]})",
    "memory beside it": """const a = []; setInterval(() => a.push(new Uint8Array(3e7).fill(7)), 5)
        fetch('/slow')""",
}


def test_pages_that_eat_memory_fail_alone() -> None:
    async def work(pool: Pool, url: str) -> None:
        eaten = asyncio.gather(
            *(pool.render(f"{url}/eat{number}") for number in range(len(EATERS))),
            return_exceptions=True,
        )
        await reads_on(pool, url)
        for outcome in await eaten:
            assert isinstance(outcome, RenderError)
            assert "its process ended, most likely as it took too much memory" in str(outcome)
        await reads_on(pool, url)
        assert pool.browser is not None
        parts = pool.browser.parts()
        assert sum(part.bytes for part in parts) < 500_000_000
        assert pool.replaced == 0

    routes: dict[str, Route] = {f"/eat{n}": page(way) for n, way in enumerate(EATERS.values())}

    def slow() -> Answer:
        time.sleep(5)
        return GOOD

    with_pool({**routes, "/good": GOOD, "/slow": slow}, work, Limits(memory_mb=500))


LOOPS = {
    "at once": "for (;;) {}",
    "when loaded": "addEventListener('load', () => { for (;;) {} })",
    "in each task": "setInterval(() => { for (let t = Date.now(); Date.now() < t + 500;); }, 1)",
}


def test_pages_that_loop_for_ever_are_cut() -> None:
    async def work(pool: Pool, url: str) -> list[Rendered]:
        urls = [f"{url}/loop{number}" for number in range(len(LOOPS))]
        got = await asyncio.gather(*map(pool.render, urls))
        await reads_on(pool, url)
        return got

    routes: dict[str, Route] = {f"/loop{n}": page(way) for n, way in enumerate(LOOPS.values())}
    for when, rendered in zip(LOOPS, with_pool({**routes, "/good": GOOD}, work), strict=True):
        assert b"Made by hand." in rendered.body
        # one that lets others have their turn may count as at rest
        assert when == "in each task" or rendered.notes == ("its scripts were cut after 1.5 s",)


def test_dialogs_popups_prints_and_downloads_hold_nothing_up() -> None:
    script = """alert(1); confirm(2); prompt(3); open('/popup'); print()
        addEventListener('beforeunload', event => event.preventDefault())
        document.body.insertAdjacentHTML('beforeend', '<a id=d download href=/file>get</a>')
        document.getElementById('d').click(); document.body.append('all ' + 'is done')"""
    before = set(Path.cwd().iterdir())

    async def work(pool: Pool, url: str) -> None:
        got = await pool.render(f"{url}/")
        assert b"all is done" in got.body
        for path in ("file", "attached"):
            got = await pool.render(f"{url}/{path}")
            assert (got.status, got.is_dom, got.body) == (200, False, b"")
        await reads_on(pool, url)

    routes: dict[str, Route] = {
        "/": page(script),
        "/good": GOOD,
        "/file": Answer("PK", headers={"Content-Type": "application/zip"}),
        "/attached": Answer("<p>x", headers={"Content-Disposition": "attachment; filename=x.html"}),
    }
    with_pool(routes, work)
    assert set(Path.cwd().iterdir()) == before


@pytest.mark.parametrize(
    "sign", [signal.SIGKILL, pytest.param(signal.SIGSTOP, marks=pytest.mark.long)]
)
def test_a_browser_that_is_killed_or_hangs_is_replaced(
    monkeypatch: pytest.MonkeyPatch, sign: signal.Signals
) -> None:
    monkeypatch.setattr(pool_module, "ANSWER_SECONDS", 1.0)
    asked = threading.Event()

    def slow_at_first() -> Answer:
        if not asked.is_set():
            asked.set()
            time.sleep(1.0)
        return GOOD

    async def work(pool: Pool, url: str) -> None:
        pages = [asyncio.ensure_future(pool.render(f"{url}/")) for _ in range(2)]
        await asyncio.to_thread(asked.wait)
        assert pool.browser is not None
        own = [part for part in pool.browser.parts() if not part.kind]
        os.kill(max(own, key=lambda part: part.bytes).pid, sign)
        for page in pages:
            assert b"all is well" in (await page).body
        assert pool.replaced == 1

    script = "fetch('/data').then(() => document.body.append('all ' + 'is well'))"
    with_pool({"/": page(script), "/data": slow_at_first}, work, Limits())


def test_sites_share_four_tabs_and_nothing_else() -> None:
    script = """const n = +(localStorage.n || 0) + 1; localStorage.n = n
        document.body.append(`visits: ${n}, cookie: ${document.cookie}`)
        document.cookie = 'seen=1; path=/'"""

    async def work(pool: Pool, url: str) -> None:
        again = [(await pool.render(f"{url}/")).body for _ in range(2)]
        assert [b"visits: 2, cookie: seen=1" in body for body in again] == [False, True]
        hosts = [f"site{number}.example" for number in range(6)]
        urls = [url.replace("127.0.0.1", host) for host in hosts]
        others = await asyncio.gather(*map(pool.render, urls))
        assert all(b"visits: 1, cookie: <" in other.body for other in others)
        assert pool.browser is not None
        tabs = await pool.browser.connection.send("Target.getTargets")
        assert len([t for t in tabs["targetInfos"] if t["type"] == "page"]) <= TABS

    with_pool({"/": page(script)}, work, Limits())


def test_what_a_page_asks_for_is_bounded() -> None:
    script = "(async () => { for (;;) await (await fetch('/large')).text() })()"

    async def work(pool: Pool, url: str) -> Rendered:
        got = await pool.render(f"{url}/")
        assert isinstance(got, Rendered)
        await reads_on(pool, url)
        return got

    routes: dict[str, Route] = {
        "/": page(script),
        "/large": Answer(b"x" * 1_000_000),
        "/good": GOOD,
    }
    limits = Limits(load_seconds=1.5, most_bytes=5_000_000)
    got = with_pool(routes, work, limits)
    assert any("more bytes than a page may" in note for note in got.notes)


def test_pictures_and_fonts_are_not_asked_for() -> None:
    body = """<html><head><style>@font-face { font-family: a; src: url(/a.woff2) }
        body { font-family: a; background: url(/b.png) }</style></head><body>
        <img src="/c.jpg"><img src="/d?w=100"><video src="/e.mp4" autoplay></video>Made by hand."""

    asked: list[str] = []

    def note(path: str) -> Callable[[], Answer]:
        def answer() -> Answer:
            asked.append(path)
            return Answer(status=404)

        return answer

    async def work(pool: Pool, url: str) -> bytes:
        return (await pool.render(f"{url}/")).body

    paths = ("/a.woff2", "/b.png", "/c.jpg", "/d?w=100", "/e.mp4")
    got = with_pool({"/": Answer(body), **{path: note(path) for path in paths}}, work)
    assert asked == []
    assert b'src="/c.jpg"' in got


def test_the_browser_says_who_it_is() -> None:
    async def work(pool: Pool, url: str) -> bytes:
        return (await pool.render(f"{url}/")).body

    got = with_pool({"/": page("document.body.append(navigator.userAgent)")}, work)
    assert b"Markhound/0.1 (test)" in got


def test_nothing_of_the_browser_stays_behind() -> None:
    async def work(pool: Pool, url: str) -> tuple[list[int], Path]:
        await pool.render(f"{url}/")
        assert pool.browser is not None
        return [part.pid for part in pool.browser.parts()], pool.browser.folder

    pids, folder = with_pool(dict(script_shop(3, 3)), work, Limits())
    assert pids
    assert not folder.exists()
    assert [find_parts(pid) for pid in pids] == [[]] * len(pids)


def test_a_program_that_is_no_browser_is_told(tmp_path: Path) -> None:
    program = tmp_path / "browser"
    program.write_text("#!/bin/sh\necho no such library >&2\n")
    program.chmod(0o755)

    async def run() -> None:
        pool = Pool(program, "test", allow_private=True)
        try:
            await pool.render("http://127.0.0.1:9/")
        finally:
            await pool.close()

    with pytest.raises(RenderError, match="does not start: no such library"):
        asyncio.run(run())
