"""Writing a WACZ 1.1.1: one ZIP that holds a WARC, its index, its page and the digests of all.

The same content gives the same bytes: entries are stored unpacked, in one order, with one date.
"""

from __future__ import annotations

import hashlib
import json
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import BinaryIO

WACZ_VERSION = "1.1.1"
ARCHIVE = "archive/data.warc.gz"
INDEX = "indexes/index.cdx"
PAGES = "pages/pages.jsonl"
CAPTURE = "capture/capture.json"
HOW_TO_VERIFY = "capture/VERIFY.txt"
PACKAGE = "datapackage.json"
DIGEST = "datapackage-digest.json"
ORDER = (ARCHIVE, INDEX, PAGES, CAPTURE, HOW_TO_VERIFY)
"""The files of one capture, as they stand in the ZIP; then come the two that cover them."""
SOFTWARE = "Markhound"
_UNIX_FILE = 0o100644 << 16


@dataclass(frozen=True, kw_only=True, slots=True)
class Page:
    """The page that a viewer opens first."""

    url: str
    title: str
    text: str
    at: datetime


def pages_lines(page: Page) -> bytes:
    """Return ``pages.jsonl``: its header, and the one page."""
    header = {"format": "json-pages-1.0", "id": "pages", "title": "Pages", "hasText": True}
    entry = {
        "id": "page",
        "url": page.url,
        "ts": _moment(page.at),
        "title": page.title or page.url,
        "text": page.text,
    }
    return b"".join(_json(one) + b"\n" for one in (header, entry))


def package_of(files: Mapping[str, bytes], page: Page, software: str, created: datetime) -> bytes:
    """Return ``datapackage.json``: the size and the digest of each file."""
    return _json(
        {
            "profile": "data-package",
            "wacz_version": WACZ_VERSION,
            "title": page.title or page.url,
            "software": software,
            "created": _moment(created),
            "mainPageUrl": page.url,
            "mainPageDate": _moment(page.at),
            "resources": [
                {
                    "name": path.rpartition("/")[2].lower(),
                    "path": path,
                    "hash": f"sha256:{hashlib.sha256(data).hexdigest()}",
                    "bytes": len(data),
                }
                for path, data in files.items()
            ],
        }
    )


def digest_of(package: bytes) -> bytes:
    """Return ``datapackage-digest.json`` for a package; nobody has signed it."""
    return _json({"path": PACKAGE, "hash": f"sha256:{hashlib.sha256(package).hexdigest()}"})


def write_zip(out: BinaryIO, files: Mapping[str, bytes], moment: datetime) -> None:
    """Write files as a ZIP whose bytes depend on nothing else.

    :param moment: the date of every entry, in UTC; the format knows even seconds from 1980 on
    """
    date = moment.astimezone(UTC).timetuple()[:6]
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as archive:
        for path, data in files.items():
            info = zipfile.ZipInfo(path, date)
            info.create_system = 3
            info.external_attr = _UNIX_FILE
            archive.writestr(info, data)


def write_wacz(
    out: BinaryIO, files: Mapping[str, bytes], page: Page, software: str, created: datetime
) -> str:
    """Write a WACZ, and return the SHA-256 of its ``datapackage.json`` in hex.

    :param files: those of :data:`ORDER`
    """
    files = {path: files[path] for path in ORDER}
    package = package_of(files, page, software, created)
    write_zip(out, {**files, PACKAGE: package, DIGEST: digest_of(package)}, created)
    return hashlib.sha256(package).hexdigest()


def _moment(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z"


def _json(record: object) -> bytes:
    return json.dumps(record, ensure_ascii=False, indent=None).encode("utf-8", "replace")
