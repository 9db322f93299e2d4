from __future__ import annotations

import gzip
import time

import pytest

from crawler import sitemaps
from crawler.errors import ExtractionError
from crawler.sitemaps import on_host, parse_sitemap

URL = "https://corner.example/sitemap.xml"
HEAD = '<?xml version="1.0"?><urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">'


def entry(loc: str, lastmod: str = "") -> str:
    told = f"<lastmod>{lastmod}</lastmod>" if lastmod else ""
    return f"<url><loc>{loc}</loc>{told}</url>"


def test_pages_with_their_dates() -> None:
    body = HEAD + entry("https://corner.example/p/1", "2026-11-01") + entry(" /p/2 ") + "</urlset>"
    found = parse_sitemap(body.encode(), URL).entries
    assert [(e.url, e.lastmod, e.is_sitemap) for e in found] == [
        ("https://corner.example/p/1", "2026-11-01", False),
        ("https://corner.example/p/2", None, False),
    ]


@pytest.mark.parametrize(
    "address",
    [
        "http://corner.example/p/1",
        "https://www.corner.example:443/p/1",
        "http://example.com/p/1",
        "https://localhost:8000/p/1",
        "/p/1",
    ],
)
def test_the_path_is_tried_on_the_right_host(address: str) -> None:
    host = "www.corner.example" if "www" in address else "corner.example"
    assert on_host(address, "https://corner.example") == f"https://{host}/p/1"


def test_an_index_packed_with_gzip() -> None:
    index = (
        "<sitemapindex><sitemap><loc>http://example.com/sitemap-1.xml.gz</loc></sitemap>"
        "</sitemapindex>"
    )
    [found] = parse_sitemap(gzip.compress(index.encode()), URL).entries
    assert (found.url, found.is_sitemap) == ("https://corner.example/sitemap-1.xml.gz", True)


def test_a_list_in_plain_text() -> None:
    body = b"https://corner.example/p/1\nhttps://corner.example/p/2\n"
    assert len(parse_sitemap(body, URL).entries) == 2


@pytest.mark.parametrize("body", [b"", b"<!doctype html><html><p>not found", b"{}", b"<urlset"])
def test_what_is_no_sitemap(body: bytes) -> None:
    if body == b"<urlset":
        assert parse_sitemap(body, URL).entries == ()
        return
    with pytest.raises(ExtractionError):
        parse_sitemap(body, URL)


def test_a_broken_one_is_read_as_far_as_it_goes() -> None:
    body = HEAD + entry("/p/1") + "<url><loc>/p/2</loc></url><url><loc>/p/3"
    assert [e.url[-1] for e in parse_sitemap(body.encode(), URL).entries] == ["1", "2"]
    cut = gzip.compress((HEAD + "".join(entry(f"/p/{n}") for n in range(20_000))).encode())[:-9_000]
    told = parse_sitemap(cut, URL)
    assert told.entries
    assert "compression is broken" in told.warnings[0]


def test_a_huge_one_is_bounded_and_told(monkeypatch: pytest.MonkeyPatch) -> None:
    body = (HEAD + "".join(entry(f"/p/{n}") for n in range(50_010)) + "</urlset>").encode()
    start = time.process_time()
    found = parse_sitemap(body, URL)
    assert time.process_time() - start < 10
    assert len(found.entries) == 50_000
    assert "over 50,000 pages" in found.warnings[0]
    monkeypatch.setattr(sitemaps, "MOST_BYTES", 100_000)
    assert "bytes" in parse_sitemap(gzip.compress(body), URL).warnings[0]


def test_entities_are_not_followed() -> None:
    body = '<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>' + HEAD[21:] + entry("/p/&e;")
    assert all(
        "root" not in e.url for e in parse_sitemap((body + "</urlset>").encode(), URL).entries
    )


@pytest.mark.parametrize(
    "body",
    [b"\x1f\x8bgarbage", gzip.compress(b"<urlset>", mtime=0)[:10] + b"\xff" * 40],
    ids=["no header", "no data"],
)
def test_one_whose_compression_is_broken_from_the_start_is_none(body: bytes) -> None:
    with pytest.raises(ExtractionError, match="compression is broken"):
        parse_sitemap(body, URL)


def test_a_list_whose_compression_is_cut_is_read_as_far_as_it_goes() -> None:
    lines = b"\n".join(b"https://corner.example/p/%d" % n for n in range(30_000))
    told = parse_sitemap(gzip.compress(lines)[:-9_000], URL)
    assert told.entries
    assert "compression is broken" in told.warnings[0]


def test_a_flood_of_elements_is_cut_and_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sitemaps, "MOST_ELEMENTS", 10_000)
    body = (HEAD + entry("/p/1") + "<a/>" * 60_000 + entry("/p/2") + "</urlset>").encode()
    told = parse_sitemap(gzip.compress(body), URL)
    assert [e.url[-1] for e in told.entries] == ["1"]
    assert "over 10,000 elements" in told.warnings[0]
