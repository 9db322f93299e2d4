"""Words of a page -> values of a listing: text, prices, currencies, availability, GTINs."""

from __future__ import annotations

import html
import re
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from urllib.parse import urljoin, urlsplit

from price_parser import Price
from price_parser.parser import CURRENCY_CODES  # type: ignore[attr-defined]
from w3lib.html import remove_comments, remove_tags, remove_tags_with_content

from crawler.sites import canonical_url

_SPACE = re.compile(r"\s+")
_PLAIN_NUMBER = re.compile(r"\d+(?:\.\d+)?")
_DIGIT = re.compile(r"\d")
_CJK = re.compile(r"[\u3400-\u9fff]")
_KANA = re.compile(r"[\u3040-\u30ff]")


def clean_text(value: object, limit: int = 20_000) -> str | None:
    """Return the text on one line, without markup and entities; None when nothing is left."""
    if not isinstance(value, str | int | float | Decimal) or isinstance(value, bool):
        return None
    text = str(value)[: limit * 4]
    if "<" in text:
        text = remove_tags_with_content(remove_comments(text), ("script", "style"))
        text = remove_tags(re.sub(r"<(?:br|/p|/li|/div)\b", r" \g<0>", text))
    if "&" in text:
        text = html.unescape(html.unescape(text))
    return _SPACE.sub(" ", text).strip()[:limit] or None


@dataclass(frozen=True, kw_only=True, slots=True)
class Locale:
    """What a page says of where it is; it decides what ``$``, ``¥`` and ``kr`` mean."""

    language: str | None = None
    """BCP 47, from ``<html lang>``."""
    host: str = ""
    chinese: bool = False
    """Whether the page is written in Chinese."""

    @property
    def country(self) -> str | None:
        """ISO 3166-1 alpha-2: from the host, else from the language's region."""
        last = self.host.rpartition(".")[2]
        if len(last) == 2 and last.isalpha() and last not in _NO_COUNTRY:
            return {"uk": "GB"}.get(last, last.upper())
        for part in (self.language or "").replace("_", "-").split("-")[1:]:
            if len(part) == 2:
                return part.upper()
        return _HOME.get((self.language or "").partition("-")[0].lower())

    @property
    def home_sign(self) -> str | None:
        """The sign of the currency that a page of one country's language leaves out."""
        language = (self.language or "").partition("-")[0].lower()
        return "元" if self.chinese else {"ko": "₩", "ja": "円"}.get(language)


_NO_COUNTRY = frozenset(("io", "co", "me", "tv", "eu", "ai", "cc", "to", "ly", "gg", "sh", "fm"))
_HOME = {
    "ja": "JP",
    "zh": "CN",
    "sv": "SE",
    "da": "DK",
    "nb": "NO",
    "no": "NO",
    "is": "IS",
    "ur": "PK",
    "hi": "IN",
}
_DOLLARS = {"CA": "CAD", "AU": "AUD", "NZ": "NZD", "SG": "SGD", "HK": "HKD", "TW": "TWD"} | {
    "MX": "MXN",
    "AR": "ARS",
    "CL": "CLP",
    "CO": "COP",
}
_KRONA = {"SE": "SEK", "NO": "NOK", "DK": "DKK", "IS": "ISK"}
_RUPEES = {"IN": "INR", "PK": "PKR", "LK": "LKR", "NP": "NPR", "MU": "MUR"}
_PESOS = {"MX": "MXN", "AR": "ARS", "CL": "CLP", "CO": "COP", "PH": "PHP"}

MONEY = re.compile(
    r"(?:[£€$¥￥₹₽₩₺฿₫₴₪₱₸]|\b(?:USD|EUR|GBP|CNY|RMB|JPY|CHF|SEK|NOK|DKK|PLN|INR|Rs\.?|RM|Rp|kr)\b)"
    r"\s*\d|\d[\d.,  ' ]*\s*(?:[£€$¥￥₹₽₩₺฿₫₴₪₱元円원₸]|zł|Kč|kr\b|руб|р\.|Ft\b|лв|lei\b|TL\b"
    r"|тг\b|тенге|грн|kn\b"
    r"|(?:USD|EUR|GBP|CNY|RMB|CHF|SEK|NOK|DKK|PLN)\b)",
    re.IGNORECASE,
)
"""An amount of money as people write it."""

SYMBOLS = {
    "£": "GBP",
    "€": "EUR",
    "euro": "EUR",
    "eur": "EUR",
    "us$": "USD",
    "usd$": "USD",
    "ca$": "CAD",
    "c$": "CAD",
    "au$": "AUD",
    "a$": "AUD",
    "nz$": "NZD",
    "hk$": "HKD",
    "nt$": "TWD",
    "s$": "SGD",
    "mx$": "MXN",
    "r$": "BRL",
    "cn¥": "CNY",
    "rmb": "CNY",
    "rmb¥": "CNY",
    "人民币": "CNY",
    "元": "CNY",
    "円": "JPY",
    "₹": "INR",
    "₽": "RUB",
    "руб": "RUB",
    "р": "RUB",
    "zł": "PLN",
    "kč": "CZK",
    "ft": "HUF",
    "₩": "KRW",
    "원": "KRW",
    "₺": "TRY",
    "tl": "TRY",
    "฿": "THB",
    "₫": "VND",
    "đ": "VND",
    "rm": "MYR",
    "rp": "IDR",
    "₴": "UAH",
    "грн": "UAH",
    "₪": "ILS",
    "₱": "PHP",
    "fr": "CHF",
    "лв": "BGN",
    "lei": "RON",
    "₦": "NGN",
    "₸": "KZT",
    "тг": "KZT",
    "тенге": "KZT",
    "kn": "HRK",
    "₾": "GEL",
}


def currency_of(symbol: str | None, locale: Locale) -> str | None:
    """Return the ISO 4217 code that ``symbol`` (or code) means on such a page; None if unknown."""
    if not symbol:
        return None
    key = symbol.strip().rstrip(".").lower()
    country = locale.country or ""
    if key in ("¥", "￥"):
        return "CNY" if locale.chinese or country == "CN" else "JPY"
    if key == "元" and country in ("TW", "HK"):
        return _DOLLARS[country]
    if key == "$":
        return _DOLLARS.get(country, "USD")
    for keys, by_country in (
        (("kr", "kr.", ":-"), _KRONA),
        (("rs", "₨"), _RUPEES),
        (("peso", "pesos"), _PESOS),
    ):
        if key in keys:
            return by_country.get(country)
    code = key.upper()
    return SYMBOLS.get(key) or (code if code in CURRENCY_CODES else None)


def parse_price(value: object) -> tuple[Decimal | None, str | None]:
    """Return amount and currency sign as written (``1.299,00 €`` -> 1299.00 and ``€``).

    A plain number with a point is taken as written; everything else goes through price-parser.
    None for what is not there, negative or no number.
    """
    text = clean_text(value, limit=80)
    if text is None or not _DIGIT.search(text):
        return None, None
    if _PLAIN_NUMBER.fullmatch(text):
        return Decimal(text), None
    for wide, narrow in (("￥", "¥"), ("＄", "$"), ("，", ","), ("．", ".")):
        text = text.replace(wide, narrow)
    price = Price.fromstring(text)
    sign = price.currency
    if sign is None and (found := _SIGN_BEHIND.search(text)):
        sign = found[1] or "元"
    if price.amount is None or price.amount < 0:
        return None, sign
    return price.amount, sign


_SIGN_BEHIND = re.compile(r"\d\s*(元|тг|тенге|kn)(?!\w)|元", re.IGNORECASE)
"""Signs that price-parser does not know."""


AVAILABILITIES = {
    name.lower(): name
    for name in (
        "BackOrder",
        "Discontinued",
        "InStock",
        "InStoreOnly",
        "LimitedAvailability",
        "MadeToOrder",
        "OnlineOnly",
        "OutOfStock",
        "PreOrder",
        "PreSale",
        "Reserved",
        "SoldOut",
    )
}
_OUT_OF_STOCK = re.compile(
    r"out[ -]of[ -]stock|sold[ -]?out|unavailable|not (?:currently )?(?:available|in stock)"
    r"|not yet available|no longer (?:available|for sale|sold)|no stock"
    r"|(?:can ?not|can['’]t) be (?:bought|ordered|purchased)|nicht (?:mehr )?bestellbar"
    r"|nie je možné[^.]{0,20}(?:kúpiť|objednať)|nelze[^.]{0,15}(?:koupit|objednat)"
    r"|nie można[^.]{0,15}(?:kupić|zamówić)|нельзя (?:купить|заказать)|снят с производства"
    r"|ausverkauft|nicht (?:mehr )?(?:verfügbar|lieferbar|auf lager|vorrätig)|vergriffen"
    r"|épuisé|rupture|indisponib|agotado|sin (?:stock|existencias)|esaurito|non disponibile"
    r"|esgotado|indisponível|sem estoque|uitverkocht|niet (?:op voorraad|leverbaar)"
    r"|slut(?:såld| i lager)|udsolgt|utsolgt|loppu|нет в наличии|закончил|распродан"
    r"|brak w magazynie|niedostępny|vypredan|vyprodán|nie je (?:na sklade|skladom)|není skladem"
    r"|nedostupn|razprodano|ni na zalogi|elfogyott|nincs (?:raktáron|készleten)|stoc epuizat"
    r"|tükendi|stokta yok|hết hàng|stok habis|缺货|无货|没货|断货"
    r"|售罄|售完|卖完|卖光|抢光|抢完|补货|到货通知"
    r"|(?:无法|不可|不能|暂停|停止)(?:购买|销售|出售)|缺貨|無貨|補貨|售罄|賣完|到貨通知"
    r"|在庫なし|在庫切れ|売り切れ|品切|품절|매진",
    re.IGNORECASE,
)
_DISCONTINUED = re.compile(r"discontinued|下架|停产|停產|生産終了|販売終了|단종", re.IGNORECASE)
_SOLD = re.compile(
    r"(?:sold|verkauft|vendue?|vendid[oa]|vendut[oa]|verkocht|продано|sprzedan[eyo]|已售出?|已賣出)[.!]?",
    re.IGNORECASE,
)
"""Of one thing, when nothing else is said."""
_ORDERED_AHEAD = {
    "PreOrder": r"pre-?order|vorbestell|précommand|reserva anticipada|předobjedn|predobjedn"
    r"|предзаказ|预售|预订|預購|預訂|予約|예약",
    "BackOrder": r"back-?order",
}
_AHEAD = {name: re.compile(words, re.IGNORECASE) for name, words in _ORDERED_AHEAD.items()}
_IN_STOCK = re.compile(
    r"in[ -]stock|\bavailable|usually ships|ships (?:with)?in\b|\d+ (?:left|available)"
    r"|ready to ship|auf lager|vorrätig"
    r"|(?:sofort )?lieferbar|verfügbar|en stock|disponible|disponibile|disponível|em (?:stock"
    r"|estoque)|op voorraad|i lager|på lager|varastossa|в наличии|есть на складе|w magazynie"
    r"|dostępny|skladom|skladem|na sklad[eě]|na zalogi|raktáron|készleten|în stoc|stokta"
    r"|dobavljivo|na voljo|raspoloživo|saadaval|ir noliktavā"
    r"|còn hàng|有货|现货|有貨|現貨|有库存|有庫存|库存充足|庫存充足"
    r"|在庫あり|在庫有|残り\s*\d|재고 있음|재고있음"
    r"|[库庫]存[:：]?\s*[1-9]",
    re.IGNORECASE,
)
_NO_STOCK = re.compile(r"[库庫]存[:：]?\s*0(?!\d)")


def availability_of(value: object) -> str | None:
    """Return schema.org's name for an availability (URL, name, or words of a page)."""
    text = clean_text(value, limit=200)
    if text is None:
        return None
    name = re.sub(r"[ _-]", "", re.split(r"[/:#]", text.rstrip("/"))[-1]).lower()
    if name in AVAILABILITIES:
        return AVAILABILITIES[name]
    if name in ("oos", "outofstocks"):
        return "OutOfStock"
    if _OUT_OF_STOCK.search(text) or _NO_STOCK.search(text) or _SOLD.fullmatch(text):
        return "OutOfStock"
    if _DISCONTINUED.search(text):
        return "Discontinued"
    ahead = next((name for name, words in _AHEAD.items() if words.search(text)), None)
    if ahead is not None:
        return ahead
    return "InStock" if _IN_STOCK.search(text) or name == "instore" else None


def gtin_of(value: object) -> str | None:
    """Return a GTIN of 8, 12, 13 or 14 digits whose check digit holds; else None."""
    text = clean_text(value, limit=40)
    digits = re.sub(r"[\s-]", "", text or "")
    if not (digits.isascii() and digits.isdigit() and len(digits) in (8, 12, 13, 14)):
        return None
    if not digits.strip("0"):
        return None
    weighed = sum(int(d) * (3 if i % 2 else 1) for i, d in enumerate(reversed(digits)))
    return digits if weighed % 10 == 0 else None


def picture_url(base: str, value: object) -> str | None:
    """Return the absolute http(s) URL of a picture; None for icons, placeholders and ``data:``."""
    text = clean_text(value, limit=4000)
    if text is None or text.startswith(("data:", "blob:")):
        return None
    try:
        url = urljoin(base, text.replace(" ", "%20"))
        parts = urlsplit(url)
    except ValueError:
        return None
    if parts.scheme not in ("http", "https") or not parts.netloc or len(parts.path) < 2:
        return None
    if parts.path.lower().endswith((".svg", ".ico")) or _PLACEHOLDER.search(parts.path):
        return None
    return parts._replace(fragment="").geturl()


def decimal_text(value: object) -> Decimal | None:
    """Return a number of structured data; None when it is none."""
    if isinstance(value, str | int | float) and not isinstance(value, bool):
        try:
            number = Decimal(str(value).strip())
        except InvalidOperation:
            return None
        return number if number.is_finite() and number >= 0 else None
    return None


def link_url(base: str, value: object) -> str | None:
    """Return the canonical URL of a link; None when it is none that can be fetched."""
    text = clean_text(value, limit=4000)
    try:
        return canonical_url(urljoin(base, text)) if text else None
    except ValueError:
        return None


_PLACEHOLDER = re.compile(
    r"(?:^|[/_.-])(?:sprites?|icons?|placeholder|spacer|blank|pixel|loading|loader|lazy|transparent"
    r"|no[_-]?(?:image|photo|picture)|1x1|favicon)(?:[_.-]|\d|$)",
    re.IGNORECASE,
)


def is_chinese(text: str) -> bool:
    """Tell whether a text is written in Chinese: Han characters and hardly any kana."""
    sample = text[:20_000]
    han = len(_CJK.findall(sample))
    return han * 10 > len(sample) and han > 20 * len(_KANA.findall(sample))
