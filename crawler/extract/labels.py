"""Lines of a page that say what they give: "Brand: Harwick", 货号：AL-2026, a cell by its label."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice
from typing import TypeAlias

from crawler.extract.dom import BREAK, HtmlElement, MainPart, lineage, pieces_within
from crawler.extract.values import clean_text

SKU_WORDS = (
    r"sku|(?:article|artikel|item|pro(?:duct|dukt)|catalog(?:ue)?|bestell|order|stock)[ -]?(?:no|nr"
    r"|number|nummer|code|id|#)\.?|art\.?-?\s?(?:nr|no)\.?|r[ée]f(?:[ée]rence)?\.?|referencia"
    r"|referência"
    r"|cod(?:ice|ul)?\.?(?: (?:prodotto|articolo|produs))?|código"
    r"(?: (?:do|del) (?:produto|producto))?"
    r"|kód(?: (?:produktu|tovaru|zboží))?|katalógové číslo|kod produktu"
    r"|šifra(?: (?:artikla|izdelka))?"
    r"|cikkszám|ürün kodu|tootekood|preces kods|prekės kodas|koda izdelka"
    r"|арт(?:икул)?\.?|код(?: товара)?|货号|款号|货品编号|宝贝编号|商品(?:编号|编码|代码|代号)"
    r"|产品(?:编号|编码|货号)|商品货号|貨號|商品貨號|商品編號"
    r"|品番|商品コード|商品番号|상품번호|상품코드"
)
MODEL_WORDS = (
    r"(?:model|modell|modèle|modelo|part|style|mpn)(?:[ -]?(?:no|nr|number|code|id|#)\.?)?"
    r"|型号|型號"
)
GTIN_WORDS = (
    r"(?:ean|upc|gtin|jan|isbn)(?:[ -]?1[0-4]|[ -]?8)?(?:[ -]?code)?|bar ?code|条形码|条码|條碼"
    r"|國際條碼"
)
BRAND_WORDS = (
    r"brand(?: name)?|marke|hersteller|manufacturer|marque|marca|merk|märke|бренд|производитель"
    r"|znacka|značka|výrobca|výrobce|proizvajalec|proizvođač|producent|fabricante|fabricant|produttore"
    r"|fabrikant|producător|gyártó|gamintojas|ražotājs|zīmols|tootja|kaubamärk|valmistaja|üretici|品牌(?:名称)?|商品品牌|ブランド|メーカー|브랜드|제조사"
)
STOCK_WORDS = (
    r"availability|stock(?: status)?|verfügbarkeit|disponibilit\w*|disponibilidade|dostupnosť"
    r"|dostupnost|razpoložljivost|raspoloživost|dostępność|beschikbaarheid|saadavus|pieejamība"
    r"|prieinamumas|készlet|наличие|(?:商品|产品|现货|剩余)?库存(?:状态|数量|量)?|庫存|在庫"
)
SKU_KEY = re.compile(SKU_WORDS, re.I)
MODEL_KEY = re.compile(MODEL_WORDS, re.I)
GTIN_KEY = re.compile(GTIN_WORDS, re.I)
BRAND_KEY = re.compile(BRAND_WORDS, re.I)
STOCK_KEY = re.compile(STOCK_WORDS, re.I)
CODE_KEY = re.compile("|".join((SKU_WORDS, MODEL_WORDS, GTIN_WORDS)), re.I)
KNOWN_KEY = re.compile(
    "|".join((SKU_WORDS, MODEL_WORDS, GTIN_WORDS, BRAND_WORDS, STOCK_WORDS))
    + r"|[\u3400-\u9fff]{2,4}",
    re.I,
)
"""What names a property where no colon says so: a known word, or a short one in Han characters."""

SOLD_BY = (
    r"(?:sold|offered)(?: and (?:shipped|fulfilled|delivered))? by|verkauf(?:t)? (?:von|durch)"
    r"|vendu par|vendido por|venduto da|verkocht door|sprzedawane przez"
)
"""These need no colon after them."""
SELLER_WORDS = (
    r"seller|vendor|verkäufer|vendeur|vendedor|venditore|verkoper|sprzedawca|продавец"
    r"|店铺(?:名称|名)?|书店(?:名称|名)|書店名稱?|卖家(?:名称|昵称)?|商家(?:名称)?|掌柜名?|店主|店家|卖方|供应商|供货商|供應商|店鋪(?:名稱)?|賣家|賣方|販売元|販売者|販売業者|出品者|판매자"
)
SHOP_WORDS = r"shop(?: name)?|store(?: name)?|ショップ"
"""In running text these need a colon: too much else begins with them."""

_LABEL = re.compile(
    rf"[^\w]*(?:(?P<sold>{SOLD_BY})|(?P<seller>{SELLER_WORDS})|(?P<shop>{SHOP_WORDS})"
    rf"|(?P<gtin>{GTIN_WORDS})|(?P<brand>{BRAND_WORDS})|(?P<stock>{STOCK_WORDS})"
    rf"|(?P<sku>{SKU_WORDS})|(?P<model>{MODEL_WORDS}))(?:\s*(?P<colon>[:：])\s*|\s+|$)",
    re.IGNORECASE,
)
_COLON_FIRST = re.compile(r"\s*[:：]\s*")
_CELLS = frozenset(("dt", "th", "td"))
_INLINE = frozenset(("span", "b", "strong", "em", "i", "label", "font", "a", "small", "u", "bdi"))
_TAGS = (
    frozenset(("div", "p", "li", "dd", "h2", "h3", "h4", "h5", "h6", "section")) | _CELLS | _INLINE
)
_SHORT = 120
"""A line that has no colon is believed when it is not longer than this."""
MAX_PIECES = 40
MAX_LINKS = 12

Run: TypeAlias = "str | HtmlElement"
Piece: TypeAlias = "tuple[str, HtmlElement | None]"
"""A piece of a line, and the link that it is the text of."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Line:
    """What stands behind a label."""

    kind: str
    """What the label speaks of: ``seller``, ``brand``, ``sku``, ``model``, ``gtin``, ``stock``."""
    element: HtmlElement
    """The element that the label stands in."""
    pieces: tuple[Piece, ...]
    """The text behind the label in the page's order, with ``BREAK`` where a new line begins."""
    links: tuple[HtmlElement, ...]
    """Every link behind the label, those without text too."""

    @property
    def text(self) -> str | None:
        """What stands on the label's own line."""
        said = "".join(text for text, _ in self.pieces).strip(f" \t\n\r{BREAK}")
        return clean_text(said.partition(BREAK)[0], 200)


def find_lines(main: MainPart) -> Iterator[Line]:
    """Yield the labelled lines of a page, in their order."""
    for element in main.tagged(*_TAGS):
        text = element.text
        if not text or text.isspace():
            continue
        start = text.strip() if len(text) <= _SHORT else text[:_SHORT].strip()
        label = _label_short(start) if len(start) <= _REPEATED else _label(start)
        if label is not None:
            line = _line(element, label, text.strip()[label.end :])
            if line is not None:
                yield line


@dataclass(frozen=True, kw_only=True, slots=True)
class _Label:
    kind: str
    end: int
    """Where what it labels begins."""
    colon: bool


def _label(text: str) -> _Label | None:
    found = _LABEL.match(text)
    if found is None:
        return None
    kind = next(name for name, words in found.groupdict().items() if words)
    return _Label(kind=kind, end=found.end(), colon=bool(found["colon"]))


_REPEATED = 40
_label_short = lru_cache(maxsize=16384)(_label)
"""The short texts of a site (menus, headings, labels) are the same on page after page."""


def _line(element: HtmlElement, label: _Label, rest: str) -> Line | None:
    kind = label.kind
    runs = _runs(element, rest)
    pieces = list(islice(_pieces(runs), MAX_PIECES))
    first = pieces[0][0] if pieces else ""
    colon = label.colon
    if not colon and (found := _COLON_FIRST.match(first)):
        colon = True
        pieces[0] = (first[found.end() :], pieces[0][1])
    if not colon and kind != "sold":
        alone = not rest or element.tag in _CELLS
        short = sum(len(text) for text, _ in pieces) <= _SHORT and element.tag in _INLINE | _CELLS
        linked = kind == "seller" and alone
        if kind in ("sku", "gtin") and _is_code_line(rest or "".join(text for text, _ in pieces)):
            alone = short = True
        if (not linked and not (alone and short)) or (kind == "shop" and element.tag not in _CELLS):
            return None
    links = (a for run in runs if not isinstance(run, str) for a in run.iter("a"))
    return Line(
        kind="seller" if kind in ("sold", "shop") else kind,
        element=element,
        pieces=tuple(pieces),
        links=tuple(islice(links, MAX_LINKS)),
    )


def _is_code_line(text: str) -> bool:
    """Tell whether all behind a label is one word with a digit in it."""
    return re.fullmatch(r"\s*(?=\S*\d)[\w.\-/]{3,30}\s*", text) is not None


def _runs(element: HtmlElement, rest: str) -> list[Run]:
    """Return what stands behind a label: in its own element, else beside it, else beside that."""
    inside: list[Run] = [rest]
    for child in element:
        inside += [child, child.tail or ""]
    if _says_something(inside):
        return inside
    for step in list(lineage(element))[:3]:
        beside = _beside(step)
        if _says_something(beside):
            return beside
        if step.tag in _CELLS or step.tag == "body":
            break
    return inside


def _beside(element: HtmlElement) -> list[Run]:
    """Return what follows an element on its line: the next cell, or all up to the next block."""
    if element.tag in _CELLS:
        following = element.getnext()
        return [] if following is None or following.tag not in ("td", "dd") else [following]
    found: list[Run] = [element.tail or ""]
    for sibling in islice(element.itersiblings(), 12):
        block = sibling.tag not in _INLINE
        if block and _says_something(found):
            break
        found += [sibling, sibling.tail or ""]
        if block and sibling.tag != "br":
            break
    return found


def _says_something(runs: Iterable[Run]) -> bool:
    return any(re.search(r"[^\W_]", text) for text, _ in islice(_pieces(runs), MAX_PIECES))


def _pieces(runs: Iterable[Run]) -> Iterator[Piece]:
    for run in runs:
        if isinstance(run, str):
            if run.strip():
                yield run, None
        elif isinstance(run.tag, str):
            for text, holder in pieces_within(run):
                if text.strip() or text == BREAK:
                    yield text, next((s for s in islice(lineage(holder), 4) if s.tag == "a"), None)
            if run.tag == "br" or run.tag not in _INLINE:
                yield BREAK, None
