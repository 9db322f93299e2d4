"""Pages of a site that are all the same: how two pages are compared, and what is known of a site.

Plain book-keeping; ``crawler.watch`` asks the site what has to be asked.
"""

from __future__ import annotations

import re
from array import array
from collections import Counter
from dataclasses import dataclass, field
from hashlib import blake2b

from lxml.etree import XPath  # type: ignore[import-untyped]

from crawler.extract.dom import HtmlElement

ALIKE = 0.9
"""Share of their words that two pages have in common that are one page with a small difference (the
time, an address that is said back)."""
REPEATED_TITLE = 3
"""Pages of a title from which on they are compared."""
SUDDEN = 10
"""Pages in a row that are the same, after which one that is known to be another is asked for."""
VARIED = 3
"""Pages that differed before; else nothing is sudden."""
MOST_SAME = 10
"""Addresses of one and the same page that pass."""
MOST_WORDS = 3_000
MOST_TEXT = 20_000
"""Characters in which these words are looked for."""
MOST_TITLES = 20_000

_TEXTS = XPath("//body//text()[not(parent::script or parent::style)]", smart_strings=False)
_LINKS = XPath("//a/@href", smart_strings=False)
_NUMBERS = re.compile(r"\d+")
_DIGITS = b"0123456789"
_WORD = re.compile(r"[^\W\d_]{2,}")
_NOT_FOUND = re.compile(
    r"\b404\b|not found|no(?:t| longer) (?:available|exist)|does ?n[o']t exist|nicht gefunden"
    r"|introuvable|no encontrad|non trovat|não encontrad|не найден|不存在|找不到|未找到|已下架"
    r"|見つかりません|찾을 수 없",
    re.IGNORECASE,
)


_GONE = re.compile(
    r"^\W*404\b|\b(?:error|http)\W{0,3}404\b|\b404\W{0,3}(?:error|not|page)|not found"
    r"|no longer (?:available|exists?|on sale|sold)|does ?n[o']t exist|nicht gefunden"
    r"|nicht mehr (?:verfügbar|erhältlich)|introuvable|n'existe (?:pas|plus)|no encontrad"
    r"|ya no (?:existe|está disponible)|non trovat|não encontrad|не найден"
    r"|不存在|找不到|未找到|已下架|已删除|已失效|見つかりません|찾을 수 없",
    re.IGNORECASE,
)
"""Narrower than the hint: neither what is sold out nor a shop closed for an hour is gone."""
_NOTICE = re.compile(rf"(?:{_GONE.pattern})[a-zа-я]*", re.IGNORECASE)
_NUMBER_404 = re.compile(r"\b404\b")
_SEPARATOR = re.compile(r"\s[-–—:·]\s|\s*[|｜_»]\s*")
_SUBJECT = re.compile(
    r"\b(?:pages?|items?|products?|listings?|url|address|seite|artikel|produkt|angebot|article|produit"
    r"|página|pagina|producto|artículo|prodotto|articolo|produto|страниц[аы]|товар)\b"
    r"|商品|宝贝|寶貝|页面|頁面|网页|产品|產品|ページ|페이지|상품",
    re.IGNORECASE,
)
_BESIDE_NOTICE = re.compile(
    r"\b(?:the|this|that|an?|your?|we|our|it|is|was|were|are|be|has|have|had|been|could|can(?:not|'t)?"
    r"|requested|looking|for|to|at|any ?more|here|sorry|oops|o+ps|error|http|status|or|and|but"
    r"|die|diese[rs]?|der|das|wurde|leider|ist|gesuchte|fehler|cette|cet|ce|la|le|l|est|erreur|désolé"
    r"|el|esta?e?|no|ha|sido|lo|sentimos|questa?o?|il|a|o|esse|essa|эта?|этот|ошибка|был[ао]?)\b"
    r"|抱歉|对不起|對不起|很|您|你|访问|訪問|查看|浏览|请求|要找|寻找|所|的|该|該|此|这个|這個|已经|已|被|或|了"
    r"|错误|お探し|ご指定|申し訳ございません|この|の|は|が|を|를|을|이|가|습니다",
    re.IGNORECASE,
)
_HEADINGS = XPath("//h1")
SHOWN = 100
"""Characters of a page's words that are shown."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Look:
    """What a page looks like to people; numbers do not count."""

    text: bytes
    """Digest of the visible text."""
    whole: bytes
    """Digest of text and links."""
    words: array[int]
    """Its different words, 32 bits of the hash of each: one look of every site is kept."""

    def resembles(self, other: Look | None) -> bool:
        """Tell whether both are one page, but for a small difference."""
        if other is None:
            return False
        if self.text == other.text:
            return True
        ours, theirs = set(self.words), set(other.words)
        common = len(ours & theirs)
        return common >= ALIKE * len(ours | theirs) and common > 0


def title_of(root: HtmlElement) -> str:
    """Return the page's title on one line; empty when it has none."""
    return " ".join((root.findtext(".//title") or "")[:500].split())


def says_not_found(title: str) -> bool:
    """Tell whether a title says that there is no such page; a hint, not a proof."""
    return _NOT_FOUND.search(title) is not None


def words_of_gone(root: HtmlElement) -> str | None:
    """Return the title or heading that says that there is no such page any more, and nothing else.

    Where it names a thing besides ("Not Found" may be what a poster shows), words prove nothing.
    """
    texts = [title_of(root), *(" ".join(h.text_content()[:500].split()) for h in _HEADINGS(root))]
    return next((text[:SHOWN] for text in texts if _is_notice(text)), None)


def _is_notice(text: str) -> bool:
    """Tell whether a text is a notice; beside the name of a shop it says what or why, too."""
    parts = [part for part in _SEPARATOR.split(text) if part.strip()]
    notices = [part for part in parts if _is_only_notice(part)]
    if len(text) > SHOWN or not notices:
        return False
    return len(notices) == len(parts) or any(map(_is_full_notice, notices))


def _is_only_notice(text: str) -> bool:
    if not _GONE.search(text):
        return False
    rest = _BESIDE_NOTICE.sub("", _SUBJECT.sub("", _NOTICE.sub("", text)))
    return not any(c.isalpha() for c in rest)


def _is_full_notice(text: str) -> bool:
    """Tell whether a notice is more than "404" or "not found" alone."""
    rest = _NUMBER_404.sub("", text)
    return _GONE.search(rest) is not None and (rest != text or _SUBJECT.search(text) is not None)


def look_of(root: HtmlElement) -> Look:
    """Return what a page looks like."""
    pieces = " ".join(_TEXTS(root)).split()
    bare = _without_numbers("".join(pieces))
    links = "\n".join(_LINKS(root)).encode("utf-8", "replace")
    different = " ".join(dict.fromkeys(" ".join(pieces)[:MOST_TEXT].split()))
    words = _WORD.findall(different)[:MOST_WORDS]
    return Look(
        text=_digest(bare),
        whole=_digest(bare + b"\n" + links),
        words=array("I", {hash(word) & 0xFFFFFFFF for word in words}),
    )


def _without_numbers(text: str) -> bytes:
    """Return the text in UTF-8; of the first page of every site, so that it must be quick."""
    if text.isascii():
        return text.encode().translate(None, _DIGITS)
    return _NUMBERS.sub("", text).encode("utf-8", "replace")


def _digest(text: bytes) -> bytes:
    return blake2b(text, digest_size=12).digest()


@dataclass(slots=True)
class SiteLooks:
    """What is known of one site's pages that are no listings."""

    home: Look | None = None
    """The first page that was read."""
    home_url: str = ""
    unknown: Look | None = None
    """What an address answers that surely does not exist; None = not asked, or a plain "no"."""
    was_asked: bool = False
    unknown_is_proved: bool = False
    """The site shows other pages besides, so that this one is not what it shows for everything."""
    titles: Counter[str] = field(default_factory=Counter)
    same: Counter[bytes] = field(default_factory=Counter)
    """Digest of a whole page -> at how many addresses it was met."""
    varied: int = 0
    row: int = 0
    """How many of the last pages were one page."""
    latest: bytes = b""
    home_asked: int = 0
    instead_of_all: Look | None = None
    """The page that every address of the site shows by now."""
    others_differ: bool = False
    """Whether it was asked for other pages than one in whose place stands another, and has them."""

    def differs(self) -> None:
        """Note a page that is not like the last ones."""
        self.varied += 1
        self.row = 0
        self.latest = b""

    def is_suspect(self, title: str) -> bool:
        """Count a page of that title, and tell whether it has to be looked at."""
        if title in self.titles or len(self.titles) < MOST_TITLES:
            self.titles[title] += 1
        return self.titles[title] >= REPEATED_TITLE or says_not_found(title)

    def met(self, look: Look) -> int:
        """Count a page, and return at how many addresses the same one was met."""
        if look.text == self.latest:
            self.row += 1
        else:
            self.varied += 1
            self.latest, self.row = look.text, 1
        self.same[look.whole] += 1
        return self.same[look.whole]
