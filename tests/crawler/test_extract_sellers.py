"""Who sells, and by what they can be reached."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.extract.contacts import contact_uri, contacts_in_words, hidden_address
from tests.crawler.test_extract import listing
from tests.crawler.test_extract_rules import changed

SHOP = "https://shop.northgate.example"


def test_the_vendor_whom_the_page_shows_goes_before_the_marketplaces_name() -> None:
    found = listing("marketplace")
    assert found.seller is not None
    assert (found.seller.name, found.seller.id) == ("Kettle & Sons", "kettle-and-sons")
    assert found.seller.url == f"{SHOP}/store/kettle-and-sons/"
    assert found.layers["seller"] == "page"
    assert set(found.seller.contacts) == {
        "mailto:sales@kettle.example",
        "mailto:info@kettle.example",
        "mailto:orders@kettle.example",
        "whatsapp:491701234567",
        "tg:kettle_sons",
        "qq:123456789",
        "weixin:kettle_wx",
        "tel:+491701234567",
    }


def test_a_shop_without_vendors_is_the_seller_with_its_footer_and_accounts() -> None:
    found = changed("marketplace", ('class="dokan-store-info"', 'class="about"'))
    assert found.seller is not None
    assert (found.seller.name, found.layers["seller"]) == ("Corner Market", "json-ld")
    assert found.seller.contacts == (
        "mailto:help@corner.example",
        "tel:030123456",
        "analytics:G-4NW8Q1Z2XY",
        "analytics:meta-123456789012345",
        "analytics:yandex-1234567",
        "analytics:UA-1234567-2",
        "payment:stripe-pk_live_abcdefghijklmnop1234",
        "analytics:baidu-0123456789abcdef0123456789abcdef",
        "payment:paypal-pay@corner.example",
    )


def test_a_shop_that_names_itself_needs_no_offer_that_does() -> None:
    own = ('"seller": {"@type": "Organization", "name": "Corner Market"}', '"sku": "K-1"')
    found = changed("marketplace", ('class="dokan-store-info"', 'class="about"'), own)
    assert found.seller is not None
    assert found.seller.name == "Corner Market"
    foreign = ("https://shop.northgate.example/", "https://elsewhere.example/")
    site = ('content="Corner Market"', 'content="Northgate"')
    about = ('class="dokan-store-info"', 'class="about"')
    apart = changed("marketplace", about, own, foreign, site)
    assert apart.seller is None


def test_a_vendor_of_the_data_is_kept_where_the_page_names_none() -> None:
    other = ('"name": "Corner Market"}}}', '"name": "Deal Barn"}}}')
    found = changed("marketplace", ('class="dokan-store-info"', 'class="about"'), other)
    assert found.seller is not None
    assert (found.seller.name, found.seller.contacts) == ("Deal Barn", ())


@pytest.mark.parametrize(
    ("link", "uri"),
    [
        ("mailto:Sales@Shop.example?subject=Hi", "mailto:sales@shop.example"),
        ("mailto:nobody", None),
        ("tel:+49 30 / 12-34", "tel:+49301234"),
        ("callto:030123", "tel:030123"),
        ("https://api.whatsapp.com/send?phone=%2B8613800000000", "whatsapp:8613800000000"),
        ("whatsapp://send?phone=4917012345", "whatsapp:4917012345"),
        ("https://wa.me/message/ABC", None),
        ("//t.me/best_price88", "tg:best_price88"),
        ("https://t.me/share/url?url=x", None),
        ("https://line.me/R/ti/p/%40shop88", "line:@shop88"),
        ("https://line.me/ti/p/~shop88", "line:shop88"),
        ("viber://chat?number=%2B4917012345", "viber:+4917012345"),
        ("tencent://message/?uin=12345678&Site=x", "qq:12345678"),
        ("https://weibo.com/u/1234567", "weibo:1234567"),
        ("https://paypal.me/bestprice88", "payment:paypal-bestprice88"),
        ("weixin://contacts/profile/abc", "weixin:contacts/profile/abc"),
        (
            "/cdn-cgi/l/email-protection#422d302627303102292736362e276c273a232f322e27",
            "mailto:orders@kettle.example",
        ),
        ("/cdn-cgi/l/email-protection#4", None),
        ("https://shop.example/contact", None),
        ("http://[::1", None),
        ("javascript:void(0)", None),
    ],
)
def test_links_that_reach_somebody(link: str, uri: str | None) -> None:
    assert contact_uri(link) == uri


@pytest.mark.parametrize(
    ("words", "uris"),
    [
        ("Mail: info[at]shop[dot]example", ["mailto:info@shop.example"]),
        ("write to info at shop dot example today", ["mailto:info@shop.example"]),
        ("See you at 5. Dotted lines at work", []),
        ("QQ：123456789 电话：010-8888 7777", ["qq:123456789", "tel:01088887777"]),
        ("WhatsApp +86 138 0000 0000", ["whatsapp:8613800000000"]),
        ("Telegram: @best88 LINE ID: shop.88", ["tg:best88", "line:shop.88"]),
        ("hotel: 5 stars, order 1234567", []),
    ],
)
def test_contacts_in_words(words: str, uris: list[str]) -> None:
    assert list(contacts_in_words(words)) == uris


@given(st.text(max_size=200))
def test_no_text_breaks_the_reading_of_contacts(text: str) -> None:
    for uri in [*contacts_in_words(text), contact_uri(text), contact_uri(f"mailto:{text}")]:
        assert uri is None or ":" in uri
    hidden_address(text)


def test_a_long_text_is_read_in_time_that_grows_with_it() -> None:
    assert list(contacts_in_words("a.b-c" * 1200 + "@" + "x-" * 3000)) == []
