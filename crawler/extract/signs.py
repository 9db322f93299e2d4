"""Signs that a page is not what was asked for: a challenge, or a shell that scripts fill."""

from __future__ import annotations

import re

from crawler.extract.dom import HtmlElement, text_within

SHORT = 1500
"""A challenge page shows little text; a page with more (letters) is a page about challenges."""
FEW_LINKS = 15

_CHALLENGES = {
    "cloudflare": r"just a moment|checking your browser|attention required.*cloudflare|cf-chl",
    "datadome": r"captcha-delivery\.com",
    "perimeterx": r"px-captcha|press (?:&|and) hold",
    "akamai": r"access denied.*(?:reference #|edgesuite)|sec-if-cpt",
    "imperva": r"incapsula incident|_incapsula_resource",
    "captcha": r"verify (?:that )?you(?:'re| are) (?:a )?human|are you (?:a )?(?:human|robot)"
    r"|i am not a robot|unusual traffic|enter the characters you see|robot check"
    r"|complete the (?:captcha|security check)|security verification"
    r"|滑动验证|拖动滑块|安全验证|人机验证|输入.{0,6}验证码|请完成验证|访问验证|验证您是|访问过于频繁"
    r"|您的访问.{0,6}异常|系统检测到.{0,20}异常|アクセスが集中|ロボットではありません",
}
_PATTERNS = {name: re.compile(pattern, re.I | re.S) for name, pattern in _CHALLENGES.items()}
_MARKUP = re.compile(
    r"cf-chl|captcha-delivery\.com|px-captcha|_Incapsula_Resource|sec-if-cpt", re.I
)
_ROOTS = frozenset(
    ("root", "app", "__next", "__nuxt", "main-app", "react-root", "app-root", "gatsby")
)
_NEEDS_SCRIPT = re.compile(
    r"(?:enable|activate|requires?|need|turn on|without|aktivieren|activer|启用|开启"
    r"|需要).{0,40}javascript"
    r"|javascript.{0,60}(?:enable|activ|required|disabled|aktiv|启用|开启)",
    re.I | re.S,
)


def find_challenge(root: HtmlElement, text: str) -> str | None:
    """Return by what the page is blocked (``cloudflare``, ``captcha``, ...); None when it is not.

    To be asked of a page without a product: scripts of these services stand on good pages too.

    :param text: the visible text of the page
    """
    if len(text) > SHORT or len(root.xpath("//a[@href]")) > FEW_LINKS:
        return None
    title = root.xpath("string(//title)")
    marks = " ".join(root.xpath("//iframe/@src|//form/@action|//@id"))[:20_000]
    sources = " ".join(s for s in root.xpath("//script/@src") if "captcha-delivery" in s)
    words = f"{title} {text} {' '.join(_MARKUP.findall(f'{marks} {sources}'))}"
    return next((name for name, pattern in _PATTERNS.items() if pattern.search(words)), None)


def needs_browser(root: HtmlElement, text: str) -> bool:
    """Tell whether the page is a shell: hardly any text and a place or a notice for scripts."""
    if len(text) > 400 or not root.xpath("boolean(//script)"):
        return False
    notice = " ".join(_all_text(e) for e in root.iter("noscript"))
    if _NEEDS_SCRIPT.search(notice) or _NEEDS_SCRIPT.search(text):
        return True
    empty = (
        e
        for e in root.iter("div", "main", "app-root")
        if e.get("id") in _ROOTS or e.tag == "app-root"
    )
    return any(len(text_within(e)) < 40 and not e.xpath("boolean(.//a[@href])") for e in empty)


def _all_text(element: HtmlElement) -> str:
    return " ".join(element.xpath(".//text()"))[:2000]
