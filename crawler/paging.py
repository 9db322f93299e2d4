"""How a list goes on: links, buttons and attributes that lead to its next page."""

from __future__ import annotations

import re
from collections.abc import Container, Iterator
from functools import lru_cache
from itertools import islice
from urllib.parse import parse_qsl, urlencode, urljoin, urlsplit

from lxml.etree import XPath  # type: ignore[import-untyped]

from crawler.extract.dom import HtmlElement

PAGE_PARAMETER = re.compile(
    r"(?:p|pg|page|paged|pagenum|page_?no|page_?num(?:ber)?|pageindex|currentpage|cur_?page"
    r"|start|offset|skip|from|cursor)",
    re.IGNORECASE,
)
OFFSET = re.compile(r"(?:start|offset|skip|from)", re.IGNORECASE)
"""These count listings, so that the size of a page belongs to them."""
PAGE_NUMBER = re.compile(r"(?:^|/)(?:page|p|seite|pagina)[/-]?\d+(?:/|\.html?)?$", re.IGNORECASE)
CONTROLS = frozenset(("button", "option"))
"""These lead to pages too, in lists that load more; nothing but a next page is taken from them."""

_NEXT_WORDS = re.compile(
    r"\W*(?:next(?: page)?|older|(?:load|show|see|view)? ?more(?: products| items| results)?|weiter"
    r"|mehr (?:laden|anzeigen)|nächste(?: seite)?|suivante?|voir plus|siguiente|ver más"
    r"|successiv[oa]|volgende|następna|próxim[ao]|вперед|далее|показать ещ[её]"
    r"|下一页|下一頁|下页|后一页|次へ|次のページ|もっと見る|다음|더보기|加载更多|載入更多|查看更多"
    r"|›|»|>|→)\W*",
    re.IGNORECASE,
)
_PAGER = re.compile(r"pag(?:er|ination|ing|enav|es)|fenye|next|more", re.IGNORECASE)
_LONGEST_NEXT = 40
_MORE = (
    "data-next",
    "data-next-url",
    "data-next-page",
    "data-next-href",
    "data-load-more",
    "data-load-more-url",
    "data-more-url",
    "data-more",
    "data-page-url",
)
"""Attributes that can hold nothing but what comes next in a list, whatever element has them."""
_PERHAPS_MORE = ("data-url", "data-href", "data-ajax-url", "data-endpoint", "hx-get", "data-hx-get")
"""Attributes that hold any address; on what is no link, only a next page is taken from them."""
_SAYS_MORE = re.compile(r"data-(?:next|load-more|more|page-url|url|href|ajax-url|endpoint)")
_with_more = XPath("|".join(f"//@{name}/.." for name in (*_MORE, *_PERHAPS_MORE)))
_PLACE_OF_NUMBER = re.compile(
    r"\{+ ?(?:page|p|n|num|0) ?\}+|%7B(?:page|p|n)%7D|__page__|:page\b|%page%|\[page\]",
    re.IGNORECASE,
)
_SIGNS_OF_PLACE = ("{", "%", "__", ":p", ":P", "[")
"""One of these stands in every address that has such a place, and in few others."""
_MOST_WITH_MORE = 2_000


def hrefs(
    root: HtmlElement, own: str, source: str | None = None, known: Container[str] = ()
) -> Iterator[tuple[HtmlElement, str, bool]]:
    """Yield each different address with the first element of each class that has it.

    The third part tells whether its attribute says that it is the next page.

    :param own: the page's own canonical URL, in which a bare page number is put
    :param source: the text of the page, in which it is seen at a glance that no such attribute is
        there
    :param known: addresses, as they stand on the page, that are left out
    """
    seen: set[tuple[str, str | None]] = set()
    for element, name in _attributes(root, source, known):
        href = element.get(name)
        if href is None or (element.tag == "option" and not href.startswith(("/", "?", "http"))):
            continue
        key = (href, element.get("class"))
        if key in seen:
            continue
        seen.add(key)
        says_next = name in _MORE
        written = _written_out(href.strip(), own, bare_number=says_next)
        if written is not None:
            yield element, written, says_next or written != href.strip()


def _attributes(
    root: HtmlElement, source: str | None, known: Container[str]
) -> Iterator[tuple[HtmlElement, str]]:
    for element in root.iter("a", "area", "link", "button", "option"):
        tag = element.tag
        if tag == "option":
            yield element, "value"
        elif element.get("href") in known:
            continue  # as most are: the menus of the site
        elif tag != "link" or "next" in (element.get("rel") or "").lower().split():
            yield element, "href"
    if source is not None and not _may_say_more(source):
        return
    for element in _with_more(root)[:_MOST_WITH_MORE]:
        if element.tag not in ("link", "option"):
            for name in (*_MORE, *_PERHAPS_MORE):
                yield element, name


def _may_say_more(source: str) -> bool:
    return "hx-get" in source or ("data-" in source and _SAYS_MORE.search(source) is not None)


def _written_out(href: str, own: str, *, bare_number: bool) -> str | None:
    """Return the address that an attribute means; None when it means none.

    ``/list?page={page}`` is the page after this one; a bare number is a page of this list.
    """
    if not href or href in ("true", "false"):
        return None
    if bare_number and href.isascii() and href.isdigit():
        return _with_page(own, href) if len(href) < 6 else None
    if bare_number and (" " in href or not re.search(r"[/?=.]", href)):
        return None
    if any(map(href.__contains__, _SIGNS_OF_PLACE)) and _PLACE_OF_NUMBER.search(href):
        return _PLACE_OF_NUMBER.sub(str(_number_of(own) + 1), href)
    return href


def _number_of(own: str) -> int:
    for name, value in parse_qsl(urlsplit(own).query):
        if PAGE_PARAMETER.fullmatch(name) and not OFFSET.fullmatch(name) and value.isdigit():
            return int(value[:9])
    found = PAGE_NUMBER.search(urlsplit(own).path)
    return int(re.sub(r"\D", "", found[0])[:9]) if found else 1


def _with_page(own: str, number: str) -> str:
    parts = urlsplit(own)
    pairs = parse_qsl(parts.query, keep_blank_values=True)
    names = [name for name, _ in pairs if PAGE_PARAMETER.fullmatch(name)]
    name = names[0] if names else "page"
    kept = [pair for pair in pairs if pair[0] != name]
    return urljoin(own, f"?{urlencode([*kept, (name, number)])}")


def is_next(element: HtmlElement) -> bool:
    """Tell whether an element says that it leads to the next page, or to a numbered one."""
    rel = element.get("rel")
    if rel and "next" in rel.lower().split():
        return True
    text = element.text
    if len(element) and (text is None or text.isspace()):
        text = "".join(islice(element.itertext(), 12))
    words = (text or "").strip() or element.get("title") or element.get("aria-label") or ""
    if len(words) > _LONGEST_NEXT or not _says_next(words):
        return False
    around = [element, *islice(element.iterancestors(), 3)]
    return any(_PAGER.search(f"{s.get('class')} {s.get('aria-label')}") for s in around)


@lru_cache(maxsize=16_384)
def _says_next(words: str) -> bool:
    """Tell whether words lead on; the menus of a site say the same on every page."""
    return words.isdigit() or _NEXT_WORDS.fullmatch(words) is not None
