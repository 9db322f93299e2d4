"""Pages before the camera, also those that are made to hurt it."""

from __future__ import annotations

import asyncio
import io
import random
import time
from collections.abc import Iterator

import pytest
from PIL import Image

from crawler import guard
from crawler.browser.camera import Camera
from crawler.browser.page import Limits
from crawler.browser.view import TALLEST, View
from crawler.errors import GuardError, RenderError
from crawler.render import find_chromium
from tests.servers.sweeping import picture
from tests.servers.tiny_shop import Answer, Route, TinyShop

LIMITS = Limits(answer_seconds=3, load_seconds=2, most_bytes=3_000_000)


def photograph(*urls: str, allow_private: bool = True) -> list[View | Exception]:
    """Return what came of pages that one camera was shown one after the other."""

    async def all_of_them() -> list[View | Exception]:
        program = find_chromium()
        assert program is not None
        camera = Camera(program, "Markhound", allow_private=allow_private, limits=LIMITS)
        came: list[View | Exception] = []
        try:
            for url in urls:
                try:
                    came.append(await camera.photograph(url))
                except (GuardError, RenderError) as error:
                    came.append(error)
        finally:
            await camera.close()
        return came

    return asyncio.run(all_of_them())


CHINESE = "<meta charset=gbk><title>奥雷利奥</title><h1>奥雷利奥 真皮包</h1><img src=/a.png>"
ENDLESS = "<h1>Bag</h1><img src=/slow.png><script>setInterval(() => fetch('/beat'), 50)</script>"
HALVES = "<h1>Bag</h1><script>document.title='a\\ud800b';document.body.append('\\udfff')</script>"
TALL = "<h1>Bag</h1><div style='height:40000px;background:linear-gradient(red,blue)'></div>"
DIALOGS = "<h1>Bag</h1><script>alert(1); confirm(2); prompt(3)</script>"
BUSY = "<h1>Bag</h1><script>addEventListener('load', () => { for (;;); })</script>"
LAZY = "<div style='height:5000px'></div><img loading=lazy src=/a.png>"
LARGE = "<h1>Bag</h1><img src=/large.png><img src=/a.png>"


def noise() -> bytes:
    """Return a picture of over 4 MB, which nothing makes smaller."""
    out = io.BytesIO()
    side = 1200
    Image.frombytes("RGB", (side, side), random.Random(1).randbytes(side * side * 3)).save(
        out, "PNG"
    )
    return out.getvalue()


def _slow() -> Answer:
    time.sleep(6)
    return Answer(picture(), headers={"Content-Type": "image/png"})


@pytest.fixture(scope="module")
def shop() -> Iterator[TinyShop]:
    png = {"Content-Type": "image/png"}
    pages: dict[str, Route] = {
        "/chinese": Answer(CHINESE.encode("gbk"), headers={"Content-Type": "text/html"}),
        "/endless": Answer(ENDLESS),
        "/tall": Answer(TALL),
        "/halves": Answer(HALVES),
        "/dialogs": Answer(DIALOGS),
        "/busy": Answer(BUSY),
        "/lazy": Answer(LAZY),
        "/large": Answer(LARGE),
        "/file": Answer(b"PK", headers={"Content-Type": "application/zip"}),
        "/moved": Answer(status=302, headers={"Location": "/chinese"}),
        "/headers": Answer("<h1>Bag</h1>", headers={f"X-{n}": "x" * 400 for n in range(200)}),
        "/a.png": Answer(picture(), headers=png),
        "/large.png": Answer(noise(), headers=png),
        "/slow.png": _slow,
        "/beat": Answer("{}"),
        "/away": Answer(status=302, headers={"Location": "http://10.0.0.1/"}),
        "/frame": Answer("<h1>Bag</h1><iframe src='http://10.0.0.1/'></iframe>"),
        "/forbidden": Answer("no", status=403),
    }
    with TinyShop(pages) as served:
        yield served


def test_redirects_pictures_and_chinese_are_shown_and_everything_loaded_is_kept(
    shop: TinyShop,
) -> None:
    [view] = photograph(f"{shop.url}/moved")
    assert isinstance(view, View)
    assert (view.reached, view.status, view.title) == (f"{shop.url}/chinese", 200, "奥雷利奥")
    assert view.text.strip() == "奥雷利奥 真皮包"
    assert [(one.url.removeprefix(shop.url), one.status) for one in view.loaded] == [
        ("/moved", 302),
        ("/chinese", 200),
        ("/a.png", 200),
    ]
    assert view.loaded[2].body == picture()
    assert {one.address for one in view.loaded} == {"127.0.0.1"}
    assert len(colours(view)) > 20, "the picture is not in the photograph"


def colours(view: View) -> set[object]:
    image = Image.open(io.BytesIO(view.photograph)).convert("RGB")
    return {colour for _, colour in image.getcolors(1 << 24) or ()}


def test_pages_made_to_hurt_are_shown_as_far_as_it_goes_and_the_camera_goes_on(
    shop: TinyShop,
) -> None:
    hurting = ("endless", "tall", "halves", "dialogs", "busy", "lazy", "large", "headers", "file")
    names = (*hurting, "chinese")
    came = dict(zip(names, photograph(*(f"{shop.url}/{name}" for name in names)), strict=True))
    endless, tall, dialogs = came["endless"], came["tall"], came["dialogs"]
    assert isinstance(endless, View)
    assert "it was still loading after 2 s" in endless.notes
    assert endless.photograph.startswith(b"\x89PNG")
    halves = came["halves"]
    assert isinstance(halves, View)
    assert (halves.title, halves.text) == ("a\ufffdb", "Bag\n\ufffd")
    assert isinstance(tall, View)
    assert tall.size == (1280, TALLEST)
    assert any(f"{TALLEST} pixels of 1280 x 40" in note for note in tall.notes)
    assert isinstance(dialogs, View)
    assert "3 dialogs of its scripts were dismissed" in dialogs.notes
    assert isinstance(came["busy"], View | RenderError)
    lazy, large = came["lazy"], came["large"]
    assert isinstance(lazy, View)
    assert "/a.png" in "".join(one.url for one in lazy.loaded)
    assert isinstance(large, View)
    assert "it asked for more bytes than a page may, and was cut off" in large.notes
    assert isinstance(came["headers"], View | RenderError)
    assert isinstance(came["file"], RenderError)
    assert isinstance(came["chinese"], View)


def test_private_addresses_are_refused_also_behind_a_redirect(shop: TinyShop) -> None:
    [came] = photograph(f"{shop.url}/chinese", allow_private=False)
    assert isinstance(came, GuardError)
    assert "127.0.0.1 is not a public address" in str(came)


def test_a_refusal_of_ours_is_never_taken_for_an_answer_of_the_site(
    shop: TinyShop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(guard, "is_public", lambda address: address == "127.0.0.1")
    urls = [f"{shop.url}/{name}" for name in ("away", "frame", "forbidden")]
    away, frame, forbidden = photograph(*urls, allow_private=False)
    assert isinstance(away, GuardError)
    assert "10.0.0.1 is not a public address" in str(away)
    assert isinstance(frame, View)
    assert [one.url for one in frame.loaded] == [f"{shop.url}/frame"]
    assert (frame.refused, frame.notes) == (("10.0.0.1",), ("1 of what it asked for was not had",))
    assert isinstance(forbidden, View)
    assert forbidden.status == 403
