"""In which charset a page is written, as browsers decide it.

Only the labels of the WHATWG's Encoding Standard count. Python knows many more, and a page labelled
with one of those (``idna``, ``punycode``, ``zlib``, ``rot13``) would be shown to people and lost to
us. What bears no such label is sniffed.
"""

from __future__ import annotations

import re
from functools import lru_cache

import webencodings  # type: ignore[import-untyped]
from charset_normalizer import from_bytes
from scrapy import Request
from scrapy.http import Response, TextResponse
from webencodings.labels import LABELS  # type: ignore[import-untyped]

from crawler.errors import GuardError
from crawler.guard import MOST_ATTRIBUTES, has_giant_tag

PRESCAN = 4096
"""Bytes in which a page names its charset; browsers look at 1024."""
MOST_LOST = 8
"""Characters that may be lost of any page: some are broken everywhere, and one that is cut."""
SAMPLE = 8192
"""Bytes from which a charset is guessed."""

_BOMS = ((b"\xef\xbb\xbf", "utf-8"), (b"\xfe\xff", "utf-16-be"), (b"\xff\xfe", "utf-16-le"))
_HEADER_LABEL = re.compile(rb"charset\s*=\s*[\"']?\s*([^\s\"';,]+)", re.IGNORECASE)
_PAGE_LABEL = re.compile(
    rb"<meta[\s/][^>]*?charset\s*=\s*[\"']?\s*([^\s\"'/>;]+)"
    rb"|<\?xml[^>]*?\sencoding\s*=\s*[\"']([^\"']+)",
    re.IGNORECASE,
)
_COMMENT = re.compile(rb"<!--.*?(?:-->|\Z)", re.DOTALL)
_NO_CODECS = frozenset(("replacement", "x-user-defined"))
_CODECS = frozenset(
    webencodings.lookup(label).codec_info.name for label in LABELS if label not in _NO_CODECS
)
_FALLBACK = "cp1252"


def find_charset(body: bytes, content_type: bytes = b"") -> str:
    """Return the name of the Python codec with which a page is to be read.

    In this order: byte order mark, label of the header, label in the page, what the bytes look
    like (UTF-8, UTF-16, a guess), windows-1252. Where most of a page that is called UTF-8 would be
    lost, the next one counts: servers call everything UTF-8, what is written in GB 18030 too.

    :param content_type: the header's value
    """
    for mark, codec in _BOMS:
        if body.startswith(mark):
            return codec
    header = _HEADER_LABEL.search(content_type)
    if header and (named := _codec(header[1])) and not _is_lost(body, named):
        return named
    page = _PAGE_LABEL.search(_COMMENT.sub(b"", body[:PRESCAN]))
    if page and (named := _codec(page[1] or page[2])):
        named = "utf-8" if named.startswith("utf-16") else named  # it was read as ASCII just now
        if not _is_lost(body, named):
            return named
    return _sniffed(body)


def _is_lost(body: bytes, codec: str) -> bool:
    """Tell whether UTF-8 is no more than a label: most of what is not ASCII is none."""
    if codec != "utf-8":
        return False
    try:
        body.decode(codec)
    except UnicodeDecodeError:
        text = body.decode(codec, "replace")
        lost = text.count("\ufffd")
        letters = len(text) - len(text.encode("ascii", "ignore")) - lost
        return lost > MOST_LOST and lost > letters
    return False


@lru_cache(maxsize=256)
def _codec(label: bytes) -> str | None:
    encoding = webencodings.lookup(label.decode("latin-1"))
    if encoding is None or encoding.name in _NO_CODECS:
        return None
    name: str = encoding.codec_info.name
    return name


def _sniffed(body: bytes) -> str:
    start = body[:512]
    if len(start) >= 16 and start.count(0) > len(start) // 16:
        odd, even = start[1::2].count(0), start[::2].count(0)
        if max(odd, even) > 4 * min(odd, even):
            return "utf-16-le" if odd > even else "utf-16-be"
    try:
        body.decode("utf-8")
    except UnicodeDecodeError as error:
        if error.end >= len(body) and error.start > len(body) - 4:
            return "utf-8"  # cut within a character
    else:
        return "utf-8"
    return _guessed(body)


def _guessed(body: bytes) -> str:
    sample = b"".join(line for line in body[: SAMPLE * 16].splitlines() if not line.isascii())
    match = from_bytes(sample[:SAMPLE]).best()
    if match is None:
        return _FALLBACK
    encoding = webencodings.lookup(match.encoding.replace("_", "-"))
    name = match.encoding if encoding is None else str(encoding.codec_info.name)
    return name if name in _CODECS else _FALLBACK


class CharsetMiddleware:
    """Downloader middleware: every page has a charset that browsers know, before it is looked at.

    Stands where bodies are unpacked and nothing has been read yet.
    """

    def process_response(self, request: Request, response: Response) -> Response:  # noqa: ARG002
        """Return the response with its charset settled.

        :raises GuardError: no parser should see it
        """
        if not isinstance(response, TextResponse):
            return response
        content_type = response.headers.get(b"Content-Type") or b""
        readable = response.replace(encoding=find_charset(response.body, content_type))
        if has_giant_tag(readable.text):
            message = f"rule: a page with a tag of more than {MOST_ATTRIBUTES:,} attributes"
            raise GuardError(f"{message} is not read")
        return readable
