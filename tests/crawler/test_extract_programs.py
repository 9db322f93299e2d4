"""Invented pages in the shapes of shop programs that the code does not know by name."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from crawler.extract import parse_listing
from crawler.model import Listing

PROGRAMS = Path(__file__).resolve().parent.parent / "pages" / "programs"
HOST = "https://www.shop.example"

EXPECTED = {
    "alibaba": ("工厂直销 竹纤维毛巾 礼盒装", "6.80", "CNY", "InStock", None, None),
    "apollo": ("Sarn Rucksack 20L", "75", "GBP", "OutOfStock", "SR-20", "Sarn"),
    "bagisto": ("Arran Linen Shirt", "42", "USD", "InStock", "ALS-4", None),
    "bigcommerce": ("Fenwick Rain Jacket", "128", "AUD", "InStock", "FRJ-112", "Fenwick"),
    "cartridge": ("Dunlin Field Notebook", "9", "GBP", "InStock", None, None),
    "crmeb": ("竹编落地灯 客厅北欧", "459", "CNY", "InStock", None, None),
    "cscart": ("Lomond Speaker 40W", "79", "USD", "InStock", "LS0040", "Lomond"),
    "ecshop": ("奥雷利奥手工皮夹", "239", "CNY", "InStock", "ALO-0088", "奥雷利奥"),
    "ecstore": ("星野 铸铁煎锅 26cm", "168", "CNY", "OutOfStock", "G5A0E2", "星野"),
    "ecwid": ("Skye Honey 340g", "8.5", "GBP", "InStock", "00017", None),
    "hikashop": ("Tarbet Lantern", "42", "GBP", "InStock", "TL-9", None),
    "jd": ("松风 保温杯 500ml", "129", "CNY", "InStock", "100245", "松风"),
    "insales": ("Чайник Ладога 2 л", "2450", "RUB", "OutOfStock", "LAD-200", "Ладога"),
    "lightspeed": ("Vlinder Fietstas 18L", "64", "EUR", "InStock", "VL-18", None),
    "likeshop": ("户外双人吊床 加厚帆布", "129", "CNY", "InStock", None, None),
    "medusa": ("Skerry Fleece", "49", "EUR", "InStock", None, None),
    "naver": ("리넨 쿠션 커버", "15000", "KRW", "OutOfStock", None, None),
    "next_app": ("Pellworm Desk Lamp", "89.9", "EUR", "OutOfStock", "PDL-9", None),
    "nopcommerce": ("Kestrel Binocular 8x42", "279", "USD", "OutOfStock", "KB_842", "Kestrel"),
    "nuxt3": ("Brae Teapot", "32", "GBP", "InStock", "BT-3", "Kiln Row"),
    "oscommerce": ("Harrow Brass Compass", "34.95", "USD", "InStock", "HBC-44", None),
    "pdd": ("纯棉毛巾 三条装", "12.9", "CNY", "InStock", None, None),
    "range": ("Opal Ring", "120", "USD", "SoldOut", None, None),
    "remix": ("Corrie Mitts", "29", "CAD", "InStock", "CM-2", "Corrie"),
    "runparams": ("Folding Phone Tripod with Remote", "7.35", "USD", "InStock", None, None),
    "saleor": ("Tarn Wool Scarf", "45", "EUR", "InStock", "TWS-07", "Tarn"),
    "salesforce": ("Calder Loafer", "159", "USD", "OutOfStock", "RP-5567", None),
    "shoplazza": ("Cove Beach Towel", "24.99", "USD", "InStock", "CBT-1", "Cove"),
    "shopline": ("霧面陶瓷馬克杯", "480", "TWD", "OutOfStock", None, None),
    "shopware6": (
        *("Brückner Teekanne 1,2 l", "49.95", "EUR", "LimitedAvailability"),
        *("BR-40017", "Brückner"),
    ),
    "shopxo": ("松枝陶瓷茶壶 600ml", "199", "CNY", "InStock", None, None),
    "squarespace": ("Walnut Serving Board — Tern & Oak", "64", "USD", "OutOfStock", None, None),
    "sylius": ("Lampe Orvane", "1249.5", "EUR", "InStock", None, None),
    "taobao": ("苔原 羽绒睡袋 冬季加厚", "319", "CNY", "InStock", "TY-800", "苔原"),
    "tilda": ("Свеча «Сосна»", "890", "RUB", "InStock", "SV-11", None),
    "tmall_out": ("谷雨 龙井茶礼盒 250g", "328", "CNY", "Discontinued", "GY-250", "谷雨"),
    "ueeshop": ("Mini Garden Pump 12V", "14.5", "USD", "InStock", "MGP12", None),
    "usedbooks": ("山间来信", "36.5", "CNY", "InStock", None, None),
    "virtuemart": ("Selkie Bath Mat", "39.95", "EUR", "InStock", "SBM-31", None),
    "volusion": ("Garden Fork", "34.5", "USD", "InStock", "GF-9", None),
    "weidian": ("手工银杏叶胸针", "68", "CNY", "OutOfStock", None, None),
    "wix": ("Linen Apron", "38", "GBP", "OutOfStock", "LA-1", None),
    "xianyu": ("九成新 胶片相机", "650", "CNY", "InStock", None, None),
    "youzan": ("手冲咖啡壶 600ml", "198", "CNY", "InStock", None, None),
}
"""Page -> title, price, currency, availability, sku, brand."""

PICTURES = {
    "alibaba": "https://cbu.market.example/img/towel.jpg",
    "apollo": "https://cdn.shop.example/sarn.jpg",
    "bigcommerce": (
        "https://cdn.shop.example/s-1/images/stencil/1280x1280/products/112/jacket.jpg?c=2"
    ),
    "cscart": "https://shop.example/images/detailed/1/lomond.jpg",
    "ecshop": f"{HOST}/p/images/201901/goods_img/88_G_1.jpg",
    "ecstore": f"{HOST}/public/images/a1/pan_l.jpg",
    "ecwid": "https://images.shop.example/images/1/1500.jpg",
    "lightspeed": "https://cdn.shop.example/shops/1/files/5/image.jpg",
    "jd": "https://img.shop.example/n1/cup.jpg",
    "likeshop": "https://img.shop.example/uploads/images/hammock.jpg",
    "naver": "https://img.shop.example/c.jpg",
    "nuxt3": "https://cdn.shop.example/teapot.jpg",
    "runparams": "https://ae.market.example/kf/tripod.jpg",
    "shopware6": "https://shop.example/media/7a/teekanne.jpg",
    "taobao": "https://img.market.example/i1/bag.jpg",
    "tilda": "https://static.shop.example/tild/candle.jpg",
    "youzan": "https://img.shop.example/upload/kettle-1.jpg",
}
"""Page -> its first picture, at its largest."""

SELLERS = {
    "alibaba": ("海州织物有限公司", "2210088"),
    "cscart": ("Glen Shop", "glenshop"),
    "nopcommerce": ("Field Optics", None),
    "pdd": ("棉之家", "55123"),
    "naver": ("바람상점", None),
    "runparams": ("Tripodia Store", None),
    "taobao": ("苔原户外", "77120"),
    "usedbooks": ("青瓦书屋", "5521"),
    "weidian": ("银杏小铺", "33012"),
    "youzan": ("晨岛器物", None),
}


def page(name: str) -> str:
    return (PROGRAMS / f"{name}.html").read_text(encoding="utf-8")


def listing(name: str) -> Listing:
    found = parse_listing(f"{HOST}/p/{name}", page(name))
    assert found is not None
    return found


def test_every_page_is_expected() -> None:
    assert {path.stem for path in PROGRAMS.glob("*.html")} == EXPECTED.keys()


@pytest.mark.parametrize("name", EXPECTED)
def test_a_page_is_read(name: str) -> None:
    found = listing(name)
    title, price, *rest = EXPECTED[name]
    assert (found.title, found.price) == (title, Decimal(str(price)))
    assert [found.currency, found.availability, found.sku, found.brand] == rest


@pytest.mark.parametrize(("name", "picture"), PICTURES.items())
def test_its_picture_is_the_largest(name: str, picture: str) -> None:
    assert listing(name).images[0] == picture


@pytest.mark.parametrize(("name", "seller"), SELLERS.items())
def test_its_seller_is_named(name: str, seller: tuple[str, str | None]) -> None:
    found = listing(name).seller
    assert found is not None
    assert (found.name, found.id) == seller


def test_a_seller_by_the_query_of_a_link_has_the_contacts_of_its_box() -> None:
    found = listing("weidian").seller
    assert found is not None
    assert found.contacts == ("weixin:yinxing_shop",)
