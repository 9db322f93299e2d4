"""Where the relative links of a page start."""

from __future__ import annotations

from urllib.parse import urljoin

from crawler.extract.dom import HtmlElement
from crawler.sites import canonical_url


def base_of(root: HtmlElement, url: str) -> str:
    """Return where the relative links of a page start: its first ``<base href>``, or its own URL.

    A base that is no address of the web counts for nothing, as in browsers (HTML, 4.2.3): a port
    that is none, an open bracket, ``javascript:``.

    :param url: where the page was had from
    """
    for element in root.iter("base"):
        if (href := element.get("href")) is not None:
            try:
                base = urljoin(url, href.strip())
            except ValueError:
                return url
            return base if canonical_url(base) else url
    return url
