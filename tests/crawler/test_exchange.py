"""What went over the wire for a page is kept beside its answer."""

from __future__ import annotations

import gzip
import ssl
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from crawler.fetch_apart import fetch_apart
from crawler.model import TargetState
from tests.servers.tiny_shop import Answer, TinyShop

PAGE = "<h1>奥雷利奥</h1>".encode() * 50


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        body = gzip.compress(PAGE, mtime=0)
        self.send_response_only(103)
        self.send_header("Link", "</a.css>; rel=preload")
        self.end_headers()
        self.send_response_only(200)
        self.send_header("X-odd-CASE", " two  spaces ")
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Encoding", "gzip")
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        self.wfile.write(b"%X;ext=1\r\n%s\r\n0\r\n\r\n" % (len(body), body))

    def log_message(self, *_: object) -> None:
        """Stay silent."""


@contextmanager
def tls_server(folder: Path) -> Iterator[tuple[str, bytes]]:
    """Serve by TLS with a certificate of its own; give URL and certificate."""
    key, certificate = folder / "key.pem", folder / "cert.pem"
    command = [
        "openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
        "-subj", "/CN=shop.example", "-keyout", str(key), "-out", str(certificate),
    ]  # fmt: skip
    subprocess.run(command, check=True, capture_output=True)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    shown = x509.load_pem_x509_certificate(certificate.read_bytes())
    try:
        yield f"https://127.0.0.1:{server.server_port}/p", shown.public_bytes(Encoding.DER)
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def test_the_bytes_the_address_and_the_certificates_are_those_of_the_connection(
    tmp_path: Path,
) -> None:
    with tls_server(tmp_path) as (url, certificate):
        came = fetch_apart([url], contact="mailto:ip@firm.example", allow_private=True)[url]
    [exchange] = came.exchanges
    packed = gzip.compress(PAGE, mtime=0)
    assert exchange.response == (
        b"HTTP/1.1 200 OK\r\nX-odd-CASE:  two  spaces \r\n"
        b"Content-Type: text/html; charset=utf-8\r\nContent-Encoding: gzip\r\n"
        b"Transfer-Encoding: chunked\r\n\r\n%X;ext=1\r\n%s\r\n0\r\n\r\n" % (len(packed), packed)
    )
    assert exchange.request.startswith(b"GET /p HTTP/1.1\r\n")
    assert b"+mailto:ip@firm.example)\r\n" in exchange.request
    assert exchange.address == "127.0.0.1"
    assert exchange.tls is not None
    assert exchange.tls.protocol == "TLSv1.3"
    assert exchange.tls.chain == (certificate,)
    assert came.response is not None
    assert came.response.body == PAGE, "it is unpacked for us"


def test_redirects_come_first_and_what_broke_off_is_kept_too() -> None:
    routes = {
        "/moved": Answer(status=302, headers={"Location": "/p"}),
        "/p": Answer(PAGE),
        "/cut": Answer(PAGE, headers={"Content-Encoding": "gzip"}),
    }
    with TinyShop(routes) as shop:
        urls = [f"{shop.url}{path}" for path in ("/moved", "/cut", "/gone")]
        moved, cut, gone = fetch_apart(urls, contact=None, allow_private=True).values()
    assert [one.url for one in moved.exchanges] == [f"{shop.url}/moved", f"{shop.url}/p"]
    assert moved.exchanges[1].response.endswith(PAGE)
    assert (cut.state, cut.response) == (TargetState.FAILED, None)
    assert cut.reason == "the answer cannot be unpacked ('gzip')"
    assert cut.exchanges[0].response.endswith(PAGE)
    assert (gone.state, gone.reason) == (TargetState.GONE, "HTTP 404")
