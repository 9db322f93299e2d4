"""One page read as a whole: is it a listing, a challenge, or a shell for scripts?"""

from __future__ import annotations

from dataclasses import dataclass

from parsel import Selector

from crawler.model import Listing


@dataclass(frozen=True, kw_only=True, slots=True)
class PageReading:
    """What a page turned out to be."""

    listing: Listing | None
    """The listing, without ``seen_at``; None when the page is about no one product."""
    warnings: tuple[str, ...] = ()
    """What is broken on the page, in words."""
    needs_browser: bool = False
    """The page is a shell that scripts fill; there is nothing to read without a browser."""
    blocked_by: str | None = None
    """The challenge that stands in place of the page (``cloudflare``, ``captcha``, ...)."""


def parse_listing(url: str, page: Selector | str) -> Listing | None:
    """Return the listing that a page is, or None. ``url`` is where the page was had from."""
    return parse_page(url, page).listing


def parse_page(url: str, page: Selector | str) -> PageReading:
    """Read a page: its listing, what is broken on it, and whether it is a page at all.

    :param url: where the page was had from, after redirects; relative links start there
    :param page: the parsed page (a response's ``selector``), or its text
    """
    if isinstance(page, str):
        page = Selector(text=page, type="html")
    root = page.root
    if not hasattr(root, "iter"):
        return PageReading(listing=None, warnings=("the page is empty",))
    text = text_within(root)
    blocked_by = find_challenge(root, text)
    if blocked_by:
        return PageReading(listing=None, blocked_by=blocked_by)
    language = _language(root)
    locale = Locale(
        language=language,
        host=urlsplit(url).hostname or "",
        chinese=(language or "").lower().startswith("zh") or (not language and is_chinese(text)),
    )
    draft, warnings = _read_layers(url, page, PageView(url, root, locale), locale)
    if draft is None:
        return PageReading(
            listing=None, warnings=tuple(warnings), needs_browser=needs_browser(root, text)
        )
    canonical = _canonical(root, url)
    draft.add("canonical" if canonical else "", {"url": canonical})
    draft.add("page", {"language": language})
    draft.add("", {"url": canonical_url(url) or url, "site": site_of(url)})
    return PageReading(listing=draft.listing(), warnings=tuple(warnings))
