"""Authorities that are down, slow, hostile or mistaken."""

from __future__ import annotations

import base64
import socket
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from crawler.errors import AnchorError
from pipelines.evidence.asking import MOST_BYTES, ask
from tests.servers.tsa import Authority, serving

REPLY = b"any bytes"


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Authority]:
    with serving(Authority(folder=tmp_path, body=REPLY)) as authority:
        yield authority


def test_the_answer_is_returned_as_it_came(server: Authority) -> None:
    assert ask(server.url, b"request") == REPLY
    assert (server.requests, server.said) == ([b"request"], [""])


def test_credentials_are_sent_to_who_wants_them(server: Authority) -> None:
    ask(server.url, b"request", credentials="安娜:pass\n".encode())
    assert server.said == [f"Basic {base64.b64encode('安娜:pass'.encode()).decode()}"]


@pytest.mark.parametrize("status", [204, 302, 404, 500, 503])
def test_another_status_is_no_answer(server: Authority, status: int) -> None:
    server.status = status
    server.headers["Location"] = server.url
    with pytest.raises(AnchorError, match=f"expected status 200, got {status}"):
        ask(server.url, b"request")
    assert len(server.requests) == 1  # the redirect was not followed


def test_a_page_is_no_answer(server: Authority) -> None:
    server.kind, server.body = "text/html; charset=utf-8", b"<html>Sign in to the network</html>"
    with pytest.raises(AnchorError, match="expected application/timestamp-reply, got text/html"):
        ask(server.url, b"request")


def test_another_name_of_the_type_is_taken(server: Authority) -> None:
    server.kind = "application/timestamp-response"
    assert ask(server.url, b"request") == REPLY


def test_a_huge_answer_is_not_read_to_its_end(server: Authority) -> None:
    server.body = bytes(50 * MOST_BYTES)
    with pytest.raises(AnchorError, match="got more"):
        ask(server.url, b"request")


def test_a_slow_trickle_ends_in_time(server: Authority) -> None:
    server.seconds = 0.2  # before each byte: no step takes long, the whole would take 20 s
    began = time.monotonic()
    with pytest.raises(AnchorError, match="no whole answer within 1 seconds"):
        ask(server.url, b"request", seconds=1)
    assert time.monotonic() - began < 10


def test_who_does_not_answer_at_all_ends_in_time() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"http://127.0.0.1:{silent.getsockname()[1]}/"
        with pytest.raises(AnchorError, match=r"within 0\.5 seconds|timed out"):
            ask(url, b"request", seconds=0.5)


def test_nobody_listens() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    with pytest.raises(AnchorError, match=r"no answer: .*refused"):
        ask(f"http://127.0.0.1:{port}/", b"request")


@pytest.mark.parametrize(
    "url", ["file:///etc/passwd", "ftp://tsa.example/", "http://[::1", "http://:x/"]
)
def test_an_address_that_is_none_is_refused(url: str) -> None:
    with pytest.raises(AnchorError):
        ask(url, b"request", seconds=5)
