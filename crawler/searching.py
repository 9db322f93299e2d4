"""A site's own search: where it is, and how it is asked for a mark."""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import quote_plus, urlencode, urljoin

from lxml import etree  # type: ignore[import-untyped]  # no stubs in the lock
from parsel import Selector

from crawler.extract.dom import HtmlElement
from crawler.extract.nodes import parse_json_ld
from crawler.extract.values import link_url
from crawler.sites import site_of

PLACE = "{search_term_string}"
"""Where the words go in the address of a search."""
_TERM = re.compile(r"\{[^{}]*\}")
_WORDS_NAME = re.compile(
    r"q|s|k|w|wd|kw|kwd|keywords?|search(?:[_-]?(?:query|term|text|word|words|key))?|query|term"
    r"|text|searchword|search_keywords",
    re.IGNORECASE,
)
_SEARCH_FORM = re.compile(
    r"search|suche|buscar|recherche|cerca|поиск|搜索|搜尋|検索|검색", re.IGNORECASE
)
_NO_SEARCH = re.compile(r"newsletter|subscri|login|coupon|track|e-?mail|address|zip", re.IGNORECASE)


def find_search(page: Selector, url: str) -> str | None:
    """Return the address of a site's search with ``{search_term_string}`` in it, or None.

    By schema.org's SearchAction (JSON-LD or microdata), else by a form with one text to fill in
    that is sent by GET. OpenSearch stands in a file of its own: ``find_open_search``.
    """
    if not hasattr(page.root, "iter"):
        return None
    for template in (*_actions(page, url), *_forms(page, url)):
        if site_of(template) == site_of(url):
            return template
    return None


def find_open_search(page: Selector, url: str) -> str | None:
    """Return the address of a site's OpenSearch description; None when the page names none."""
    for href in page.xpath("//link[contains(@rel, 'search')]/@href").getall():
        target = link_url(url, href)
        if target is not None and site_of(target) == site_of(url):
            return target
    return None


def parse_open_search(body: bytes, url: str) -> str | None:
    """Return the address of the search that an OpenSearch 1.1 description gives for people."""
    parser = etree.XMLParser(recover=True, resolve_entities=False, no_network=True)
    try:
        root = etree.fromstring(body, parser)
    except etree.XMLSyntaxError:
        return None
    if root is None or etree.QName(root).localname != "OpenSearchDescription":
        return None
    for element in root.iter("{*}Url"):
        if element.get("type") == "text/html" and "{searchTerms}" in element.get("template", ""):
            template = urljoin(url, element.get("template"))
            filled = template.replace("{searchTerms}", "\0")
            filled = _TERM.sub("", filled.replace("{startPage?}", "1").replace("{startPage}", "1"))
            return filled.replace("\0", PLACE) if site_of(filled) == site_of(url) else None
    return None


def search_url(template: str, words: str) -> str:
    """Return the address at which the site is asked for the words."""
    return template.replace(PLACE, quote_plus(words))


def _actions(page: Selector, url: str) -> Iterator[str]:
    nodes, _ = parse_json_ld(page)
    for text in _targets(nodes):
        yield from _template(text, url)
    for scope in page.xpath("//*[contains(@itemtype, 'schema.org/SearchAction')]"):
        targets = scope.xpath(".//*[@itemprop='target' or @itemprop='urlTemplate']")
        for target in targets:
            written = target.xpath("string(@content | @href)").get()
            yield from _template(written or target.xpath("string(.)").get() or "", url)


def _targets(node: object, depth: int = 0) -> Iterator[str]:
    """Yield the targets of every ``potentialAction`` that is a SearchAction."""
    if depth > 12:
        return
    if isinstance(node, list):
        for part in node:
            yield from _targets(part, depth + 1)
    elif isinstance(node, dict):
        if "SearchAction" in str(node.get("@type", "")):
            found = node.get("target")
            for target in found if isinstance(found, list) else [found]:
                text = target.get("urlTemplate") if isinstance(target, dict) else target
                if isinstance(text, str):
                    yield text
        for part in node.values():
            if isinstance(part, dict | list):
                yield from _targets(part, depth + 1)


def _template(text: str, url: str) -> Iterator[str]:
    terms = _TERM.findall(text)
    asked = [term for term in terms if re.search(r"search|term|query|word", term, re.I)] or terms
    if asked:
        filled = _TERM.sub("", text.strip().replace(asked[0], "\0")).replace("\0", PLACE)
        try:
            yield urljoin(url, filled)
        except ValueError:
            return


def _forms(page: Selector, url: str) -> Iterator[str]:
    for form in page.root.iter("form"):
        found = _template_of_form(form, url)
        if found is not None:
            yield found


def _template_of_form(form: HtmlElement, url: str) -> str | None:
    if (form.get("method") or "get").strip().lower() != "get":
        return None
    texts, hidden = [], []
    for field in form.iter("input"):
        kind = (field.get("type") or "text").lower()
        if kind in ("text", "search") and field.get("name"):
            texts.append(field)
        elif kind == "hidden" and field.get("name"):
            hidden.append((field.get("name"), field.get("value") or ""))
    if len(texts) != 1 or not _asks_for_words(form, texts[0]):
        return None
    try:
        action = urljoin(url, form.get("action") or url)
    except ValueError:
        return None
    pairs = [pair for pair in hidden if not _SECRET.search(pair[0])]
    before = f"{urlencode(pairs)}&" if pairs else ""
    base = re.split("[?#]", action, maxsplit=1)[0]  # browsers put the fields in its place
    return f"{base}?{before}{quote_plus(texts[0].get('name') or '')}={PLACE}"


_SECRET = re.compile(r"token|csrf|nonce|session|^utf8$|^form_(?:key|build_id)$", re.IGNORECASE)


def _asks_for_words(form: HtmlElement, field: HtmlElement) -> bool:
    said = " ".join(
        str(part.get(name) or "")
        for part in (form, field)
        for name in ("role", "class", "id", "action", "placeholder", "aria-label", "name")
    )
    if _NO_SEARCH.search(said):
        return False
    if (field.get("type") or "").lower() == "search" or form.get("role") == "search":
        return True
    named = _WORDS_NAME.fullmatch(field.get("name") or "") is not None
    return named or _SEARCH_FORM.search(said) is not None
