"""What the tests of captures share: a shop, material without a network, a look into a WACZ."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from scrapy.http import HtmlResponse, Response
from warcio.archiveiterator import ArchiveIterator

from crawler.exchange import Exchange, Tls
from crawler.model import TargetState
from crawler.workspace import Workspace, make_workspace
from pipelines.evidence.checks import Check
from pipelines.evidence.material import Claim, Material, Occasion
from tests.servers.tiny_shop import Answer, TinyShop, listing_page

AT = datetime(2026, 11, 22, 1, 2, 3, 456789, UTC)
URL = "https://shop.example/p/1"
PAGE = (
    "<html><head><title>奥雷利奥 包</title></head><body><h1>奥雷利奥 包</h1>"
    "<p>价格 ¥1,299.00</p></body></html>"
)
ANSWER = b"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\n\r\n" + PAGE.encode()


def exchange(url: str = URL, response: bytes = ANSWER, **more: Any) -> Exchange:
    made = Exchange(
        url=url,
        begun_at=AT,
        ended_at=AT,
        request=b"GET /p/1 HTTP/1.1\r\nHost: shop.example\r\n\r\n",
        response=response,
        address="192.0.2.7",
        tls=Tls(protocol="TLSv1.3", cipher="TLS_AES_256_GCM_SHA384", chain=(b"\x30\x00",)),
    )
    return replace(made, **more)


def material(page: str | Response = PAGE, claim: Claim | None = None, **more: Any) -> Material:
    made = Material(
        occasion=Occasion(
            url=URL, purpose="a test", operator="li", begun_at=AT, id="cap-0123456789abcdef"
        ),
        state=TargetState.SEEN,
        reason=None,
        exchanges=(exchange(),),
        page=HtmlResponse(URL, body=page.encode(), encoding="utf-8")
        if isinstance(page, str)
        else page,
        claim=claim,
        not_rendered="a test",
    )
    return replace(made, **more)


def workspace_in(folder: Path) -> Workspace:
    return make_workspace(folder / "w")


def shop(**more: Answer) -> TinyShop:
    routes: Mapping[str, Answer] = {
        "/p": listing_page("奥雷利奥 Aurelio bag", price="199.00"),
        "/moved": Answer(status=302, headers={"Location": "/p"}),
        **{f"/{name}": answer for name, answer in more.items()},
    }
    return TinyShop(routes)


def files_of(path: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def records_of(path: Path) -> list[tuple[str, str, bytes]]:
    """Return kind, URL and block of each record."""
    data = files_of(path)["archive/data.warc.gz"]
    return [
        (r.rec_type, r.rec_headers.get_header("WARC-Target-URI") or "", r.raw_stream.read())
        for r in ArchiveIterator(io.BytesIO(data), no_record_parse=True)
    ]


def is_broken(checks: Iterable[Check]) -> bool:
    return any(check.state == "broken" for check in checks)


def told(path: Path) -> Any:
    return json.loads(files_of(path)["capture/capture.json"])
