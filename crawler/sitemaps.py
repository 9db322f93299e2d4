"""Sitemaps (sitemaps.org, protocol 0.9): which pages a site itself names, and when they changed."""

from __future__ import annotations

import gzip
import io
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urlsplit

from lxml import etree  # type: ignore[import-untyped]  # no stubs in the lock

from crawler.errors import ExtractionError
from crawler.extract.values import clean_text
from crawler.sites import canonical_url, site_of

MOST_ENTRIES = 50_000
"""Of one file; the protocol allows no more."""
MOST_BYTES = 52_428_800
"""Of one file, uncompressed; the protocol allows no more."""
MOST_ELEMENTS = 1_000_000
"""Of one file; each costs some 120 bytes of memory once it is read, and 50 MB hold 13 million."""
_CHUNK = 1 << 16


@dataclass(frozen=True, kw_only=True, slots=True)
class SitemapEntry:
    """A page, or another sitemap, that a sitemap names."""

    url: str
    """Canonical, on the sitemap's own host."""
    is_sitemap: bool
    lastmod: str | None = None
    """As written: a date, or a date with a time (W3C Datetime)."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Sitemap:
    """What one file names."""

    entries: tuple[SitemapEntry, ...]
    warnings: tuple[str, ...] = ()


def on_host(address: str, origin: str) -> str | None:
    """Return the address on the site of ``origin``; None when it is none.

    Programs that were never told their host name write ``example.com``; others write http, or a
    name without www. The path is right all the same.
    """
    text = address if "://" in address else f"{origin}/{address.lstrip('/')}"
    try:
        there, here = urlsplit(text), urlsplit(origin)
    except ValueError:
        return None
    if site_of(text) != site_of(origin) or (there.scheme, here.scheme) == ("http", "https"):
        there = there._replace(scheme=here.scheme, netloc=here.netloc)
    return canonical_url(there.geturl())


def parse_sitemap(body: bytes, url: str) -> Sitemap:
    """Read a sitemap, an index of sitemaps, or a list of URLs as plain text; gzip or not.

    Reads on as far as a broken file can be read, and no further than the protocol allows.

    :param url: where it was had from
    :raises ExtractionError: it is no sitemap
    """
    stream = _opened(body)
    try:
        start = stream.peek(512)[:512].lstrip(b"\xef\xbb\xbf \r\n\t")
    except (OSError, EOFError, zlib.error) as error:
        raise ExtractionError(f"expected a sitemap, its compression is broken: {error}") from None
    warnings: list[str] = []
    if start.startswith(b"http"):
        found = _plain(stream, warnings)
    elif not start.startswith(b"<") or b"<html" in start.lower():
        raise ExtractionError("expected a sitemap, got something else")
    else:
        found = _xml(stream, warnings)
    sitemap = _collected(found, url, warnings)
    if not sitemap.entries and warnings:
        raise ExtractionError(f"expected a sitemap: {warnings[0]}")
    return sitemap


def _opened(body: bytes) -> io.BufferedReader:
    if body[:2] == b"\x1f\x8b":
        return io.BufferedReader(gzip.GzipFile(fileobj=io.BytesIO(body)))
    return io.BufferedReader(io.BytesIO(body))


def _collected(
    found: Iterator[tuple[str, bool, str | None]], url: str, warnings: list[str]
) -> Sitemap:
    parts = urlsplit(url)
    origin = f"{parts.scheme}://{parts.netloc}"
    entries: dict[str, SitemapEntry] = {}
    for location, is_sitemap, lastmod in found:
        if len(entries) == MOST_ENTRIES:
            warnings.append(f"the sitemap names over {MOST_ENTRIES:,} pages; the rest is left out")
            break
        target = on_host(location, origin)
        if target is not None:
            entry = SitemapEntry(url=target, is_sitemap=is_sitemap, lastmod=lastmod)
            entries.setdefault(target, entry)
    return Sitemap(entries=tuple(entries.values()), warnings=tuple(warnings))


def _plain(
    stream: io.BufferedReader, warnings: list[str]
) -> Iterator[tuple[str, bool, str | None]]:
    for line in b"".join(_chunks(stream, warnings)).decode("utf-8", "replace").splitlines():
        if line.strip():
            yield line.strip(), False, None


def _xml(stream: io.BufferedReader, warnings: list[str]) -> Iterator[tuple[str, bool, str | None]]:
    """Yield location, whether it is a sitemap, and lastmod; elements are forgotten once read."""
    parser = etree.XMLPullParser(
        events=("end",), recover=True, resolve_entities=False, no_network=True, huge_tree=False
    )
    read = 0
    for chunk in _chunks(stream, warnings):
        if read > MOST_ELEMENTS:
            warnings.append(
                f"the sitemap has over {MOST_ELEMENTS:,} elements; the rest is left out"
            )
            return
        try:
            parser.feed(chunk)
        except etree.XMLSyntaxError as error:
            warnings.append(f"broken XML: {error}")
            return
        for _, element in parser.read_events():
            read += 1
            name = etree.QName(element).localname if isinstance(element.tag, str) else ""
            if name in ("url", "sitemap"):
                parts = {
                    etree.QName(part).localname: part.text
                    for part in element
                    if isinstance(part.tag, str)
                }
                location = (parts.get("loc") or "").strip()
                if location:
                    yield location, name == "sitemap", clean_text(parts.get("lastmod"), limit=40)
                element.clear()
                while element.getprevious() is not None:
                    del element.getparent()[0]


def _chunks(stream: io.BufferedReader, warnings: list[str]) -> Iterator[bytes]:
    left = MOST_BYTES
    try:
        while chunk := stream.read(min(_CHUNK, left)):
            left -= len(chunk)
            yield chunk
            if not left:
                warnings.append(f"the sitemap is over {MOST_BYTES:,} bytes; the rest is left out")
                return
    except (OSError, EOFError, zlib.error) as error:
        warnings.append(f"the sitemap's compression is broken: {error}")
