"""What was fetched -> a parsed page, or the word that it is none."""

from __future__ import annotations

from parsel import Selector
from scrapy.http import HtmlResponse, Response, TextResponse

from crawler.errors import NotAPageError

_XHTML = "http://www.w3.org/1999/xhtml"


def page_of(response: Response) -> Selector:
    """Return the parsed page of a response: HTML, or XHTML under any of its types.

    :raises NotAPageError: the response is a picture, a PDF or anything else that is no page
    """
    if isinstance(response, HtmlResponse):
        return response.selector
    if isinstance(response, TextResponse) and _XHTML in response.text[:5000]:
        return Selector(text=response.text, type="html")  # browsers show it, under XML types too
    kind = (response.headers.get("Content-Type") or b"unknown").decode("latin-1")
    raise NotAPageError(f"expected an HTML page, got {kind}")
