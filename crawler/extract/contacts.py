"""By what a seller can be reached or known again: links, addresses in text, ids of services.

All are URIs. ``mailto:``, ``tel:``, ``sms:``, ``skype:``; messengers as ``whatsapp:`` (digits),
``tg:``, ``weixin:``, ``qq:``, ``line:``, ``viber:``, ``weibo:``; and what a shop cannot do without:
``analytics:G-...`` (Google), ``analytics:meta-...``, ``analytics:baidu-...``,
``analytics:yandex-...``, ``payment:stripe-pk_live_...``, ``payment:paypal-...``.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import islice
from urllib.parse import parse_qs, unquote, urlsplit

from lxml.etree import XPath  # type: ignore[import-untyped]

from crawler.extract.dom import HtmlElement
from crawler.extract.values import clean_text

MAX_CONTACTS = 20
"""More of one seller are not kept."""
MAX_LINKS = 600
MAX_TEXT = 6000
"""Characters of a box that are looked through."""
MAX_SCRIPT = 300_000
"""Characters of a page's scripts that are looked through."""

_SCHEME = re.compile(
    r"(mailto|tel|sms|callto|skype|whatsapp|weixin|wechat|tg|viber|line|qq|weibo):(?://)?([^?#]+)",
    re.IGNORECASE,
)
_NUMBERS = frozenset(("tel", "sms", "whatsapp", "viber"))
_RENAMED = {"callto": "tel", "wechat": "weixin"}
_MAY_REACH = re.compile(
    r"\s*(?:mailto|tel|sms|callto|skype|whatsapp|weixin|wechat|tg|viber|line|qq|weibo|tencent):"
    r"|\s*(?:https?:)?//(?:www\.)?(?:wa\.me|api\.whatsapp\.com|t\.me|telegram\.me|line\.me"
    r"|wpa\.qq\.com|weibo\.com|(?:www\.)?paypal\.(?:me|com/paypalme))"
    r"|[^?#]*/cdn-cgi/l/email-protection#",
    re.IGNORECASE,
)
_BY_PATH = {
    "wa.me": ("whatsapp", re.compile(r"/\+?(\d{6,15})/?")),
    "t.me": ("tg", re.compile(r"/(?!joinchat|share|\+)(\w{4,32})/?")),
    "telegram.me": ("tg", re.compile(r"/(?!joinchat|share|\+)(\w{4,32})/?")),
    "line.me": ("line", re.compile(r"/(?:R/)?ti/p/(@?~?[\w.@%-]{3,40})/?")),
    "weibo.com": ("weibo", re.compile(r"/(?:[un]/)?([\w-]{3,40})/?")),
    "paypal.me": ("payment", re.compile(r"/([\w.-]{2,40})/?")),
}
_BY_QUERY = {
    "api.whatsapp.com": ("whatsapp", "phone"),
    "wpa.qq.com": ("qq", "uin"),
}


def contact_uri(value: object) -> str | None:
    """Return a link that reaches somebody as a URI, without its subject line; None for others."""
    if not isinstance(value, str) or not _MAY_REACH.match(value):
        return None
    text = clean_text(value, limit=300) or ""
    try:
        parts = urlsplit(text)
    except ValueError:
        return None
    if "/cdn-cgi/l/email-protection" in parts.path:
        return _written("mailto", hidden_address(parts.fragment) or "")
    query = parse_qs(parts.query)
    if parts.scheme in ("whatsapp", "viber", "tencent"):
        said = query.get("phone") or query.get("number") or query.get("uin")
        if said:
            return _written("qq" if parts.scheme == "tencent" else parts.scheme, said[0])
    host = (parts.hostname or "").removeprefix("www.")
    if host in _BY_QUERY:
        scheme, key = _BY_QUERY[host]
        return _written(scheme, query.get(key, [""])[0])
    if host in _BY_PATH:
        scheme, pattern = _BY_PATH[host]
        named = pattern.fullmatch(parts.path)
        name = named[1] if named else ""
        return _written(scheme, f"paypal-{name}" if name and scheme == "payment" else name)
    found = _SCHEME.fullmatch(text.partition("?")[0])
    return _written(found[1].lower(), found[2]) if found else None


def _written(scheme: str, address: str) -> str | None:
    """Return a URI of one form however the address was written; None when there is none."""
    scheme = _RENAMED.get(scheme, scheme)
    address = unquote(address).strip().lstrip("~")
    if scheme in _NUMBERS:
        address = re.sub(r"[\s()./-]", "", address)
    if scheme == "whatsapp":
        address = address.lstrip("+")
    if scheme == "mailto":
        address = address.lower()
        if not _ADDRESS.fullmatch(address):
            return None
    return f"{scheme}:{address}" if address and address.isprintable() else None


def hidden_address(digits: str) -> str | None:
    """Return the address in Cloudflare's ``data-cfemail``: each byte is mixed with the first."""
    try:
        key, *rest = bytes.fromhex(digits)
        return bytes(byte ^ key for byte in rest).decode()
    except ValueError:
        return None


_ADDRESS = re.compile(r"[\w.+-]{1,64}@(?:[\w-]+\.)+[a-z]{2,24}", re.I)
_AT = r"(?:@|\s*[\[({]\s*(?:at|@|ät)\s*[\])}]\s*|\s(?:at|AT)\s)"
_DOT = r"(?:\.|\s*[\[({]\s*(?:dot|\.|punkt)\s*[\])}]\s*|\s(?:dot|DOT)\s)"
_WRITTEN_ADDRESS = re.compile(
    rf"(?<![\w.+-])([\w.+-]{{1,64}}){_AT}((?:[\w-]{{1,40}}{_DOT}){{1,4}}[a-z]{{2,24}})(?![\w-])",
    re.I,
)
_AT_SIGNS = ("@", "(at)", "[at]", "{at}", "( at )", "[ at ]", "(ät)", "[ät]")
_NUMBER = r"(\+?\(?\d[\d ()./-]{5,20}\d)"
_IN_WORDS = (
    ("weixin", ("微信", "weixin", "wechat"), r"\s*(?:号|id)?\s*[:：]\s*([a-z][\w-]{4,30})"),
    ("qq", ("qq",), r"\s*(?:号|群)?\s*[:：]\s*([1-9]\d{4,11})(?!\d)"),
    ("whatsapp", ("whatsapp", "whats app"), rf"\s*[:：]?\s*{_NUMBER}"),
    ("viber", ("viber",), rf"\s*[:：]?\s*{_NUMBER}"),
    ("tg", ("telegram",), r"\s*[:：]\s*@?([a-z]\w{4,31})"),
    ("line", ("line id",), r"\s*[:：]\s*(@?[\w.-]{4,30})"),
    (
        "tel",
        ("tel", "phone", "mobile", "call us", "电话", "電話", "手机", "手機", "热线", "전화"),
        rf"(?:efon|ephone|efono|éfono)?\.?\s*[:：]\s*{_NUMBER}",
    ),
)
"""Scheme, the words that such a line begins with, and what stands behind them."""
_LINES = tuple(
    (scheme, words, re.compile(rf"(?<![a-z])(?:{'|'.join(words)}){behind}", re.I))
    for scheme, words, behind in _IN_WORDS
)
_HREFS = XPath(".//a/@href[contains(., ':') or contains(., '//') or contains(., '/cdn-cgi/')]")
_HIDDEN = XPath(".//*/@data-cfemail")
_TEXT = XPath("string()")


def contacts_in(box: HtmlElement) -> Iterator[str]:
    """Yield the contacts in one part of a page: its links, hidden addresses, and its words."""
    yield from filter(None, map(contact_uri, _HREFS(box)[:MAX_LINKS]))
    for digits in _HIDDEN(box)[:MAX_CONTACTS]:
        address = hidden_address(digits)
        if address and (uri := _written("mailto", address)):
            yield uri
    yield from contacts_in_words(_TEXT(box)[:MAX_TEXT])


def contacts_in_words(text: str) -> Iterator[str]:
    """Yield the contacts that a text writes out, ``name (at) shop (dot) example`` too."""
    folded = text.lower()
    signed = any(sign in folded for sign in _AT_SIGNS)
    if signed or (" at " in folded and " dot " in folded):
        for found in _WRITTEN_ADDRESS.finditer(text):
            if " at " in found[0].lower() and " dot " not in found[0].lower():
                continue
            host = re.sub(_DOT, ".", found[2])
            if uri := _written("mailto", f"{found[1]}@{host}"):
                yield uri
    for scheme, words, pattern in _LINES:
        if any(word in folded for word in words):
            for found in islice(pattern.finditer(text), 3):
                if uri := _written(scheme, found[1]):
                    yield uri


_BUSINESS = XPath("//input[@name='business'][@value]")
_SERVICES = re.compile(
    r"""["'=](?P<google>(?:G-(?=[A-Z0-9]*\d)[A-Z0-9]{8,12}|UA-\d{4,10}-\d{1,3}|GTM-[A-Z0-9]{5,9}"""
    r"""|AW-\d{8,12}))(?![\w-])"""
    r"""|hm\.baidu\.com/hm\.js\?(?P<baidu>[0-9a-f]{32})"""
    r"""|fbq\(\s*["']init["']\s*,\s*["'](?P<meta>\d{10,20})"""
    r"""|\bym\(\s*(?P<yandex>\d{5,10})\s*,\s*["']init"""
    r"""|(?P<stripe>pk_live_\w{16,120})"""
    r"""|paypal\.com/sdk/js\?[^"'\s]{0,200}?\b(?:client-id|merchant-id)=(?P<paypal>[\w-]{8,90})"""
)


def ids_of_services(root: HtmlElement) -> Iterator[str]:
    """Yield the accounts by which a site counts its visitors and is paid."""
    left = MAX_SCRIPT
    for script in root.iter("script"):
        kind = script.get("type") or ""
        text = script.get("src") or ("" if "json" in kind else script.text or "")
        for found in _SERVICES.finditer(text[:left] if script.get("src") is None else f'"{text}'):
            name, account = str(found.lastgroup), found[str(found.lastgroup)]
            scheme = "payment" if name in ("stripe", "paypal") else "analytics"
            yield f"{scheme}:{account}" if name == "google" else f"{scheme}:{name}-{account}"
        left -= len(text)
        if left <= 0:
            break
    for field in islice(_BUSINESS(root), 2):
        if value := clean_text(field.get("value"), 100):
            yield f"payment:paypal-{value}"


def first_few(uris: Iterable[str]) -> tuple[str, ...]:
    """Return the first of them, each once."""
    return tuple(dict.fromkeys(uris))[:MAX_CONTACTS]
