from __future__ import annotations

from crawler.model import Listing
from matchers.reading import Reading, find_brand_field, find_text


def _read(title: str, **fields: object) -> Reading:
    return Reading(Listing(url="https://shop.example/1", title=title, **fields))  # type: ignore[arg-type]


def test_the_brand_may_be_an_attribute() -> None:
    listing = _read("Bag", attributes={"材质": "棉", "品牌": "云雀"}).listing
    assert find_brand_field(listing) == ("attributes.品牌", "云雀")
    assert find_text(listing, "attributes.品牌") == "云雀"
    assert find_text(listing, "title") == "Bag"
    assert find_text(listing, "brand") == ""
    assert _read("Bag", brand="无品牌").brand is None


def test_classes_of_title_and_category() -> None:
    reading = _read("Silk dress", category=("Women", "Shoes"))
    for stated in (reading.find_goods(), reading.find_goods({25})):
        assert stated is not None
        assert (stated.field, stated.text) == ("category", "Shoes")
    title = _read("Silk dress", category=("Women",)).find_goods({25})
    assert title is not None
    assert (title.field, title.text) == ("title", "dress")
    assert reading.find_goods({9}) is None


def test_origins_of_attributes_and_title() -> None:
    reading = _read("Tea, made in Yunxi (loose)", attributes={"产地": "四川"})
    assert [stated.text for stated in reading.origins] == ["四川", "Yunxi "]
    assert [stated.field for stated in reading.origins] == ["attributes.产地", "title"]


def test_the_description_is_read_for_words_of_copies() -> None:
    copies = _read("Bag", description="Best replica.").copies
    assert copies is not None
    assert (copies.field, copies.text) == ("description", "replica")
