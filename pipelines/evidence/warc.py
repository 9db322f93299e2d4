"""Writing WARC/1.1 (ISO 28500:2017): one record a gzip member, SHA-256 for block and payload.

warcio writes the records; it is kept from reading the answers as it does by default, which writes
their heads anew, as what is kept are the very bytes.
"""

from __future__ import annotations

import hashlib
import json
import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from io import BytesIO
from typing import BinaryIO

from warcio.exceptions import ArchiveLoadFailed
from warcio.recordloader import ArcWarcRecord, ArcWarcRecordLoader
from warcio.statusandheaders import StatusAndHeaders, StatusAndHeadersParserException
from warcio.utils import Digester
from warcio.warcwriter import WARCWriter

from crawler.browser.view import Loaded
from crawler.exchange import Exchange

VERSION = "WARC/1.1"
_WHITE = {" ": "%20", "\t": "%09", "\r": "%0D", "\n": "%0A"}
"""No URI holds these, and readers would change them."""
_PACKED = frozenset(("content-encoding", "transfer-encoding", "content-length"))
"""What a browser's answer no longer is, once it is unpacked."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Record:
    """Where a record stands in its file, and what it is: what an index tells."""

    kind: str
    url: str
    at: datetime
    offset: int
    length: int
    """Bytes, compressed."""
    mime: str
    status: int | None
    digest: str
    """``sha256:`` and hex, of the payload."""


class _Writer(WARCWriter):  # type: ignore[misc] # warcio is not typed
    _create_digester = staticmethod(lambda: Digester("sha256"))


class Archive:
    """A WARC file in the making."""

    def __init__(self, file: BinaryIO, name: str) -> None:
        """Begin one.

        :param name: from which the ids of the records are made: the same capture has the same ones
        """
        self._file = file
        self._name = name
        self._writer = _Writer(file, gzip=True, warc_version="1.1")
        self.records: list[Record] = []

    def warcinfo(self, at: datetime, fields: Mapping[str, str], file_name: str) -> None:
        """Write who made the file, with what, and why."""
        lines = "".join(f"{key}: {_line(value)}\r\n" for key, value in fields.items() if value)
        self._write(
            "warcinfo", "", at, lines.encode(), "application/warc-fields",
            {"WARC-Filename": file_name},
        )  # fmt: skip

    def resource(self, url: str, at: datetime, data: bytes, mime: str) -> Record:
        """Write what was made, not answered: a photograph, a text, a certificate."""
        return self._write("resource", url, at, data, mime, {}, mime=mime)

    def exchange(self, exchange: Exchange) -> None:
        """Write a request and its answer as they went over the wire."""
        extra = {"WARC-IP-Address": exchange.address or ""}
        if exchange.tls is not None:
            extra["WARC-Protocol"] = exchange.tls.protocol.lower().replace("tlsv", "tls/")
            extra["WARC-Cipher-Suite"] = exchange.tls.cipher
        self._pair(exchange.url, exchange.begun_at, exchange.request, exchange.response, extra)

    def loaded(self, loaded: Loaded) -> None:
        """Write an answer that the browser had; its body is unpacked, and its head says so."""
        target = loaded.url.partition("#")[0]
        request = _head(f"{loaded.method} {_path(target)} HTTP/1.1", loaded.request_headers)
        fields = [
            (f"X-Orig-{name}" if name.lower() in _PACKED else name, value)
            for name, value in loaded.headers
        ]
        body = loaded.body or b""
        if loaded.body is not None:
            fields.append(("Content-Length", str(len(body))))
        answer = _head(f"HTTP/1.1 {loaded.status} {loaded.status_text}", fields)
        extra = {"WARC-IP-Address": loaded.address or "", "X-Markhound-Asked-By": "browser"}
        if loaded.body is None:
            extra["WARC-Truncated"] = "unspecified"
        self._pair(target, loaded.at, request, answer + body, extra)

    def _pair(
        self, url: str, at: datetime, request: bytes, answer: bytes, extra: Mapping[str, str]
    ) -> None:
        url = url.partition("#")[0]
        self._write("response", url, at, answer, "application/http; msgtype=response", extra)
        concurrent = {"WARC-Concurrent-To": self._id(len(self.records) - 1)}
        self._write(
            "request", url, at, request, "application/http; msgtype=request",
            {**extra, **concurrent},
        )  # fmt: skip

    def _id(self, number: int) -> str:
        return f"<urn:uuid:{uuid.uuid5(uuid.NAMESPACE_URL, f'{self._name}/{number}')}>"

    def _write(
        self,
        kind: str,
        url: str,
        at: datetime,
        block: bytes,
        content_type: str,
        extra: Mapping[str, str],
        *,
        mime: str = "",
    ) -> Record:
        url = "".join(_WHITE.get(char, char) for char in url)
        payload, status, named = _payload(kind, url, block)
        fields = [("WARC-Type", kind), ("WARC-Record-ID", self._id(len(self.records)))]
        fields += [("WARC-Target-URI", url)] if url else []
        fields += [("WARC-Date", warc_date(at))]
        fields += [(name, value) for name, value in extra.items() if value]
        digest = f"sha256:{hashlib.sha256(payload).hexdigest()}"
        if kind != "warcinfo":
            fields.append(("WARC-Payload-Digest", digest))
        fields += [("WARC-Block-Digest", f"sha256:{hashlib.sha256(block).hexdigest()}")]
        fields += [("Content-Type", content_type)]
        headers = StatusAndHeaders("", fields, protocol=VERSION)
        record = ArcWarcRecord(
            "warc", kind, headers, BytesIO(block), None, content_type, len(block)
        )
        record.payload_length = len(block)
        offset = self._file.tell()
        self._writer.write_record(record)
        made = Record(
            kind=kind,
            url=url,
            at=at,
            offset=offset,
            length=self._file.tell() - offset,
            mime=mime or named,
            status=status,
            digest=digest,
        )
        self.records.append(made)
        return made


def _payload(kind: str, url: str, block: bytes) -> tuple[bytes, int | None, str]:
    """Return the payload as readers of the file will find it, with status and type of an answer."""
    if kind not in ("request", "response"):
        return block, None, ""
    stream = BytesIO(block)
    try:
        head = ArcWarcRecordLoader(verify_http=False).load_http_headers(
            kind, url, stream, len(block)
        )
    except (ArchiveLoadFailed, StatusAndHeadersParserException, EOFError):
        return block, None, ""
    payload = block[stream.tell() :]
    if kind == "request" or head is None:
        return payload, None, ""
    code = head.get_statuscode()
    mime = (head.get_header("Content-Type") or "").partition(";")[0].strip().lower()
    return payload, int(code) if code.isdecimal() else None, mime


def _head(line: str, fields: Iterable[tuple[str, str]]) -> bytes:
    lines = [_line(line), *(f"{name}: {_line(value)}" for name, value in fields), "", ""]
    return "\r\n".join(lines).encode("utf-8", "replace")


def _line(value: str) -> str:
    """Return a value that cannot end its line."""
    return " ".join(str(value).splitlines())


def _path(url: str) -> str:
    return "/" + url.split("/", 3)[3] if url.count("/") > 2 else "/"


def warc_date(at: datetime) -> str:
    """Return a moment as WARC/1.1 writes it, to the microsecond."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def index_lines(records: Iterable[Record], file_name: str) -> list[str]:
    """Return the lines of a CDXJ index, sorted: key, time, JSON."""
    lines = []
    for record in records:
        if record.kind not in ("response", "resource"):
            continue
        told = {
            "url": record.url,
            "mime": record.mime or "application/octet-stream",
            "status": str(record.status or 200),
            "digest": record.digest,
            "length": str(record.length),
            "offset": str(record.offset),
            "filename": file_name,
        }
        stamp = f"{record.at.astimezone(UTC):%Y%m%d%H%M%S}{record.at.microsecond // 1000:03}"
        lines.append(f"{index_key(record.url)} {stamp} {json.dumps(told, ensure_ascii=False)}")
    return sorted(lines)


def index_key(url: str) -> str:
    """Return a URL as indexes sort it: the host's labels from the right, in small letters."""
    scheme, separator, rest = url.partition("://")
    if scheme not in ("http", "https") or not separator:
        return url
    host, _, path = rest.partition("/")
    name, colon, port = host.rpartition("@")[2].partition(":")
    labels = name if name.replace(".", "").isdecimal() else ",".join(reversed(name.split(".")))
    return f"{labels}{colon}{port})/{path}".lower()
