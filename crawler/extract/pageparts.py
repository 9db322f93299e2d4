"""Parts of a page as people see it: pictures, properties, trail, seller, description."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping

from crawler.extract.dom import HtmlElement, Sides, lineage, marked, text_within
from crawler.extract.draft import Fields
from crawler.extract.products import trim_breadcrumbs
from crawler.extract.values import availability_of, clean_text, gtin_of, link_url, picture_url
from crawler.model import Seller

CODE_KEY = re.compile(
    r"sku|upc|model|(?:article|artikel|item|product|part|model|style|catalog(?:ue)?)[ -]?(?:no|nr"
    r"|number|nummer|code|id|#)\.?"
    r"|art\.?-?(?:nr|no)\.?|référence|referencia|codice|артикул|货号|商品编号|商品编码|产品编号|商品货号|型号|品番|商品コード",
    re.I,
)
GTIN_KEY = re.compile(
    r"(?:ean|upc|gtin|jan|isbn)(?:[ -]?1[0-4]|[ -]?8)?(?:[ -]?code)?"
    r"|bar ?code|条形码|条码|國際條碼",
    re.I,
)
BRAND_KEY = re.compile(
    r"brand(?: name)?|marke|hersteller|marque|marca|merk|märke|бренд|znacka|značka|品牌|商品品牌"
    r"|ブランド"
    r"|メーカー|브랜드",
    re.I,
)
STOCK_KEY = re.compile(r"availability|stock|verfügbarkeit|disponibilit.*|库存|庫存|在庫", re.I)
_SOLD_BY = (
    r"sold (?:and shipped )?by|verkauf(?:t)? (?:von|durch)|vendu par|vendido por|venduto da"
    r"|verkocht door|sprzedawane przez"
)
_SELLER = (
    r"seller|vendor|shop(?: name)?|store(?: name)?|verkäufer|vendeur|vendedor|venditore|verkoper"
    r"|sprzedawca|продавец|店铺(?:名称)?|店铺名|卖家|商家|店鋪|賣家|販売元|出品者|ショップ|판매자"
)
_SELLER_SAID = re.compile(
    rf"\W*(?:(?:{_SOLD_BY})\s*[:：]?|(?:{_SELLER})\s*[:：])\s*(?P<name>.{{0,80}})", re.I
)
_SELLER_CELL = re.compile(rf"\W*(?:{_SOLD_BY}|{_SELLER})\s*[:：]?(?P<name>)", re.I)
"""In a table or a list of definitions the label needs no colon; the name is the next cell."""

_PICTURE_SOURCES = (
    *("data-zoom-image", "data-large_image", "data-large-image", "data-zoom", "data-full"),
    *("data-original", "data-hires", "data-old-hires", "data-src", "data-lazy-src", "data-lazy"),
    *("data-echo", "src"),
)
"""Attributes that hold a picture's address, the largest form first."""
_DECOR = re.compile(
    r"(?:^|[_-])(?:logo|avatar|flag|payment|badge|banner|ratings?|stars?|qr-?code|social|captcha)"
    r"(?:$|[_-])",
    re.I,
)
_DECOR_FILE = re.compile(r"(?:^|[_-])(?:logo|avatar|qr-?code|captcha)(?:$|[_.-])", re.I)
_GALLERY = re.compile(
    r"gallery|carousel|slider|swiper|product-?(?:image|media|photo|img)|main-?(?:image|img|pic)"
    r"|zoom|preview|spec-?img",
    re.I,
)
_IMAGE_FILE = re.compile(r"\.(?:jpe?g|png|webp|gif|avif)(?:$|[?!_@])", re.I)


def images(
    heading: HtmlElement | None, sides: Sides, url: str, in_card: Callable[[HtmlElement], bool]
) -> tuple[str, ...]:
    """Return the pictures that stand with the heading, largest form of each, at most 12."""
    if heading is None:
        return ()
    for region in list(lineage(heading))[1:]:
        found = [
            (_in_gallery(img, region), link)
            for img in region.iter("img")
            if img not in sides
            and not _is_decor(img)
            and not in_card(img)
            and (link := _largest(img, url))
        ]
        if found:
            in_gallery = [link for gallery, link in found if gallery]
            return tuple(dict.fromkeys(in_gallery or [link for _, link in found]))[:12]
    return ()


def _in_gallery(img: HtmlElement, region: HtmlElement) -> bool:
    for step in lineage(img):
        if step is region:
            return False
        if marked(step, _GALLERY):
            return True
    return False


def _is_decor(img: HtmlElement) -> bool:
    file = img.get("src", "").partition("?")[0].rpartition("/")[2][:200]
    if marked(img, _DECOR) or _DECOR_FILE.search(file):
        return True
    sizes = [img.get(side, "").removesuffix("px") for side in ("width", "height")]
    return any(size.isdigit() and int(size) < 50 for size in sizes)


def _largest(img: HtmlElement, url: str) -> str | None:
    """Return the picture at its largest: the file it links to, zoom attributes, srcset, src."""
    link = next((a.get("href", "") for a in img.iterancestors("a")), "")
    if _IMAGE_FILE.search(link):
        found = picture_url(url, link)
        if found:
            return found
    for name in _PICTURE_SOURCES:
        if name in ("data-src", "src"):
            widest = _widest(img.get("srcset") or img.get("data-srcset") or "")
            if widest and (found := picture_url(url, widest)):
                return found
        if img.get(name) and (found := picture_url(url, img.get(name))):
            return found
    return None


def _widest(srcset: str) -> str | None:
    best: tuple[float, str] | None = None
    for candidate in re.split(r",\s+", srcset[:20_000].strip()):
        address, _, descriptor = candidate.strip(" ,").partition(" ")
        number = _DESCRIPTOR.fullmatch(descriptor.strip())
        size = float(number[1]) if number else 1.0
        if address and (best is None or size > best[0]):
            best = (size, address)
    return best[1] if best else None


_DESCRIPTOR = re.compile(r"(\d+(?:\.\d+)?)[wx]")


def attributes(root: HtmlElement, sides: Sides) -> dict[str, str]:
    """Return the rows of tables, definition lists and ``name: value`` lists, at most 60."""
    found: dict[str, str] = {}
    for name, value in _pairs(root, sides):
        key = name.rstrip(" :：").strip()
        if key and value and len(key) <= 60 and len(value) <= 500 and len(found) < 60:
            found.setdefault(key, value)
    return found


def _pairs(root: HtmlElement, sides: Sides) -> Iterator[tuple[str, str]]:
    for row in root.iter("tr"):
        cells = [cell for cell in row if cell.tag in ("th", "td")]
        if (
            len(cells) == 2
            and row not in sides
            and not row.xpath(".//input|.//button|.//textarea|.//select")
        ):
            yield text_within(cells[0], 100), text_within(cells[1], 600)
    for term in root.iter("dt"):
        value = term.getnext()
        if value is not None and value.tag == "dd" and term not in sides:
            yield text_within(term, 100), text_within(value, 600)
    for group in root.iter("ul", "ol"):
        if (
            not any(marked(step, _PROPERTIES) for step in list(lineage(group))[:3])
            or group in sides
        ):
            continue
        for item in group.iterchildren("li"):
            name, colon, value = text_within(item, 600).replace("：", ":").partition(":")
            if colon:
                yield name.strip(), value.strip()


_PROPERTIES = re.compile(r"spec|attr|param|propert|feature|detail|shuxing|canshu|meta", re.I)


def codes(found: Mapping[str, str]) -> Fields:
    """Return brand, sku and gtin as they stand among the properties."""
    gtin = next((g for k, v in found.items() if GTIN_KEY.fullmatch(k) and (g := gtin_of(v))), None)
    sku = next((v for k, v in found.items() if CODE_KEY.fullmatch(k) and len(v) <= 60), None)
    brand = next((v for k, v in found.items() if BRAND_KEY.fullmatch(k) and len(v) <= 80), None)
    return {"gtin": gtin, "sku": sku, "brand": brand}


_CRUMBS = re.compile(r"bread-?crumb|crumbs?\b|mianbao|position-nav", re.I)


def breadcrumbs(root: HtmlElement, title: str) -> tuple[str, ...]:
    """Return the trail that leads to the page, without the way home and the page itself."""
    for element in root.iter("nav", "ol", "ul", "div", "section", "p"):
        if marked(element, _CRUMBS) or _CRUMBS.search(element.get("aria-label", "")):
            parts = list(element.iter("li")) or list(element.iter("a"))
            names = [re.sub(r"^[\s>»›/]+|[\s>»›/]+$", "", text_within(part, 120)) for part in parts]
            trail = trim_breadcrumbs([name for name in names if name], title)
            if trail:
                return tuple(trail[:8])
    return ()


def seller(root: HtmlElement, sides: Sides, url: str) -> Seller | None:
    """Return the seller that a label names: "Sold by ...", "Seller: ...", 店铺：..."""
    for element in root.iter(*_LABELS):
        if not element.text or not element.text.strip():
            continue
        pattern = _SELLER_CELL if element.tag in ("dt", "th", "td") else _SELLER_SAID
        match = pattern.fullmatch(_own_text(element))
        if not match or element in sides:
            continue
        name, place = clean_text(match["name"]), element
        if not name:
            name, place = _next_words(element)
        if name and len(name) <= 80 and not name.endswith((".", "。", "!", "?")):
            link = next((a.get("href") for a in place.iter("a") if a.get("href")), None)
            return Seller(name=name, url=link_url(url, link))
    return None


_LABELS = ("span", "div", "p", "a", "dt", "th", "td", "li", "strong", "b", "label", "h3", "h4")


def _next_words(element: HtmlElement) -> tuple[str | None, HtmlElement]:
    """Return the words after a label that stands alone, and where they stand."""
    tail = clean_text(element.tail)
    following = element.getnext()
    if tail and tail.strip(":： "):
        return tail.strip(":： "), element
    if following is None or not isinstance(following.tag, str):
        return None, element
    return text_within(following, 100) or None, following


def _own_text(element: HtmlElement) -> str:
    """Return the text of an element with few children, else only what stands before them."""
    return text_within(element, 120) if len(element) <= 2 else (element.text or "").strip()


_DESCRIPTION = re.compile(
    r"descri(?:ption|zione)|beschreibung|tab-?desc|product-?detail|goods-?desc|xiangqing", re.I
)


def description(root: HtmlElement, sides: Sides) -> str | None:
    """Return the longest text called a description, else the page's own summary."""
    best = ""
    for element in root.iter("div", "section", "p", "article", "span"):
        if not marked(element, _DESCRIPTION) or element in sides:
            continue
        text = text_within(element, 5000)
        if len(text) < 40:
            following = element.getnext()
            text = text_within(following, 5000) if following is not None else ""
        best = max(best, text, key=len)
    meta = root.xpath('string(//meta[@name="description"]/@content)')
    return best or clean_text(meta)


_STOCK = re.compile(r"stock|availab|kucun|verfuegbar|inventory", re.I)


def availability(
    root: HtmlElement,
    sides: Sides,
    found: Mapping[str, str],
    in_card: Callable[[HtmlElement], bool],
) -> str | None:
    """Return the availability that the page shows for its one thing."""
    for element in root.iter("p", "span", "div", "strong", "em", "li", "dd", "td", "link"):
        if marked(element, _STOCK) and element not in sides and not in_card(element):
            text = text_within(element, 120)
            if len(text) < 100 and (name := availability_of(text)):
                return name
    return next(
        (a for k, v in found.items() if STOCK_KEY.fullmatch(k) and (a := availability_of(v))), None
    )
