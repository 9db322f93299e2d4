"""Links by which a page hands on files."""

from __future__ import annotations

import base64
from urllib.parse import quote

import pytest
from parsel import Selector

from crawler.extract.file_links import (
    MOST_FILES,
    files_in_scripts,
    files_in_words,
    find_files,
)
from crawler.model import FileLink

URL = "https://site.example/books/12.html"


def find(body: str) -> tuple[FileLink, ...]:
    return find_files(Selector(text=f"<html><body>{body}</body></html>").root, URL)


def only(body: str) -> FileLink:
    [found] = find(body)
    return found


@pytest.mark.parametrize(
    ("href", "kind", "name"),
    [
        ("/f/salt.epub", "book", "salt.epub"),
        ("salt%20lanterns.MOBI?token=1", "book", "salt lanterns.MOBI"),
        ("https://cdn.example/v/film.1080p.mkv#t=1", "video", "film.1080p.mkv"),
        ("/get.php?file=%E7%9B%90%E7%81%AF.txt", "document", "盐灯.txt"),
        ("/a/album.flac", "audio", "album.flac"),
        ("/z/pack.7z", "archive", "pack.7z"),
        ("/app/reader.apk", "program", "reader.apk"),
        ("/t/12.torrent", "torrent", "12.torrent"),
        ("magnet:?xt=urn:btih:c0ffee&dn=Salt+Lanterns", "torrent", "Salt Lanterns"),
        ("ed2k://|file|%E7%9B%90%E7%81%AF%E8%AE%B0.rar|123|ABC|/", "torrent", "盐灯记.rar"),
        ("https://pan.baidu.com/s/1abcDEF?pwd=1234", "share", None),
        ("https://www.lanzouw.com/iabc", "share", None),
        ("https://sub.mediafire.com/file/1/x", "share", None),
        ("https://drive.google.com/file/d/1/view", "share", None),
    ],
)
def test_a_file_is_known_by_its_address(href: str, kind: str, name: str | None) -> None:
    found = only(f'<a href="{href}">here</a>')
    assert (found.kind, found.name) == (kind, name)


@pytest.mark.parametrize(
    "href",
    ["/books/13.html", "https://pan.baidu.com/", "https://drive.google.com/", "#a", "/i/photo.jpg",
     "javascript:void(0)", "mailto:a@b.example", "data:text/plain,abc", "http://[broken", "//"],
)  # fmt: skip
def test_other_links_are_no_files(href: str) -> None:
    assert find(f'<a href="{href}">a book</a>') == ()


def test_thunder_links_hold_an_address_in_utf_8_or_gb18030() -> None:
    for charset in ("utf-8", "gb18030"):
        inside = "AAhttp://down.example/盐灯记.zipZZ".encode(charset)
        found = only(f'<a href="thunder://{base64.b64encode(inside).decode()}">迅雷下载</a>')
        assert (found.kind, found.name) == ("torrent", "盐灯记.zip")
    assert only('<a href="thunder://%%%">x</a>').name is None
    nested = base64.b64encode(b"AAthunder://QUFBWlo=ZZ").decode()
    assert only(f'<a href="thunder://{nested}">x</a>').name is None


def test_what_is_called_a_download_is_one_by_its_address_too() -> None:
    assert only('<a href="/download/4711">立即下载</a>').kind == "download"
    assert only('<a href="/down.asp?id=4">Download now</a>').kind == "download"
    assert find('<a href="/books/4711">立即下载</a>') == ()
    assert find('<a href="/download/4711">About us</a>') == ()
    given = only('<a href="/x/1" download="盐灯记.epub">get</a>')
    assert (given.kind, given.name) == ("book", "盐灯记.epub")
    assert only('<a href="/x/1" download>get</a>').kind == "download"


def test_a_link_that_says_nothing_takes_the_words_of_its_row() -> None:
    rows = (
        '<ul><li>盐灯记 全本 <a href="/1.zip">点击下载</a></li>'
        '<li><b>Salt Lanterns</b> <a href="/2.zip">Download ZIP</a></li></ul>'
        '<table><tr><td>Third</td><td><a href="/3.zip"><img src="d.gif" alt="free"></a></td></tr>'
        '</table><p><a href="/4.zip">Fourth book</a></p>'
    )
    assert [file.text for file in find(rows)] == [
        "盐灯记 全本 点击下载", "Salt Lanterns Download ZIP", "Third", "Fourth book",
    ]  # fmt: skip
    crowd = f'<div>{"many words " * 60}<a href="/5.zip">下载</a></div>'
    assert only(crowd).text == "下载"


def test_players_and_frames_count_as_links() -> None:
    body = (
        '<video src="/v/1.m3u8" title="Part one"></video><audio><source src="/a/1.mp3"></audio>'
        '<iframe src="https://mega.nz/embed/abc"></iframe><iframe src="/comments.html"></iframe>'
    )
    assert [file.kind for file in find(body)] == ["video", "audio", "share"]


def test_each_address_counts_once_and_no_page_hands_on_without_end() -> None:
    assert len(find('<a href="/1.zip">a</a><a href="/1.zip#x">b</a><a href="/1.zip">c</a>')) == 2
    many = "".join(f'<a href="/{n}.zip">{n}</a>' for n in range(MOST_FILES + 50))
    assert len(find(many)) == MOST_FILES


def test_addresses_start_at_the_base() -> None:
    body = '<base href="https://cdn.example/f/"><a href="1.zip">a</a>'
    assert only(body).url == "https://cdn.example/f/1.zip"


def test_a_link_that_cannot_be_read_costs_itself_alone() -> None:
    bad = base64.b64encode(b"AAhttp://[bad/x.mp4ZZ").decode()
    found = find(f'<a href="thunder://{bad}">x</a><a href="/1.epub">y</a>')
    assert [file.kind for file in found] == ["torrent", "book"]


def test_names_in_gb_18030_are_read() -> None:
    written = quote("盐灯记", encoding="gb18030")
    assert only(f'<a href="/f/{written}.epub">x</a>').name == "盐灯记.epub"
    assert only(f'<a href="magnet:?xt=urn:btih:1&dn={written}">x</a>').name == "盐灯记"
    assert only(f'<a href="/down.php?f={written}.zip">x</a>').name == "盐灯记.zip"


def test_words_of_a_link_may_be_the_name_of_a_file() -> None:
    found = only('<a href="forum.php?mod=attachment&aid=1">盐灯记.txt</a>')
    assert (found.kind, found.name) == ("document", "盐灯记.txt")
    assert only('<a href="/d/file/123.html">Salt Lanterns.epub</a>').kind == "book"
    assert find('<a href="/about.html">About our shop.</a>') == ()


def test_links_that_lead_on_to_a_share_are_shares() -> None:
    assert only('<a href="/go?url=https%3A%2F%2Fpan.baidu.com%2Fs%2F1a">x</a>').kind == "share"
    assert find('<a href="/go?url=https%3A%2F%2Fother.example%2Fs">x</a>') == ()


def test_addresses_in_words_and_in_players_are_found() -> None:
    text = "盐灯记 全本\n链接: https://pan.baidu.com/s/1aBc 提取码: x7y9\nhttps://other.example/"
    [share] = files_in_words(text)
    assert (share.url, share.kind) == ("https://pan.baidu.com/s/1aBc", "share")
    assert share.text == "盐灯记 全本"
    [peers] = files_in_words("Salt Lanterns magnet:?xt=urn:btih:c0&dn=Salt")
    assert (peers.kind, peers.name, peers.text) == ("torrent", "Salt", "Salt Lanterns")
    page = r'<script>var player={"url":"https:\/\/v.example\/1\/index.m3u8"}</script>'
    [stream] = files_in_scripts(Selector(text=page).root)
    assert stream.url == "https://v.example/1/index.m3u8"
