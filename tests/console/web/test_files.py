"""Pictures and captures as they are sent: made anew, sandboxed, and never what was not recorded."""

from __future__ import annotations

import io
import zlib
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from bs4 import BeautifulSoup
from PIL import Image, ImageOps
from starlette.testclient import TestClient

from console.hits_pictures import measure_picture, shrink_picture
from console.web.app import make_app
from console.web.shrinking import Shrinker
from console.web.thumbnails import Thumbnails
from crawler.browser.view import View
from crawler.store.captures import Capture
from crawler.workspace import Workspace, make_workspace
from pipelines.evidence.keeping import keep_capture
from tests.servers import captured
from tests.servers.console import BASE, signed_in
from tests.servers.filled import a_picture, fill

SCRIPT = "<script>alert(1)</script>"


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    return make_workspace(tmp_path_factory.mktemp("files") / "w")


@pytest.fixture(scope="module")
def client(workspace: Workspace) -> Iterator[TestClient]:
    with signed_in(workspace) as made:
        yield made


def a_bomb() -> bytes:
    """Return a PNG of 60,000 × 60,000 pixels in a few bytes."""

    def chunk(name: bytes, data: bytes) -> bytes:
        whole = name + data
        return len(data).to_bytes(4, "big") + whole + zlib.crc32(whole).to_bytes(4, "big")

    head = (60_000).to_bytes(4, "big") * 2 + b"\x08\x02\x00\x00\x00"
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(bytes(9)))


BROKEN = {
    "no picture": b"\x00" * 40,
    "a page": b"<html>" + SCRIPT.encode(),
    "a drawing with a script": f"<svg xmlns='http://www.w3.org/2000/svg'>{SCRIPT}</svg>".encode(),
    "cut off": a_picture("#123")[:60],
    "a bomb": a_bomb(),
    "empty": b"",
    "too many scans": b"\xff\xd8" + b"\xff\xda" * 200,
}


@pytest.mark.parametrize("kind", BROKEN)
def test_a_broken_picture_is_a_drawing_that_says_so(
    workspace: Workspace, client: TestClient, kind: str
) -> None:
    sha256 = workspace.pictures.keep(BROKEN[kind])
    answer = client.get(f"/pictures/{sha256}?side=240")
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "image/svg+xml"
    assert "This picture cannot be shown" in answer.text
    assert "<script" not in answer.text
    assert "immutable" not in answer.headers["cache-control"]


def test_pictures_are_made_anew_without_what_else_was_in_the_file(
    workspace: Workspace, client: TestClient
) -> None:
    image = Image.new("RGB", (900, 300), "#a33")
    exif = Image.Exif()
    exif[0x010E] = "a seller's own words"
    exif[0x0112] = 6
    target = io.BytesIO()
    image.save(target, "JPEG", exif=exif)
    sha256 = workspace.pictures.keep(target.getvalue() + b"<script>trailing</script>")
    answer = client.get(f"/pictures/{sha256}?side=240")
    unchanged = {"if-none-match": answer.headers["etag"]}
    again = client.get(f"/pictures/{sha256}?side=240", headers=unchanged)
    assert b"words" not in answer.content
    assert b"script" not in answer.content
    with Image.open(io.BytesIO(answer.content)) as made:
        assert (made.format, made.size) == ("WEBP", (80, 240))
    assert answer.headers["cache-control"] == "private, max-age=31536000, immutable"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert (again.status_code, again.content) == (304, b"")


@pytest.mark.parametrize("turn", range(1, 9))
@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_the_size_is_that_of_the_picture_set_upright(tmp_path: Path, kind: str, turn: int) -> None:
    """The head alone says what the whole says: outlines are drawn by it."""
    exif = Image.Exif()
    exif[0x0112] = turn
    image = Image.new("RGB", (90, 60), "white")
    image.paste("black", (0, 0, 45, 30))  # top left, before it is turned
    image.save(tmp_path / "p", kind, exif=exif)
    small = shrink_picture(tmp_path / "p", 96)
    assert measure_picture(tmp_path / "p") == small.original == (small.width, small.height)
    with Image.open(io.BytesIO(small.data)) as made, Image.open(tmp_path / "p") as whole:
        upright = ImageOps.exif_transpose(whole)
        for corner in ((5, 5), (-5, 5), (5, -5), (-5, -5)):
            x, y = (place % side for place, side in zip(corner, made.size, strict=True))
            there = made.convert("L").getpixel((x, y)), upright.convert("L").getpixel((x, y))
            assert abs(int(there[0]) - int(there[1])) < 30  # type: ignore[arg-type] # of mode L


def test_a_deep_grey_picture_is_not_clipped_to_white(tmp_path: Path) -> None:
    Image.fromarray(np.full((60, 60), 0x4000, np.uint16)).save(tmp_path / "p", "PNG")
    with Image.open(io.BytesIO(shrink_picture(tmp_path / "p", 96).data)) as made:
        assert 50 < int(made.convert("L").getpixel((30, 30))) < 80  # type: ignore[arg-type] # mode L


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/pictures/" + "0" * 64, 404),
        ("/pictures/..%2f..%2fmarkhound.db", 404),
        ("/pictures/" + "A" * 64, 404),
        ("/pictures/{known}?side=9999", 422),
        ("/pictures/{known}?side=-1", 422),
        ("/pictures/{known}?side=240%00", 422),
        ("/captures/none", 404),
        ("/captures/none/screenshot", 404),
        ("/captures/none/file", 404),
    ],
)
def test_only_what_is_known_is_sent(
    workspace: Workspace, client: TestClient, path: str, status: int
) -> None:
    known = workspace.pictures.keep(a_picture("#123"))
    assert client.get(path.format(known=known)).status_code == status


def test_a_stranger_gets_no_picture(workspace: Workspace) -> None:
    known = workspace.pictures.keep(a_picture("#123"))
    with TestClient(make_app(workspace), base_url=BASE) as stranger:
        answer = stranger.get(f"/pictures/{known}", follow_redirects=False)
    assert answer.status_code == 303


def test_small_pictures_are_kept_up_to_a_limit(workspace: Workspace) -> None:
    known = [workspace.pictures.keep(a_picture(f"#{n}{n}{n}")) for n in range(6)]
    thumbnails = Thumbnails(workspace.pictures, most_bytes=3_000, shrinkers=1)
    try:
        made = [thumbnails.get(sha256, 96) for sha256 in known]
        assert all(one.data and not one.problem for one in made)
        assert thumbnails.get(known[-1], 96) is made[-1]
        assert thumbnails.get(known[0], 96) is not made[0]
        measured = thumbnails.measure(workspace.pictures.path_of(known[0]))
        assert (measured.width, measured.height) == (240, 240)
    finally:
        thumbnails.close()


def test_a_picture_that_takes_too_long_is_given_up(workspace: Workspace) -> None:
    known = workspace.pictures.keep(a_picture("#123"))
    with Shrinker(seconds=0) as hasty, Shrinker() as ordinary:
        assert (
            "not decoded within" in hasty.shrink(workspace.pictures.path_of(known), 96)["problem"]
        )
        assert ordinary.shrink(workspace.pictures.path_of(known), 96)["data"]


def a_capture(workspace: Workspace, name: str, hit: str | None = None, **more: Any) -> Capture:
    at = captured.AT
    view = View(
        url=captured.URL,
        reached=captured.URL,
        status=200,
        begun_at=at,
        ended_at=at,
        browser="Chromium 1",
        title=f"包 {SCRIPT}",
        text=f"奥雷利奥 {SCRIPT}",
        dom=f"<html>{SCRIPT}</html>",
        photograph=a_picture("#345"),
        size=(240, 240),
        loaded=(),
        chain=(),
    )
    made = captured.material(**({"view": view} | more))
    occasion = replace(made.occasion, id=name, hits=(hit,) if hit else ())
    return keep_capture(workspace, replace(made, occasion=occasion))[0]


def test_a_capture_shows_photograph_and_text_and_never_the_page(
    workspace: Workspace, client: TestClient
) -> None:
    capture = a_capture(workspace, "cap-1")
    doc = BeautifulSoup(client.get(f"/captures/{capture.id}").text, "lxml")
    photograph = client.get(f"/captures/{capture.id}/screenshot")
    text = client.get(f"/captures/{capture.id}/text")
    file = client.get(f"/captures/{capture.id}/file")
    assert client.get(f"/captures/{capture.id}/dom").status_code == 404
    assert capture.sha256 in doc.get_text()
    assert "is the one that was recorded" in doc.get_text()
    assert "Chromium 1" in doc.get_text()
    assert photograph.content == a_picture("#345")
    assert photograph.headers["content-type"] == "image/png"
    assert text.text == f"奥雷利奥 {SCRIPT}"
    assert text.headers["content-type"] == "text/plain; charset=utf-8"
    assert file.content == (workspace.folder / capture.file).read_bytes()
    assert file.headers["content-disposition"].startswith("attachment")
    for answer in (photograph, text, file):
        assert answer.headers["content-security-policy"] == "sandbox; default-src 'none'"
        assert answer.headers["x-content-type-options"] == "nosniff"


def test_a_capture_without_a_browser_says_why(workspace: Workspace, client: TestClient) -> None:
    capture = a_capture(workspace, "cap-2", view=None, not_rendered="there is no browser")
    assert "there is no browser" in client.get(f"/captures/{capture.id}").text
    assert client.get(f"/captures/{capture.id}/screenshot").status_code == 404


@pytest.mark.parametrize("kind", ["changed", "gone"])
def test_a_file_that_is_not_the_recorded_one_shows_nothing(
    workspace: Workspace, client: TestClient, kind: str
) -> None:
    capture = a_capture(workspace, f"cap-{kind}")
    path = workspace.folder / capture.file
    if kind == "gone":
        path.unlink()
    else:
        data = path.read_bytes()
        path.write_bytes(data[:-1] + bytes([data[-1] ^ 1]))
    page = client.get(f"/captures/{capture.id}")
    assert page.status_code == 200
    assert BeautifulSoup(page.text, "lxml").select_one(".box.bad") is not None
    for view in ("screenshot", "text", "file"):
        status = 404 if kind == "gone" else 409
        assert client.get(f"/captures/{capture.id}/{view}").status_code == status


def test_the_card_lists_the_captures_of_its_page(workspace: Workspace, client: TestClient) -> None:
    hit = fill(workspace, 2)[1]  # whose page is that of the captures
    capture = a_capture(workspace, "cap-3", hit)
    doc = BeautifulSoup(client.get(f"/hits/{hit}").text, "lxml")
    assert doc.select_one(f"article a[href='/captures/{capture.id}']") is not None
    assert doc.select_one(f"article a[href='/captures/{capture.id}/file']") is not None
