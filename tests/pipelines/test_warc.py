"""Archives: the very bytes, each with its digests, read back by warcio."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest
from warcio.archiveiterator import ArchiveIterator
from warcio.checker import Checker

from crawler.browser.view import Loaded
from crawler.exchange import dump_exchange, parse_exchange, split_head
from pipelines.evidence.warc import Archive, index_key, index_lines
from tests.servers import captured

ANSWERS = {
    "chunked": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n",
    "bare line feeds": b"HTTP/1.1 200 OK\nContent-Type: text/html\n\n<p>\xb0\xfc",
    "folded": b"HTTP/1.1 200 OK\r\nX-A: one\r\n two\r\nX-A: 3\r\n\r\nbody",
    "no colon": b"HTTP/1.1 200 OK\r\nno colon here\r\nX-\xff: \xfe\r\n\r\nbody",
    "no body": b"HTTP/1.1 304 Not Modified\r\nETag: x\r\n\r\n",
    "cut in the head": b"HTTP/1.1 200 OK\r\nX-A",
    "no HTTP": b"220 mail.example ESMTP\r\n",
    "nothing": b"",
    "nul": b"HTTP/1.1 200 \x00\r\n\x00: \x00\r\n\r\n\x00",
}


class _Asked:
    verbose = True

    def __init__(self, path: Path) -> None:
        self.inputs = [str(path)]


@pytest.mark.parametrize("name", ANSWERS)
def test_answers_are_kept_byte_for_byte_and_every_record_passes(
    tmp_path: Path, name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "a.warc.gz"
    with path.open("wb") as file:
        archive = Archive(file, "c-1")
        archive.warcinfo(captured.AT, {"operator": "李\r\nWARC-Type: x"}, "a.wacz")
        archive.exchange(captured.exchange(response=ANSWERS[name]))
        archive.resource("urn:text:x", captured.AT, "奥雷利奥".encode(), "text/plain")
    records = list(ArchiveIterator(io.BytesIO(path.read_bytes()), no_record_parse=True))
    assert [record.rec_type for record in records] == [
        "warcinfo",
        "response",
        "request",
        "resource",
    ]
    blocks = [
        record.raw_stream.read()
        for record in ArchiveIterator(io.BytesIO(path.read_bytes()), no_record_parse=True)
    ]
    assert blocks[1] == ANSWERS[name]
    status = Checker(_Asked(path)).process_all()
    said = capsys.readouterr().out
    assert (status, said.count("digest pass")) == (0, 4), said


def test_how_it_was_had_stands_in_the_headers() -> None:
    out = io.BytesIO()
    archive = Archive(out, "c-1")
    archive.exchange(captured.exchange())
    response, request = ArchiveIterator(io.BytesIO(out.getvalue()), no_record_parse=True)
    get = response.rec_headers.get_header
    assert response.format == "warc"
    assert get("WARC-Date") == "2026-11-22T01:02:03.456789Z"
    assert get("WARC-IP-Address") == "192.0.2.7"
    assert get("WARC-Protocol") == "tls/1.3"
    assert get("WARC-Cipher-Suite") == "TLS_AES_256_GCM_SHA384"
    concurrent = request.rec_headers.get_header("WARC-Concurrent-To")
    assert concurrent == get("WARC-Record-ID")


def test_the_browsers_answers_say_that_they_were_unpacked_and_cannot_forge_a_line() -> None:
    out = io.BytesIO()
    archive = Archive(out, "c-1")
    loaded = Loaded(
        url="https://shop.example/p?a=1#part", kind="Document", method="GET", at=captured.AT,
        request_headers=(("Host", "shop.example"),), status=200, status_text="OK\r\nX: y",
        headers=(("content-encoding", "gzip"), ("x-a", "b\r\nx-forged: c")), body=b"abc",
        address=None,
    )  # fmt: skip
    archive.loaded(loaded)
    archive.loaded(loaded)
    blocks = [
        record.raw_stream.read()
        for record in ArchiveIterator(io.BytesIO(out.getvalue()), no_record_parse=True)
    ]
    head, body = split_head(blocks[0])
    assert body == b"abc"
    assert head.decode().splitlines() == [
        "HTTP/1.1 200 OK X: y", "X-Orig-content-encoding: gzip", "x-a: b x-forged: c",
        "Content-Length: 3", "",
    ]  # fmt: skip
    assert blocks[1].startswith(b"GET /p?a=1 HTTP/1.1\r\nHost: shop.example\r\n")


def test_the_index_is_sorted_and_leads_to_its_records() -> None:
    out = io.BytesIO()
    archive = Archive(out, "c-1")
    archive.exchange(captured.exchange(url="https://b.shop.example/z"))
    archive.exchange(captured.exchange(url="https://a.shop.example/包"))
    archive.resource("urn:text:https://a.shop.example/a b", captured.AT, b"x", "text/plain")
    lines = index_lines(archive.records, "data.warc.gz")
    assert lines[2].startswith("urn:text:https://a.shop.example/a%20b 20261122010203456 {")
    assert lines == sorted(lines)
    for line in lines:
        told = json.loads(line[line.index("{") :])
        start, length = int(told["offset"]), int(told["length"])
        record = next(iter(ArchiveIterator(io.BytesIO(out.getvalue()[start : start + length]))))
        assert record.rec_headers.get_header("WARC-Target-URI") == told["url"]


@pytest.mark.parametrize(
    ("url", "key"),
    [
        ("https://Shop.example/P?a=B", "example,shop)/p?a=b"),
        ("http://127.0.0.1:8080/p", "127.0.0.1:8080)/p"),
        ("http://shop.example", "example,shop)/"),
        ("urn:text:https://shop.example/A", "urn:text:https://shop.example/A"),
    ],
)
def test_keys_sort_by_host_from_the_right(url: str, key: str) -> None:
    assert index_key(url) == key


def test_exchanges_survive_json() -> None:
    made = captured.exchange()
    assert parse_exchange(json.loads(json.dumps(dump_exchange(made)))) == made
    bare = captured.exchange(tls=None, address=None, response=b"\xff\x00")
    assert parse_exchange(dump_exchange(bare)) == bare
