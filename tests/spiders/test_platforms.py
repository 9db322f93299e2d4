"""Shop programs as pure objects: how they are known, and what they do when refused."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from crawler.errors import ExtractionError
from spiders.platforms import BY_NAME, find_platform
from spiders.platforms.catalogue import Answer, Front, Step

URL = "https://corner.example/"


def front(text: str = "", headers: str = "", **more: Any) -> Front:
    return Front(url=URL, text=text, headers=headers, **more)


@pytest.mark.parametrize(
    ("text", "headers", "name"),
    [
        ('<script src="//cdn.shopify.com/s/a.js">', "", "shopify"),
        ("", "server: x\nx-shopid: 12", "shopify"),
        ('<link href="/wp-content/plugins/woocommerce/a.css">', "", "woocommerce"),
        ("/wp-content/plugins/woocommerce/a /wp-content/plugins/dokan-lite/b", "", "dokan"),
        ('<script type="text/x-magento-init">', "", "magento"),
        ('<meta name="generator" content="PrestaShop">', "", "prestashop"),
        ('<a href="/index.php?route=common/home">', "", "opencart"),
        ("", "set-cookie: ocsessid=1; path=/", "opencart"),
        ('<a href="https://corner.example/index.php?main_page=index">', "", "zencart"),
        ("<script>window.eContext = {}</script>", "", "evershop"),
        ('<script src="/static/oscar/js/ui.js">', "", "oscar"),
        ('<script>var __my_url__ = "/";</script>', "", "shopxo"),
        ("<p>We sell kettles. Add to cart.</p>", "content-type: text/html", None),
    ],
)
def test_a_program_is_known_by_what_it_leaves(text: str, headers: str, name: str | None) -> None:
    found = find_platform(front(text, headers))
    assert (found.name if found else None) == name


def answer(step: Step, data: object, headers: Mapping[str, str] | None = None) -> Answer:
    return Answer(url=step.url, data=data, state=step.state, headers=headers or {})


@pytest.mark.parametrize("name", ["shopify", "woocommerce", "dokan", "magento", "vendure"])
@pytest.mark.parametrize("data", [None, [1], {"a": 1}, "text", {"data": None, "errors": ["no"]}])
def test_an_answer_of_something_else_is_an_error(name: str, data: object) -> None:
    program = BY_NAME[name]
    step = program.first_step(front())
    assert step is not None
    if name in ("woocommerce", "dokan") and data == [1]:
        assert not program.read(answer(step, data)).listings
        return
    with pytest.raises(ExtractionError):
        program.read(answer(step, data))


def test_magento_is_asked_in_other_ways_when_it_refuses_one() -> None:
    program = BY_NAME["magento"]
    step = program.first_step(front())
    ways = []
    while step is not None:
        ways.append((step.query is not None, "media_gallery" in str(step.query or step.url)))
        step = program.instead(step.state)
    assert ways == [(False, True), (True, True), (False, False), (True, False)]


def test_a_marketplace_whose_interface_names_no_vendor_is_read_by_pages() -> None:
    text = "/plugins/woocommerce/ /plugins/wc-frontend-manager/"
    assert BY_NAME["woocommerce"].first_step(front(text)) is None


def test_a_store_that_is_refused_leaves_goods_of_unknown_vendors_to_their_pages() -> None:
    program = BY_NAME["dokan"]
    stores = program.first_step(front())
    assert stores is not None
    [store] = program.read(answer(stores, [{"id": 5, "store_name": "House"}])).steps
    rest = program.instead(store.state)
    assert rest is not None
    assert "wc/store/v1/products" in rest.url
    good = {"name": "Kettle", "permalink": f"{URL}product/kettle/"}
    assert program.read(answer(rest, [good])).listings == []
    [rest] = program.read(answer(store, [])).steps
    assert len(program.read(answer(rest, [good])).listings) == 1


def test_the_root_of_an_interface_is_where_the_page_says_unless_elsewhere() -> None:
    link = '<link rel="https://api.w.org/" href="%s">'
    for href, url in (
        ("https://corner.example/en/wp-json/", f"{URL}en/wp-json/wc/store/v1/products?per_page"),
        ("/index.php?rest_route=/", f"{URL}index.php?rest_route=/wc/store/v1/products&per_page"),
        ("https://other.example/wp-json/", f"{URL}wp-json/wc/store/v1/products?per_page"),
    ):
        step = BY_NAME["woocommerce"].first_step(front(link % href))
        assert step is not None
        assert step.url.startswith(url)


def test_shopify_says_when_the_currency_is_not_named() -> None:
    program = BY_NAME["shopify"]
    product = {"title": "Kettle", "handle": "kettle", "variants": [{"price": "9.90"}]}
    for text, currency, warned in (("", None, 1), ('{"currencyCode":"CHF"}', "CHF", 0)):
        step = program.first_step(front(text))
        assert step is not None
        page = program.read(answer(step, {"products": [product]}))
        assert page.listings[0].currency == currency
        assert len(page.warnings) == warned


def test_vendure_goods_stand_where_the_front_links_to() -> None:
    program = BY_NAME["vendure"]
    product = {"name": "Kettle", "slug": "kettle", "variants": []}
    data = {"data": {"products": {"items": [product], "totalItems": 250}}}
    for folder, path in (("/products/", "products/kettle"), (None, "product/kettle")):
        step = program.first_step(front(find_folder=lambda folder=folder: folder))
        assert step is not None
        page = program.read(answer(step, data))
        assert page.listings[0].url == URL + path
        assert [s.label for s in page.steps] == ["products, page 2", "products, page 3"]


def test_one_handle_that_no_url_can_hold_does_not_cost_the_others() -> None:
    goods = [{"handle": handle, "title": "Kettle"} for handle in ("kettle-\ud800", "水壶")]
    state = {"page": 1, "currency": "EUR", "language": "en"}
    answer = Answer(url=f"{URL}products.json?page=1", data={"products": goods}, state=state)
    found = BY_NAME["shopify"].read(answer).listings
    assert [listing.url.rpartition("/")[2] for listing in found] == [
        "kettle-%3F",
        "%E6%B0%B4%E5%A3%B6",
    ]
