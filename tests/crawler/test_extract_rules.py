"""What pages do that no standard foresees, each on an invented page."""

from __future__ import annotations

from decimal import Decimal

import pytest

from crawler.extract import parse_listing
from crawler.model import Listing
from tests.crawler.test_extract import PAGES, URL, listing


def changed(name: str, *swaps: tuple[str, str]) -> Listing:
    page = (PAGES / f"{name}.html").read_text(encoding="utf-8")
    for old, new in swaps:
        assert old in page
        page = page.replace(old, new)
    found = parse_listing(URL, page)
    assert found is not None
    return found


def test_the_price_of_an_auction_is_the_last_bid() -> None:
    found = listing("auction")
    assert (found.price, found.currency, found.layers["price"]) == (Decimal(400), "USD", "page")
    without = changed("auction", ("5 bids", "5 left"), ("2 bids", "2 left"))
    assert (without.price, without.layers["price"]) == (Decimal(90), "json-ld")


def test_products_of_one_name_and_address_are_sizes_of_one_thing() -> None:
    found = listing("sizes_apart")
    assert found.availability == "InStock"
    sold_out = changed("sizes_apart", ('"InStock"', '"OutOfStock"'))
    assert sold_out.availability == "OutOfStock"
    elsewhere = changed("sizes_apart", ('"845-36",', '"845-36", "@id": "https://x.example/2",'))
    assert elsewhere.availability != "InStock"


def test_a_number_that_the_shops_own_tests_point_at_is_the_one_people_read() -> None:
    found = listing("sizes_apart")
    assert (found.sku, found.layers["sku"]) == ("1002/710", "page")
    assert changed("sizes_apart", ("product-reference", "product-colour")).sku == "845-35"


def test_the_sites_name_is_no_brand_where_the_page_names_another() -> None:
    found = listing("sizes_apart")
    assert (found.brand, found.layers["brand"]) == ("Orvane", "page")
    assert changed("sizes_apart", ("<dt>Brand</dt>", "<dt>Fit</dt>")).brand == "Harwick"
    assert changed("sizes_apart", ('content="Harwick"', 'content="Northgate"')).brand == "Harwick"


def test_a_lower_heading_an_old_price_and_words_of_a_small_language() -> None:
    found = listing("few_words")
    assert (found.title, found.price, found.currency) == (
        "Bralna svetilka Lumo",
        Decimal("40.00"),
        "EUR",
    )
    assert (found.brand, found.sku, found.availability) == ("Brennholt", "0638", "InStock")
    new = changed("few_words", ("</span></li>", '</span> <b class="price-new">35,00 €</b></li>'))
    assert new.price == Decimal("35.00")


def test_availability_is_assumed_where_nothing_speaks_against_it() -> None:
    found = changed("few_words", ('<button id="button-cart">Naroči</button>', ""))
    assert (found.availability, found.layers["availability"]) == ("InStock", "assumed")
    both = changed("few_words", ("<button", '<p class="stock">Razprodano</p><button'))
    assert (both.availability, both.layers["availability"]) == ("InStock", "assumed")
    off = changed("few_words", ('id="button-cart"', "disabled"))
    assert off.availability is None


@pytest.mark.parametrize("left", ["$metabrand", "{{ brand }}", "undefined", "%brand%", "null"])
def test_what_a_template_left_is_no_value(left: str) -> None:
    found = changed("auction", ('"Ossling"', f'"{left}"'))
    assert found.brand is None


@pytest.mark.parametrize(
    ("place", "brand"),
    [
        ('<div class="product-manufacturer"><img src="/o.png" alt="Ossling"></div>', "Ossling"),
        ('<a href="/brands/porcelain">Porcelain</a>', "Porcelain"),
        ('<a href="/brands/tin">Tin</a>', None),
        ('<a href="/brands/porcelain">Porcelain</a> <a href="/brand/jar">jar</a>', None),
    ],
)
def test_a_brand_by_its_place_and_by_its_link(place: str, brand: str | None) -> None:
    found = changed("auction", ('"brand": "Ossling",', ""), ("<button>", f"{place}<button>"))
    assert found.brand == brand


def test_a_label_within_the_brand_is_left_out() -> None:
    found = changed("auction", ('"Ossling"', '"Ver mais artigos da Marca: Ossling"'))
    assert found.brand == "Ossling"


@pytest.mark.parametrize(
    ("written", "currency"), [("44 890 тг.", "KZT"), ("270,00 Kn", "HRK"), ("30,000원~", "KRW")]
)
def test_signs_behind_the_amount(written: str, currency: str) -> None:
    assert changed("few_words", ("40,00 €", written)).currency == currency
