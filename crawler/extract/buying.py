"""Controls by which a thing is bought: buttons, links and forms in many languages."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from itertools import islice

from crawler.extract.dom import HtmlElement, MainPart, marked, text_within

BUY = re.compile(
    r"add to (?:shopping |your |my )?(?:cart|basket|bag|trolley)|\bbuy (?:it )?now\b|\bbuy\b$"
    r"|\border now\b"
    r"|in den (?:waren|einkaufs)korb|jetzt kaufen|ajouter au panier|acheter|a[ñn]adir (?:al"
    r"|a la) (?:carrito|cesta|bolsa)"
    r"|comprar|agregar al carrito|aggiungi al (?:carrello|cestino)|acquista"
    r"|in (?:de )?winkel(?:wagen|mand)(?:je)?"
    r"|adicionar ao (?:carrinho|cesto)|do koszyka|lägg i (?:varukorg|kundvagn)|legg i handlekurv"
    r"|læg i kurv|tilføj til kurv"
    r"|в корзину|купить|do košíku|sepete ekle|adaugă în coș|kosárba|lisää ostoskoriin|į krepšelį"
    r"|pievienot grozam"
    r"|kupi(?:ť|t)?\b|koupit|vložit do|do košíka|u košaricu|v košarico|dodaj u|în coș|köp nu"
    r"|ostukorvi|naroči\b|i krepšelį|lisa korvi|ielikt groz|в кошик|στο καλάθι"
    r"|mua ngay|thêm vào giỏ|beli sekarang|หยิบใส่ตะกร้า|أضف إلى|הוסף לסל"
    r"|放入購物車|加到購物車|直接購買|直接购买|马上抢"
    r"|[加放]入购物[车袋篮]|加购物车|加入(?:进货单|采购车)|(?:立即|马上|立刻|现在|一键|我要|点击|去)(?:购买|抢购?|订购|下单)"
    r"|立即拍下|加入購物[車袋]|(?:立即|馬上|我要)(?:購買|訂購)"
    r"|カートに入れる|カートに追加|[か買]い?物?かごに入れる|バッグに入れる|今すぐ買う|購入する"
    r"|장바구니|구매하기|바로 ?구매",
    re.IGNORECASE,
)
_ACTION = re.compile(
    r"(?:cart|basket|bag)[/_-]?add|add[/_-]?to[/_-]?(?:cart|basket)|add[-_]?cart|cart/save|goods/buy",
    re.I,
)


_BLOCKS = frozenset(("div", "span", "li"))
_TAGS = ("button", "input", "a", "form", "div", "span", "li")
_BUTTON = re.compile(r"(?:^|[_-])(?:btns?|button|submit|buy|cart)(?:$|[_-])", re.I)


def find_buy_controls(main: MainPart) -> Iterator[HtmlElement]:
    """Yield the controls to buy that stand in the main part of a page, those of cards too."""
    return filter(_is_control, main.tagged(*_TAGS))


def is_bought_in(box: HtmlElement) -> bool:
    """Tell whether a control to buy stands in a box."""
    elements = islice(box.iter(*_TAGS), MAX_CONTROLS)
    return any(_is_control(element) or _is_plain_control(element) for element in elements)


def find_plain_controls(main: MainPart) -> Iterator[HtmlElement]:
    """Yield what is called a button, says that it buys and nothing else, and is none by its tag.

    Whether it works cannot be told, so that it says nothing of the stock.
    """
    return filter(_is_plain_control, main.tagged(*_BLOCKS))


def _is_plain_control(element: HtmlElement) -> bool:
    return (
        element.tag in _BLOCKS
        and marked(element, _BUTTON)
        and BUY.fullmatch(text_within(element, 60)) is not None
    )


MAX_CONTROLS = 500
"""More elements of one box than this are not looked at."""


def _is_control(element: HtmlElement) -> bool:
    tag = element.tag
    if tag in _BLOCKS and element.get("role") != "button":
        return False
    if tag == "form":
        return _ACTION.search(element.get("action", "")) is not None
    return says_buy(element) or _acts(element)


def says_buy(control: HtmlElement) -> bool:
    """Tell whether people can read on a control that it buys."""
    if control.tag == "input":
        words = control.get("value") or control.get("alt", "")
    else:
        words = text_within(control, 60)
    label = f"{control.get('title', '')} {control.get('aria-label', '')}"
    return _means_buying(words[:60]) or (label != " " and BUY.search(label[:200]) is not None)


@lru_cache(maxsize=16_384)
def _means_buying(words: str) -> bool:
    """Tell whether short words offer to buy; the links of a site say the same on every page."""
    return BUY.search(words) is not None


def _acts(control: HtmlElement) -> bool:
    names = " ".join(filter(None, map(control.get, ("name", "id", "class", "onclick"))))
    href = control.get("href")
    if href and href.startswith("javascript:"):
        names += f" {href}"
    return bool(names) and _ACTION.search(names[:1000]) is not None
