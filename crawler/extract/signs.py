"""Signs that a page is not what was asked for: a challenge, or a shell that scripts fill."""

from __future__ import annotations

import re

from lxml.html import HtmlElement

from crawler.extract.dom import text_within

SHORT = 4000
"""A challenge page shows little text; a page with more (letters) is a page about challenges."""

_CHALLENGES = (
    ("cloudflare", re.compile(r"just a moment|checking your browser|attention required.*cloudflare|cf-chl|challenge-platform", re.I)),
    ("datadome", re.compile(r"captcha-delivery\.com|datadome", re.I)),
    ("perimeterx", re.compile(r"px-captcha|press & hold|press and hold", re.I)),
    ("akamai", re.compile(r"access denied.*(?:reference #|edgesuite)|sec-if-cpt", re.I | re.S)),
    ("imperva", re.compile(r"incapsula incident|_incapsula_resource", re.I)),
    ("captcha", re.compile(
        r"verify (?:that )?you(?:'re| are) (?:a )?human|are you (?:a )?(?:human|robot)|i am not a robot|unusual traffic"
        r"|enter the characters you see|complete the (?:captcha|security check)|robot check|security verification"
        r"|滑动验证|拖动滑块|安全验证|人机验证|请输入验证码|请完成验证|访问验证|验证您是|您的访问(?:过于频繁|出现异常)"
        r"|系统检测到.{0,20}异常|アクセスが集中|ロボットではありません", re.I)),
)  # fmt: skip
_MARKUP = re.compile(r"cf-chl|challenge-platform|captcha-delivery\.com|px-captcha|_Incapsula_Resource|sec-if-cpt", re.I)
_ROOTS = frozenset(("root", "app", "__next", "__nuxt", "main-app", "react-root", "app-root", "gatsby"))
_NEEDS_SCRIPT = re.compile(
    r"(?:enable|activate|requires?|need|turn on|without|aktivieren|activer|启用|开启|需要).{0,40}javascript"
    r"|javascript.{0,60}(?:enable|activ|required|disabled|aktiv|启用|开启)",
    re.I | re.S,
)


def find_challenge(root: HtmlElement, text: str) -> str | None:
    """Return by what the page is blocked (``cloudflare``, ``captcha``, ...); None when it is not.

    :param text: the visible text of the page
    """
    if len(text) > SHORT:
        return None
    title = root.xpath("string(//title)")
    links = " ".join(root.xpath("//script/@src|//iframe/@src|//*/@id|//form/@action"))[:20_000]
    words = f"{title} {text} {' '.join(_MARKUP.findall(links))}"
    for name, pattern in _CHALLENGES:
        if pattern.search(words):
            # A sign-up form with a captcha is a page like any other: a challenge has little else.
            if name == "captcha" and len(text) > 1500:
                continue
            return name
    return None


def needs_browser(root: HtmlElement, text: str) -> bool:
    """Tell whether the page is a shell: hardly any text and a place or a notice for scripts."""
    if len(text) > 400 or not root.xpath("boolean(//script)"):
        return False
    notice = " ".join(text_within_any(e) for e in root.iter("noscript"))
    if _NEEDS_SCRIPT.search(notice) or _NEEDS_SCRIPT.search(text):
        return True
    empty = (e for e in root.iter("div", "main", "app-root") if e.get("id") in _ROOTS or e.tag == "app-root")
    return any(len(text_within(e)) < 40 and not e.xpath("boolean(.//a[@href])") for e in empty)


def text_within_any(element: HtmlElement) -> str:
    """Return all text of an element, seen or not."""
    return " ".join(element.xpath(".//text()"))[:2000]
