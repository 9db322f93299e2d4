"""What was fetched, or saved in a file -> a parsed page, or the word that it is none."""

from __future__ import annotations

import gzip
import zlib
from io import BytesIO
from typing import Any

from lxml.etree import ElementDefaultClassLookup  # type: ignore[import-untyped]
from lxml.html import (  # type: ignore[import-untyped]
    HtmlComment,
    HtmlElement,
    HtmlEntity,
    HTMLParser,
    HtmlProcessingInstruction,
)
from parsel import Selector
from parsel.selector import create_root_node
from scrapy.http import HtmlResponse, Response, TextResponse

from crawler.errors import ExtractionError, NotAPageError

_XHTML = "http://www.w3.org/1999/xhtml"
_GZIP = b"\x1f\x8b"

MAX_BYTES = 20_000_000
"""Of a saved page, unpacked; what is fetched has the same limit (``DOWNLOAD_MAXSIZE``)."""


_ELEMENTS = ElementDefaultClassLookup(
    element=HtmlElement,
    comment=HtmlComment,
    pi=HtmlProcessingInstruction,
    entity=HtmlEntity,
)


class _PageParser(HTMLParser):  # type: ignore[misc]  # lxml has no types
    """The parser of lxml.html, but for forms, of which nobody asks what is in their fields.

    So it need not ask Python for the class of each element.
    """

    def __init__(self, **settings: bool | str) -> None:
        super().__init__(**settings)
        self.set_element_class_lookup(_ELEMENTS)


def parse_html(text: str) -> Selector:
    """Return the parsed page of a text."""
    return Selector(root=create_root_node(text, _PageParser), type="html")


def page_of(response: Response) -> Selector:
    """Return the parsed page of a response: HTML, or XHTML under any of its types.

    :raises NotAPageError: the response is a picture, a PDF or anything else that is no page
    """
    if isinstance(response, HtmlResponse):
        # Scrapy's own asks for the page's <base href>, and fails on one that is no URL
        kept: Any = response  # in its place, so that a page is parsed once
        page: Selector | None = kept._cached_selector  # noqa: SLF001 (parsed once)
        if page is None:
            page = parse_html(response.text)
            kept._cached_selector = page  # noqa: SLF001 (as above)
        return page
    if isinstance(response, TextResponse) and _XHTML in response.text[:5000]:
        return parse_html(response.text)  # browsers show it, under XML types too
    kind = (response.headers.get("Content-Type") or b"unknown").decode("latin-1")
    raise NotAPageError(f"expected an HTML page, got {kind}")


def is_plain_text(response: Response) -> bool:
    """Tell whether a response is a text without markup, by its type."""
    kind = (response.headers.get("Content-Type") or b"").decode("latin-1")
    is_text = kind.partition(";")[0].strip().lower() == "text/plain"
    return is_text and isinstance(response, TextResponse) and not isinstance(response, HtmlResponse)


def saved_page(url: str, data: bytes) -> HtmlResponse:
    """Return a page that was saved in a file, as if it had come from ``url``.

    :param data: HTML, plain or packed by gzip; its charset is found as that of a response without
        a header: byte order mark, ``<meta>``, then what the bytes look like
    :raises ExtractionError: the file is broken, or over :data:`MAX_BYTES` when unpacked
    """
    if data.startswith(_GZIP):
        try:
            with gzip.open(BytesIO(data)) as packed:
                data = packed.read(MAX_BYTES + 1)
        except (OSError, EOFError, zlib.error) as error:
            raise ExtractionError(f"expected a page packed by gzip, got: {error}") from error
    if len(data) > MAX_BYTES:
        raise ExtractionError(f"expected a page of at most {MAX_BYTES:,} bytes, got more")
    return HtmlResponse(url, body=data)
