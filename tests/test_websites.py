"""Websites that are no shops, swept over HTTP and compared with works."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.servers.command import run
from tests.servers.sweeping import outcomes, picture, sweep, take_in
from tests.servers.tiny_shop import Answer, TinyShop, links_page, listing_page

PASSAGE = (
    "The lamps along the breakwater were lit one after another by a boy who had never learned to"
    " whistle, and every evening the ferrymen counted them aloud so that he would know how many"
    " were still burning when the fog came in from the marsh and took the far end of the pier."
)
ZH_PASSAGE = (
    "每到傍晚，守灯的孩子就提着油壶沿着防波堤慢慢走过去，一盏一盏地把灯点亮，渡船上的人便大声替他数着，"
    "好让他知道雾从沼泽那边漫过来的时候，还有几盏灯没有被吞掉，还有几盏灯在替晚归的船照着回家的路。"
)


def html(title: str, body: str) -> Answer:
    return Answer(
        f"<html><head><meta charset='utf-8'><title>{title}</title></head><body><nav>"
        f"<a href='/'>home</a></nav><main><h1>{title}</h1>{body}</main></body></html>"
    )


def site() -> dict[str, Answer]:
    return {
        "/": links_page(
            "/epub", "/opinion", "/netdisk", "/photo", "/copied", "/quoted", "/zh", "/plain",
            "/goods", "/poem.txt",
        ),
        "/epub": html("The Salt Lanterns", "<a href='/f/the.salt.lanterns.epub'>Free download</a>"),
        "/opinion": html("The Salt Lanterns: a review", "<a href='/kit.pdf'>press kit</a>"),
        "/netdisk": html("《盐灯记》txt下载", "<a href='https://pan.quark.cn/s/abc'>点击下载</a>"),
        "/photo": html("Our walks", "<img src='/img/5.png'><img src='/img/2.png'>"),
        "/copied": html("My story", f"<p>I wrote this.</p><p>{PASSAGE}</p>"),
        "/quoted": html("What I read", f"<p>He says “{PASSAGE[:60]}”, which I liked.</p>"),
        "/zh": html("我的小说", f"<p>原创</p><p>{ZH_PASSAGE}</p>"),
        "/plain": html("About us", "<p>Nothing to see.</p>"),
        "/goods": listing_page("Aurelio lamp"),
        "/poem.txt": Answer(PASSAGE, headers={"Content-Type": "text/plain; charset=utf-8"}),
        "/img/2.png": Answer(picture(2), headers={"Content-Type": "image/png"}),
        "/img/5.png": Answer(picture(5), headers={"Content-Type": "image/png"}),
    }  # fmt: skip


@pytest.fixture
def works(workspace: Path, tmp_path: Path) -> Path:
    (tmp_path / "photo.png").write_bytes(picture(5))
    take_in(
        workspace,
        {"id": "W-1", "kind": "work", "name": "The Salt Lanterns", "variants": ["盐灯记"]},
        {"id": "W-2", "kind": "work", "images": ["photo.png"]},
        {"id": "W-3", "kind": "work", "texts": [PASSAGE, ZH_PASSAGE]},
        {"id": "TM-1", "kind": "trademark", "name": "Aurelio"},
    )
    return workspace


def found(workspace: Path, *more: str) -> dict[str, dict[str, Any]]:
    hits = run("hits", "--json", *more, workspace=workspace).lines
    return {hit["listing"].rpartition("/")[2]: hit for hit in hits}


def test_pages_are_compared_with_works(works: Path) -> None:
    with TinyShop(site()) as server:
        report = sweep(works, server.url)
        asked = server.requests
    hits = found(works)
    flagged = {name: hit["right"] for name, hit in hits.items() if hit["flagged"]}
    assert flagged == {
        "epub": "W-1", "netdisk": "W-1", "photo": "W-2", "copied": "W-3", "zh": "W-3",
        "poem.txt": "W-3", "goods": "TM-1",
    }  # fmt: skip
    assert {name for name, hit in hits.items() if hit["target"] == "listing"} == {"goods"}
    assert "/f/the.salt.lanterns.epub" not in asked  # files are recorded, not fetched
    assert "/kit.pdf" not in asked
    assert report["listings"] == 1
    ended = outcomes(works, report["sweep"])
    assert {state for state, _ in ended.values()} == {"seen"}


@pytest.mark.long
def test_what_was_compared_can_be_read(works: Path) -> None:
    with TinyShop(site()) as server:
        sweep(works, server.url)
    hit = found(works)["copied"]
    [passage] = [f for f in hit["findings"] if f["feature"] == "passage"]
    pages = run("pages", "--json", workspace=works).lines
    kept = {page["url"].rpartition("/")[2]: page for page in pages}
    start, end = passage["span"]
    assert passage["field"] == "text"
    assert kept["copied"]["text"][start:end].startswith("The lamps along the breakwater")
    [file] = kept["epub"]["files"]
    assert (file["kind"], file["name"]) == ("book", "the.salt.lanterns.epub")
    assert "plain" not in kept  # nothing on it is worth keeping
    assert "quoted" not in kept
    assert all("text" not in kept[name] for name in ("opinion",))
    listed = run("listings", "--json", workspace=works).lines
    assert [listing["title"] for listing in listed] == ["Aurelio lamp"]
    why = run("explain", hit["listing"], "--right", "W-3", "--json", workspace=works).json
    assert why["outcome"] == "flagged"
    run("hits", "--html", works.parent / "hits.html", workspace=works)
    assert "page, not a listing" in (works.parent / "hits.html").read_text()


def test_an_unchanged_website_is_not_matched_again_and_a_cleaned_one_is_no_hit(works: Path) -> None:
    routes = site()
    with TinyShop(routes) as server:
        sweep(works, server.url)
        second = sweep(works, server.url)
        assert second["targets"] == {"unchanged": 11}
        server.routes["/epub"] = html("The Salt Lanterns", "<p>Taken down.</p>")
        server.routes["/copied"] = Answer(status=404)
        third = sweep(works, server.url)
    assert third["targets"] == {"unchanged": 9, "seen": 1, "gone": 1}
    hits = found(works)
    assert "epub" not in hits
    assert "copied" in hits  # gone is told by the sweep; the finding stands as it was seen


@pytest.mark.long
def test_without_works_pages_are_not_kept(workspace: Path) -> None:
    take_in(workspace, {"id": "TM-1", "kind": "trademark", "name": "Aurelio"})
    with TinyShop(site()) as server:
        sweep(workspace, server.url)
    assert run("pages", "--json", workspace=workspace).lines == []
    assert set(found(workspace)) == {"goods"}


def test_pictures_of_pages_that_are_not_had_are_told(works: Path) -> None:
    routes = {"/": html("Gallery", "<img src='/img/none.png'><img src='/img/5.png'>")} | {
        "/img/5.png": site()["/img/5.png"]
    }
    with TinyShop(routes) as server:
        report = sweep(works, server.url)
    [only] = report["sites"]
    assert only["picture_problems"] == {"gone: HTTP 404": 1}
    assert found(works)[""]["right"] == "W-2"


@pytest.mark.long
def test_a_text_may_be_a_seed(works: Path) -> None:
    with TinyShop(site()) as server:
        sweep(works, f"{server.url}/poem.txt", "--max-pages", "1")
    assert found(works)["poem.txt"]["right"] == "W-3"
