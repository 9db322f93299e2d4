"""Lists that go on only by a click or by scrolling, seen on the page as it was fetched."""

from __future__ import annotations

import re
from collections.abc import Sequence

from crawler.extract.dom import HtmlElement
from crawler.link import Link, LinkKind

LOAD_WORDS = (
    r"^\W*(?:"
    r"(?:load|show|see|view|get|display|browse) ?(?:(?:\d+|some|the) ?)?(?:more|next)(?: ?[\w.]+)?"
    r"|more (?:products|items|results|goods|offers|listings)"
    r"|(?:点击|點擊)?(?:加载|查看|显示|浏览|载入|載入|顯示|瀏覽|看)更多(?:商品|产品|產品|内容|结果)?"
    r"|更多(?:商品|产品|產品|结果|結果)|下拉加载更多"
    r"|(?:もっと|さらに)(?:見る|みる|表示(?:する)?|読み込む|商品を見る)"
    r"|더 ?(?:보기|불러오기)|상품 ?더보기"
    r"|(?:mehr|weitere)(?: \w+)? (?:laden|anzeigen|ansehen)|mehr (?:produkte|artikel)"
    r"|(?:voir|charger|afficher) (?:plus|davantage)(?: \w+)*|plus de produits"
    r"|(?:cargar|ver|mostrar) más(?: \w+)*"
    r"|(?:carica|mostra|vedi) (?:altr[ioe]|di più)(?: \w+)*"
    r"|(?:toon )?meer(?: \w+)? (?:laden|tonen|bekijken)|toon meer(?: \w+)?"
    r"|(?:carregar|ver|mostrar) mais(?: \w+)*"
    r"|(?:загрузить|показать|смотреть) (?:ещё|еще|больше)(?: \w+)*"
    r"|(?:pokaż|załaduj|zobacz) więcej(?: \w+)*|daha fazla(?: \w+)*|xem thêm(?: \w+)*"
    r")\W*$"
)
"""What a button says that makes a list longer; for Python and for JavaScript."""
LONGEST_WORDS = 40
FEWEST_LISTINGS = 2
"""A page that leads to fewer listings is no list."""
_LOAD = re.compile(LOAD_WORDS, re.IGNORECASE)
_ENDLESS = re.compile(r"infinite[-_]?(?:scroll|list|load)|endless[-_]?scroll", re.IGNORECASE)
_LEADS = ("data-url", "data-href")


def says_load_more(words: str) -> bool:
    """Tell whether these are the words of a button that makes a list longer."""
    words = " ".join(words.split())
    return len(words) <= LONGEST_WORDS and _LOAD.match(words) is not None


def grows_by_script(root: HtmlElement, links: Sequence[Link]) -> bool:
    """Tell whether the page is a list whose rest no link leads to.

    :param links: what :func:`crawler.links.find_links` found on it
    """
    kinds = [link.kind for link in links]
    if LinkKind.NEXT in kinds or kinds.count(LinkKind.LISTING) < FEWEST_LISTINGS:
        return False
    return any(_loads_more(element) for element in root.iter("button", "a", "div", "span", "input"))


def _loads_more(element: HtmlElement) -> bool:
    get = element.get
    named = f"{get('class') or ''} {get('id') or ''}"
    if _ENDLESS.search(named):
        return True
    if element.tag in ("div", "span") and not (get("role") == "button" or "more" in named.lower()):
        return False
    if any(get(name) for name in _LEADS):
        return False
    href = (get("href") or "").strip()
    if href and not href.startswith("#") and not href.lower().startswith("javascript:"):
        return False
    words = get("value") if element.tag == "input" else _words(element)
    return says_load_more(words or get("aria-label") or "")


def _words(element: HtmlElement) -> str:
    if len(element) > 10:
        return ""
    return "".join(element.itertext())[: 10 * LONGEST_WORDS].strip()
